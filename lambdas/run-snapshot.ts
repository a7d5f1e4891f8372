// The snapshot of a run as its artifacts have it, and how a session joins it: shared by those who hold it and those who
// read under it.

import { setTimeout as pause } from 'node:timers/promises';
import { artifactKeys } from '../core/artifacts.ts';
import { PgshiftError } from '../core/errors.ts';
import type { Ports, Session, Store } from '../core/ports.ts';
import {
  differenceOf,
  type Export,
  type Identity,
  idsOf,
  isStale,
  type Known,
  type Over,
  reasonOf,
  type Snapshot,
  serverDifference,
  snapshotLost,
} from '../core/snapshot.ts';
import { BEGIN_READING } from '../core/sql/session.ts';
import { importSnapshot, SERVER, SERVER_AND_SNAPSHOT, SYSTEM_IDENTIFIER } from '../core/sql/snapshot.ts';

/** A holder that was lost is replaced in about this time; so long its successor's id may be on its way. */
const SUCCESSOR_MS = 1_000;

async function find<Value>(store: Store, key: string): Promise<Value | undefined> {
  const text = await store.findText(key);
  return text === undefined ? undefined : JSON.parse(text);
}

export const findSnapshot = (store: Store, run: string): Promise<Snapshot | undefined> =>
  find(store, artifactKeys.snapshot(run));

export const findExport = (store: Store, run: string, holder: string): Promise<Export | undefined> =>
  find(store, artifactKeys.snapshotHolder(run, holder));

export const findOver = (store: Store, run: string): Promise<Over | undefined> =>
  find(store, artifactKeys.snapshotOver(run));

export async function end(store: Store, run: string, over: Over): Promise<void> {
  await store.putJson(artifactKeys.snapshotOver(run), over);
}

async function findKnown(store: Store, run: string): Promise<Known> {
  const [snapshot, first, second] = await Promise.all([
    findSnapshot(store, run),
    findExport(store, run, 'first'),
    findExport(store, run, 'second'),
  ]);
  if (snapshot === undefined) throw snapshotLost('there is no record of it');
  return { snapshot, exports: [first, second].filter((held) => held !== undefined) };
}

/**
 * Gives what begins a transaction that sees what the run's snapshot sees; what it has found out stays for the next. An id
 * that is stale has a newer one, which is looked for; then, or when what was imported is another moment, SnapshotLost is
 * thrown. Never is a new snapshot taken.
 */
export function snapshotJoiner({ store }: Ports, session: Session, run: string): () => Promise<Snapshot> {
  let systemIdentifier: string | null | undefined;
  let remembered: Known | undefined;
  return async () => {
    if (systemIdentifier === undefined) systemIdentifier = await readSystemIdentifier(session);
    const tried = new Set<string>();
    const join = (known: Known) => joined(session, known, systemIdentifier ?? null, tried);
    if (remembered !== undefined && (await join(remembered))) return remembered.snapshot;
    remembered = await findKnown(store, run);
    if (await join(remembered)) return remembered.snapshot;
    if ((await findOver(store, run)) === undefined) await pause(SUCCESSOR_MS);
    remembered = await findKnown(store, run);
    if (await join(remembered)) return remembered.snapshot;
    const server = await readServer(session, systemIdentifier);
    throw snapshotLost(reasonOf(await findOver(store, run), serverDifference(remembered.snapshot, server)));
  };
}

/** Whether one of the ids is no stale one: then a transaction is open. Throws when it is another snapshot's by now. */
async function joined(
  session: Session,
  known: Known,
  systemIdentifier: string | null,
  tried: Set<string>,
): Promise<boolean> {
  for (const id of idsOf(known)) {
    if (tried.has(id)) continue;
    tried.add(id);
    if (!(await begin(session, id))) continue;
    const difference = differenceOf(known.snapshot, await readIdentity(session, systemIdentifier));
    if (difference === undefined) return true;
    throw snapshotLost(difference);
  }
  return false;
}

/** False when the id is stale. */
async function begin(session: Session, id: string): Promise<boolean> {
  try {
    await session.run(`${BEGIN_READING}; ${importSnapshot(id)}`);
    return true;
  } catch (error) {
    if (!isStale(error)) throw error;
    await session.run('ROLLBACK');
    return false;
  }
}

/** Null where the server refuses to tell: a managed one may keep its control file to itself. */
export async function readSystemIdentifier(session: Session): Promise<string | null> {
  try {
    const [row] = await session.query(SYSTEM_IDENTIFIER);
    return row?.id ?? null;
  } catch (error) {
    if (error instanceof PgshiftError && REFUSED.includes(error.kind)) return null;
    throw error;
  }
}

const REFUSED: readonly string[] = ['PermissionDenied', 'StatementRefused'];

/** Of a session in a transaction. */
export async function readIdentity(session: Session, systemIdentifier: string | null): Promise<Identity> {
  const [row] = await session.query(SERVER_AND_SNAPSHOT);
  return { ...serverIn(row, systemIdentifier), snapshot: row?.snapshot ?? '' };
}

async function readServer(session: Session, systemIdentifier: string | null): Promise<Omit<Identity, 'snapshot'>> {
  const [row] = await session.query(SERVER);
  return serverIn(row, systemIdentifier);
}

function serverIn(row: Record<string, string | null> | undefined, systemIdentifier: string | null) {
  return { systemIdentifier, startedAt: row?.started_at ?? '', address: row?.address ?? null };
}
