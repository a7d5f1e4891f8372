// Does what a Redshift holds arrive in another as it left, by either road, of one moment, and with its keys and encodings?
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { artifactKeys } from '../../core/artifacts.ts';
import { PgshiftError } from '../../core/errors.ts';
import type { PlanChunk, PlanSummary } from '../../core/plan/model.ts';
import type { Ports } from '../../core/ports.ts';
import type { BatchRecord } from '../../core/report/model.ts';
import { bundleScript } from '../../infra/bundle.ts';
import { detect } from '../../lambdas/1-detect/detect.ts';
import { discover } from '../../lambdas/3-discover/discover.ts';
import { plan } from '../../lambdas/4-plan/plan.ts';
import { prepare } from '../../lambdas/5-prepare/prepare.ts';
import { extract } from '../../lambdas/6-extract/extract.ts';
import { copy } from '../../lambdas/7-copy/copy.ts';
import { publish } from '../../lambdas/8-publish/publish.ts';
import type { PostgresServer } from '../../local/postgres/server.ts';
import type { RedshiftServer } from '../../local/redshift/server.ts';
import { createDatabase, openSession, startTestPostgres, type TestDatabase } from '../support/database.ts';
import type { ExtractChild } from '../support/extract-child.ts';
import { EVERY_TYPE, type FromRedshift, loginOf, startFromRedshift } from '../support/from-redshift.ts';
import { loadBySteps } from '../support/load-by-steps.ts';
import { bucket, keys, region } from '../support/redshift-stand-in.ts';
import { stepWorld } from '../support/step-world.ts';

let world: FromRedshift;
let run = 0;

beforeAll(async () => {
  world = await startFromRedshift({ profile: 'pessimistic' });
});
afterAll(() => world.stop());

const load = async (source: RedshiftServer, target: RedshiftServer, clauses = '') => {
  const ports = world.ports(source, target);
  const name = `from-redshift-${++run}`;
  const written = await loadBySteps(ports, name, world.command(clauses));
  const plan = await ports.store.getJson<PlanSummary>(artifactKeys.plan(name));
  return { ports, name, written, plan };
};

const kinds = ({ hazards }: PlanSummary) => hazards.map(({ kind, place }) => [kind, place]);

describe.each(['pessimistic', 'optimistic'] as const)('%s', (profile) => {
  test.each(['WITH verify checksums', 'WITH verify checksums, read by cursor'])(
    'every type arrives as it left, and its sums are the same: %s',
    async (clauses) => {
      const name = `every_${profile}_${clauses.includes('cursor') ? 'cursor' : 'unload'}`;
      const source = await world.source(name, EVERY_TYPE, { profile });
      const target = await world.target(`${name}_target`);
      const { plan, written } = await load(source, target, clauses);
      const all = 'SELECT * FROM s.every ORDER BY id';
      expect(await world.rows(target, all)).toEqual(await world.rows(source, all));
      const types = 'SELECT "column", type FROM pg_table_def WHERE schemaname = \'s\'';
      const path = 'SET search_path TO s';
      await world.rows(source, path);
      await world.rows(target, path);
      expect(await world.rows(target, types)).toEqual(await world.rows(source, types));
      // Where UNLOAD writes 15 digits of a float, the table goes through a cursor by itself.
      const asked = clauses.includes('cursor');
      const byCursor = asked || profile === 'pessimistic';
      expect(written.map(({ objects }) => objects !== undefined)).toEqual([!byCursor]);
      const told = !asked && profile === 'pessimistic' ? [['READ_BY_CURSOR', 's.every']] : [];
      // A sketch has no text that is known.
      told.push(['NOT_SUMMED', 's.every.sketch']);
      expect(kinds(plan).filter(([kind]) => kind !== 'KEYS_IN_COPY')).toEqual(told);
    },
  );
});

