// Does each clause of a load file do what it says, and nothing else, in the local run of the state machine?
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Session } from '../../core/ports.ts';
import { createDatabase, openSession, type TestDatabase } from '../support/database.ts';
import { type Finished, looksLikeStackTrace, pgshift } from './command-line.ts';
import { type Servers, startServers, targetContent } from './servers.ts';

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

const tables = async () => (await target.query(targetContent)).map(({ name }) => name);

const quoted = (name: string | null | undefined): string => `"${name?.replaceAll('"', '""')}"`;

/** Every table of the target and every schema but `public` is gone afterwards. */
async function emptyTarget(): Promise<void> {
  const there = await target.query(targetTables);
  for (const { schema, name } of there) await target.run(`DROP TABLE ${quoted(schema)}.${quoted(name)} CASCADE`);
  for (const { name } of await target.query(targetSchemas)) await target.run(`DROP SCHEMA ${quoted(name)}`);
}

const users = (schema: string) =>
  `${schema} NOT LIKE 'pg\\_%' AND ${schema} NOT IN ('information_schema', 'catalog_history')`;
const targetTables = `SELECT table_schema AS schema, table_name AS name FROM information_schema.tables WHERE table_type = 'BASE TABLE' AND ${users('table_schema')}`;
const targetSchemas = `SELECT nspname AS name FROM pg_namespace WHERE ${users('nspname')} AND nspname <> 'public'`;

/** What it wrote, when it succeeded. */
async function succeeded(running: Promise<Finished>): Promise<Finished> {
  const finished = await running;
  expect(finished.code, finished.stderr).toBe(0);
  expect(finished.stderr).not.toMatch(looksLikeStackTrace);
  return finished;
}

let files = 0;

/** Runs the command whose clauses these are. */
function run(
  kind: 'load' | 'plan' | 'compare',
  source: TestDatabase,
  clauses: string,
  ...flags: string[]
): Promise<Finished> {
  files += 1;
  const file = join(servers.folder, `meaning-${files}.load`);
  writeFileSync(file, `LOAD DATABASE FROM ${source.uri} INTO ${servers.target}\n${clauses};\n`);
  return pgshift([kind, file, ...flags], servers.env());
}

let source: TestDatabase;
afterEach(async () => {
  await source.drop();
  await emptyTarget();
});

const attributes = (schema: string, table: string) =>
  target.query(
    `SELECT "column", type, "notnull", distkey, sortkey, encoding FROM pg_table_def WHERE schemaname = '${schema}' AND tablename = '${table}'`,
  );

describe('a load file', () => {
  it('executes a file of SQL that is larger than the input of an execution', async () => {
    source = await createDatabase(servers.source, 'CREATE TABLE t (id int); INSERT INTO t VALUES (1)');
    const long = 'x'.repeat(60_000);
    const inserts = [1, 2, 3, 4, 5].map((n) => `INSERT INTO public.notes VALUES (${n}, '${long}');\n`);
    writeFileSync(
      join(servers.folder, 'long.sql'),
      `CREATE TABLE public.notes (n int, note varchar(60000));\n${inserts.join('')}`,
    );
    await succeeded(run('load', source, "AFTER LOAD EXECUTE 'long.sql'"));
    expect(await target.query('SELECT count(*) AS rows, min(len(note)) AS length FROM public.notes')).toEqual([
      { rows: '5', length: '60000' },
    ]);
  });

  it('takes its password from a field of the secret that stands in the password’s place', async () => {
    source = await createDatabase(servers.source, 'CREATE TABLE t (id int); INSERT INTO t VALUES (1)');
    const uri = new URL(source.uri);
    const file = join(servers.folder, 'secret.load');
    const from = `postgresql://${uri.username}:{{secret:env:PGSHIFT_SECRET_SHOP:reader}}@${uri.host}${uri.pathname}`;
    writeFileSync(file, `LOAD DATABASE FROM ${from} INTO ${servers.target};`);
    const secret = JSON.stringify({ reader: decodeURIComponent(uri.password), writer: 'another' });
    await succeeded(pgshift(['load', file], { ...servers.env(), PGSHIFT_SECRET_SHOP: secret }));
    expect(await target.query('SELECT id FROM public.t')).toEqual([{ id: '1' }]);
  });
});

