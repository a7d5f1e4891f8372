// How long does `pgshift load` take for a small database, from the command line to its end, servers up?
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Benchmark, Figure } from './figures.ts';
import { secondsOf } from './measure.ts';

const TABLES = 15;
const ROWS = 100;
const SAMPLES = 5;

/** The statements that make the database. */
export const smallTables: readonly string[] = Array.from({ length: TABLES }, (_, n) => [
  `CREATE TABLE small_${n} (id int PRIMARY KEY, name text NOT NULL, price numeric(10,2), created_at timestamptz)`,
  `INSERT INTO small_${n} SELECT n, 'row ' || n, n / 4.0, timestamptz '2024-01-01' + n * interval '1 hour'
   FROM generate_series(1, ${ROWS}) n`,
]).flat();

export const smallDatabaseBenchmark: Benchmark = {
  name: 'small-database',
  question: `pgshift load of ${TABLES} small tables, servers up`,
  async run(world) {
    const uri = await world.sourceDatabase('small', smallTables);
    const program = join(import.meta.dirname, '..', 'bin', 'pgshift.js');
    const { PATH, HOME } = process.env;
    const env = { PATH, HOME, AWS_EC2_METADATA_DISABLED: 'true', ...world.laptop.env };
    const once = () =>
      secondsOf(() => promisify(execFile)(process.execPath, [program, 'load', uri, world.laptop.redshift], { env }));
    await once();
    const values: number[] = [];
    for (let at = 0; at < SAMPLES; at++) values.push(await once());
    return [{ what: `pgshift load, ${TABLES} tables`, values, unit: 's', goal: { atMost: 3 } }] satisfies Figure[];
  },
};