const SHOP = `
  CREATE SCHEMA shop;
  CREATE TABLE shop.customers (
    id BIGINT IDENTITY(1,3), code VARCHAR(8) NOT NULL DEFAULT 'new', at TIMESTAMP DEFAULT GETDATE(), PRIMARY KEY (id))
    DISTKEY (id) SORTKEY (code, id);
  CREATE TABLE shop.orders (
    id INTEGER NOT NULL ENCODE ZSTD, customer BIGINT, total DECIMAL(12,2) ENCODE RAW, note VARCHAR(20),
    UNIQUE (id), FOREIGN KEY (customer) REFERENCES shop.customers (id)) DISTSTYLE ALL INTERLEAVED SORTKEY (customer, id);
  COMMENT ON TABLE shop.orders IS 'what was sold'; COMMENT ON COLUMN shop.orders.note IS 'it''s free';
  CREATE TABLE shop.nothing (a INTEGER);
  INSERT INTO shop.customers (code) VALUES ('a'), ('b'), ('c');
  INSERT INTO shop.orders VALUES (1, 1, 12.34, NULL), (2, 4, 0.10, ''), (2, 4, -5, 'x,y');
  CREATE VIEW shop.late AS SELECT id, note FROM shop.orders WITH NO SCHEMA BINDING;
  CREATE MATERIALIZED VIEW shop.kept AS SELECT customer, COUNT(*) AS n FROM shop.orders GROUP BY customer;
  CREATE EXTERNAL SCHEMA lake FROM DATA CATALOG DATABASE 'lake' IAM_ROLE 'arn:aws:iam::111122223333:role/x';`;
const EVENTS = "CREATE EXTERNAL TABLE lake.events (a INTEGER) STORED AS PARQUET LOCATION 's3://lake/events/'";

describe('a shop', () => {
  let source: RedshiftServer;
  let target: RedshiftServer;
  beforeAll(async () => {
    source = await world.source('shop', SHOP);
    // Not in a block, as several statements in one message are.
    await world.rows(source, EVENTS);
    target = await world.target('shop_copy');
  });
  /** Of both ends: what the catalog says of the tables of a schema, whatever their numbers. */
  const look = async (server: RedshiftServer, schema: string) => ({
    columns: await world.rows(
      server,
      `SELECT table_name, column_name, data_type, is_nullable, encoding, distkey, sortkey, remarks
       FROM svv_redshift_columns WHERE schema_name = '${schema}' AND table_name IN ('customers', 'orders') ORDER BY table_name, ordinal_position`,
    ),
    styles: await world.rows(
      server,
      `SELECT c.relname, c.releffectivediststyle FROM pg_class_info c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname = '${schema}' AND c.relname IN ('customers', 'orders') ORDER BY 1`,
    ),
    keys: await world.rows(
      server,
      `SELECT c.relname, k.contype, k.conkey, k.confkey FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
       JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = '${schema}' AND k.contype IN ('p', 'u', 'f') ORDER BY 1, 2`,
    ),
  });

  test('arrives with its keys, layout and comments, and its identity goes on behind the last value', async () => {
    const { plan, written } = await load(source, target);
    expect(await look(target, 'shop')).toEqual(await look(source, 'shop'));
    for (const table of ['customers', 'orders']) {
      const all = `SELECT * FROM shop.${table} ORDER BY id, 2, 3`;
      expect(await world.rows(target, all)).toEqual(await world.rows(source, all));
    }
    expect(written.reduce((sum, { rows }) => sum + rows, 0)).toBe(6);
    await world.rows(target, "INSERT INTO shop.customers (code) VALUES ('d')");
    expect(await world.rows(target, "SELECT id FROM shop.customers WHERE code = 'd'")).toEqual([['10']]);
    expect(plan.redshift).toEqual({ together: true });
    expect(kinds(plan)).toEqual([
      ['LEFT_OUT', 'shop.kept'],
      ['LEFT_OUT', 'shop.late'],
      ['LEFT_OUT', 'lake.events'],
      ['KEYS_IN_COPY', null],
      ['KEYS_IN_COPY', null],
    ]);
  });

  test('gives views and materialized views where they are asked for, and pieces of whole rows', async () => {
    const clauses = `WITH include materialized views, batch rows = 1 MATERIALIZE VIEWS shop.late,
      own AS $$ SELECT 'a\\\\b' AS text, id + 1 AS next FROM shop.orders -- of all $$
      INCLUDING ONLY TABLE NAMES MATCHING 'kept', 'late' IN SCHEMA 'shop' ALTER SCHEMA 'shop' RENAME TO 'seen'`;
    const { written, plan } = await load(source, target, clauses);
    expect(await world.rows(target, 'SELECT * FROM seen.late ORDER BY 1, 2')).toEqual(
      await world.rows(source, 'SELECT * FROM shop.late ORDER BY 1, 2'),
    );
    expect(await world.rows(target, 'SELECT * FROM seen.kept ORDER BY 1')).toEqual([
      ['1', '1'],
      ['4', '2'],
    ]);
    expect(await world.rows(target, 'SELECT * FROM public.own ORDER BY next')).toEqual([
      ['a\\b', '2'],
      ['a\\b', '3'],
      ['a\\b', '3'],
    ]);
    expect(written.map(({ rows, pieces }) => [rows, pieces]).sort()).toEqual([
      [2, 2],
      [3, 3],
      [3, 3],
    ]);
    // Nobody knows how large a query's answer is.
    expect(plan.redshift).toEqual({ together: false });
    expect(kinds(plan)).toContainEqual(['SEPARATE_MOMENTS', null]);
  });
});

