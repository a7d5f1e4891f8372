// How long does a whole load of a large table take from one PostgreSQL into another, through the state machine and S3, and how
// much memory does its COPY step take?
import { copyPeaks } from './copy-peaks.ts';
import type { Benchmark, Figure } from './figures.ts';
import { inTurn } from './measure.ts';
import { pipeTable } from './reference.ts';
import { load } from './runs.ts';
import { commandFor, MIXED_TABLE, machineFor } from './world.ts';

const SAMPLES = 3;

export const postgresqlBenchmark: Benchmark = {
  name: 'postgresql',
  question: 'PostgreSQL → PostgreSQL, through the state machine',
  async run(world) {
    const { uri, rows } = await world.large();
    const loaded = await world.sourceDatabase('loaded', []);
    const command = commandFor(world, uri, loaded);
    const machine = await machineFor(world, command);
    const copied = await world.sourceDatabase('piped', MIXED_TABLE);
    const reference = pipeTable(uri, 'bench.mixed', copied);
    const ours = async () => (await load(world, machine, command)).seconds;
    await reference.run();
    const pairs = await inTurn(SAMPLES, ours, reference.run);
    const figures: Figure[] = [
      {
        what: 'PostgreSQL to PostgreSQL',
        values: pairs.ours,
        unit: 's',
        reference: { what: reference.what, values: pairs.theirs },
        ratio: 'times its time',
        goal: { atMost: 1.3 },
      },
      {
        what: 'copy into PostgreSQL, peak memory',
        values: await copyPeaks(world, machine, command, rows),
        unit: 'MB',
        goal: { atMost: 200 },
      },
    ];
    return figures;
  },
};
