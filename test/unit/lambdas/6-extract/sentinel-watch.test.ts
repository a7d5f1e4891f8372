// Is the sentinel found wherever it is a value, and nowhere else, however the bytes come?
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { PgshiftError } from '../../../../core/errors.ts';
import { watchForSentinel } from '../../../../lambdas/6-extract/sentinel-watch.ts';

const sentinel = '@N0123456789abcd@';

/** Whether the sentinel is found in what comes in chunks of so many bytes, and what the stream counted. */
async function watched(csv: string, size: number): Promise<{ found: boolean; bytes: number }> {
  const all = Buffer.from(csv);
  const chunks = Array.from({ length: Math.ceil(all.length / size) }, (_, at) =>
    all.subarray(at * size, (at + 1) * size),
  );
  const watch = watchForSentinel(sentinel);
  const passed: Buffer[] = [];
  watch.stream.on('data', (chunk: Buffer) => passed.push(chunk));
  Readable.from(chunks).pipe(watch.stream);
  try {
    await once(watch.stream, 'end');
  } catch (error) {
    if (!(error instanceof PgshiftError) || error.kind !== 'SentinelCollision') throw error;
    return { found: true, bytes: watch.bytes() };
  }
  expect(Buffer.concat(passed).equals(all)).toBe(true);
  return { found: false, bytes: watch.bytes() };
}

const everySize = (csv: string): number[] => Array.from({ length: csv.length }, (_, at) => at + 1);

test.each([
  ['first of all', `"${sentinel}",1\n2,3\n`],
  ['first of a line', `1,"x"\n"${sentinel}",3\n`],
  ['last of all', `1,"x"\n2,"${sentinel}"\n`],
  ['alone', `"${sentinel}"`],
  ['beside empty texts', `"","${sentinel}",""\n`],
  ['behind a text that has it', `1,"say ""${sentinel}"""\n2,"${sentinel}"\n`],
])('it is found as the value that is %s, wherever chunks end', async (_, csv) => {
  for (const size of everySize(csv)) expect((await watched(csv, size)).found, `chunks of ${size}`).toBe(true);
});

test.each([
  ['NULL', `1,${sentinel}\n${sentinel},2\n`],
  ['part of a text', `1,"x${sentinel}"\n2,"${sentinel} "\n`],
  ['between quotes within a text', `1,"say ""${sentinel}"", please"\n`],
  ['between quotes at both ends of a text', `1,"""${sentinel}"""\n"""${sentinel}""",2\n`],
  ['between quotes at the beginning of all', `"""${sentinel}"""\n`],
])('%s is not taken for it, wherever chunks end', async (_, csv) => {
  for (const size of everySize(csv)) {
    expect(await watched(csv, size), `chunks of ${size}`).toEqual({ found: false, bytes: Buffer.byteLength(csv) });
  }
});