describe('a reader', () => {
  const SQL = `
    CREATE SCHEMA own; CREATE SCHEMA closed;
    CREATE TABLE own.a (n INTEGER, v VARCHAR(9)); CREATE TABLE own.b (n INTEGER); CREATE TABLE closed.c (n INTEGER);
    INSERT INTO own.a VALUES (1, NULL), (2, ''), (3, 'x'); INSERT INTO own.b VALUES (7);
    CREATE USER reader PASSWORD 'Secret2';
    GRANT USAGE ON SCHEMA own TO reader; GRANT SELECT ON own.a, own.b, closed.c TO reader`;
  const FLOATS = `ALTER TABLE own.a ADD COLUMN f FLOAT8; ALTER TABLE own.b ADD COLUMN f FLOAT8;
    UPDATE own.a SET f = 0.30000000000000004; UPDATE own.b SET f = 0.30000000000000004`;
  const login = { user: 'reader', password: 'Secret2' };

  test('who may not UNLOAD reads by a cursor, and is told; asked for it, the run is refused', async () => {
    const source = await world.source('narrow', `${SQL}; ${FLOATS}`, { unload: 'refused' });
    const target = await world.target('narrow_copy');
    const ports = world.ports(source, target, {}, login);
    // The sums of one table are taken with other settings than the rows of the next are read with: its floats keep their digits.
    const only = "INCLUDING ONLY TABLE NAMES MATCHING ~/./ IN SCHEMA 'own'";
    const written = await loadBySteps(ports, 'narrow-1', world.command(`WITH verify checksums ${only}`));
    expect(await world.rows(target, 'SELECT n, v FROM own.a ORDER BY n')).toEqual([
      ['1', null],
      ['2', ''],
      ['3', 'x'],
    ]);
    expect(written.every(({ objects }) => objects === undefined)).toBe(true);
    const plan = await ports.store.getJson<PlanSummary>(artifactKeys.plan('narrow-1'));
    expect(plan.hazards.find(({ kind }) => kind === 'READ_BY_CURSOR')?.message).toMatch(
      /UNLOAD cannot be had.*permission denied/,
    );
    await expect(loadBySteps(ports, 'narrow-2', world.command(`WITH read by unload ${only}`))).rejects.toMatchObject({
      kind: 'PlanRefused',
      message: expect.stringMatching(/read by unload.*permission denied/),
    });
    // A right on a table is none without that on its schema.
    await expect(loadBySteps(ports, 'narrow-3', world.command())).rejects.toMatchObject({
      kind: 'PlanRefused',
      message: expect.stringMatching(/closed\.c: no right to read it: .*USAGE on its schema/),
    });
  });

  test.each([
    ['', 'together'],
    ['WITH no snapshot', 'one by one'],
  ])('sees tables of %s one moment: %s', async (clauses, how) => {
    const source = await world.source(
      `moment_${how.slice(0, 3)}`,
      SQL.replace("CREATE USER reader PASSWORD 'Secret2';", '').replace(/GRANT.*/s, ''),
    );
    const target = await world.target(`moment_${how.slice(0, 3)}_copy`);
    let changed = 0;
    const ports = world.ports(source, target, {
      // Somebody adds to both tables between their UNLOADs.
      before: async (sql) => {
        if (!sql.startsWith('UNLOAD') || !sql.includes('own') || ++changed !== 1) return;
        await world.rows(source, 'INSERT INTO own.a VALUES (4, NULL)');
        await world.rows(source, 'INSERT INTO own.b VALUES (8)');
      },
    });
    await loadBySteps(
      ports,
      `moment-${how.slice(0, 3)}`,
      world.command(`${clauses} INCLUDING ONLY TABLE NAMES MATCHING ~/./ IN SCHEMA 'own'`),
    );
    const count = async (table: string) =>
      Number((await world.rows(target, `SELECT COUNT(*) FROM own.${table}`))[0]?.[0]);
    expect(changed).toBe(2);
    // Whichever comes first is as it was; the other one is of another moment where each has its own.
    expect([await count('a'), await count('b')].join()).toMatch(how === 'together' ? /^3,1$/ : /^(3,2|4,1)$/);
  });
});

