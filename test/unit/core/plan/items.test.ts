// Do small tables share items of the map, and is every part in exactly one of them?
import { describe, expect, test } from 'vitest';
import { groupItems, type Running } from '../../../../core/plan/items.ts';

const MB = 1024 * 1024;

/** One batch for each size, all of one chunk. */
const sized = (...sizes: readonly (number | undefined)[]): Running[] =>
  sizes.map((bytes, batch) => ({ chunk: 0, parts: [{ batch, table: batch, part: 0 }], bytes }));
/** The numbers of the batches of each read of each item. */
const numbers = (running: readonly Running[], workers = 4): number[][][] =>
  groupItems(running, workers).map(({ reads }) => reads.map(({ parts }) => parts.map(({ batch }) => batch)));

describe('groupItems', () => {
  test('a large batch is an item with a read for each of its parts', () => {
    const parts = [0, 1, 2].map((part) => ({ batch: 0, table: 0, part }));
    expect(groupItems([{ chunk: 7, parts, bytes: 300 * MB }], 4)).toEqual([
      { chunk: 7, reads: parts.map((part) => ({ parts: [part] })) },
    ]);
  });

  test('small ones share an item, which is read at once, as long as their bytes are few', () => {
    const most = Array<number>(40).fill(20 * MB);
    expect(numbers(sized(...most)).every(([read]) => read?.length === 1)).toBe(true);
    expect(numbers(sized(...Array<number>(40).fill(0)))).toEqual([
      [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
      [[10, 11, 12, 13, 14, 15, 16, 17, 18, 19]],
      [[20, 21, 22, 23, 24, 25, 26, 27, 28, 29]],
      [[30, 31, 32, 33, 34, 35, 36, 37, 38, 39]],
    ]);
  });

  test('there are items for every worker, and no more than fifty parts in one', () => {
    expect(groupItems(sized(...Array<number>(15).fill(0)), 4)).toHaveLength(4);
    expect(groupItems(sized(0, 0, 0), 4)).toHaveLength(3);
    expect(groupItems(sized(...Array<number>(1000).fill(0)), 4)).toHaveLength(20);
  });

  test('what is of an unknown size has an item of its own, and those beside it share theirs', () => {
    expect(numbers(sized(1, undefined, 1, 300 * MB, ...Array<number>(8).fill(1)))).toEqual([
      [[0, 2, 4]],
      [[1]],
      [[3]],
      [[5, 6, 7]],
      [[8, 9, 10]],
      [[11]],
    ]);
  });

  test('an item has tables of one chunk', () => {
    const running = sized(...Array<number>(12).fill(0)).map((one, at) => ({ ...one, chunk: at < 5 ? 0 : 1 }));
    expect(groupItems(running, 4).map(({ chunk, reads }) => [chunk, reads[0]?.parts.length])).toEqual([
      [0, 3],
      [0, 2],
      [1, 3],
      [1, 3],
      [1, 1],
    ]);
  });

  test('partitions of a small table are read at once', () => {
    const parts = Array.from({ length: 60 }, (_, part) => ({ batch: 0, table: 0, part }));
    expect(groupItems([{ chunk: 0, parts, bytes: MB }], 4)).toEqual([{ chunk: 0, reads: [{ parts }] }]);
  });
});
