// Is a value of the CSV the sentinel itself? The bytes are looked through on their way, and counted.

import { Transform } from 'node:stream';
import { PgshiftError } from '../../core/errors.ts';

const QUOTE = 0x22;

/**
 * PostgreSQL quotes every value that is the sentinel, and NULL never: so the sentinel between quotes is looked for. Where
 * the text of a longer value has it between quotes, those quotes are doubled, and that is none. Chunks are searched with
 * the end of the one before. The stream ends with a SentinelCollision.
 */
export function watchForSentinel(sentinel: string): { readonly stream: Transform; readonly bytes: () => number } {
  const wanted = Buffer.from(`"${sentinel}"`);
  // What stands before a match is looked at as well; before the first value it is as good as a line's end.
  let tail = Buffer.from('\n');
  let bytes = 0;
  const isIn = (searched: Buffer): boolean => {
    for (let at = searched.indexOf(wanted, 1); at > 0; at = searched.indexOf(wanted, at + 1)) {
      if (searched[at - 1] !== QUOTE) return true;
    }
    return false;
  };
  const stream = new Transform({
    highWaterMark: 256 * 1024,
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      const seam = Buffer.concat([tail, chunk.subarray(0, wanted.length)]);
      if (isIn(seam) || isIn(chunk)) {
        done(new PgshiftError('SentinelCollision', 'A value is the marker that stands for NULL.'));
        return;
      }
      tail = chunk.length < wanted.length ? seam.subarray(-wanted.length) : Buffer.from(chunk.subarray(-wanted.length));
      done(null, chunk);
    },
  });
  return { stream, bytes: () => bytes };
}