test('a retry never takes the files of the attempt before it, and the sentinel as a value is found', async () => {
  const source = await world.source(
    'again',
    `CREATE TABLE t (id INTEGER, v VARCHAR(40), b VARBYTE(9)); INSERT INTO t VALUES (1, 'x', FROM_HEX('')), (2, NULL, NULL)`,
  );
  const target = await world.target('again_copy');
  let broken = 0;
  const seen: string[] = [];
  const ports = world.ports(source, target, {
    before: async (sql) => {
      if (!sql.startsWith('UNLOAD') || sql.includes('stv_slices')) return;
      seen.push(/parts\/\d+\/\d+\.(\d+)\.unload/.exec(sql)?.[1] ?? '');
      if (++broken === 1) throw new PgshiftError('ConnectionLost', 'the network blinked');
    },
  });
  await detect(ports, { run: 'again', input: { command: world.command() } });
  await discover(ports, { run: 'again', snapshot: false });
  await plan(ports, { run: 'again' });
  const chunk = await ports.store.getJson<PlanChunk>(artifactKeys.planChunk('again', 0));
  // Whoever answers with the text of the query that reads it.
  await world.rows(source, `INSERT INTO t VALUES (3, '${chunk.sentinels[1]}', FROM_HEX('00'))`);
  const input = { run: 'again', snapshot: false, chunk: 0, parts: [{ batch: 0, table: 0, part: 0 }] };
  await expect(extract(ports, { ...input, attempt: 0 })).rejects.toMatchObject({ kind: 'ConnectionLost' });
  const first = await extract(ports, { ...input, attempt: 1 });
  // An empty VARBYTE wants another sentinel, and the second one is a value.
  expect(first.written).toMatchObject([{ rows: 3, draw: 2 }]);
  expect(seen).toEqual(['0', '1']);
  expect(await extract(ports, { ...input, attempt: 2 })).toEqual(first);
  await prepare(ports, { run: 'again', chunk: 0, execution: '' });
  await copy(ports, { run: 'again', chunk: 0, reads: [first] });
  await publish(ports, { run: 'again', publish: 0, first: 0, last: 0 });
  const all = 'SELECT * FROM t ORDER BY id';
  expect(await world.rows(target, all)).toEqual(await world.rows(source, all));
});

test('casts, transforms and policies are done in Redshift, and what cannot be is refused by name', async () => {
  const source = await world.source(
    'narrowing',
    `
    CREATE TABLE t (id INTEGER, v VARCHAR(40), w VARCHAR(40), d DECIMAL(12,4), b BOOLEAN, day DATE, at TIMESTAMP);
    INSERT INTO t VALUES (1, 'é🐘é', ' x ', 1.2345, true, '9999-12-31', '2026-01-02 03:04:05'), (2, 'abc', '', 123.4, false, '10000-01-01', NULL)`,
  );
  const target = await world.target('narrowing_copy');
  const { name, ports } = await load(
    source,
    target,
    `
    WITH on date out of range clamp
    CAST column t.v to varchar(5) on long text truncate, column t.w using empty-string-to-null,
      column t.d to decimal(4,1) on extra digits clamp, column t.b to varchar(5), column t.at to date`,
  );
  expect(await world.rows(target, 'SELECT * FROM t ORDER BY id')).toEqual([
    ['1', 'é', ' x ', '1.2', 'true', '9999-12-31', '2026-01-02'],
    ['2', 'abc', null, '123.4', 'false', '9999-12-31', null],
  ]);
  expect(await ports.store.getJson(artifactKeys.replacedValues(name, 0, 0, 0))).toEqual([
    { column: 1, guard: expect.any(Number), rows: 1 },
    { column: 3, guard: expect.any(Number), rows: 1 },
    { column: 5, guard: expect.any(Number), rows: 1 },
  ]);
  await expect(load(source, target, 'CAST column t.v to varchar(5)')).rejects.toMatchObject({
    kind: 'ValueRefused',
    message: expect.stringMatching(/public\.t\.v holds a text with more bytes.*in one row/),
  });
  await expect(load(source, target, 'CAST column t.v using base64-decode')).rejects.toMatchObject({
    message: expect.stringMatching(/base64-decode is done by a PostgreSQL source/),
  });
});

