// What making tables live asks of a kind of target, beside what all have in common.

import type { LoadCommand } from '../../core/command/model.ts';
import type { InRun } from '../../core/pipeline.ts';
import type { PlannedTable } from '../../core/plan/model.ts';
import type { Name } from '../../core/plan/names.ts';
import type { Ports, Session } from '../../core/ports.ts';

export interface Into {
  /** Done with staged tables, before anything is locked. A second time it finds it done. */
  before?(ports: Ports, run: InRun & { readonly command: LoadCommand }, tables: readonly PlannedTable[]): Promise<void>;
  /**
   * Locks live tables in the transaction at hand, so that those who read them wait only once the staged rows are counted. Absent
   * where nothing may stand between BEGIN and the locks.
   */
  lockLive?(tables: readonly Name[]): string;
  /** The query for the sessions that hold a lock on one of the tables: `schema`, `name`, `pid`, and their `owner`. */
  lockHolders(tables: readonly Name[]): string;
  /**
   * Reads, under the lock, what is to be kept of the live tables, and takes away what stands in the way of the swap. What it
   * gives is run after it, in the same transaction: the new tables get what those before them had.
   */
  takeOver(session: Session, tables: readonly PlannedTable[]): Promise<() => Promise<void>>;
  swapStatements(tables: readonly PlannedTable[]): string[];
  /** Done once the tables are live. A second time it finds it done. */
  after?(session: Session, tables: readonly PlannedTable[]): Promise<void>;
}
