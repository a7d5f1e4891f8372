// Who tried this before, and is his session still there? A function that was given up may have left one that holds locks,
// and nobody waits for what it does: a retry ends it, so that it need not wait for it. That rows arrive once does not rest
// on this, but on ledgers.

import { artifactKeys } from '../core/artifacts.ts';
import type { Dialect } from '../core/catalog/model.ts';
import { type ErrorKind, PgshiftError } from '../core/errors.ts';
import type { InRun } from '../core/pipeline.ts';
import type { Ports, Session } from '../core/ports.ts';
import { endSession, OWN_PID, type SessionId, sessionOf } from '../core/sql/sessions.ts';

/** The session of the latest try. An artifact. */
interface Latest extends SessionId {
  readonly attempt: number;
}

/** Which try it is, at which of a step's work. */
interface Trying extends InRun {
  readonly step: string;
  readonly number: number;
  readonly attempt?: number | undefined;
}

interface Connected {
  readonly session: Session;
  readonly dialect: Dialect;
}

/** Ends the session of an earlier try, and leaves word of this one's. A late zombie ends nobody. */
export async function succeed({ store, log }: Ports, target: Connected, trying: Trying): Promise<void> {
  const { run, step, number, attempt = 0 } = trying;
  const key = artifactKeys.targetSession(run, step, number);
  const text = attempt === 0 ? undefined : await store.findText(key);
  const before = text === undefined ? undefined : (JSON.parse(text) as Latest);
  if (before !== undefined && before.attempt > attempt) return;
  if (before !== undefined && before.attempt < attempt && (await isThere(target, before))) {
    await end(target.session, before);
    log.info('ended the session of an earlier try', { step, number, attempt: before.attempt });
  }
  const own = await ownSession(target);
  if (own !== undefined) await store.putJson(key, { ...own, attempt } satisfies Latest);
}

async function ownSession({ session, dialect }: Connected): Promise<SessionId | undefined> {
  const [own] = await session.query(OWN_PID);
  const pid = own?.pid ?? '';
  const [row] = await session.query(sessionOf(dialect, pid));
  return row === undefined ? undefined : { pid, since: row.since ?? '' };
}

async function isThere({ session, dialect }: Connected, { pid, since }: SessionId): Promise<boolean> {
  const [row] = await session.query(sessionOf(dialect, pid));
  return row?.since === since;
}

const REFUSED: readonly ErrorKind[] = ['PermissionDenied', 'StatementRefused'];

/** Who may not end it waits for its locks, as for anybody else's. */
async function end(session: Session, before: SessionId): Promise<void> {
  try {
    await session.query(endSession(before));
  } catch (error) {
    if (!(error instanceof PgshiftError && REFUSED.includes(error.kind))) throw error;
  }
}
