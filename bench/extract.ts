// How fast does one worker read a table, compressed, into S3, and how much memory does it take?

import type { StepOutput } from '../core/pipeline.ts';
import type { Benchmark, Figure } from './figures.ts';
import { inTurn } from './measure.ts';
import { readTable } from './reference.ts';
import { runId } from './runs.ts';
import { planRun, stepsFor } from './steps.ts';
import { commandFor, machineFor } from './world.ts';

const SAMPLES = 5;

export const extractBenchmark: Benchmark = {
  name: 'extract',
  question: 'one worker: a table, compressed, into local S3',
  async run(world) {
    const { uri, rows } = await world.large();
    const command = commandFor(world, uri);
    const machine = await machineFor(world, command);
    const steps = await stepsFor(world, command);
    const peaks: number[] = [];
    const ours = async () => {
      // A run of its own for each sample: what a run has written of a part, no attempt reads again.
      const { run, items } = await planRun(steps, machine, runId(), command.text);
      const events = items.flatMap(({ chunk, reads }) =>
        reads.map((read) => ({ run, snapshot: false, chunk, ...read, attempt: 0 })),
      );
      const { outputs, seconds, peakBytes } = await steps.invoke('extract', events);
      expectRead(outputs, rows);
      peaks.push(peakBytes / 1e6);
      return seconds.reduce((sum, each) => sum + each, 0);
    };
    const reference = readTable(uri, 'bench.mixed');
    await ours();
    await reference.run();
    const pairs = await inTurn(SAMPLES, ours, reference.run);
    return [
      {
        what: 'extract, one worker',
        values: pairs.ours,
        unit: 's',
        reference: { what: reference.what, values: pairs.theirs },
        ratio: 'times its speed',
        goal: { atLeast: 1 },
      },
      { what: 'extract, peak memory', values: peaks, unit: 'MB', goal: { atMost: 200 } },
    ] satisfies Figure[];
  },
};

/** A sample that did not do the work says nothing. */
function expectRead(outputs: readonly StepOutput<'extract'>[], rows: number): void {
  const read = outputs.flatMap(({ written }) => written).reduce((sum, part) => sum + part.rows, 0);
  if (read !== rows) throw new Error(`${read} rows were extracted of ${rows}`);
}
