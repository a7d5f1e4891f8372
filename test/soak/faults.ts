// Does every row arrive once, of one moment, whatever dies when?
import pMap from 'p-map';
import type { Lifetime } from '../../cli/lifetime.ts';
import { drawSchedule } from '../faults/draw.ts';
import { isGood, type Schedule, type Verdict } from '../faults/model.ts';
import { type Hooks, runSchedule, type Stage, tell } from '../faults/run-schedule.ts';
import { startWorld } from '../faults/world.ts';
import type { Soak, Soaked, SoakOptions } from './model.ts';

/** After the minutes are over: what runs has ended by then, or has failed to. */
const GRACE_MILLISECONDS = 40_000;
/** Schedules spend most of their time waiting. */
const AT_ONCE = 3;

export const faultsSoak: Soak = {
  name: 'faults',
  question: 'does every row arrive once, whatever dies when?',
  run: soakFaults,
};

async function soakFaults(life: Lifetime, options: SoakOptions, note: (line: string) => void): Promise<Soaked> {
  const lastStart = options.startedAt + options.minutes * 60_000;
  const timeIsOver = AbortSignal.timeout(Math.ceil(lastStart + GRACE_MILLISECONDS - performance.now()));
  const signal = AbortSignal.any([life.signal, timeIsOver]);
  const world = await life.orInterrupted(startWorld());
  await life.defer(() => world.stop());
  const counted = { schedules: 0, fired: 0, lost: 0, doubled: 0, leftovers: 0 };
  const bad: number[] = [];
  const one = async (schedule: Schedule, hooks: Hooks) => {
    const begun = performance.now();
    const verdict = await untilAborted(signal, runSchedule(world, schedule, hooks));
    counted.schedules += 1;
    counted.fired += verdict.fired.length > 0 ? 1 : 0;
    counted.lost += verdict.lost;
    counted.doubled += verdict.doubled;
    counted.leftovers += verdict.leftovers.length;
    if (!isGood(verdict)) bad.push(schedule.seed);
    note(`${((performance.now() - begun) / 1000).toFixed(1)} s, ${tell(verdict)}`);
  };
  const unended = (schedule: Schedule, stage: Stage, error: unknown) => {
    if (life.signal.aborted) throw error;
    counted.schedules += 1;
    bad.push(schedule.seed);
    const late = `${stage} had not ended ${GRACE_MILLISECONDS / 1000} s after the last minute`;
    const thrown = error instanceof Error ? (error.stack ?? error.message) : String(error);
    note(`seed ${schedule.seed}: ${timeIsOver.aborted ? late : thrown}\n  ${JSON.stringify(schedule)}`);
  };
  await pMap(
    seeds(options, () => performance.now() < lastStart && !signal.aborted),
    async (seed) => {
      const schedule = drawSchedule(seed);
      let stage: Stage = 'the run';
      const hooks: Hooks = {
        reached: (next) => {
          stage = next;
        },
      };
      await one(schedule, hooks).catch((error: unknown) => unended(schedule, stage, error));
    },
    { concurrency: AT_ONCE },
  );
  const { schedules, fired, lost, doubled, leftovers } = counted;
  // Among hundreds of lines that say how each one went nobody finds them.
  if (bad.length > 0) note(`failed: seed ${bad.join(', ')}`);
  const failed = bad.length === 0 ? '' : `, ${bad.length} failed`;
  return {
    summary: `${schedules} schedules, ${fired} fired, ${lost} lost, ${doubled} doubled, ${leftovers} leftovers${failed}`,
    passed: fired > 0 && bad.length === 0,
  };
}

/** One after the other, as long as there is time for one more. */
function* seeds({ seed, count }: SoakOptions, goesOn: () => boolean): Generator<number> {
  for (let n = 0; n < count && goesOn(); n += 1) yield seed + n;
}

function untilAborted(signal: AbortSignal, work: Promise<Verdict>): Promise<Verdict> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
