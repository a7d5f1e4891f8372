// One table into parts: contiguous, disjoint slices of its heaps, the last of each open-ended.

import type { Heap, Table } from '../catalog/model.ts';
import { identifier, literal, qualified } from '../sql/quote.ts';
import type { PlannedPart } from './model.ts';

/**
 * What a part is aimed at, in bytes on disk: 128 MiB. As CSV in zstd that is some 30 MB, well inside the 1 MB to 1 GB
 * that Redshift wants of an object; one Extract moves it in 5 to 15 s, so that a lost attempt loses little; and 1 TB
 * is 8,192 parts.
 */
export const PART_BYTES = 128 * 1024 * 1024;

/** What one Extract call can move if it must: 25 MB/s, as slow as a far server gives, for 14 of Lambda's 15 minutes. */
export const MOST_UNSPLIT_BYTES = 25_000_000 * 14 * 60;

/** PostgreSQL reads a ctid range without scanning the whole table from this version on. */
const CTID_RANGES_SINCE = 14;

type Slice = Omit<PlannedPart, 'part'>;

/** The parts of a table, in reading order. A heap that cannot be split is one part, whatever its size. */
export function partsOf(table: Table, sourceMajor: number): PlannedPart[] {
  return table.heaps.flatMap((heap) => sliceHeap(heap, sourceMajor)).map((slice, part) => ({ part, ...slice }));
}

function sliceHeap(heap: Heap, sourceMajor: number): Slice[] {
  const wanted = Math.ceil(heap.bytes / PART_BYTES);
  if (wanted > 1 && sourceMajor >= CTID_RANGES_SINCE && heap.pages > 1) return sliceByPages(heap, wanted);
  if (wanted > 1 && heap.keyRange) return sliceByKey(heap, heap.keyRange, wanted);
  return [slice(heap, [], 1)];
}

/** Pages follow the whole size: 160 kB of heap may stand for 285 MB of TOAST. */
function sliceByPages(heap: Heap, wanted: number): Slice[] {
  const pagesPerPart = Math.max(1, Math.ceil(heap.pages / wanted));
  const count = Math.ceil(heap.pages / pagesPerPart);
  return Array.from({ length: count }, (_, index) => {
    const bounds = [
      index > 0 ? `ctid >= '(${index * pagesPerPart},0)'::tid` : '',
      // Rows beyond the size that was measured belong to the last part: it has no end.
      index < count - 1 ? `ctid < '(${(index + 1) * pagesPerPart},0)'::tid` : '',
    ];
    return slice(heap, bounds, count);
  });
}

function sliceByKey(heap: Heap, range: NonNullable<Heap['keyRange']>, wanted: number): Slice[] {
  const column = identifier(range.column);
  const low = BigInt(range.low);
  const width = (BigInt(range.high) - low) / BigInt(wanted) + 1n;
  return Array.from({ length: wanted }, (_, index) => {
    const bounds = [
      index > 0 ? `${column} >= ${literal(String(low + width * BigInt(index)))}` : '',
      index < wanted - 1 ? `${column} < ${literal(String(low + width * BigInt(index + 1)))}` : '',
    ];
    return slice(heap, bounds, wanted);
  });
}

function slice(heap: Heap, bounds: readonly string[], count: number): Slice {
  const where = bounds.filter((bound) => bound !== '').join(' AND ');
  const from = qualified(heap.schema, heap.name);
  const estimatedBytes = Math.ceil(heap.bytes / count);
  return where === '' ? { from, estimatedBytes } : { from, where, estimatedBytes };
}
