// Is the assembly made when it has to be, once, and whole, however many ask for it?
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cachedAssembly, findAssembly } from '../../local/assembly.ts';

/** Writes an assembly as slowly as it takes for others to look in between, and notes that it ran. */
const SYNTH = `
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
const out = process.argv[process.argv.indexOf('--out') + 1];
appendFileSync('runs.txt', 'x');
mkdirSync(out, { recursive: true });
writeFileSync(out + '/manifest.json', '{}');
writeFileSync(out + '/last.txt', 'whole');
`;

let repository: string;
let lines: string[];

beforeEach(() => {
  repository = mkdtempSync(join(tmpdir(), 'pgshift-assembly-'));
  lines = [];
  for (const folder of ['core', 'lambdas', 'adapters', 'infra']) mkdirSync(join(repository, folder));
  for (const file of ['cdk.json', 'package-lock.json']) writeFileSync(join(repository, file), '{}');
  writeFileSync(join(repository, 'core', 'a.ts'), 'export const a = 1;');
  writeFileSync(join(repository, 'infra', 'synth.ts'), SYNTH);
});
afterEach(() => rmSync(repository, { recursive: true, force: true }));

const ask = (): Promise<string> => cachedAssembly({ repository, log: (line) => lines.push(line) });
const timesSynthesized = (): number => readFileSync(join(repository, 'runs.txt'), 'utf8').length;
const cached = (): string[] => readdirSync(join(repository, '.cache', 'assembly'));

test('an assembly is made once for the same sources', async () => {
  const first = await ask();
  expect(lines).toHaveLength(1);
  expect(await ask()).toBe(first);
  expect(lines).toHaveLength(1);
  expect(timesSynthesized()).toBe(1);
  expect(existsSync(join(first, 'manifest.json'))).toBe(true);
});

test.each([
  ['content', 'core/a.ts', 'export const a = 2;'],
  ['a new file', 'lambdas/b.ts', ''],
  ['a package', 'package-lock.json', '{"a":1}'],
  ['a flag of the CDK', 'cdk.json', '{"context":{}}'],
])('a change of %s makes another', async (_, path, content) => {
  const first = await ask();
  writeFileSync(join(repository, path), content);
  expect(await ask()).not.toBe(first);
  expect(timesSynthesized()).toBe(2);
});

test('what is no source changes nothing', async () => {
  const first = await ask();
  writeFileSync(join(repository, 'README.md'), 'new');
  expect(await ask()).toBe(first);
});

test('several that ask at once get the same, whole, and leave nothing else', async () => {
  const folders = await Promise.all([ask(), ask(), ask()]);
  expect(new Set(folders).size).toBe(1);
  expect(readFileSync(join(folders[0] ?? '', 'last.txt'), 'utf8')).toBe('whole');
  expect(cached()).toHaveLength(1);
});

test('synthesis that fails says why and leaves nothing', async () => {
  writeFileSync(
    join(repository, 'infra', 'synth.ts'),
    "process.stderr.write('AwsSolutions-S1 found'); process.exit(1);",
  );
  await expect(ask()).rejects.toThrow(/synthesis failed\nAwsSolutions-S1 found/);
  expect(cached()).toEqual([]);
});

test('what nobody asked for in a day is removed when another is made', async () => {
  const old = await ask();
  writeFileSync(join(repository, 'core', 'a.ts'), 'export const a = 2;');
  const recent = await ask();
  expect(cached()).toHaveLength(2);
  const twoDaysAgo = new Date(Date.now() - 2 * 24 * 3_600_000);
  utimesSync(old, twoDaysAgo, twoDaysAgo);
  writeFileSync(join(repository, 'core', 'a.ts'), 'export const a = 3;');
  await ask();
  expect(existsSync(old)).toBe(false);
  expect(existsSync(recent)).toBe(true);
});

test('the assembly of this repository is found', async () => {
  const folder = await findAssembly(() => {});
  expect(existsSync(join(folder, 'manifest.json'))).toBe(true);
  expect(existsSync(join(folder, 'Pgshift.template.json'))).toBe(true);
});
