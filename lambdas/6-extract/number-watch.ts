// Is there a number in the CSV that has more digits than SUPER keeps? To ask that of every JSON value takes PostgreSQL
// longer than to write it; here it takes next to nothing, so that PostgreSQL is asked only where there is one.

import { Transform } from 'node:stream';
import { MOST_DIGITS } from '../../core/cast/redshift-types.ts';

const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;

/** What is looked for has so many digits, and a point among them perhaps. */
const DIGITS = MOST_DIGITS + 1;

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

/** `seen` is right once the stream has ended. Chunks are searched with the end of the one before. */
export function watchForNumbers(): { readonly stream: Transform; readonly seen: () => boolean } {
  let seen = false;
  let tail = Buffer.alloc(0);
  const stream = new Transform({
    highWaterMark: 256 * 1024,
    transform(chunk: Buffer, _encoding, done) {
      if (!seen) {
        // A point more than the digits, on either side.
        const seam = Buffer.concat([tail, chunk.subarray(0, DIGITS)]);
        seen = hasLongNumber(seam) || hasLongNumber(chunk);
        tail = chunk.length > DIGITS ? Buffer.from(chunk.subarray(-DIGITS - 1)) : seam.subarray(-DIGITS - 1);
      }
      done(null, chunk);
    },
  });
  return { stream, seen: () => seen };
}
