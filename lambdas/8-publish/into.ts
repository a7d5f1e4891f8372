// What making tables live asks of a kind of target, beside what all have in common.

import type { PlannedTable } from '../../core/plan/model.ts';
import type { Name } from '../../core/plan/names.ts';
import type { Session } from '../../core/ports.ts';

export interface Into {
  /** The query for the sessions that hold a lock on one of the tables: `schema`, `name`, `pid`, and their `owner`. */
  lockHolders(tables: readonly Name[]): string;
  /**
   * Reads, under the lock, what is to be kept of the live tables, and takes away what stands in the way of the swap. What it
   * gives is run after it, in the same transaction: the new tables get what those before them had.
   */
  takeOver(session: Session, tables: readonly PlannedTable[]): Promise<() => Promise<void>>;
}
