// Is what a part reads still what it was when the run was planned? A table that is rewritten under a snapshot (TRUNCATE,
// VACUUM FULL, CLUSTER, REFRESH MATERIALIZED VIEW, most ALTERs of a type) reads as empty, or has its rows on other pages
// than its parts go by, and nothing says so.

import { PgshiftError } from '../../core/errors.ts';
import type { PlannedPart } from '../../core/plan/model.ts';
import type { Session } from '../../core/ports.ts';
import { heapNow, lockPart, REWRITTEN_SINCE } from '../../core/sql/hold-still.ts';

/** undefined_table */
const NO_SUCH_TABLE = '42P01';

/** Locks it, so that nobody rewrites it until the transaction ends. Throws TableRewritten when somebody already has. */
export async function holdStill(session: Session, part: PlannedPart): Promise<void> {
  try {
    await session.run(lockPart(part));
  } catch (error) {
    if (error instanceof PgshiftError && error.code === NO_SUCH_TABLE) throw rewritten('is there no more', part);
    throw error;
  }
  const { heap } = part;
  if (heap === undefined) {
    const [changed] = await session.query(REWRITTEN_SINCE);
    if (changed !== undefined)
      throw rewritten(`was rewritten, or made, since the run's snapshot was taken`, { from: changed.name ?? '' });
    return;
  }
  const [now] = await session.query(heapNow(part));
  if (now?.oid !== String(heap.oid)) throw rewritten('is another table of the same name now', part);
  if ((now.filenode ?? undefined) !== heap.filenode?.toString())
    throw rewritten('was rewritten since the run began', part);
}

function rewritten(what: string, { from }: Pick<PlannedPart, 'from'>): PgshiftError {
  return new PgshiftError('TableRewritten', `The table ${from} ${what}: its rows cannot be read as they were.`);
}
