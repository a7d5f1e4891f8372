// How long until a database of many tables is planned, and how much memory does that take?
import type { Benchmark, Figure } from './figures.ts';
import { runId } from './runs.ts';
import { planRun, stepsFor } from './steps.ts';
import { commandFor, machineFor, type World } from './world.ts';

const TABLES = 10_000;
/** What one transaction of the source may create: its table of locks holds 64 for each of 200 connections. */
const AT_ONCE = 500;
const SAMPLES = 3;

/** A schema has 500 tables; a table 12 columns, a primary key, and a foreign key to the one before. */
function tables(from: number): string[] {
  const schema = `s${from / AT_ONCE}`;
  const create = `DO $$ BEGIN FOR n IN 0..${AT_ONCE - 1} LOOP
    EXECUTE format('CREATE TABLE ${schema}.table_%s (id bigint PRIMARY KEY, parent bigint, name text NOT NULL, code char(8),
      status varchar(20) DEFAULT ''new'', price numeric(12,2), quantity int, active boolean, ordered date,
      created_at timestamptz DEFAULT now(), reference uuid, tags jsonb)', n);
    IF n > 0 THEN EXECUTE format('ALTER TABLE ${schema}.table_%s ADD FOREIGN KEY (parent) REFERENCES ${schema}.table_%s', n, n - 1); END IF;
  END LOOP; END $$`;
  return [`CREATE SCHEMA ${schema}`, create];
}

async function manyTables(world: World, count: number): Promise<string> {
  world.note(`making ${count} tables`);
  const statements: string[] = [];
  for (let from = 0; from < count; from += AT_ONCE) statements.push(...tables(from));
  return world.sourceDatabase('many', statements);
}

export const largeCatalogBenchmark: Benchmark = {
  name: 'large-catalog',
  question: 'detect, discover and plan a database of 10,000 tables',
  async run(world) {
    const count = world.quick ? TABLES / 10 : TABLES;
    const command = commandFor(world, await manyTables(world, count));
    const machine = await machineFor(world, command);
    const steps = await stepsFor(world, command);
    const seconds: number[] = [];
    const peaks: number[] = [];
    for (let at = 0; at < SAMPLES; at++) {
      const planned = await planRun(steps, machine, runId(), command.text);
      const parts = planned.items.flatMap(({ reads }) => reads.flatMap((read) => read.parts)).length;
      if (parts !== count) throw new Error(`${parts} parts of ${count} tables`);
      seconds.push(planned.seconds);
      peaks.push(planned.peakBytes / 1e6);
    }
    const what = `detect, discover, plan: ${count} tables`;
    return [
      { what, values: seconds, unit: 's', goal: { atMost: 15 } },
      { what: `${what}, peak memory`, values: peaks, unit: 'MB', goal: { atMost: 512 } },
    ] satisfies Figure[];
  },
};
