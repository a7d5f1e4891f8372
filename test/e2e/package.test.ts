// Does the package work where nothing of the repository is: packed by npm, installed by npm in an empty folder?
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { repository, start, temporaryFolder } from './command-line.ts';

const folder = temporaryFolder();
const home = join(folder.path, 'installed');
afterAll(() => folder.remove());

/** Packages come from npm's cache, which the repository's own install has filled, else from the registry. */
beforeAll(() => {
  const npm = (cwd: string, ...args: string[]) =>
    execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  const [name] = npm(repository, 'pack', '--silent', '--pack-destination', folder.path).trim().split('\n').slice(-1);
  mkdirSync(home);
  writeFileSync(join(home, 'package.json'), '{ "private": true }');
  npm(home, 'install', '--prefer-offline', '--no-audit', '--no-fund', join(folder.path, name ?? 'none'));
}, 180_000);

test('runs the demo, equal, with the servers and the Node that came along', async () => {
  const command = [join(home, 'node_modules', '.bin', 'pgshift')];
  const environment = { PATH: process.env.PATH ?? '', HOME: folder.path };
  const { finished } = start(['demo', '--scale', '0.01'], environment, { command });
  const { code, stdout, stderr } = await finished;
  expect(stderr).not.toMatch(/synthesizing/);
  expect(stdout).toMatch(/\d+ tables, \d+ rows: equal\n$/);
  expect(code).toBe(0);
});
