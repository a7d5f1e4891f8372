// One turn of one of the two holders that hand the source's snapshot on to each other: takes it, from the server when it
// is the very first and from the other's living transaction ever after, exports it anew, and holds it.
//
// A turn ends only while the other one holds, and will hold for longer. So the snapshot lives on when one of them is lost,
// with its function or by somebody who ends its session: Step Functions calls its step again, and it takes from the other.

import { setTimeout as pause } from 'node:timers/promises';
import { artifactKeys } from '../../core/artifacts.ts';
import type { LoadCommand } from '../../core/command/model.ts';
import { ERROR_KINDS, PgshiftError } from '../../core/errors.ts';
import type { Holder, StepInput, StepOutput } from '../../core/pipeline.ts';
import type { Ports, Session } from '../../core/ports.ts';
import { type Export, mayLetGo, type Over, otherHolder, type Snapshot } from '../../core/snapshot.ts';
import { applicationName, BEGIN_READING, PIN_POSTGRESQL_SOURCE } from '../../core/sql/session.ts';
import { EXPORT_SNAPSHOT, holds, NO_TIMEOUTS } from '../../core/sql/snapshot.ts';
import {
  end,
  findExport,
  findOver,
  findSnapshot,
  readIdentity,
  readSystemIdentifier,
  snapshotJoiner,
} from '../run-snapshot.ts';

/** How often a holder asks whether it is over, and its server whether it is there. An hour of it costs a third of a cent. */
const LOOK_MS = 1_000;
/** How long the second waits for the first one's snapshot before it gives the turn back. */
const FIRST_SNAPSHOT_MS = 60_000;
const FIRST_LOOK_MS = 100;
/** A turn lasts this much longer at most, for another holder that is being replaced. */
const EXTENSION_MS = 40_000;
/** Kept for closing the session before Lambda ends the invocation. */
const SPARE_MS = 5_000;

export async function keep(ports: Ports, input: StepInput<'keep'>): Promise<StepOutput<'keep'>> {
  try {
    return await oneTurn(ports, input);
  } catch (error) {
    await tellWhy(ports, input.run, error);
    throw error;
  }
}

async function oneTurn(ports: Ports, input: StepInput<'keep'>): Promise<StepOutput<'keep'>> {
  const { run, holder, until } = input;
  const { store } = ports;
  const startedAt = ports.now();
  const command = await store.getJson<LoadCommand>(artifactKeys.command(run));
  const known = holder === 'first' ? await findSnapshot(store, run) : await awaitFirst(ports, run);
  if (await isOver(ports, run, command, known)) return { over: true };
  if (known === undefined && holder === 'second') return { over: false };
  const forgotten = known === undefined && !input.take;
  if (forgotten || (until !== 0 && startedAt >= until)) {
    await end(store, run, { reason: 'run stopped' });
    return { over: true };
  }
  const endsAt = Math.min(startedAt + input.seconds * 1000, until === 0 ? Number.POSITIVE_INFINITY : until);
  return { over: await takeTurn(ports, command, known, { run, holder, endsAt }) };
}

/** Whether it was the last. */
async function takeTurn(ports: Ports, command: LoadCommand, known: Snapshot | undefined, turn: Turn): Promise<boolean> {
  const session = await ports.connect(command.source, {
    applicationName: applicationName(turn.run, 'keep'),
    statementTimeoutMs: 0,
  });
  try {
    await session.run(`${PIN_POSTGRESQL_SOURCE}; ${NO_TIMEOUTS}`);
    const held = await (known === undefined ? take : takeOver)(ports, session, turn);
    ports.log.info('holding', { holder: turn.holder, snapshot: held.snapshot.snapshot });
    return await holdOn(ports, session, { ...turn, ...held, command });
  } finally {
    await session.close();
  }
}

/** The first one's snapshot, which is there in a moment; undefined when it is not, or the relay is over. */
async function awaitFirst({ store, now }: Ports, run: string): Promise<Snapshot | undefined> {
  const latest = now() + FIRST_SNAPSHOT_MS;
  for (;;) {
    const [snapshot, over] = await Promise.all([findSnapshot(store, run), findOver(store, run)]);
    if (snapshot !== undefined || over !== undefined || now() > latest) return snapshot;
    await pause(FIRST_LOOK_MS);
  }
}

/** Whether the snapshot is, or now has to be, given up. */
async function isOver(
  { store, now }: Ports,
  run: string,
  { options }: LoadCommand,
  snapshot: Snapshot | undefined,
): Promise<boolean> {
  if ((await findOver(store, run)) !== undefined) return true;
  const oldest = options.snapshotMaxAgeSeconds;
  if (oldest === undefined || snapshot === undefined || now() <= snapshot.takenAt + oldest * 1000) return false;
  await end(store, run, { reason: 'too old' });
  return true;
}

