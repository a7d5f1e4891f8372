// What does the npm package hold? Compiled JavaScript, the synthesized assembly for the laptop, and the bundles for
// those who embed the construct. `npm pack` runs this first; it writes `dist/` anew.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.ts';
import { synthesize } from './synth.ts';

const repository = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(repository, 'dist');

/** What only the repository runs; its packages are not installed with ours. */
const ONLY_HERE = ['app', 'pack', 'synth'];

/** Ends with tsc's own words when something does not compile. */
function compile(): void {
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
  const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {
    cwd: repository,
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(1);
  for (const name of ONLY_HERE) {
    for (const extension of ['js', 'd.ts']) rmSync(join(dist, 'infra', `${name}.${extension}`));
  }
}

rmSync(dist, { recursive: true, force: true });
compile();
bundle(join(repository, 'lambdas'), join(dist, 'bundles'));
synthesize(join(dist, 'assembly'));
