// What does the npm package hold? Compiled JavaScript, types for those who embed the construct and the bundles it
// deploys, and the synthesized assembly for the laptop. `npm pack` runs this first; it writes `dist/` anew.
//   node infra/pack.ts [--out DIR]
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundle } from './bundle.ts';
import { synthesize } from './synth.ts';

const repository = join(dirname(fileURLToPath(import.meta.url)), '..');

/** What only the repository runs; the packages it needs are not installed with ours. */
const ONLY_HERE = ['app', 'pack', 'synth'];

/** Throws when something does not compile; tsc has then said what. */
function tsc(...options: string[]): void {
  const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
  const { status } = spawnSync(process.execPath, [compiler, ...options], { cwd: repository, stdio: 'inherit' });
  if (status !== 0) throw new Error(`tsc ${options.join(' ')}: ended with ${status}`);
}

function pack(out: string): void {
  rmSync(out, { recursive: true, force: true });
  tsc('-p', 'tsconfig.build.json', '--declaration', 'false', '--outDir', out);
  for (const name of ONLY_HERE) rmSync(join(out, 'infra', `${name}.js`));
  tsc('-p', join('infra', 'tsconfig.types.json'), '--outDir', out);
  bundle(join(repository, 'lambdas'), join(out, 'bundles'));
  synthesize(join(out, 'assembly'));
}

const { values } = parseArgs({ options: { out: { type: 'string' } } });
try {
  pack(resolve(values.out ?? join(repository, 'dist')));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
