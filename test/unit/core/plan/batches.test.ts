import fc from 'fast-check';
import { expect, test } from 'vitest';
import { groupParts, interleave, spread } from '../../../../core/plan/batches.ts';

test('groups every part once, in order, in batches of nearly equal size', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 7_000 }), (count) => {
      const batches = groupParts(count);
      expect(batches.flat().every((part, index) => part === index)).toBe(true);
      expect(batches.flat()).toHaveLength(count);
      expect(Math.max(...batches.map((batch) => batch.length))).toBeLessThanOrEqual(600);
      expect(batches.every((batch) => batch.length > 0)).toBe(true);
    }),
    { numRuns: 50 },
  );
});

test('a table of up to 32 parts is one batch', () => {
  expect(groupParts(32)).toHaveLength(1);
  expect(groupParts(33).map((batch) => batch.length)).toEqual([17, 16]);
});

test('runs the largest table first and spreads its batches between the others', () => {
  expect(interleave([4, 1, 1])).toEqual([
    [0, 0],
    [0, 1],
    [1, 0],
    [0, 2],
    [2, 0],
    [0, 3],
  ]);
  expect(interleave([])).toEqual([]);
});

test('never lets more readers work than workers, and at least one', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1000 }),
      fc.integer({ min: 1, max: 600 }),
      fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined }),
      (workers, mostParts, concurrency) => {
        const [batches, parts] = spread(workers, mostParts, concurrency);
        expect(batches).toBeGreaterThanOrEqual(1);
        expect(parts).toBeGreaterThanOrEqual(1);
        expect(batches * parts).toBeLessThanOrEqual(workers);
      },
    ),
  );
  expect(spread(4, 1, undefined)).toEqual([4, 1]);
  expect(spread(4, 10, undefined)).toEqual([2, 2]);
  expect(spread(4, 10, 4)).toEqual([1, 4]);
});
