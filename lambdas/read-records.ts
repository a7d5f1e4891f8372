// What Publish and Report share: the records that steps wrote, all those of one kind.

import pMap from 'p-map';
import type { Store } from '../core/ports.ts';

/** 10,000 records at 20 ms each and 64 at once take about 3 s. */
const READS_AT_ONCE = 64;

export async function readRecords<Value>(store: Store, prefix: string): Promise<Value[]> {
  const objects = await store.list(prefix);
  return pMap(objects, ({ key }) => store.getJson<Value>(key), { concurrency: READS_AT_ONCE });
}