describe('one load file with everything', () => {
  it('does exactly what it says', async () => {
    source = await createDatabase(
      servers.source,
      `CREATE SCHEMA shop; CREATE SCHEMA hr;
       CREATE TABLE shop."Orders" (id int PRIMARY KEY, placed timestamptz NOT NULL, total numeric(12,4), note text, code varchar(8));
       INSERT INTO shop."Orders" VALUES (1, '2024-05-06 07:08:09+00', 10.5, '', 'a'), (2, '2024-05-07 00:00:00+00', NULL, 'x', NULL);
       CREATE TABLE shop.order_lines (order_id int REFERENCES shop."Orders" (id), line int, article uuid, PRIMARY KEY (order_id, line));
       INSERT INTO shop.order_lines VALUES (1, 1, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11');
       CREATE TABLE shop.order_log (id int); INSERT INTO shop.order_log VALUES (1);
       CREATE TABLE hr.people (id int, name text); INSERT INTO hr.people VALUES (7, 'Ada');
       CREATE TABLE hr.salaries (id int); CREATE TABLE public.other (id int);
       CREATE VIEW shop.big AS SELECT id FROM shop."Orders" WHERE total > 5;`,
    );
    await target.run('CREATE TABLE public.audit (what varchar(64))');
    const everything = `WITH verify checksums
       SET timezone TO 'UTC', work_mem TO '8MB', query_group TO 'loads'
       CAST type uuid to varchar(36),
            column "Orders".note to varchar(20) using empty-string-to-null,
            type numeric when (= 12 precision) to decimal(14,4)
       MATERIALIZE VIEWS shop.big, totals AS $$ SELECT count(*) AS orders, sum(total) AS total FROM shop."Orders"; -- all $$
       INCLUDING ONLY TABLE NAMES MATCHING ~/^order/, 'Orders' IN SCHEMA 'shop'
       INCLUDING ONLY TABLE NAMES MATCHING 'people' IN SCHEMA 'hr'
       EXCLUDING TABLE NAMES LIKE '%\\_log' IN SCHEMA 'shop'
       ALTER SCHEMA 'hr' RENAME TO 'staff'
       ALTER TABLE NAMES MATCHING 'Orders' IN SCHEMA 'shop' RENAME TO 'purchases'
       ALTER TABLE NAMES MATCHING 'order_lines' IN SCHEMA 'shop' SET SCHEMA 'detail'
       ALTER TABLE NAMES MATCHING 'purchases' IN SCHEMA 'shop' SET (distkey='id', sortkey='placed,id', encode='code zstd', backup='no')
       ALTER TABLE NAMES MATCHING 'people' IN SCHEMA 'staff' SET (diststyle='all')
       DISTRIBUTE order_lines USING order_id
       BEFORE LOAD DO $$ INSERT INTO public.audit VALUES ('before'); $$, $$ CREATE SCHEMA made_before; $$
       AFTER CREATE SCHEMA DO $$ INSERT INTO public.audit SELECT 'created ' || count(*) FROM shop.purchases; $$
       AFTER LOAD DO $$ INSERT INTO public.audit VALUES ('after'); $$`;
    const loaded = await succeeded(run('load', source, everything));
    expect(loaded.stdout).toMatch(/before load[\s\S]*after create schema[\s\S]*after load/);
    expect(await tables()).toEqual([
      'detail.order_lines',
      'public.audit',
      'public.totals',
      'shop.big',
      'shop.purchases',
      'staff.people',
    ]);
    expect(await target.query('SELECT * FROM shop.purchases ORDER BY id')).toEqual([
      { id: '1', placed: '2024-05-06 07:08:09+00', total: '10.5000', note: null, code: 'a' },
      { id: '2', placed: '2024-05-07 00:00:00+00', total: null, note: 'x', code: null },
    ]);
    expect(await target.query('SELECT * FROM detail.order_lines')).toEqual([
      { order_id: '1', line: '1', article: 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11' },
    ]);
    expect(await target.query('SELECT * FROM staff.people')).toEqual([{ id: '7', name: 'Ada' }]);
    expect(await target.query('SELECT * FROM shop.big')).toEqual([{ id: '1' }]);
    expect(await target.query('SELECT * FROM public.totals')).toEqual([{ orders: '2', total: '10.5000' }]);
    expect((await target.query('SELECT what FROM public.audit')).map(({ what }) => what).toSorted()).toEqual([
      'after',
      'before',
      'created 2',
    ]);
    const compared = await succeeded(run('compare', source, everything));
    expect(compared.stdout).toMatch(/\n5 tables, 6 rows: equal\n$/);
    expect(compared.stdout).toContain('public.audit: is in the target only');
    await target.run('SET search_path TO shop, detail');
    expect(await attributes('shop', 'purchases')).toMatchObject([
      { column: 'id', type: 'integer', distkey: 't', sortkey: '2' },
      { column: 'placed', sortkey: '1' },
      { column: 'total', type: 'numeric(14,4)' },
      { column: 'note', type: 'character varying(20)' },
      { column: 'code', type: 'character varying(32)', encoding: 'zstd' },
    ]);
    expect(await attributes('detail', 'order_lines')).toMatchObject([
      { column: 'order_id', distkey: 't' },
      {},
      { column: 'article', type: 'character varying(36)' },
    ]);
    await target.run('RESET search_path');
    const foreign = await target.query(
      `SELECT c.relname AS from_table, r.relname AS to_table FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class r ON r.oid = k.confrelid WHERE k.contype = 'f'`,
    );
    expect(foreign).toEqual([{ from_table: 'order_lines', to_table: 'purchases' }]);
  });
});

describe('names that hold anything', () => {
  it('load right, and none reaches SQL unquoted', async () => {
    const names = [
      `it's; DROP TABLE x; --`,
      'a"b',
      'back\\slash',
      'new\nline',
      '$$dollar$$',
      '/* comment',
      'Ünïcödé 🐘',
      `{{mustache}}`,
      'x'.repeat(63),
      'é'.repeat(31),
    ];
    const create = names.map(
      (name, number) =>
        `CREATE TABLE ${quoted(name)} (${names.map((column) => `${quoted(column)} text`).join(', ')}, PRIMARY KEY (${quoted(name)}));
         COMMENT ON TABLE ${quoted(name)} IS 'it''s \\';
         INSERT INTO ${quoted(name)} VALUES (${names.map((_, at) => `'${number}-${at}'`).join(', ')});`,
    );
    source = await createDatabase(servers.source, create.join('\n'));
    const views = `MATERIALIZE VIEWS "v;'" AS $$ SELECT 1 AS "a""b; --" $$`;
    const renamed = `ALTER TABLE NAMES MATCHING 'a"b' IN SCHEMA 'public' RENAME TO 'it''s "me"; --'`;
    await succeeded(run('load', source, `${views} ${renamed}`));
    const folded = (name: string) => name.toLowerCase();
    for (const [number, name] of names.entries()) {
      const table = name === 'a"b' ? 'it\'s "me"; --' : folded(name);
      expect(await target.query(`SELECT * FROM public.${quoted(table)}`)).toEqual([
        Object.fromEntries(names.map((column, at) => [folded(column), `${number}-${at}`])),
      ]);
    }
    expect(await target.query(`SELECT * FROM public."v;'"`)).toEqual([{ 'a"b; --': '1' }]);
    expect(await tables()).toHaveLength(names.length + 1);
  });
});

describe('tables that are there', () => {
  it('are filled by data only, emptied first by truncate, and keep what they are', async () => {
    source = await createDatabase(servers.source, `CREATE TABLE t (id int, note text); INSERT INTO t VALUES (1, 'a')`);
    await target.run(
      `CREATE TABLE public.t (id bigint, note varchar(9), extra varchar(3) DEFAULT 'new') DISTSTYLE ALL; INSERT INTO public.t VALUES (9, 'z', 'old')`,
    );
    await succeeded(run('load', source, 'WITH data only'));
    expect(await target.query('SELECT * FROM public.t ORDER BY id')).toEqual([
      { id: '1', note: 'a', extra: 'new' },
      { id: '9', note: 'z', extra: 'old' },
    ]);
    await succeeded(run('load', source, 'WITH create no tables, truncate'));
    expect(await target.query('SELECT * FROM public.t')).toEqual([{ id: '1', note: 'a', extra: 'new' }]);
  });

  it('are asked for by data only, before anything is changed', async () => {
    source = await createDatabase(servers.source, 'CREATE TABLE t (id int)');
    const refused = await run('load', source, 'WITH data only');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/public\.t: the target has no table of this name/);
    await succeeded(
      run('load', source, 'WITH data only BEFORE LOAD DO $$ CREATE TABLE public.t (id integer, more integer) $$'),
    );
  });

  it('go with their schema by drop schema, and the schema stays', async () => {
    source = await createDatabase(servers.source, 'CREATE SCHEMA s; CREATE TABLE s.t (id int)');
    await target.run(
      `CREATE SCHEMA s; CREATE TABLE s.mine (id int); CREATE TABLE s.t ("old" int); CREATE VIEW s.v AS SELECT * FROM s.mine; CREATE TABLE public.kept (id int)`,
    );
    await succeeded(run('load', source, 'WITH drop schema'));
    expect(await tables()).toEqual(['public.kept', 's.t']);
  });

  it('come without rows by schema only', async () => {
    source = await createDatabase(servers.source, 'CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)');
    await succeeded(run('load', source, 'WITH schema only'));
    expect(await target.query('SELECT * FROM public.t')).toEqual([]);
    expect(await tables()).toEqual(['public.t']);
  });
});

