// Does the watch see every number that SUPER may not keep, wherever chunks are split, and hardly another?
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
const EXPONENTS = [
  '1e400',
  '-1E-400',
  '1.5e+309',
  '1.2345678901234567890e5',
  '123456789012345678e-2',
  '0.1234567890123456E1',
];
const SURE = [
  '1e99',
  '-1.5E-12',
  '123456789012345e10',
  '0e1',
  'e400',
  '1e',
  '7d1e4001',
  '1e400f',
  '550e8400-e29b-41d4',
];
const SIZES = [[1], [7], [39], [40], [41], [64], [3, 200], [1000]];

test.each(LONG)('sees %s wherever it stands', async (number) => {
  for (const sizes of SIZES) {
    for (let before = 0; before < 90; before += 1) {
      expect(await sees(`${'x'.repeat(before)}${number}"y`, sizes), `${before} ${sizes}`).toBe(true);
    }
  }
});

test.each(EXPONENTS)('sees the exponent of %s wherever it stands', async (number) => {
  for (const [open, close] of [
    ['[', ']'],
    ['{""a"": ', ','],
    ['"', '"'],
  ]) {
    for (const sizes of SIZES) {
      for (let before = 0; before < 90; before += 29) {
        const text = `${'x'.repeat(before)}${open}${number}${close}y`;
        expect(await sees(text, sizes), `${text} ${sizes}`).toBe(true);
      }
    }
  }
});

test.each(SURE)('does not take %s for a number that a double does not hold', async (number) => {
  for (let before = 0; before < 90; before += 7) {
    expect(await sees(`${'x'.repeat(before)}[${number}]y`, [1000])).toBe(false);
  }
});

test.each(SHORT)('does not see %s', async (number) => {
  for (const sizes of SIZES) {
    for (let before = 0; before < 90; before += 1) {
      expect(await sees(`${'x'.repeat(before)}${number}"y${number}`, sizes), `${before} ${sizes}`).toBe(false);
    }
  }
});
