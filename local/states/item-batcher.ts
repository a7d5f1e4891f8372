// How are the items of a Distributed Map put together into the inputs of its children?
import type { ChildInput } from './child.ts';
import type { ItemBatcher } from './definition.ts';
import { MAX_PAYLOAD_BYTES } from './errors.ts';
import { fill } from './expressions.ts';
import { type Json, jsonBytes } from './json.ts';
import type { Visit } from './visit.ts';

/** One child per item, or per batch when there is a batcher. Throws QueryError. */
export async function childInputs(
  visit: Visit,
  items: readonly Json[],
  batcher: ItemBatcher | undefined,
): Promise<ChildInput[]> {
  if (!batcher) return items.map((input) => ({ input, items: 1 }));
  const field = (name: string) => `ItemBatcher/${name}`;
  const count = await visit.wholeNumber(batcher.MaxItemsPerBatch, field('MaxItemsPerBatch'), 1);
  const bytes = await visit.wholeNumber(batcher.MaxInputBytesPerBatch, field('MaxInputBytesPerBatch'), 1);
  const shared =
    batcher.BatchInput === undefined
      ? {}
      : { BatchInput: await fill(batcher.BatchInput, visit.bindings(), field('BatchInput')) };
  const limits = { count: count ?? items.length, bytes: Math.min(bytes ?? MAX_PAYLOAD_BYTES, MAX_PAYLOAD_BYTES) };
  const emptyBytes = jsonBytes({ ...shared, Items: [] });
  return group(items, limits, emptyBytes).map((batch) => ({
    input: { ...shared, Items: batch },
    items: batch.length,
  }));
}

function group(items: readonly Json[], limits: { count: number; bytes: number }, emptyBytes: number): Json[][] {
  const batches: Json[][] = [];
  let batch: Json[] = [];
  let bytes = emptyBytes;
  for (const item of items) {
    // A comma stands between two items.
    const more = jsonBytes(item) + (batch.length > 0 ? 1 : 0);
    if (batch.length > 0 && (batch.length >= limits.count || bytes + more > limits.bytes)) {
      batches.push(batch);
      batch = [];
      bytes = emptyBytes;
    }
    bytes += batch.length === 0 ? jsonBytes(item) : more;
    batch.push(item);
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}
