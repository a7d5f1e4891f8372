// Does every value of ever new random tables arrive as it left?
import type { Lifetime } from '../../cli/lifetime.ts';
import { drawCase } from '../properties/values/draw.ts';
import { describeFailure } from '../properties/values/failure.ts';
import type { Case, Outcome } from '../properties/values/model.ts';
import { runCase } from '../properties/values/run.ts';
import { hasFailed, shrink } from '../properties/values/shrink.ts';
import { startWorld } from '../properties/world.ts';
import { attempt } from './attempt.ts';
import type { Soak, Soaked, SoakOptions } from './model.ts';

/** After the minutes are over: what runs is ended by then, which leaves the rest of a minute for the servers to end. */
const GRACE_MILLISECONDS = 40_000;
/** Making one failure smaller takes so long at most. */
const SHRINK_MILLISECONDS = 120_000;

export const valuesSoak: Soak = {
  name: 'values',
  question: 'does every value of random tables arrive as it left?',
  run: soakValues,
};

async function soakValues(life: Lifetime, options: SoakOptions, note: (line: string) => void): Promise<Soaked> {
  const lastStart = options.startedAt + options.minutes * 60_000;
  const lastEnd = lastStart + GRACE_MILLISECONDS;
  const timeIsOver = AbortSignal.timeout(Math.ceil(lastEnd - performance.now()));
  const signal = AbortSignal.any([life.signal, timeIsOver]);
  const world = await life.orInterrupted(startWorld(life, note));
  const tried = (tested: Case): Promise<Outcome> =>
    attempt(life, timeIsOver, GRACE_MILLISECONDS, () => runCase(world, tested, signal));
  const counted = { cases: 0, tables: 0, values: 0, differences: 0, failedLoads: 0 };
  while (performance.now() < lastStart && counted.cases < options.count) {
    const drawn = drawCase(options.seed + counted.cases, [...world.sources.keys()]);
    const begun = performance.now();
    const outcome = await tried(drawn);
    counted.cases += 1;
    counted.tables += drawn.tables.length;
    if (outcome.ended !== 'compared') counted.failedLoads += 1;
    else {
      counted.values += outcome.values;
      counted.differences += outcome.differences.length;
    }
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    note(`seed ${drawn.seed}: PostgreSQL ${drawn.postgres}, ${drawn.profile}, ${outcome.ended} in ${seconds} s`);
    if (hasFailed(outcome)) {
      const until = Math.min(lastEnd - 15_000, performance.now() + SHRINK_MILLISECONDS);
      note(describeFailure(outcome, await shrink(drawn, outcome, tried, () => performance.now() < until)));
    }
  }
  const { cases, tables, values, differences, failedLoads } = counted;
  const loads = failedLoads === 0 ? '' : `, ${failedLoads} failed ${failedLoads === 1 ? 'load' : 'loads'}`;
  return {
    summary: `${tables} tables, ${values} values, ${differences} differences${loads}`,
    passed: cases > 0 && differences === 0 && failedLoads === 0,
  };
}
