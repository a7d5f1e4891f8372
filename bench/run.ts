// node bench/run.ts [--quick] [--save] [NAME…]: measures, and prints a table. Nothing here passes or fails: a goal that
// is not reached is said. --save also writes bench/results/<date>.json.
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { withLifetime } from '../cli/lifetime.ts';
import { bundlesBenchmark } from './bundles.ts';
import { endToEndBenchmark } from './end-to-end.ts';
import { extractBenchmark } from './extract.ts';
import { type Figure, isReached, ratioOf, tableOf } from './figures.ts';
import { largeCatalogBenchmark } from './large-catalog.ts';
import { manyTablesBenchmark } from './many-tables.ts';
import { machineNow } from './measure.ts';
import { postgresqlBenchmark } from './postgresql.ts';
import { smallDatabaseBenchmark } from './small-database.ts';
import { standInBenchmark } from './stand-in.ts';
import { transitionsBenchmark } from './transitions.ts';
import { startWorld } from './world.ts';

const benchmarks = [
  bundlesBenchmark,
  smallDatabaseBenchmark,
  manyTablesBenchmark,
  transitionsBenchmark,
  extractBenchmark,
  standInBenchmark,
  endToEndBenchmark,
  postgresqlBenchmark,
  largeCatalogBenchmark,
];

const { values: options, positionals: names } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, save: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const unknown = names.filter((name) => !benchmarks.some((benchmark) => benchmark.name === name));
if (unknown.length > 0) {
  const known = benchmarks.map(({ name, question }) => `  ${name.padEnd(16)}${question}`).join('\n');
  process.stderr.write(`No benchmark is called ${unknown.join(', ')}. There are:\n${known}\n`);
  process.exit(2);
}

const note = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

/** The benchmarks are the same for everybody: nothing of the caller's settings may reach a server's client here. */
function forgetTheCaller(): void {
  for (const name of Object.keys(process.env)) if (/^(PG|AWS_)/.test(name)) delete process.env[name];
  process.env.AWS_CONFIG_FILE = '/dev/null';
  process.env.AWS_SHARED_CREDENTIALS_FILE = '/dev/null';
}

async function measure(): Promise<Figure[]> {
  forgetTheCaller();
  return withLifetime({ graceMilliseconds: 8000, complain: note }, async (life) => {
    const world = await life.orInterrupted(startWorld(life, options.quick, note));
    Object.assign(process.env, world.laptop.env);
    const figures: Figure[] = [];
    for (const benchmark of benchmarks) {
      if (names.length > 0 && !names.includes(benchmark.name)) continue;
      note(`${benchmark.name}: ${benchmark.question}`);
      figures.push(...(await life.orInterrupted(benchmark.run(world))));
    }
    return figures;
  });
}

/** Enough for any ratio. */
const rounded = (value: number): number => Number(value.toPrecision(4));

function save(machine: object, figures: readonly Figure[]): string {
  const folder = join(import.meta.dirname, 'results');
  mkdirSync(folder, { recursive: true });
  const date = new Date().toISOString().slice(0, 10);
  const results = figures.map((figure) => ({ ...figure, medianRatio: ratioOf(figure), reached: isReached(figure) }));
  const text = JSON.stringify(
    { date, quick: options.quick, machine, results },
    (_key, value) => (typeof value === 'number' ? rounded(value) : value),
    2,
  );
  const file = join(folder, `${date}.json`);
  // Numbers of one kind on one line.
  writeFileSync(
    file,
    `${text.replaceAll(/\[\s+([\d.,\s]+?)\s+\]/g, (_all, list) => `[${list.replaceAll(/\s+/g, ' ')}]`)}\n`,
  );
  return file;
}

const { cores, load, warning } = machineNow();
const machine = {
  processor: cpus()[0]?.model,
  cores,
  loadBefore: load,
  node: process.version,
  platform: process.platform,
};
note(`${cores} cores, load ${load.toFixed(2)}${warning === '' ? '' : `: ${warning}`}`);
const figures = await measure();
process.stdout.write(`\n${tableOf(figures)}\n`);
if (warning !== '') note(`\nBefore it began, the load was ${load.toFixed(2)}: ${warning}`);
if (options.save) note(`saved as ${save(machine, figures)}`);