describe('into PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startTestPostgres();
  });
  afterAll(() => server.stop());

  /** Ports with a PostgreSQL at the other end. */
  const into = (source: RedshiftServer, database: TestDatabase): Ports => {
    const login = { port: server.port, user: server.user, password: server.password, database: database.name };
    const atTarget = stepWorld(world.s3, bucket, login).ports;
    const atSource = world.ports(source, source);
    return { ...atSource, connect: (end, how) => (end.end === 'source' ? atSource : atTarget).connect(end, how) };
  };
  const command = (clauses = '') => world.command(clauses).replace('INTO redshift', 'INTO postgresql');

  test.each(['WITH verify checksums', 'WITH verify checksums, read by cursor'])(
    'every type arrives as PostgreSQL has it: %s',
    async (clauses) => {
      const name = `every_pg_${clauses.length}`;
      const source = await world.source(name, EVERY_TYPE, { profile: 'optimistic' });
      const database = await createDatabase(server, '');
      await loadBySteps(into(source, database), name, command(clauses));
      const session = await openSession(database.uri);
      await session.run("SET TimeZone TO 'UTC'");
      const arrived = await session.query('SELECT * FROM s.every ORDER BY id');
      const left = await world.rows(source, 'SELECT * FROM s.every ORDER BY id');
      // What differs by its type is written out: jsonb has blanks, bytea its prefix.
      const shown = arrived.map(({ j, bytes, ...row }) =>
        Object.values({
          ...row,
          j: j === null || j === undefined ? null : JSON.parse(j),
          bytes: bytes?.replace('\\x', '') ?? null,
        }),
      );
      const wanted = left.map((row) => {
        const values = row as (string | null)[];
        const [j, bytes] = [values[16] ?? null, values[17] ?? null];
        return [...values.toSpliced(16, 2), j === null ? null : JSON.parse(j), bytes];
      });
      expect(shown).toEqual(wanted);
      const types = await session.query(
        "SELECT format_type(atttypid, atttypmod) AS t FROM pg_attribute WHERE attrelid = 's.every'::regclass AND attnum > 0",
      );
      expect(types.map(({ t }) => t)).toEqual([
        ...[
          'bigint',
          'smallint',
          'integer',
          'numeric(12,3)',
          'numeric(19,2)',
          'numeric(38,10)',
          'real',
          'double precision',
        ],
        ...[
          'boolean',
          'character varying(300)',
          'character(5)',
          'date',
          'time without time zone',
          'time with time zone',
        ],
        ...['timestamp without time zone', 'timestamp with time zone', 'jsonb', 'bytea', 'text', 'text', 'text'],
      ]);
      await session.close();
      await database.drop();
    },
  );

  test('keys, identities, defaults and comments are made, and a line that would end COPY arrives', async () => {
    const source = await world.source(
      'shop_pg',
      `${SHOP} CREATE TABLE shop.lines (v VARCHAR(9)); INSERT INTO shop.lines VALUES ('a'), ('\\\\.'), (NULL), ('');
       DELETE FROM shop.orders WHERE note = ''`,
    );
    const database = await createDatabase(server, '');
    await loadBySteps(into(source, database), 'shop-pg', command());
    const session = await openSession(database.uri);
    const column = async (sql: string) => (await session.query(sql)).map((row) => Object.values(row)[0]);
    expect(await column('SELECT v FROM shop.lines ORDER BY v')).toEqual(['', '\\.', 'a', null]);
    expect(await column("INSERT INTO shop.customers (code) VALUES ('d') RETURNING id")).toEqual(['10']);
    expect(
      await column(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE contype IN ('p', 'u', 'f') AND connamespace = 'shop'::regnamespace ORDER BY 1",
      ),
    ).toEqual(['FOREIGN KEY (customer) REFERENCES shop.customers(id) NOT VALID', 'PRIMARY KEY (id)', 'UNIQUE (id)']);
    expect(await column('SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef ORDER BY 1')).toEqual([
      "'new'::character varying",
      'now()',
    ]);
    expect(await column("SELECT obj_description('shop.orders'::regclass)")).toEqual(['what was sold']);
    await session.close();
    await database.drop();
  });
});

