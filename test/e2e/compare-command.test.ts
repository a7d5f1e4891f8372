// Does `pgshift compare` say what it found, with an exit code for it, and no value of a row unless asked?
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PostgresServer } from '../../local/postgres/server.ts';
import { createDatabase, startTestPostgres, type TestDatabase } from '../support/database.ts';
import { ownEnvironment, pgshift, temporaryFolder } from './command-line.ts';

const SHOP = `
CREATE TABLE orders (id int PRIMARY KEY, note text);
INSERT INTO orders SELECT n, 'geheim ' || n FROM generate_series(1, 100) n;
CREATE TABLE codes (code char(3));
CREATE TABLE hidden (id int);`;

const folder = temporaryFolder();
const env = ownEnvironment(folder.path);
let server: PostgresServer;
let source: TestDatabase;
let target: TestDatabase;
beforeAll(async () => {
  server = await startTestPostgres();
  source = await createDatabase(
    server,
    `${SHOP} CREATE ROLE reader LOGIN PASSWORD 'r'; GRANT SELECT ON orders, codes TO reader`,
  );
  target = await createDatabase(server, SHOP);
});
afterAll(async () => {
  await server.stop();
  folder.remove();
});

const compare = (...flags: string[]) => pgshift(['compare', source.uri, target.uri, ...flags], env);

test('exits 0 where both are equal, and prints a table', async () => {
  const { code, stdout, stderr } = await compare();
  expect(stderr).toBe('');
  expect(stdout).toBe(
    [
      '   table name         rows    columns  result',
      '-------------  -----------  ---------  ------------',
      ' public.codes            0          1  equal',
      'public.hidden            0          1  equal',
      'public.orders          100          2  equal',
      '-------------  -----------  ---------  ------------',
      '',
      '3 tables, 100 rows: equal',
      '',
    ].join('\n'),
  );
  expect(code).toBe(0);
});

test('exits 1 where they differ; rows are named by their keys with --show-keys alone, and values never', async () => {
  await target.session.run(`UPDATE orders SET note = 'anders' WHERE id = 42`);
  try {
    const { code, stdout, stderr } = await compare();
    expect(stdout).toContain(
      'public.orders: they differ in 1 of 4096 ranges of the key’s digest: 1 row has other values there',
    );
    expect(stdout).toContain('public.orders.note: has other values in the target');
    expect(stdout + stderr).not.toMatch(/geheim|anders|\b42\b/);
    expect(code).toBe(1);
    const shown = await compare('--show-keys');
    expect(shown.stdout).toContain('public.orders: the row with id = "42" has other values in note');
    expect(shown.stdout).not.toMatch(/geheim|anders/);
    const json = await compare('--json', '--show-keys');
    const { result, tables } = JSON.parse(json.stdout);
    expect([
      result,
      tables.find((table: { source: string }) => table.source === 'public.orders').differingRows,
    ]).toEqual(['different', [{ what: 'changed', columns: ['note'], key: { id: '42' } }]]);
    expect(json.code).toBe(1);
  } finally {
    await target.session.run(`UPDATE orders SET note = 'geheim 42' WHERE id = 42`);
  }
});

test('exits 4 and says why where a table cannot be read, or a server', async () => {
  const uri = new URL(source.uri);
  uri.username = 'reader';
  uri.password = 'r';
  const unreadable = await pgshift(['compare', uri.href, target.uri], env);
  expect(unreadable.stdout).toMatch(/public\.hidden: the source cannot be read: .*permission denied/);
  expect(unreadable.stdout).toContain('3 tables, 100 rows: could not compare');
  expect(unreadable.code).toBe(4);
  uri.port = '1';
  const away = await pgshift(['compare', uri.href, target.uri], env);
  expect([away.code, away.stdout]).toEqual([4, '']);
  expect(away.stderr).toMatch(/^pgshift: .*127\.0\.0\.1:1/);
  expect((await pgshift(['compare', target.uri], env)).code).toBe(2);
});

test('compares what a file loads, by its filters and names', async () => {
  await target.session.run(
    'CREATE SCHEMA sales; ALTER TABLE orders SET SCHEMA sales; ALTER TABLE sales.orders RENAME TO bought',
  );
  try {
    const file = join(folder.path, 'shop.load');
    writeFileSync(
      file,
      `LOAD DATABASE FROM ${source.uri} INTO ${target.uri} INCLUDING ONLY TABLE NAMES MATCHING 'orders'
       ALTER TABLE NAMES MATCHING 'orders' SET SCHEMA 'sales' ALTER TABLE NAMES MATCHING 'orders' RENAME TO 'bought';`,
    );
    const { code, stdout } = await pgshift(['compare', file, '--json'], env);
    const { tables, result } = JSON.parse(stdout);
    expect(tables).toMatchObject([
      { source: 'public.orders', target: 'sales.bought', rows: { source: 100, target: 100 } },
    ]);
    expect([result, code]).toEqual(['equal', 0]);
  } finally {
    await target.session.run(
      'ALTER TABLE sales.bought RENAME TO orders; ALTER TABLE sales.orders SET SCHEMA public; DROP SCHEMA sales',
    );
  }
});
