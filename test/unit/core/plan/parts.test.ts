import { expect, test } from 'vitest';
import type { Heap, Table } from '../../../../core/catalog/model.ts';
import { PART_BYTES, partsOf } from '../../../../core/plan/parts.ts';

const heap = (over: Partial<Heap>): Heap => ({
  oid: 1,
  schema: 's',
  name: 't',
  readable: true,
  bytes: 0,
  pages: 0,
  estimatedRows: -1,
  ...over,
});
const table = (...heaps: Heap[]): Table => ({
  oid: 1,
  schema: 's',
  name: 't',
  kind: 'table',
  columns: [],
  keys: [],
  foreignKeys: [],
  inherits: [],
  heaps,
});

test('reads a small or empty table as one part', () => {
  expect(partsOf(table(heap({})), 18)).toEqual([{ part: 0, from: '"s"."t"', heap: { oid: 1 }, estimatedBytes: 0 }]);
});

test('cuts a large heap into page ranges without gap or overlap, the last of them open-ended', () => {
  const parts = partsOf(table(heap({ bytes: 3 * PART_BYTES, pages: 300 })), 14);
  expect(parts.map((part) => part.where)).toEqual([
    "ctid < '(100,0)'::tid",
    "ctid >= '(100,0)'::tid AND ctid < '(200,0)'::tid",
    "ctid >= '(200,0)'::tid",
  ]);
});

test('sizes ranges by the whole table: few pages may stand for much TOAST', () => {
  const parts = partsOf(table(heap({ bytes: 285_000_000, pages: 20 })), 16);
  expect(parts.map((part) => part.where)).toEqual([
    "ctid < '(7,0)'::tid",
    "ctid >= '(7,0)'::tid AND ctid < '(14,0)'::tid",
    "ctid >= '(14,0)'::tid",
  ]);
});

test('cuts by an integer key where ctid ranges are not to be had, both ends open', () => {
  const large = heap({
    bytes: 2 * PART_BYTES,
    pages: 9,
    keyRange: { column: 'id', low: '-5', high: '9223372036854775807' },
  });
  expect(partsOf(table(large), 13).map((part) => part.where)).toEqual([
    `"id" < '4611686018427387902'`,
    `"id" >= '4611686018427387902'`,
  ]);
});

test('leaves a heap whole that can be cut by neither', () => {
  expect(partsOf(table(heap({ bytes: 9 * PART_BYTES, pages: 9 })), 13)).toHaveLength(1);
  expect(partsOf(table(heap({ bytes: 9 * PART_BYTES, pages: 0 })), 18)).toHaveLength(1);
});

test('numbers the parts of a partitioned table over all its leaves', () => {
  const parts = partsOf(table(heap({ name: 'a' }), heap({ name: 'b', bytes: 2 * PART_BYTES, pages: 4 })), 18);
  expect(parts.map(({ part, from }) => [part, from])).toEqual([
    [0, '"s"."a"'],
    [1, '"s"."b"'],
    [2, '"s"."b"'],
  ]);
});
