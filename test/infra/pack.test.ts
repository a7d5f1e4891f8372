// Does what `npm pack` ships work where only its dependencies are installed: the command, the assembly, the construct?
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { STEPS } from '../../core/pipeline.ts';

const repository = join(import.meta.dirname, '..', '..');
const manifest = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as {
  version: string;
  dependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
};
let home: string;
let installed: string;

/** What `npm install` would give: the package, and beside it what it depends on and the user has; no more. */
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'pgshift-pack-'));
  installed = join(home, 'node_modules', 'pgshift');
  mkdirSync(installed, { recursive: true });
  execFileSync(process.execPath, ['infra/pack.ts', '--out', join(installed, 'dist')], {
    cwd: repository,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  cpSync(join(repository, 'bin'), join(installed, 'bin'), { recursive: true });
  cpSync(join(repository, 'package.json'), join(installed, 'package.json'));
  for (const name of Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })) {
    const place = join(home, 'node_modules', name);
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(join(repository, 'node_modules', name), place);
  }
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const node = (...args: string[]): string => execFileSync(process.execPath, args, { cwd: home, encoding: 'utf8' });
const evaluate = (script: string): string => node('--input-type=module', '--eval', script).trim();

test('the command runs', () => {
  expect(node(join(installed, 'bin', 'pgshift.js'), '--version').trim()).toBe(manifest.version);
});

test('the laptop finds the assembly that came along', () => {
  const script = `import { findAssembly } from './node_modules/pgshift/dist/local/assembly.js';
    console.log(await findAssembly((line) => console.log(line)));`;
  expect(evaluate(script)).toBe(join(installed, 'dist', 'assembly'));
  expect(existsSync(join(installed, 'dist', 'assembly', 'Pgshift.template.json'))).toBe(true);
});

test('the assembly has a function for each step, with its code', () => {
  const folder = join(installed, 'dist', 'assembly');
  const assets = readdirSync(folder).filter((name) => name.startsWith('asset.'));
  expect(assets).toHaveLength(STEPS.length);
  for (const asset of assets) expect(readdirSync(join(folder, asset))).toEqual(['index.mjs']);
});

test('the construct synthesizes in a stack of the user’s without esbuild', () => {
  const script = `import { App, Stack } from 'aws-cdk-lib';
    import { Pgshift } from 'pgshift/infra';
    const app = new App({ outdir: 'out' });
    console.log(Object.keys(new Pgshift(new Stack(app, 'Mine'), 'Pgshift').functions).join());
    app.synth();`;
  expect(evaluate(script)).toBe(STEPS.map((step) => step.name).join());
  expect(existsSync(join(home, 'node_modules', 'esbuild'))).toBe(false);
  expect(existsSync(join(home, 'out', 'Mine.template.json'))).toBe(true);
});

test('types come for the construct', () => {
  const types = readFileSync(join(installed, 'dist', 'infra', 'pgshift.d.ts'), 'utf8');
  expect(types).toContain('readonly sourceSecret?: ISecret');
});

test('nothing that only the repository runs is shipped', () => {
  const files = readdirSync(join(installed, 'dist', 'infra'));
  expect(files).toContain('index.js');
  for (const name of ['app.js', 'pack.js', 'synth.js']) expect(files).not.toContain(name);
});
