// How long does a whole load of a large table take, through the state machine into the stand-in, and how much memory
// does its COPY step take?
import { copyPeaks } from './copy-peaks.ts';
import type { Benchmark, Figure } from './figures.ts';
import { inTurn } from './measure.ts';
import { pipeTable } from './reference.ts';
import { load } from './runs.ts';
import { commandFor, MIXED_TABLE, machineFor } from './world.ts';

const SAMPLES = 3;

export const endToEndBenchmark: Benchmark = {
  name: 'end-to-end',
  question: 'PostgreSQL → Redshift stand-in, through the state machine',
  async run(world) {
    const { uri, rows } = await world.large();
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
        values: await copyPeaks(world, machine, command, rows),
        unit: 'MB',
        goal: { atMost: 200 },
      },
    ];
    return figures;
  },
};
