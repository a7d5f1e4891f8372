// Which session of the target is this, is an earlier one still there, and how is that one ended? A process's number alone
// does not say: it is used again. With the moment at which its session began it does.

import type { Dialect } from '../catalog/model.ts';

/** One session of a server, as the server itself tells it. */
export interface SessionId {
  readonly pid: string;
  /** When it began, as the server writes it. */
  readonly since: string;
}

/** stv_sessions shows a plain user his own sessions, which are those that he may end. */
const SESSIONS: Readonly<Record<Dialect, { readonly view: string; readonly pid: string; readonly since: string }>> = {
  redshift: { view: 'stv_sessions', pid: 'process', since: 'starttime' },
  postgresql: { view: 'pg_catalog.pg_stat_activity', pid: 'pid', since: 'backend_start' },
};

export const OWN_PID = 'SELECT pg_backend_pid() AS pid';

/** One row with `since` while the process has a session. */
export function sessionOf(dialect: Dialect, pid: string): string {
  const { view, pid: process, since } = SESSIONS[dialect];
  return `SELECT ${since} AS since FROM ${view} WHERE ${process} = ${Number(pid)}`;
}

export const endSession = ({ pid }: SessionId): string => `SELECT pg_terminate_backend(${Number(pid)})`;
