// Which tables of a run are live? Each transaction of Publish leaves a mark in the bucket once it is known to be committed.

import { artifactKeys } from '../core/artifacts.ts';
import { keyOf } from '../core/plan/names.ts';
import type { Session, Store } from '../core/ports.ts';
import { readRecords } from './read-records.ts';

/** A mark: the numbers of the tables that its transaction made live. */
export interface Published {
  readonly tables: readonly number[];
}

/** Their numbers in the plan. One that was made live a moment ago may be missing: its ledger tells, see Publish. */
export async function publishedTables(store: Store, run: string): Promise<ReadonlySet<number>> {
  const marks = await readRecords<Published>(store, artifactKeys.publishedMarks(run));
  return new Set(marks.flatMap(({ tables }) => tables));
}

/** Keys of the tables that a query lists as `schema`, `name`. */
export async function namesIn(session: Session, sql: string): Promise<ReadonlySet<string>> {
  const rows = await session.query(sql);
  return new Set(rows.map((row) => keyOf({ schema: row.schema ?? '', name: row.name ?? '' })));
}