describe('batch rows', () => {
  it('loads every row once, whatever stands in them', async () => {
    source = await createDatabase(
      servers.source,
      `CREATE TABLE t (id int, note text); INSERT INTO t SELECT n, 'a "quoted",' || chr(10) || 'line' FROM generate_series(1, 10500) n`,
    );
    await succeeded(run('load', source, 'WITH batch rows = 1000'));
    expect(await target.query('SELECT count(*) AS rows, count(DISTINCT id) AS ids FROM public.t')).toEqual([
      { rows: '10500', ids: '10500' },
    ]);
  });
});

describe('the options of types', () => {
  it('decide what documents, lists, bare numerics and identities become, and new rows go on counting', async () => {
    source = await createDatabase(
      servers.source,
      `CREATE EXTENSION hstore; CREATE TYPE pair AS (a int, b text); CREATE DOMAIN few AS int[];
       CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY (START WITH 10 INCREMENT BY 10), n bigserial, s smallserial,
         doc jsonb, raw json, list text[], few few, pair pair, tags hstore, amount numeric);
       INSERT INTO t (doc, raw, list, few, pair, tags, amount) VALUES
         ('{"b": 1}', '{"b":  1, "b": 2}', '{a,NULL,"c d"}', '[2:3]={1,2}', (1, 'x'), 'k=>v', 1.23456),
         (NULL, NULL, NULL, NULL, NULL, NULL, NULL);`,
    );
    const ask = async (sql: string) => (await target.query(sql)).map((row) => Object.values(row).join(' | '));
    const columns = `SELECT "column", type FROM pg_table_def WHERE schemaname = 'public' AND tablename = 't'`;
    const words = 'json as varchar, arrays as varchar, composites as varchar, bare numeric scale = 10, keep identity';
    const made = await succeeded(run('load', source, `WITH ${words}`));
    expect(made.stderr).toMatch(/NARROWS.*amount/);
    const text = 'character varying(65535)';
    expect(await ask(columns)).toEqual([
      ...['id | integer', 'n | bigint', 's | smallint', `doc | ${text}`, `raw | ${text}`, `list | ${text}`],
      ...[`few | ${text}`, `pair | ${text}`, `tags | ${text}`, 'amount | numeric(38,10)'],
    ]);
    const first =
      '10 | 1 | {"b": 1} | {"b":  1, "b": 2} | {a,NULL,"c d"} | [2:3]={1,2} | (1,x) | "k"=>"v" | 1.2345600000';
    expect(await ask('SELECT id, n, doc, raw, list, few, pair, tags, amount FROM t WHERE id = 10')).toEqual([first]);
    await target.run('INSERT INTO t (s) VALUES (9)');
    expect(await ask('SELECT id, n, s FROM t ORDER BY id')).toEqual(['10 | 1 | 1', '20 | 2 | 2', '30 | 3 | 9']);

    await succeeded(run('load', source, 'WITH drop identity'));
    expect(await ask(`${columns} AND "column" IN ('doc', 'raw', 'list', 'few', 'pair', 'tags')`)).toEqual(
      ['doc', 'raw', 'list', 'few', 'pair', 'tags'].map((name) => `${name} | super`),
    );
    expect(await ask('SELECT doc, list, few, pair, tags, amount FROM t WHERE id = 10')).toEqual([
      '{"b":1} | ["a",null,"c d"] | [1,2] | {"a":1,"b":"x"} | {"k":"v"} | 1.23456',
    ]);
    await expect(target.run('INSERT INTO t (s) VALUES (9)')).rejects.toThrow(/null/i);
  });
});

