// Batches into the items of the distributed map. An item costs two Lambdas, their connections and five state transitions,
// however little it loads: small tables share one.

import type { BatchItem, PartAddress } from '../pipeline.ts';

/** One batch in running order, and what is known of it. */
export interface Running {
  readonly chunk: number;
  readonly parts: readonly PartAddress[];
  /** On disk; undefined where that is not known, or says nothing of the time it takes. */
  readonly bytes: number | undefined;
}

/** What one Extract reads of small tables: a quarter of a part, hence a second or two. */
const BYTES_PER_ITEM = 32 * 1024 * 1024;
/** Each small table costs some 20 ms of a Lambda, and some 300 bytes of a state for each of its parts. */
const PARTS_PER_ITEM = 50;

/** An item stands where the first of its batches does. Its tables are of one chunk of the plan. */
export function groupItems(running: readonly Running[], workers: number): BatchItem[] {
  const small = running.filter(({ bytes }) => bytes !== undefined && bytes <= BYTES_PER_ITEM);
  const smallParts = small.reduce((sum, { parts }) => sum + parts.length, 0);
  // Every worker has some of them.
  const most = Math.min(PARTS_PER_ITEM, Math.ceil(smallParts / workers));
  const items: BatchItem[] = [];
  let open: { chunk: number; parts: PartAddress[]; bytes: number } | undefined;
  for (const { chunk, parts, bytes } of running) {
    if (bytes === undefined || bytes > BYTES_PER_ITEM) {
      items.push({ chunk, reads: parts.map((part) => ({ parts: [part] })) });
      continue;
    }
    const fits =
      open?.chunk === chunk && open.parts.length + parts.length <= most && open.bytes + bytes <= BYTES_PER_ITEM;
    if (open === undefined || !fits) {
      open = { chunk, parts: [], bytes: 0 };
      items.push({ chunk, reads: [{ parts: open.parts }] });
    }
    open.parts.push(...parts);
    open.bytes += bytes;
  }
  return items;
}