test('rows that the target refuses are put aside and the others loaded, from files that Redshift wrote', async () => {
  const source = await world.source(
    'rejects',
    `CREATE TABLE t (id INTEGER, v VARCHAR(40)); INSERT INTO t VALUES (1, 'x,y'), (2, 'no number'), (3, '7'), (4, NULL), (5, '8')`,
  );
  const target = await world.target('rejects_copy');
  const { ports, name } = await load(source, target, 'WITH on error resume next CAST column t.v to integer');
  expect(await world.rows(target, 'SELECT * FROM t ORDER BY id')).toEqual([
    ['3', '7'],
    ['4', null],
    ['5', '8'],
  ]);
  const [record] = await ports.store.getJson<BatchRecord[]>(artifactKeys.batchRecord(name, 0, 0));
  expect(record).toMatchObject({ rows: 3, rejected: 2 });
  const cuts = await Promise.all(
    (record?.cuts ?? []).map((cut) => ports.store.getText(artifactKeys.cutRows(name, 0, cut))),
  );
  expect(
    cuts
      .join('')
      .split('\n')
      .filter((line) => line !== '')
      .toSorted(),
  ).toEqual(['1,"x,y"', '2,no number']);
});

test('a cursor holds a few MB of rows at a time, also where wide rows follow after narrow ones', async () => {
  // 100 rows of few bytes, then 1,500 of 50 kB: 75 MB of them.
  const digests = (from: number) => Array.from({ length: 40 }, (_, i) => `MD5(n || '-' || ${from + i})`).join(' || ');
  const source = await world.source(
    'wide',
    `CREATE TABLE n (n INTEGER); INSERT INTO n VALUES ${Array.from({ length: 100 }, (_, n) => `(${n})`).join(', ')};
     CREATE TABLE wide (id INTEGER, note VARCHAR(65535));
     INSERT INTO wide SELECT n, 'x' FROM n;
     INSERT INTO wide SELECT n, REPEAT(${digests(0)}, 40) FROM (SELECT a.n * 15 + b.n AS n FROM n AS a, n AS b WHERE b.n < 15) AS "all"`,
  );
  const ports = world.ports(source, source);
  const command = world.command("WITH read by cursor INCLUDING ONLY TABLE NAMES MATCHING 'wide' IN SCHEMA 'public'");
  await detect(ports, { run: 'wide', input: { command } });
  await discover(ports, { run: 'wide', snapshot: false });
  await plan(ports, { run: 'wide' });
  const child: ExtractChild = {
    ...{ endpoint: world.standIn.s3.endpoint, region, credentials: keys, bucket },
    login: loginOf(source.uri()),
    input: { run: 'wide', batch: 0, chunk: 0, table: 0, part: 0, attempt: 0 },
  };
  const folder = mkdtempSync(join(tmpdir(), 'pgshift-extract-'));
  const script = join(folder, 'child.mjs');
  bundleScript(fileURLToPath(new URL('../support/extract-child.ts', import.meta.url)), script);
  // Texts are in the old space when they stay: held together they do not fit into 64 MB, and the process would end.
  const heap = '--max-old-space-size=64';
  const { stdout } = await promisify(execFile)(process.execPath, [heap, script, JSON.stringify(child)]);
  rmSync(folder, { recursive: true });
  const { written, peakBytes } = JSON.parse(stdout);
  expect(written.rows).toBe(1600);
  expect(written.csvBytes).toBeGreaterThan(75e6);
  // 80 MB are Node's own, and some 100 MB the young space that it takes where there is room.
  expect(peakBytes).toBeLessThan(350e6);
});