describe('SQL of the command', () => {
  it('that fails is named by block and statement, and its block is undone', async () => {
    source = await createDatabase(servers.source, 'CREATE TABLE t (id int)');
    await target.run('CREATE TABLE public.audit (what varchar(9))');
    const failed = await run(
      'load',
      source,
      `BEFORE LOAD DO $$ INSERT INTO public.audit VALUES ('one') $$
                   DO $$ INSERT INTO public.audit VALUES ('two') $$, $$ INSERT INTO public.audit VALUES ('secret far too long') $$`,
    );
    expect(failed.code).toBe(1);
    expect(failed.stderr).toMatch(/BEFORE LOAD, block 2, statement 2/);
    expect(failed.stderr).not.toMatch(/secret/);
    expect(await target.query('SELECT what FROM public.audit')).toEqual([{ what: 'one' }]);
  });

  it('runs where there is nothing to load', async () => {
    source = await createDatabase(servers.source);
    await succeeded(
      run(
        'load',
        source,
        `BEFORE LOAD DO $$ CREATE TABLE public.audit (what varchar(9)) $$ AFTER LOAD DO $$ INSERT INTO public.audit VALUES ('after') $$`,
      ),
    );
    expect(await target.query('SELECT what FROM public.audit')).toEqual([{ what: 'after' }]);
    expect(await tables()).toEqual(['public.audit']);
  });
});

