// A session that reads rows or the catalog of the source: with everything pinned that changes bytes or hides rows, in
// transactions that see the run's snapshot, or that have one of their own.

import type { Dialect } from '../core/catalog/model.ts';
import type { LoadCommand } from '../core/command/model.ts';
import type { InRun, InSnapshot } from '../core/pipeline.ts';
import type { Ports, Session } from '../core/ports.ts';
import {
  applicationName,
  BEGIN_READING,
  BEGIN_READING_REDSHIFT,
  PIN_POSTGRESQL_SOURCE,
  PIN_REDSHIFT_SOURCE,
  statementTimeoutMs,
} from '../core/sql/session.ts';
import { settingsForSource } from '../core/sql/settings.ts';
import { NO_TIMEOUTS } from '../core/sql/snapshot.ts';
import { snapshotJoiner } from './run-snapshot.ts';

export interface Reading extends InRun, InSnapshot {
  readonly step: string;
  readonly command: Pick<LoadCommand, 'source' | 'settings'>;
  /** PostgreSQL unless it says otherwise. */
  readonly dialect?: Dialect;
}

export interface SourceReader {
  readonly session: Session;
  /** Begins a transaction. Throws SnapshotLost when the run's snapshot cannot be had. */
  begin(): Promise<void>;
}

/** A lock that somebody else holds is waited for, but not for long: the step is tried again, which costs less. */
const LOCK_TIMEOUT = "SET LOCAL lock_timeout TO '30s'";

/** All that a session pins, by the kind of its server. */
const PINS: Readonly<Record<Dialect, string>> = {
  postgresql: `${PIN_POSTGRESQL_SOURCE}; ${NO_TIMEOUTS}`,
  redshift: PIN_REDSHIFT_SOURCE,
};

export async function connectToSource(ports: Ports, reading: Reading): Promise<SourceReader> {
  const { run, step, command, snapshot, dialect = 'postgresql' } = reading;
  const session = await ports.connect(command.source, {
    applicationName: applicationName(run, step),
    statementTimeoutMs: statementTimeoutMs(ports.remaining()),
  });
  try {
    await session.run(settingsForSource(command.settings, dialect) + PINS[dialect]);
  } catch (error) {
    await session.close();
    throw error;
  }
  if (dialect === 'redshift') return { session, begin: () => session.run(BEGIN_READING_REDSHIFT) };
  const join = snapshotJoiner(ports, session, run);
  return {
    session,
    async begin() {
      if (snapshot) await join();
      else await session.run(BEGIN_READING);
      await session.run(LOCK_TIMEOUT);
    },
  };
}

/** A session in its first transaction. */
export async function openSourceReader(ports: Ports, reading: Reading): Promise<Session> {
  const { session, begin } = await connectToSource(ports, reading);
  try {
    await begin();
    return session;
  } catch (error) {
    await session.close();
    throw error;
  }
}
