// How do others learn that a run of this machine still runs? By an object in the bucket, written again and again until it
// ends; a command that is killed stops writing it.
import { setTimeout as pause } from 'node:timers/promises';
import { artifactKeys } from '../core/artifacts.ts';
import type { Store } from '../core/ports.ts';
import { HEARTBEAT_MS, type Heartbeat } from '../core/running.ts';

/** A bucket that does not answer is the steps' to tell; Ctrl-C leaves less than 2 s for all of the end. */
const PATIENCE_MS = 500;

/** Resolves once the first beat is written, or cannot be. Gives what ends it. */
export async function startHeartbeat(store: Store, run: string): Promise<() => Promise<void>> {
  const key = artifactKeys.heartbeat(run);
  let beating = Promise.resolve();
  const beat = () => {
    const heartbeat: Heartbeat = { at: Date.now() };
    // What keeps it from being written keeps the steps from their work: they say so.
    beating = store.putJson(key, heartbeat).catch(() => {});
  };
  beat();
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
