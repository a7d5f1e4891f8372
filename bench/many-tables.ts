// How long does `pgshift load` take for a thousand empty tables, servers up?
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Benchmark, Figure } from './figures.ts';
import { secondsOf } from './measure.ts';

const TABLES = 1000;
const QUICK_TABLES = 100;
const SAMPLES = 3;

export const manyTablesBenchmark: Benchmark = {
  name: 'many-tables',
  question: `pgshift load of ${TABLES} empty tables, servers up`,
  async run(world) {
    const count = world.quick ? QUICK_TABLES : TABLES;
    const uri = await world.sourceDatabase(
      'many',
      Array.from(
        { length: count },
        (_, n) => `CREATE TABLE empty_${n} (id int PRIMARY KEY, note text, paid numeric(12,2), created_at timestamptz)`,
      ),
    );
    const program = join(import.meta.dirname, '..', 'bin', 'pgshift.js');
    const { PATH, HOME } = process.env;
    const env = { PATH, HOME, AWS_EC2_METADATA_DISABLED: 'true', ...world.laptop.env };
    const values: number[] = [];
    for (let at = 0; at < SAMPLES; at++) {
      values.push(
        await secondsOf(() =>
          promisify(execFile)(process.execPath, [program, 'load', uri, world.laptop.redshift], { env }),
        ),
      );
    }
    return [{ what: `pgshift load, ${count} empty tables`, values, unit: 's' }] satisfies Figure[];
  },
};