describe('plan and dry run', () => {
  it('print a script that a person can review, and say whether a load could start', async () => {
    source = await createDatabase(servers.source, `CREATE TABLE "T" (id int, p point); CREATE TABLE u (id int)`);
    const clauses = `WITH workers = 2, truncate CAST column "T".id to bigint EXCLUDING TABLE NAMES MATCHING 'u', 'nobody' AFTER LOAD DO $$ SELECT 1 $$`;
    const planned = await succeeded(run('plan', source, clauses));
    expect(planned.stdout).toMatch(/TYPE_AS_TEXT {2}public\.T\.p/);
    expect(planned.stdout).toMatch(/MATCHES_NOTHING {2}EXCLUDING 'nobody' matches no table/);
    expect(planned.stdout).toMatch(/workers = 2 +given/);
    expect(planned.stdout).toMatch(/include drop +pgloader/);
    expect(planned.stdout).toMatch(/^CREATE TABLE IF NOT EXISTS "public"\."_pgshift_\w+" \("id" BIGINT, "p" VARCHAR/m);
    expect(planned.stdout).toMatch(/-- AFTER LOAD, block 1\nBEGIN;\nSELECT 1;\nCOMMIT;/);
    const dry = await succeeded(run('load', source, clauses, '--dry-run'));
    expect(dry.stdout).toMatch(/^A load could start: 1 table from/);
    const refused = await run('load', source, `CAST column "T".id to jsonb`, '--dry-run');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/public\.T\.id: CAST rule 1: Redshift has no type jsonb; write super/);
    expect(await tables()).toEqual([]);
  });
});
