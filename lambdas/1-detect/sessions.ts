// Are sessions of the source what a run needs them to be: each with a server process of its own, all on one server, and
// able to see one another's snapshots?

import { PgshiftError } from '../../core/errors.ts';
import type { Session } from '../../core/ports.ts';
import { isStale } from '../../core/snapshot.ts';
import { BEGIN_READING } from '../../core/sql/session.ts';
import { EXPORT_SNAPSHOT, importSnapshot } from '../../core/sql/snapshot.ts';

/**
 * Throws when a pooler gives one session's statements to several server processes: what pgshift sets would reach other
 * people's sessions, and not always its own. Such a pooler hands the process that the first session has used to the next
 * who begins a transaction, or the first gets another one meanwhile. `snapshot`: that one can be shared is tried as well.
 */
export async function trySessions(first: Session, second: Session, snapshot: boolean): Promise<void> {
  const before = await processOf(first);
  await beginAt(second);
  const other = await processOf(second);
  if (other === before || (await processOf(first)) !== before) throw pooled();
  if (snapshot) await tryToShare(first, second);
  await second.run('COMMIT');
}

/** What a pooler says that has not even transactions. */
const NO_TRANSACTIONS = '08P01';

async function beginAt(session: Session): Promise<void> {
  try {
    await session.run(BEGIN_READING);
  } catch (error) {
    throw error instanceof PgshiftError && error.code === NO_TRANSACTIONS ? pooled() : error;
  }
}

async function processOf(session: Session): Promise<string | null | undefined> {
  const [row] = await session.query('SELECT pg_backend_pid() AS pid');
  return row?.pid;
}

function pooled(): PgshiftError {
  const message =
    'What answers as the source is a pooler that gives the statements of one session to different server processes: connect to the server itself, or to a pool in session mode.';
  return new PgshiftError('ConfigurationInvalid', message);
}

async function tryToShare(reader: Session, holder: Session): Promise<void> {
  try {
    const [row] = await holder.query(EXPORT_SNAPSHOT);
    await reader.run(BEGIN_READING);
    await reader.run(importSnapshot(row?.id ?? ''));
    await reader.run('COMMIT');
  } catch (error) {
    if (!(error instanceof PgshiftError) || error.kind !== 'StatementRefused') throw error;
    const reason = isStale(error)
      ? 'two sessions of the source do not see each other’s snapshots, as it is when one host name stands for several servers: name one of them'
      : `the source cannot share a snapshot between sessions (${error.code})`;
    throw new PgshiftError(
      'ConfigurationInvalid',
      `Not all readers can see one moment: ${reason}, or say \`WITH no snapshot\`.`,
    );
  }
}
