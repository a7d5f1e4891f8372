// How is a snapshot of the source exported, imported and told from another, in SQL? Works on PostgreSQL 13 and later, and
// on standbys.

import { literal } from './quote.ts';

/** Ids have this form in all versions: digits of a transaction or process, and a counter. */
const ID = /^[0-9A-F-]+$/i;

export const EXPORT_SNAPSHOT = 'SELECT pg_export_snapshot() AS id, pg_backend_pid() AS pid';

/** Has to be the first in its transaction. Throws a RangeError for what is no id. */
export function importSnapshot(id: string): string {
  if (!ID.test(id)) throw new RangeError('the id of a snapshot has digits and dashes only');
  return `SET TRANSACTION SNAPSHOT ${literal(id)}`;
}

/** Asked outside of a transaction: a managed server may refuse to read its control file, which would end one. */
export const SYSTEM_IDENTIFIER = 'SELECT system_identifier AS id FROM pg_control_system()';

export const SERVER = `
  SELECT extract(epoch FROM pg_postmaster_start_time()) AS started_at,
    host(inet_server_addr()) || ':' || inet_server_port() AS address`;

export const SERVER_AND_SNAPSHOT = `${SERVER}, pg_current_snapshot() AS snapshot`;

/**
 * Nothing ends a session for the time it takes or is idle, whatever is set for the database or the role. The limits differ
 * from version to version: those that are there are set.
 */
export const NO_TIMEOUTS = `
  SELECT set_config(name, '0', false) FROM pg_settings
  WHERE name IN ('idle_in_transaction_session_timeout', 'idle_session_timeout', 'transaction_timeout')`;

/** Whether the process of a holder still has its transaction open. */
export const holds = (pid: string): string =>
  `SELECT 1 AS yes FROM pg_stat_activity WHERE pid = ${Number(pid)} AND xact_start IS NOT NULL`;
