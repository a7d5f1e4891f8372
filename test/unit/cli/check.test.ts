// Does `pgshift check` tell each mistake, and end as it says?
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { Secrets } from '../../../cli/failure.ts';
import { run } from '../../../cli/program.ts';
import type { Terminal } from '../../../cli/terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'pgshift-check-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fileWith(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

async function check(...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const terminal: Terminal = {
    secrets: new Secrets(),
    live: false,
    result: (text) => out.push(text),
    note: (text) => err.push(text),
  };
  return { code: await run(['check', ...args], terminal), out: out.join('\n'), err: err.join('\n') };
}

const head = 'LOAD DATABASE FROM pgsql://u:hunter2@h/a INTO redshift:///b';

it('exits 0 for a file without mistakes', async () => {
  const file = fileWith('right.load', `${head};\n${head} WITH strict;`);
  expect(await check(file)).toEqual({ code: 0, out: `${file}: 2 commands, no mistakes`, err: '' });
});

it('exits 0 for warnings alone, and tells them', async () => {
  const { code, err } = await check(fileWith('warned.load', `${head}\nWITH reindex;`));
  expect(code).toBe(0);
  expect(err).toContain('warned.load:2:6: warning: `reindex` does nothing: Redshift has no indexes\n  WITH reindex;');
});

it('exits 1 and tells every mistake of every file to stderr', async () => {
  const first = fileWith('first.load', `${head}\nWITH nonsense, workers = 0;`);
  const second = fileWith('second.load', 'LOAD CSV FROM x INTO y;');
  const { code, out, err } = await check(first, second, join(folder, 'missing.load'));
  expect(code).toBe(1);
  expect(out).toBe('');
  expect(err).toMatch(
    /first\.load:2:6: [\s\S]*first\.load:2:26: [\s\S]*second\.load:1:6: [\s\S]*missing\.load:1:1: cannot be read: there is no such file/,
  );
  expect(err).not.toContain('hunter2');
});

it('reads the files that a load file names, from beside it', async () => {
  fileWith('beside.sql', "select 'never closed;\n");
  const { code, err } = await check(fileWith('names.load', `${head} AFTER LOAD EXECUTE 'beside.sql';`));
  expect(code).toBe(1);
  expect(err).toContain(`${join(folder, 'beside.sql')}:1:8: this quote is never closed`);
});

it('takes variables from the environment', async () => {
  process.env.PGSHIFT_CHECK_WORKERS = '3';
  try {
    expect((await check(fileWith('set.load', `${head} WITH workers = {{PGSHIFT_CHECK_WORKERS}};`))).code).toBe(0);
  } finally {
    delete process.env.PGSHIFT_CHECK_WORKERS;
  }
  expect((await check(fileWith('unset.load', `${head} WITH workers = {{PGSHIFT_CHECK_WORKERS}};`))).err).toContain(
    'the variable PGSHIFT_CHECK_WORKERS is not set',
  );
});

it('gives editors the same as JSON on stdout', async () => {
  const { code, out, err } = await check('--json', fileWith('json.load', `${head}\nWITH nonsense;`));
  expect(code).toBe(1);
  expect(err).toBe('');
  expect(JSON.parse(out)).toMatchObject([
    { severity: 'error', line: 2, column: 6, length: 8, message: 'unknown option `nonsense`' },
  ]);
});

it('gives an empty JSON array for a file without mistakes', async () => {
  expect(await check('--json', fileWith('right.load', `${head};`))).toEqual({ code: 0, out: '[]', err: '' });
});

it('exits 2 without a file', async () => {
  expect((await check()).code).toBe(2);
});
