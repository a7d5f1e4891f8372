// How do others learn that a run of this machine still runs? By an object in the bucket, written again and again until it
// ends; a command that is killed stops writing it. And who may take up one that has ended?
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { artifactKeys } from '../core/artifacts.ts';
import { PgshiftError } from '../core/errors.ts';
import type { Store } from '../core/ports.ts';
import { HEARTBEAT_MS, type Heartbeat, heartbeatSign, isDead, type SignOfLife } from '../core/running.ts';
import { lives, machineId, processFacts } from './ancestors.ts';

/** A run that goes on, and how many times it was resumed, with this one. */
export interface Resumption {
  readonly run: string;
  readonly resumed: number;
  /** This process does no more of it. Never throws. */
  over(): Promise<void>;
}

/** A bucket that does not answer is the steps' to tell; Ctrl-C leaves less than 2 s for all of the end. */
const PATIENCE_MS = 500;

/** Resolves once the first beat is written, or cannot be. Gives what ends it. */
export async function startHeartbeat(store: Store, run: string): Promise<() => Promise<void>> {
  const key = artifactKeys.heartbeat(run);
  let beating = Promise.resolve();
  const beat = () => {
    // What keeps it from being written keeps the steps from their work: they say so.
    beating = store.putJson(key, beatNow()).catch(() => {});
  };
  beat();
  // Beside what Prepare notes: a run that comes to its end before is one of a laptop, too.
  const sign: SignOfLife = { sign: heartbeatSign(store.bucket, run) };
  await patiently(store.putJson(artifactKeys.signOfLife(run), sign).catch(() => {}));
  const timer = setInterval(beat, HEARTBEAT_MS);
  await patiently(beating);
  return async () => {
    clearInterval(timer);
    // A beat that is under way would be there again after it was removed.
    await patiently(beating.then(() => store.remove([key])).catch(() => {}));
  };
}

const patiently = (work: Promise<void>): Promise<void> =>
  Promise.race([work, pause(PATIENCE_MS, undefined, { ref: false })]);

function thisProcess(): Heartbeat['process'] {
  const [machine, facts] = [machineId(), processFacts(process.pid)];
  return machine === undefined || facts === undefined
    ? undefined
    : { machine, pid: facts.pid, started: facts.startTicks };
}

const beatNow = (): Heartbeat => {
  const writer = thisProcess();
  return { at: Date.now(), ...(writer === undefined ? {} : { process: writer }) };
};

/**
 * Takes the next resumption of a run for this process. Of several that try at once one has it: the others throw TableClaimed.
 * Its record is a sign of life until the first heartbeat is written.
 */
export async function claimResumption(store: Store, run: string): Promise<Resumption> {
  const resumed = (await store.list(artifactKeys.resumptions(run))).length + 1;
  const key = artifactKeys.resumption(run, resumed);
  const record = JSON.stringify({ ...beatNow(), by: randomUUID() });
  // A yes whose answer was lost is a no when it is asked again: what is stored tells.
  const mine = (await store.putNew(key, record)) || (await store.findText(key)) === record;
  if (!mine) throw new PgshiftError('TableClaimed', `Run ${run} is being resumed by another command.`);
  return { run, resumed, over: () => store.putJson(key, { at: 0 } satisfies Heartbeat).catch(() => {}) };
}

/** How often a sign of life is looked for that may yet be renewed. */
const LOOK_MS = 500;

/**
 * Whether a run of a laptop has ended: its signs of life are gone, or old, or of processes of this machine that are no more.
 * Waits until one of it is so; when a sign is renewed meanwhile, gives false. `waits` hears of a wait.
 */
export async function hasEnded(store: Store, run: string, waits: () => void): Promise<boolean> {
  let first: number | undefined;
  for (;;) {
    const living = (await signsOf(store, run)).filter((sign) => !isDead(sign, Date.now()) && !isGone(sign));
    if (living.length === 0) return true;
    const newest = Math.max(...living.map(({ at }) => at));
    if (living.some(isHere) || (first !== undefined && newest !== first)) return false;
    if (first === undefined) waits();
    first = newest;
    await pause(LOOK_MS);
  }
}

async function signsOf(store: Store, run: string): Promise<Heartbeat[]> {
  const resumptions = await store.list(artifactKeys.resumptions(run));
  const keys = [artifactKeys.heartbeat(run), ...resumptions.slice(-1).map(({ key }) => key)];
  const texts = await Promise.all(keys.map((key) => store.findText(key)));
  return texts.flatMap((text) => (text === undefined ? [] : [JSON.parse(text) as Heartbeat]));
}

/** Only a process of this machine can be told to be there, or to be gone. */
const isHere = ({ process: writer }: Heartbeat): boolean => writer !== undefined && writer.machine === machineId();

const isGone = (sign: Heartbeat): boolean =>
  isHere(sign) && sign.process !== undefined && !lives({ pid: sign.process.pid, startTicks: sign.process.started });
