// Is there a number in the CSV that may have more digits than SUPER keeps, or an exponent that it does not? To ask that of
// every JSON value takes PostgreSQL longer than to write it; here it takes next to nothing, so that PostgreSQL is asked only
// where there is one.

import { Transform } from 'node:stream';
import { MOST_DIGITS } from '../../core/cast/redshift-types.ts';

const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;

/** What is looked for has so many digits, and a point among them perhaps. */
const DIGITS = MOST_DIGITS + 1;

/** Bytes of a number with an exponent that are seen together: a longer one is seen by its digits. */
const EXPONENT_WINDOW = 64;
/**
 * With an exponent a number is a double: 15 digits are sure to be kept, and an exponent of two. First what is cheap to look
 * for, and is in many a hash; then whether it is a number of JSON, or a field that is one.
 */
const MAYBE_EXPONENT = /[0-9][eE][-+]?[0-9]{3}|[0-9.]{16}[eE]/;
const EXPONENT =
  /[eE][-+]?[0-9]+(?=[\s"[\],:{}])(?:(?<=[0-9.]{16}[eE][-+]?[0-9]+)|(?<=[eE][-+]?[0-9]{3,}))(?<=[\s"[\],:{}]-?[0-9.]+[eE][-+]?[0-9]+)/;

const isOfNumber = (byte: number | undefined): boolean =>
  byte !== undefined && ((byte >= ZERO && byte <= NINE) || byte === DOT);

/** Looks at every 39th byte alone: a run that is long enough has one of them. */
function hasLongNumber(bytes: Buffer): boolean {
  for (let at = DIGITS - 1; at < bytes.length; at += DIGITS) {
    if (!isOfNumber(bytes[at])) continue;
    let digits = 0;
    let from = at;
    for (; isOfNumber(bytes[from]); from -= 1) if (bytes[from] !== DOT) digits += 1;
    for (at += 1; isOfNumber(bytes[at]); at += 1) if (bytes[at] !== DOT) digits += 1;
    if (digits >= DIGITS) return true;
  }
  return false;
}

/** As one byte a character: a string of these is no copy that costs. */
function hasExponent(bytes: Buffer): boolean {
  const text = bytes.toString('latin1');
  return MAYBE_EXPONENT.test(text) && EXPONENT.test(text);
}

/** `seen` is right once the stream has ended. Chunks are searched with the end of the one before. */
export function watchForNumbers(): { readonly stream: Transform; readonly seen: () => boolean } {
  let seen = false;
  let tail = Buffer.alloc(0);
  const stream = new Transform({
    highWaterMark: 256 * 1024,
    transform(chunk: Buffer, _encoding, done) {
      if (!seen) {
        const seam = Buffer.concat([tail, chunk.subarray(0, EXPONENT_WINDOW)]);
        seen = [seam, chunk].some((bytes) => hasLongNumber(bytes) || hasExponent(bytes));
        tail =
          chunk.length > EXPONENT_WINDOW
            ? Buffer.from(chunk.subarray(-EXPONENT_WINDOW))
            : seam.subarray(-EXPONENT_WINDOW);
      }
      done(null, chunk);
    },
  });
  return { stream, seen: () => seen };
}
