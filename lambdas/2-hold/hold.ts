// Which moment of the source does this run copy? Waits until the relay has taken a snapshot; and gives it back when
// everything has been read.

import { setTimeout as pause } from 'node:timers/promises';
import { artifactKeys } from '../../core/artifacts.ts';
import { ERROR_KINDS, type ErrorKind, PgshiftError } from '../../core/errors.ts';
import type { StepInput, StepOutput } from '../../core/pipeline.ts';
import type { Ports } from '../../core/ports.ts';
import type { StepRecord } from '../../core/report/model.ts';
import type { Over, Snapshot } from '../../core/snapshot.ts';
import { end, findOver, findSnapshot } from '../run-snapshot.ts';

/** A holder needs a second to start and to connect; one that finds the source busy is tried again for much longer. */
const WAIT_SECONDS = 120;
const FIRST_LOOK_MS = 50;
const SLOWEST_LOOK_MS = 1_000;

export async function hold(ports: Ports, { run, release }: StepInput<'hold'>): Promise<StepOutput<'hold'>> {
  const { store } = ports;
  if (release) {
    await end(store, run, { reason: 'released' });
    return { takenAt: null };
  }
  const startedAt = ports.now();
  const { takenAt } = await awaitSnapshot(ports, run);
  const record: StepRecord = { step: 'hold', startedAt, endedAt: ports.now(), count: 1 };
  await store.putJson(artifactKeys.stepRecord(run, 'hold'), record);
  return { takenAt };
}

async function awaitSnapshot({ store }: Ports, run: string): Promise<Snapshot> {
  let waited = 0;
  for (let next = FIRST_LOOK_MS; waited < WAIT_SECONDS * 1000; next = Math.min(SLOWEST_LOOK_MS, next * 1.2)) {
    const [snapshot, over] = await Promise.all([findSnapshot(store, run), findOver(store, run)]);
    if (snapshot !== undefined) return snapshot;
    if (over !== undefined) throw reasonWhy(over);
    await pause(next);
    waited += next;
  }
  throw new PgshiftError('Unfinished', `The relay has taken no snapshot of the source in ${WAIT_SECONDS} s.`);
}

/** What kept the relay from taking one, as it met it. */
function reasonWhy({ kind = '', message = 'The relay was over before it had a snapshot.' }: Over): PgshiftError {
  return new PgshiftError(Object.hasOwn(ERROR_KINDS, kind) ? (kind as ErrorKind) : 'Unexpected', message);
}
