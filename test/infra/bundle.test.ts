// Is what Lambda gets small, whole and the same every time?
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { STEPS } from '../../core/pipeline.ts';
import { bundle } from '../../infra/bundle.ts';

const lambdas = join(import.meta.dirname, '..', '..', 'lambdas');
const folders = STEPS.map((step) => step.folder);
let out: string;

beforeAll(() => {
  out = mkdtempSync(join(tmpdir(), 'pgshift-bundle-'));
  bundle(lambdas, join(out, 'first'));
});
afterAll(() => rmSync(out, { recursive: true, force: true }));

test('each step becomes a folder of its own with one file', () => {
  expect(readdirSync(join(out, 'first')).sort()).toEqual(folders.toSorted());
  for (const folder of folders) expect(readdirSync(join(out, 'first', folder))).toEqual(['index.mjs']);
});

test.each(folders)('%s is at most 2 MB', (folder) => {
  expect(statSync(join(out, 'first', folder, 'index.mjs')).size).toBeLessThanOrEqual(2 * 1024 * 1024);
});

test('each exports its handler, with nothing beside it to lean on', () => {
  // A process of its own, as in Lambda, and outside of the repository: there is no node_modules.
  const script = `for (const folder of ${JSON.stringify(folders)}) {
    const { handler } = await import('./' + folder + '/index.mjs');
    console.log(folder, typeof handler);
  }`;
  const said = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: join(out, 'first'),
    encoding: 'utf8',
  });
  expect(said.trim().split('\n')).toEqual(folders.map((folder) => `${folder} function`));
});

test('the same sources give the same bytes, wherever they go', () => {
  bundle(lambdas, join(out, 'second'));
  for (const folder of folders) {
    const [first, second] = ['first', 'second'].map((place) => readFileSync(join(out, place, folder, 'index.mjs')));
    expect(first?.equals(second ?? Buffer.alloc(0)), folder).toBe(true);
  }
});

test('a step without a handler is named', () => {
  const incomplete = join(out, 'incomplete');
  for (const folder of folders.slice(1)) {
    mkdirSync(join(incomplete, folder), { recursive: true });
    writeFileSync(join(incomplete, folder, 'handler.ts'), 'export const handler = () => {};');
  }
  expect(() => bundle(incomplete, join(out, 'nowhere'))).toThrow(/no handler\.ts in .*1-detect/);
});