interface Turn {
  readonly run: string;
  readonly holder: Holder;
  /** Milliseconds since 1970. */
  readonly endsAt: number;
}

interface Held {
  readonly snapshot: Snapshot;
  readonly mine: Export;
}

/** A new snapshot, unless somebody was faster: then his. Only before the run has one. */
async function take(ports: Ports, session: Session, turn: Turn): Promise<Held> {
  const { store } = ports;
  const systemIdentifier = await readSystemIdentifier(session);
  await session.run(BEGIN_READING);
  const mine = await exportSnapshot(ports, session, turn);
  const snapshot = { ...(await readIdentity(session, systemIdentifier)), id: mine.id, takenAt: mine.at };
  const created = await store.putNew(artifactKeys.snapshot(turn.run), JSON.stringify(snapshot));
  // A yes whose answer was lost is a no when it is asked again: what is stored tells.
  const theOne = created ? snapshot : await findSnapshot(store, turn.run);
  if (theOne === undefined) throw new PgshiftError('Unfinished', 'The record of the snapshot was not stored.');
  if (theOne.id !== snapshot.id || theOne.takenAt !== snapshot.takenAt) {
    await session.run('ROLLBACK');
    return takeOver(ports, session, turn);
  }
  await store.putJson(artifactKeys.snapshotHolder(turn.run, turn.holder), mine);
  return { snapshot, mine };
}

/** The run's snapshot, from whoever holds it. */
async function takeOver(ports: Ports, session: Session, turn: Turn): Promise<Held> {
  const snapshot = await snapshotJoiner(ports, session, turn.run)();
  const mine = await exportSnapshot(ports, session, turn);
  await ports.store.putJson(artifactKeys.snapshotHolder(turn.run, turn.holder), mine);
  return { snapshot, mine };
}

async function exportSnapshot({ now }: Ports, session: Session, { endsAt }: Turn): Promise<Export> {
  const [row] = await session.query(EXPORT_SNAPSHOT);
  return { id: row?.id ?? '', pid: row?.pid ?? '', at: now(), endsAt };
}

interface Holding extends Turn, Held {
  readonly command: LoadCommand;
}

/** Holds until the turn is over, and says whether it was the last. Throws when the session is lost. */
async function holdOn(ports: Ports, session: Session, holding: Holding): Promise<boolean> {
  const { endsAt } = holding;
  const latest = Math.min(endsAt + EXTENSION_MS, ports.now() + ports.remaining() - SPARE_MS);
  const isKnownToBeOver = lookout(ports, holding);
  let asked: Promise<boolean> | undefined;
  for (;;) {
    if (await isKnownToBeOver()) return true;
    const now = ports.now();
    if (now >= latest) return false;
    const wait = pause(Math.min(LOOK_MS, (now < endsAt ? endsAt : latest) - now), false);
    // A server that does not answer may do so yet, when the network is back; only a broken connection is a lost one.
    asked ??= (now < endsAt ? isThere(session) : otherHolds(ports, session, holding)).finally(() => {
      asked = undefined;
    });
    if (await Promise.race([asked, wait])) return false;
    await wait;
  }
}

/**
 * Gives what looks once more whether it is over. S3 may be away for a while, or slow: no reason to let go of what cannot be
 * had again, nor to stand still; but an answer that comes late is heard when it comes.
 */
function lookout(ports: Ports, { run, command, snapshot }: Holding): () => Promise<boolean> {
  const known = { over: false };
  const look = async () => {
    if (await isOver(ports, run, command, snapshot).catch(() => false)) known.over = true;
  };
  return async () => {
    await Promise.race([look(), pause(LOOK_MS)]);
    return known.over;
  };
}

/** No answer that ends a turn. */
async function isThere(session: Session): Promise<false> {
  await session.query('SELECT 1');
  return false;
}

/** Whether the other one holds, and longer than this one. */
async function otherHolds({ store }: Ports, session: Session, { run, holder, mine }: Holding): Promise<boolean> {
  const others = await findExport(store, run, otherHolder(holder)).catch(() => undefined);
  return others !== undefined && mayLetGo(mine, others, holder) && (await session.query(holds(others.pid))).length > 0;
}

/** So that the run need not wait for a snapshot that will not come. What heals is tried again instead. */
async function tellWhy({ store }: Ports, run: string, error: unknown): Promise<void> {
  if (error instanceof PgshiftError && ERROR_KINDS[error.kind].retry !== 'final') return;
  const mayBeThere = await findSnapshot(store, run).then(
    (snapshot) => snapshot !== undefined,
    () => true,
  );
  if (mayBeThere) return;
  const { kind, message } = error instanceof PgshiftError ? error : { kind: 'Unexpected', message: undefined };
  const over: Over = { reason: 'not taken', kind, ...(message === undefined ? {} : { message }) };
  await end(store, run, over).catch(() => {});
}
