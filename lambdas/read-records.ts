// What steps share that look back: the records that others wrote, all those of one kind.

import pMap from 'p-map';
import { artifactKeys } from '../core/artifacts.ts';
import type { Store } from '../core/ports.ts';
import type { BatchRecord } from '../core/report/model.ts';

/** 10,000 records at 20 ms each and 64 at once take about 3 s. */
const READS_AT_ONCE = 64;

export async function readRecords<Value>(store: Store, prefix: string): Promise<Value[]> {
  const objects = await store.list(prefix);
  return pMap(objects, ({ key }) => store.getJson<Value>(key), { concurrency: READS_AT_ONCE });
}

/** Each batch once, though several attempts tell of it: they say the same, as the ledger has it. */
export async function readBatches(store: Store, run: string): Promise<BatchRecord[]> {
  const records = (await readRecords<BatchRecord[]>(store, artifactKeys.batchRecords(run))).flat();
  return [...new Map(records.map((record) => [record.batch, record])).values()];
}
