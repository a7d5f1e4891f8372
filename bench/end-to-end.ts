// How long does a whole load of a large table take, through the state machine into the stand-in, and how much memory
// does its COPY step take?
import type { ReadyCommand } from '../cli/commands.ts';
import type { Machine } from '../cli/run-command.ts';
import type { Benchmark, Figure } from './figures.ts';
import { inTurn } from './measure.ts';
import { pipeTable } from './reference.ts';
import { load, runId } from './runs.ts';
import { planRun, stepsFor } from './steps.ts';
import { commandFor, MIXED_TABLE, machineFor, type World } from './world.ts';

const SAMPLES = 3;

export const endToEndBenchmark: Benchmark = {
  name: 'end-to-end',
  question: 'PostgreSQL → Redshift stand-in, through the state machine',
  async run(world) {
    const { uri } = await world.large();
    const command = commandFor(world, uri);
    const machine = await machineFor(world, command);
    const copied = await world.sourceDatabase('copied', MIXED_TABLE);
    const reference = pipeTable(uri, 'bench.mixed', copied);
    const ours = async () => (await load(world, machine, command)).seconds;
    await reference.run();
    const pairs = await inTurn(SAMPLES, ours, reference.run);
    const figures: Figure[] = [
      {
        what: 'PostgreSQL to stand-in',
        values: pairs.ours,
        unit: 's',
        reference: { what: reference.what, values: pairs.theirs },
        ratio: 'times its time',
        goal: { atMost: 2 },
      },
      {
        what: 'copy, peak memory',
        values: await copyPeaks(world, machine, command),
        unit: 'MB',
        goal: { atMost: 200 },
      },
    ];
    return figures;
  },
};

/** MB of memory that the copy of each item takes, in a process of its own. */
async function copyPeaks(world: World, machine: Machine, command: ReadyCommand): Promise<number[]> {
  const steps = await stepsFor(world, command);
  const run = runId();
  const { items } = await planRun(steps, machine, run, command.text);
  await steps.invoke('prepare', [{ run, chunk: 0, execution: run }]);
  const peaks: number[] = [];
  for (const { chunk, reads } of items) {
    const events = reads.map((read) => ({ run, snapshot: false, chunk, ...read, attempt: 0 }));
    const { outputs } = await steps.invoke('extract', events);
    const { peakBytes } = await steps.invoke('copy', [{ run, chunk, reads: outputs }]);
    peaks.push(peakBytes / 1e6);
  }
  return peaks;
}
