// Does `pgshift compare` find a difference where a load has left none? Between the ends of ever new random loads, and
// between each source and itself.
import type { Lifetime } from '../../cli/lifetime.ts';
import { drawCase } from '../properties/values/draw.ts';
import { runCase } from '../properties/values/run.ts';
import { startWorld } from '../properties/world.ts';
import { attempt } from './attempt.ts';
import type { Soak, Soaked, SoakOptions } from './model.ts';

/** After the minutes are over: what runs is ended by then. */
const GRACE_MILLISECONDS = 40_000;

export const compareSoak: Soak = {
  name: 'compare',
  question: 'does `pgshift compare` find no difference after loads of random tables?',
  run: soakCompare,
};

async function soakCompare(life: Lifetime, options: SoakOptions, note: (line: string) => void): Promise<Soaked> {
  const lastStart = options.startedAt + options.minutes * 60_000;
  const timeIsOver = AbortSignal.timeout(Math.ceil(lastStart + GRACE_MILLISECONDS - performance.now()));
  const signal = AbortSignal.any([life.signal, timeIsOver]);
  const world = await life.orInterrupted(startWorld(life, note));
  const counted = { databases: 0, alarms: 0, failedLoads: 0 };
  for (let seed = options.seed; performance.now() < lastStart && counted.databases < options.count; seed += 1) {
    const drawn = drawCase(seed, [...world.sources.keys()]);
    const begun = performance.now();
    const work = () => runCase(world, drawn, signal, { values: false });
    const outcome = await attempt(life, timeIsOver, GRACE_MILLISECONDS, work);
    counted.databases += 1;
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    note(`seed ${seed}: PostgreSQL ${drawn.postgres}, ${drawn.profile}, ${outcome.ended} in ${seconds} s`);
    if (outcome.ended !== 'compared') {
      counted.failedLoads += 1;
      note(outcome.message);
    } else {
      counted.alarms += outcome.alarms.length;
      for (const alarm of outcome.alarms) note(`  ${alarm}`);
    }
  }
  const { databases, alarms, failedLoads } = counted;
  const loads = failedLoads === 0 ? '' : `, ${failedLoads} failed ${failedLoads === 1 ? 'load' : 'loads'}`;
  return {
    summary: `${databases} ${databases === 1 ? 'database' : 'databases'}, ${alarms} false ${alarms === 1 ? 'alarm' : 'alarms'}${loads}`,
    passed: databases > 0 && alarms === 0 && failedLoads === 0,
  };
}
