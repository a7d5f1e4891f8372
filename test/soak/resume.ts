// Does a load of 5 million rows that is killed 20 times, and resumed each time, end equal, and read little twice?
import type { Lifetime } from '../../cli/lifetime.ts';
import { startServers } from '../e2e/servers.ts';
import { killAndResume } from '../support/killed-loads.ts';
import type { Soak, Soaked, SoakOptions } from './model.ts';

/** Some 500 MB at the source; parts of 12 MB, so that a kill hits in the middle of some and between others. */
const LOAD = { rows: 5_000_000, parts: 40, workers: 4 };
const KILLS = 20;

export const resumeSoak: Soak = {
  name: 'resume',
  question: 'does a load that is killed and resumed, --count times (20), end equal and read little twice?',
  run: soakResume,
};

async function soakResume(life: Lifetime, options: SoakOptions, note: (line: string) => void): Promise<Soaked> {
  const servers = await startServers();
  await life.defer(() => servers.stop());
  const lastStart = options.startedAt + options.minutes * 60_000;
  const signal = AbortSignal.any([
    life.signal,
    AbortSignal.timeout(Math.max(1, Math.ceil(lastStart - performance.now()))),
  ]);
  const wanted = Math.min(options.count, KILLS);
  const load = { ...LOAD, kills: wanted, seed: options.seed };
  const killed = await killAndResume(servers, load, { note, signal });
  const { loads, kills, partsKept, rereadRows, inFlightRows, differences, leftovers } = killed;
  const summary =
    `${loads} loads of ${LOAD.rows} rows, ${kills} kills, ${partsKept} times a part was found written, ` +
    `${rereadRows} rows read again of ${inFlightRows} that were in flight at most, ` +
    `${differences} differences, ${leftovers.length} leftovers`;
  const passed =
    loads > 0 && kills === wanted && differences === 0 && leftovers.length === 0 && rereadRows <= inFlightRows;
  return { summary, passed };
}
