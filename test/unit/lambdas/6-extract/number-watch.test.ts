// Does the watch see every number of more than 38 digits, wherever chunks are split, and no shorter one?
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { expect, test } from 'vitest';
import { watchForNumbers } from '../../../../lambdas/6-extract/number-watch.ts';

async function sees(text: string, sizes: readonly number[]): Promise<boolean> {
  const bytes = Buffer.from(text);
  const chunks: Buffer[] = [];
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const size = sizes[n % sizes.length] ?? 1;
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  const watch = watchForNumbers();
  const passed: Buffer[] = [];
  await pipeline(Readable.from(chunks), watch.stream, async (stream) => {
    for await (const chunk of stream) passed.push(chunk);
  });
  expect(Buffer.concat(passed).toString()).toBe(text);
  return watch.seen();
}

const LONG = ['1'.repeat(39), `0.${'7'.repeat(38)}`, `${'9'.repeat(38)}.5`, `${'12'.repeat(40)}.${'3'.repeat(50)}`];
const SHORT = [
  '1'.repeat(38),
  `${'9'.repeat(19)}.${'9'.repeat(19)}`,
  `${'1'.repeat(38)},${'1'.repeat(38)}`,
  '2026-11-24',
];
const SIZES = [[1], [7], [39], [40], [41], [64], [3, 200], [1000]];

test.each(LONG)('sees %s wherever it stands', async (number) => {
  for (const sizes of SIZES) {
    for (let before = 0; before < 90; before += 1) {
      expect(await sees(`${'x'.repeat(before)}${number}"y`, sizes), `${before} ${sizes}`).toBe(true);
    }
  }
});

test.each(SHORT)('does not see %s', async (number) => {
  for (const sizes of SIZES) {
    for (let before = 0; before < 90; before += 1) {
      expect(await sees(`${'x'.repeat(before)}${number}"y${number}`, sizes), `${before} ${sizes}`).toBe(false);
    }
  }
});
