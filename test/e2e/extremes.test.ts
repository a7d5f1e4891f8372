// Does what is as large, as many or as empty as it can be arrive, or say why it cannot?
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Session } from '../../core/ports.ts';
import { createDatabase, openSession, type TestDatabase } from '../support/database.ts';
import { type Finished, pgshift } from './command-line.ts';
import { type Servers, startServers } from './servers.ts';

let servers: Servers;
let target: Session;
beforeAll(async () => {
  servers = await startServers();
  target = await openSession(servers.target);
});
afterAll(async () => {
  await target.close();
  await servers.stop();
});

let files = 0;

function load(source: TestDatabase, clauses = ''): Promise<Finished> {
  files += 1;
  const file = join(servers.folder, `extreme-${files}.load`);
  writeFileSync(file, `LOAD DATABASE FROM ${source.uri} INTO ${servers.target}\n${clauses};\n`);
  return pgshift(['load', file], servers.env());
}

/** The same query at both ends. */
async function expectSame(source: TestDatabase, sql: string): Promise<void> {
  const [sent, arrived] = await Promise.all([source.session.query(sql), target.query(sql)]);
  expect(sent.length).toBeGreaterThan(0);
  expect(arrived.map((row) => Object.values(row))).toEqual(sent.map((row) => Object.values(row)));
}

const many = (count: number, of: (n: number) => string): string =>
  Array.from({ length: count }, (_, n) => of(n)).join(', ');

const textsOf = (bytes: number, name: string): string => {
  const columns = Math.ceil(bytes / 60_000);
  return `CREATE TABLE ${name} (${many(columns, (n) => `c${n} text`)});
    INSERT INTO ${name} SELECT ${many(columns, (n) => `repeat(chr(${97 + (n % 26)}), ${Math.floor(bytes / columns)})`)};`;
};

describe('one load', () => {
  const type = (n: number) => ['int', 'varchar(9)', 'boolean', 'bytea'][n % 4];
  const value = (n: number) => [String(n), `'${n}'`, 'true', `'\\x${String(n).padStart(4, '0')}'`][n % 4];
  const [table, column, longer] = [`${'ü'.repeat(30)}abc`, `${'🐘'.repeat(15)}abc`, `${'é'.repeat(63)}x`];
  const EMPTY = 200;
  let source: TestDatabase;
  let finished: Finished;
  beforeAll(async () => {
    const empty = Array.from({ length: EMPTY }, (_, n) => `CREATE TABLE empty_${n} (id int PRIMARY KEY, note text);`);
    source = await createDatabase(
      servers.source,
      `CREATE TABLE wide (${many(1600, (n) => `c${n} ${type(n)}`)});
       INSERT INTO wide VALUES (${many(1600, (n) => value(n) ?? '')});
       INSERT INTO wide (c0) VALUES (1); INSERT INTO wide VALUES (2, '', false, '');
       ${textsOf(3_900_000, 'large')}
       CREATE TABLE long (id int, note text);
       INSERT INTO long VALUES (1, repeat('🐘', 16383) || 'abc'), (2, repeat('"', 65535));
       CREATE TABLE "${table}" ("${column}" int PRIMARY KEY); INSERT INTO "${table}" VALUES (7);
       CREATE TABLE plain (id int); INSERT INTO plain VALUES (8);
       CREATE TABLE bare (); CREATE TABLE stripped (a int); ALTER TABLE stripped DROP COLUMN a;
       ${empty.join('\n')}`,
    );
    finished = await load(source, `ALTER TABLE NAMES MATCHING 'plain' RENAME TO '${longer}'`);
    expect(finished.code, finished.stderr).toBe(0);
  });
  afterAll(() => source.drop());

  it('brings a table of 1,600 columns, with a value, NULL and an empty value of each type', async () => {
    const shown = (n: number) => (n % 4 === 3 ? `encode(c${n}, 'hex')` : `c${n}`);
    const [sent] = await source.session.query(
      `SELECT ${many(1600, (n) => `${shown(n)} AS c${n}`)} FROM wide WHERE c0 = 0`,
    );
    const [arrived] = await target.query('SELECT * FROM wide WHERE c0 = 0');
    expect(Object.keys(arrived ?? {})).toHaveLength(1600);
    expect(arrived).toEqual(sent);
    expect(await target.query('SELECT c1, c2, c3, c4 FROM wide WHERE c0 > 0 ORDER BY c0')).toEqual([
      { c1: null, c2: null, c3: null, c4: null },
      { c1: '', c2: 'f', c3: '', c4: null },
    ]);
  });

  it('brings a row of 3.9 MB', () => expectSame(source, 'SELECT md5(c0::text), md5(c64::text), LENGTH(c1) FROM large'));

  it('brings texts of 65,535 bytes, whatever their characters', () =>
    expectSame(source, 'SELECT id, octet_length(note), md5(note::text) FROM long ORDER BY id'));

  it('brings names of 63 bytes, and those of 127 that the command gives', async () => {
    expect(await target.query(`SELECT * FROM "${table}"`)).toEqual([{ [column]: '7' }]);
    expect(await target.query(`SELECT * FROM "${longer}"`)).toEqual([{ id: '8' }]);
  });

  it('leaves out tables without columns, and says so', () => {
    expect(finished.stderr).toMatch(/public\.bare.*without columns/);
    expect(finished.stderr).toMatch(/public\.stripped.*without columns/);
  });

  // A thousand: `npm run bench -- many-tables`.
  it('brings two hundred empty tables', async () => {
    const there = await target.query(`SELECT 1 FROM pg_class WHERE relname LIKE 'empty_%' AND relkind = 'r'`);
    expect(there).toHaveLength(EMPTY);
    expect(await target.query(`SELECT * FROM empty_${EMPTY - 1}`)).toEqual([]);
  });
});

describe('by itself', () => {
  let source: TestDatabase;
  afterEach(() => source.drop());

  it('a table without columns is a load of nothing, which succeeds', async () => {
    source = await createDatabase(servers.source, 'CREATE TABLE bare ()');
    expect(await load(source)).toMatchObject({ code: 0 });
  });

  it('a query of 1,601 columns is refused before anything is changed', async () => {
    source = await createDatabase(servers.source, 'CREATE TABLE t (id int)');
    const { code, stderr } = await load(
      source,
      `MATERIALIZE VIEWS wider AS $$ SELECT ${many(1601, (n) => `${n} AS c${n}`)} $$`,
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/public\.wider: it has 1601 columns, and a table of Redshift has 1600 at most/);
    expect(await target.query(`SELECT 1 FROM pg_class WHERE relname IN ('t', 'wider')`)).toEqual([]);
  });

  it('a row of 4.2 MB is refused by its place, or put aside', async () => {
    source = await createDatabase(
      servers.source,
      `${textsOf(4_200_000, 'larger')} INSERT INTO larger (c0) VALUES ('fits')`,
    );
    const { code, stderr } = await load(source);
    expect(code).toBe(1);
    expect(stderr).toMatch(/public\.larger holds a row of more than 4 MB as CSV: the row whose ctid is \(0,1\)/);
    expect(await load(source, 'WITH on error resume next')).toMatchObject({ code: 3 });
    expect(await target.query('SELECT c0, c1 FROM larger')).toEqual([{ c0: 'fits', c1: null }]);
  });
});
