// In which transaction does a statement run that is carried out here? In the client's, or in one of its own; and no longer
// than statement_timeout says.

import type { BackendConnection } from './backend.ts';
import { must } from './copy/backend-copy.ts';
import { RedshiftError } from './errors.ts';

/** What happens to a statement from outside while it runs. */
export interface Running {
  readonly backend: BackendConnection;
  readonly signal: AbortSignal;
  readonly stop: (reason: Error) => void;
}

/** Runs the work, and commits it when the client has no transaction open. */
export async function inTransaction(running: Running, work: () => Promise<void>): Promise<void> {
  const { backend } = running;
  const alone = backend.status === 'I';
  if (alone) await must(backend, 'BEGIN');
  const timer = await statementTimer(running);
  try {
    await work();
    if (alone) await must(backend, 'COMMIT');
  } catch (error) {
    if (alone) await backend.ask('ROLLBACK');
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** The backend's own timer stands still while it waits for rows. */
async function statementTimer({ backend, stop }: Running): Promise<NodeJS.Timeout | undefined> {
  const sql = `SELECT setting FROM pg_settings WHERE name = 'statement_timeout'`;
  // Not before the transaction's first own statement would have been: this is one.
  const { rows } = await backend.ask(sql);
  const milliseconds = Number(rows[0]?.[0] ?? 0);
  if (milliseconds === 0) return undefined;
  const late = new RedshiftError('canceling statement due to statement timeout', '57014');
  return setTimeout(() => stop(late), milliseconds);
}
