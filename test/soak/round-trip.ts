// Is a random database equal to what comes back of it from Redshift, by `pgshift compare` and by a comparison of the tests' own?
import type { Lifetime } from '../../cli/lifetime.ts';
import { drawCase } from '../properties/values/draw.ts';
import { reasons } from '../properties/values/failure.ts';
import { runRoundTrip, wayOf } from '../properties/values/round-trip.ts';
import { startWorld } from '../properties/world.ts';
import { attempt } from './attempt.ts';
import type { Soak, Soaked, SoakOptions } from './model.ts';

/** After the minutes are over: what runs is ended by then. */
const GRACE_MILLISECONDS = 40_000;

export const roundTripSoak: Soak = {
  name: 'round-trip',
  question: 'is a database equal to what comes back of it from Redshift?',
  run: soakRoundTrip,
};

async function soakRoundTrip(life: Lifetime, options: SoakOptions, note: (line: string) => void): Promise<Soaked> {
  const lastStart = options.startedAt + options.minutes * 60_000;
  const timeIsOver = AbortSignal.timeout(Math.ceil(lastStart + GRACE_MILLISECONDS - performance.now()));
  const signal = AbortSignal.any([life.signal, timeIsOver]);
  const world = await life.orInterrupted(startWorld(life, note));
  const counted = { databases: 0, values: 0, differences: 0, alarms: 0, failures: 0 };
  for (let seed = options.seed; performance.now() < lastStart && counted.databases < options.count; seed += 1) {
    const drawn = drawCase(seed, [...world.sources.keys()], { asIs: true });
    const begun = performance.now();
    const work = () => runRoundTrip(world, drawn, wayOf(seed), signal);
    const outcome = await attempt(life, timeIsOver, GRACE_MILLISECONDS, work);
    counted.databases += 1;
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    note(
      `seed ${seed}: PostgreSQL ${drawn.postgres}, ${drawn.profile}, ${wayOf(seed)}: ${outcome.ended} in ${seconds} s`,
    );
    if (outcome.ended === 'compared') {
      counted.values += outcome.values;
      counted.differences += outcome.differences.length;
      counted.alarms += outcome.alarms.length;
      for (const alarm of outcome.alarms) note(`  compare: ${alarm}`);
    } else counted.failures += 1;
    for (const reason of reasons(outcome)) note(`  ${reason}`);
  }
  const { databases, values, differences, alarms, failures } = counted;
  const failed = failures === 0 ? '' : `, ${failures} failed`;
  return {
    summary: `${databases} databases, ${values} values, ${differences} differences, ${alarms} alarms of compare${failed}`,
    passed: databases > 0 && differences + alarms + failures === 0,
  };
}
