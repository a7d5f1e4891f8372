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

/** A heap is cut into this many parts at most: a bound that asks for more is one that nobody meant. */
const MOST_PARTS = 10_000;

/** PostgreSQL reads a ctid range without scanning the whole table from this version on. */
const CTID_RANGES_SINCE = 14;

/** What the command says of parts; what it does not say is chosen here. */
export interface PartBounds {
  /** `chunk size`: bytes on disk. */
  readonly bytes?: number;
  /** `rows per range`, and what batches of few rows need. */
  readonly rows?: number;
  /** `single reader per thread`: a heap is one part. */
  readonly single?: boolean;
}

type Slice = Omit<PlannedPart, 'part'>;

/** The parts of a table, in reading order. A heap that cannot be split is one part, whatever its size. */
export function partsOf(table: Table, sourceMajor: number, bounds: PartBounds = {}): PlannedPart[] {
  if (table.query !== undefined) return [{ part: 0, from: table.query, query: true, estimatedBytes: 0 }];
  return table.heaps.flatMap((heap) => sliceHeap(heap, sourceMajor, bounds)).map((slice, part) => ({ part, ...slice }));
}

function sliceHeap(heap: Heap, sourceMajor: number, bounds: PartBounds): Slice[] {
  const wanted = bounds.single === true ? 1 : wantedParts(heap, bounds);
  if (wanted > 1 && sourceMajor >= CTID_RANGES_SINCE && heap.pages > 1) return sliceByPages(heap, wanted);
  if (wanted > 1 && heap.keyRange) return sliceByKey(heap, heap.keyRange, wanted, bounds.rows);
  return [slice(heap, [], 1)];
}

/** A row without a byte of its own: its header of 24 bytes and its pointer of 4. */
const LEAST_ROW_BYTES = 28;

/** Rows are the source's own estimate, or as many as there can be at most where it has none. */
function wantedParts(heap: Heap, { bytes = PART_BYTES, rows }: PartBounds): number {
  const estimated = heap.estimatedRows < 0 ? heap.bytes / LEAST_ROW_BYTES : heap.estimatedRows;
  const byRows = rows === undefined ? 1 : Math.ceil(estimated / rows);
  return Math.min(MOST_PARTS, Math.max(Math.ceil(heap.bytes / bytes), byRows));
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

/** A range of a key holds at most as many rows as it has numbers. */
function sliceByKey(
  heap: Heap,
  range: NonNullable<Heap['keyRange']>,
  wanted: number,
  rows: number | undefined,
): Slice[] {
  const column = identifier(range.column);
  const low = BigInt(range.low);
  const span = BigInt(range.high) - low + 1n;
  const asked = rows === undefined ? BigInt(wanted) : (span + BigInt(rows) - 1n) / BigInt(rows);
  const count = Math.min(MOST_PARTS, Math.max(wanted, Number(asked)));
  const width = (span - 1n) / BigInt(count) + 1n;
  return Array.from({ length: count }, (_, index) => {
    const bounds = [
      index > 0 ? `${column} >= ${literal(String(low + width * BigInt(index)))}` : '',
      index < count - 1 ? `${column} < ${literal(String(low + width * BigInt(index + 1)))}` : '',
    ];
    return slice(heap, bounds, count);
  });
}

function slice(heap: Heap, bounds: readonly string[], count: number): Slice {
  const where = bounds.filter((bound) => bound !== '').join(' AND ');
  const from = qualified(heap.schema, heap.name);
  const { oid, filenode } = heap;
  const was = filenode === undefined ? { oid } : { oid, filenode };
  const estimatedBytes = Math.ceil(heap.bytes / count);
  const foreign = heap.foreign === true ? { foreign: true as const } : {};
  return { from, heap: was, estimatedBytes, ...foreign, ...(where === '' ? {} : { where }) };
}
