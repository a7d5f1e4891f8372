// Do copy and publish load each batch once, check what they load, and leave live tables alone until all is there?
import { zstdCompressSync } from 'node:zlib';
import { S3Client } from '@aws-sdk/client-s3';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { artifactKeys } from '../../core/artifacts.ts';
import { NO_CLAUSES } from '../../core/command/model.ts';
import type { PlanChunk, PlannedTable } from '../../core/plan/model.ts';
import { prepare } from '../../lambdas/5-prepare/prepare.ts';
import { publish } from '../../lambdas/8-publish/publish.ts';
import { untilAnswered } from '../support/lost-answers.ts';
import { copyBatch as copy, type PartWritten } from '../support/one-batch.ts';
import { bucket, keys, region, rows, type StandIn, startStandIn } from '../support/redshift-stand-in.ts';
import { stepWorld, type WorldOptions } from '../support/step-world.ts';

const run = 'run-1';
const sentinel = '@N0123456789abcd@';
let standIn: StandIn;
let s3: S3Client;
let session: pg.Client;

beforeAll(async () => {
  standIn = await startStandIn();
  s3 = new S3Client({ endpoint: standIn.s3.endpoint, region, credentials: keys, forcePathStyle: true });
  session = await standIn.session();
});
afterAll(async () => {
  s3.destroy();
  await standIn.close();
});

const column = (name: string, type: string, quoted: boolean) => ({
  source: name,
  target: name,
  type,
  notNull: false,
  expression: `"${name}"`,
  quoted,
});

const table: PlannedTable = {
  table: 0,
  source: { schema: 'public', name: 'T' },
  target: { schema: 'sales', name: 't' },
  staging: '_pgshift_0_0',
  ledger: '_pgshift_0_0_ledger',
  columns: [column('id', 'INTEGER', false), column('note', 'VARCHAR(8)', true)],
  create: [
    'CREATE TABLE IF NOT EXISTS "sales"."_pgshift_0_0" ("id" INTEGER, "note" VARCHAR(8))',
    'CREATE TABLE IF NOT EXISTS "sales"."_pgshift_0_0_ledger" ("batch" INTEGER NOT NULL, "piece" INTEGER NOT NULL, "rows" BIGINT NOT NULL, "rejected" BIGINT NOT NULL, "cut" VARCHAR(32), "loaded_at" TIMESTAMP NOT NULL DEFAULT GETDATE())',
  ],
  publish: 'create',
  dropForeignKeys: [],
  addKeys: ['ALTER TABLE "sales"."t" ADD CONSTRAINT "t_key" UNIQUE ("id")'],
  addForeignKeys: [],
  parts: [
    { part: 0, from: '"public"."T"', estimatedBytes: 0 },
    { part: 1, from: '"public"."T"', estimatedBytes: 0 },
  ],
  batches: [
    { batch: 0, parts: [0] },
    { batch: 1, parts: [1] },
  ],
};

function world(options: WorldOptions = {}) {
  const uri = new URL(standIn.redshift.uri());
  const login = {
    port: standIn.redshift.port,
    user: decodeURIComponent(uri.username),
    password: decodeURIComponent(uri.password),
    database: 'dev',
  };
  return stepWorld(s3, bucket, login, { authorization: keys, ...options }).ports;
}

/** The run's artifacts, as detect and plan leave them, over a target without the tables. */
async function begin(planned: PlannedTable | readonly PlannedTable[] = table, options: object = {}): Promise<void> {
  await session.query('DROP SCHEMA IF EXISTS sales CASCADE');
  const { store } = world();
  await store.remove([artifactKeys.published(run, 0), artifactKeys.published(run, 1)]);
  const target = { end: 'target', scheme: 'redshift' };
  await store.putJson(artifactKeys.command(run), { source: { end: 'source' }, target, options, ...NO_CLAUSES });
  await store.putJson(artifactKeys.capabilities(run), {
    target: { dialect: 'redshift' },
    bucket: { name: bucket, region },
  });
  const chunk: PlanChunk = {
    chunk: 0,
    sentinels: [sentinel],
    schemas: ['CREATE SCHEMA IF NOT EXISTS "sales"'],
    tables: [planned].flat(),
  };
  await store.putJson(artifactKeys.planChunk(run, 0), chunk);
}

async function part(number: number, csv: string, count: number): Promise<PartWritten> {
  const key = artifactKeys.partObject(run, number, number, 0);
  const body = zstdCompressSync(csv);
  await standIn.put(key, body);
  return { part: number, rows: count, bytes: body.length, csvBytes: csv.length, key, startedAt: 0, endedAt: 0 };
}

const copyBatch = (batch: number, written: readonly PartWritten[], options?: WorldOptions) =>
  copy(world(options), { run, batch, chunk: 0, table: 0, written });
const publishAll = (options?: WorldOptions) => publish(world(options), { run, publish: 0, first: 0, last: 0 });

const staged = () => rows(session, 'SELECT id, note FROM sales._pgshift_0_0 ORDER BY id');
const live = () => rows(session, 'SELECT id, note FROM sales.t ORDER BY id');
const ownTables = () =>
  rows(
    session,
    `SELECT relname FROM pg_class WHERE LEFT(relname, 9) = '_pgshift_' AND relnamespace NOT IN (SELECT oid FROM pg_namespace WHERE nspname LIKE 'pg_temp%') ORDER BY 1`,
  );

beforeEach(async () => {
  await begin();
});

describe('prepare', () => {
  test('makes schema, staging table and ledger, and does it again without harm', async () => {
    expect(await prepare(world(), { run, chunk: 0, execution: '' })).toEqual({ tables: 1 });
    await copyBatch(0, [await part(0, '1,"a"\n', 1)]);
    await prepare(world(), { run, chunk: 0, execution: '' });
    expect(await ownTables()).toEqual([['_pgshift_0_0'], ['_pgshift_0_0_ledger'], ['_pgshift_claims']]);
    expect(await staged()).toEqual([[1, 'a']]);
  });

  test('proves with one row that Redshift reads what is written, before it makes anything', async () => {
    const wrong = { ...keys, secretAccessKey: 'not the one' };
    await expect(prepare(world({ authorization: wrong }), { run, chunk: 0, execution: '' })).rejects.toMatchObject({
      name: 'CopyDenied',
    });
    expect(await ownTables()).toEqual([]);
    expect(await rows(session, `SELECT 1 FROM pg_namespace WHERE nspname = 'sales'`)).toEqual([]);
  });

  test('makes no table but its claims when one statement of the chunk is refused', async () => {
    await begin({ ...table, create: [...table.create, 'CREATE TABLE "sales"."x" ("a" UUID)'] });
    await expect(prepare(world(), { run, chunk: 0, execution: '' })).rejects.toMatchObject({
      name: 'StatementRefused',
    });
    expect(await ownTables()).toEqual([['_pgshift_claims']]);
  });
});

describe('copy', () => {
  beforeEach(async () => {
    await prepare(world(), { run, chunk: 0, execution: '' });
  });

  test('loads what the parts hold: NULL, an empty text and the word NULL stay apart', async () => {
    const csv = `1,${sentinel}\n2,""\n3,"NULL"\n4,"\\N"\n${sentinel},"x ""y"""\n`;
    expect(await copyBatch(0, [await part(0, csv, 5)])).toEqual({ batch: 0, rows: 5 });
    expect(await staged()).toEqual([
      [1, null],
      [2, ''],
      [3, 'NULL'],
      [4, '\\N'],
      [null, 'x "y"'],
    ]);
  });

  test('loads a batch once, however often it is asked', async () => {
    const written = [await part(0, '1,"a"\n', 1)];
    await copyBatch(0, written);
    expect(await copyBatch(0, written)).toEqual({ batch: 0, rows: 1 });
    expect(await staged()).toEqual([[1, 'a']]);
    expect(await rows(session, 'SELECT batch, rows FROM sales._pgshift_0_0_ledger')).toEqual([[0, '1']]);
  });

  test('loads a batch once when two copies of the step run at the same time', async () => {
    const written = [await part(0, '1,"a"\n', 1)];
    await Promise.all([copyBatch(0, written), copyBatch(0, written), copyBatch(0, written)]);
    expect(await staged()).toEqual([[1, 'a']]);
  });

  test('records a batch without rows, and sends no COPY for it', async () => {
    const empty: PartWritten = { part: 0, rows: 0, bytes: 9, csvBytes: 0, key: null, startedAt: 0, endedAt: 0 };
    const sent: string[] = [];
    await copyBatch(0, [empty], { before: async (sql) => void sent.push(sql) });
    expect(sent.filter((sql) => sql.startsWith('COPY'))).toEqual([]);
    expect(await rows(session, 'SELECT batch, rows FROM sales._pgshift_0_0_ledger')).toEqual([[0, '0']]);
  });

  test('keeps nothing when COPY loads another number of rows than were written', async () => {
    await expect(copyBatch(0, [await part(0, '1,"a"\n', 2)])).rejects.toMatchObject({
      name: 'CountMismatch',
      message: expect.stringContaining('2 rows, and COPY loaded 1'),
    });
    expect(await staged()).toEqual([]);
    expect(await rows(session, 'SELECT batch FROM sales._pgshift_0_0_ledger')).toEqual([]);
  });

  test('says where the refused row is and why, never what it holds', async () => {
    const secret = 'hunter2 is much too long';
    const failure = copyBatch(0, [await part(0, `1,"a"\n2,"${secret}"\n`, 2)]);
    await expect(failure).rejects.toMatchObject({
      name: 'RowRefused',
      message: expect.stringMatching(
        /sales\.t: line 2 of s3:\/\/stage\/runs\/run-1\/.*: column "note": .*too long.*1204/,
      ),
    });
    await expect(failure).rejects.not.toMatchObject({ message: expect.stringContaining('hunter2') });
    expect(await staged()).toEqual([]);
  });

  test('stops when an object of the manifest is gone', async () => {
    const written = await part(0, '1,"a"\n', 1);
    await world().store.remove([written.key ?? '']);
    await expect(copyBatch(0, [written])).rejects.toMatchObject({ name: 'CopyDenied' });
    expect(await staged()).toEqual([]);
  });

  test('gives up a lock that another batch holds after some seconds, to be tried again', async () => {
    const other = await standIn.session();
    await other.query('BEGIN; LOCK TABLE sales._pgshift_0_0_ledger');
    await expect(copyBatch(0, [await part(0, '1,"a"\n', 1)])).rejects.toMatchObject({ name: 'LockTimeout' });
    await other.query('ROLLBACK');
  });
});

describe('publish', () => {
  beforeEach(async () => {
    await prepare(world(), { run, chunk: 0, execution: '' });
    await copyBatch(0, [await part(0, '1,"a"\n', 1)]);
  });
  const loadTheRest = async () => copyBatch(1, [await part(1, '2,"b"\n', 1)]);

  test('makes staged rows live under their name, with their key, and leaves nothing of its own', async () => {
    await loadTheRest();
    expect(await publishAll()).toEqual({ tables: 1 });
    expect(await live()).toEqual([
      [1, 'a'],
      [2, 'b'],
    ]);
    expect(await ownTables()).toEqual([]);
    const keysThere = `SELECT conname FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid WHERE t.relname = 't'`;
    expect(await rows(session, keysThere)).toEqual([['t_key']]);
  });

  test('refuses while a batch is missing, and the live table stays', async () => {
    await session.query(`CREATE TABLE sales.t ("old" VARCHAR(9)); INSERT INTO sales.t VALUES ('as it was')`);
    await expect(publishAll()).rejects.toMatchObject({
      name: 'CountMismatch',
      message: expect.stringContaining('1 of 2 batches'),
    });
    expect(await rows(session, 'SELECT old FROM sales.t')).toEqual([['as it was']]);
  });

  test('refuses when staging holds another number of rows than its ledger says', async () => {
    await loadTheRest();
    await session.query(`INSERT INTO sales._pgshift_0_0 VALUES (3, 'stray')`);
    await expect(publishAll()).rejects.toMatchObject({ name: 'CountMismatch' });
  });

  test('replaces a live table of other columns', async () => {
    await begin({ ...table, publish: 'replace' });
    await session.query(
      `CREATE SCHEMA sales; CREATE TABLE sales.t ("old" VARCHAR(8)); INSERT INTO sales.t VALUES ('x')`,
    );
    await prepare(world(), { run, chunk: 0, execution: '' });
    await copyBatch(0, [await part(0, '1,"a"\n', 1)]);
    await loadTheRest();
    await publishAll();
    expect(await live()).toHaveLength(2);
  });

  test('adds to a live table by name where the plan says so', async () => {
    await begin({ ...table, publish: 'append', addKeys: [] });
    await session.query(
      `CREATE SCHEMA sales; CREATE TABLE sales.t (note VARCHAR(8), id INTEGER); INSERT INTO sales.t VALUES ('z', 9)`,
    );
    await prepare(world(), { run, chunk: 0, execution: '' });
    await copyBatch(0, [await part(0, '1,"a"\n', 1)]);
    await loadTheRest();
    await publishAll();
    await publishAll();
    expect(await live()).toEqual([
      [1, 'a'],
      [2, 'b'],
      [9, 'z'],
    ]);
    expect(await ownTables()).toEqual([]);
  });

  describe('of tables that are added to, one after the other', () => {
    const other: PlannedTable = {
      ...table,
      ...{ table: 1, target: { schema: 'sales', name: 'u' }, publish: 'append', addKeys: [], parts: [], batches: [] },
      ...{ staging: '_pgshift_0_1', ledger: '_pgshift_0_1_ledger' },
      create: table.create.map((sql) => sql.replaceAll('_pgshift_0_0', '_pgshift_0_1')),
    };
    const counts = () =>
      rows(session, 'SELECT (SELECT COUNT(*)::int FROM sales.t), (SELECT COUNT(*)::int FROM sales.u)');
    /** Both tables have a row that is not ours; one has two staged, the other none. */
    const beginBoth = async (tableByTable: boolean) => {
      await begin([{ ...table, publish: 'append', addKeys: [] }, other], { publishTableByTable: tableByTable });
      await session.query(`CREATE SCHEMA sales; CREATE TABLE sales.t (id INTEGER, note VARCHAR(8));
        INSERT INTO sales.t VALUES (9, 'z'); CREATE TABLE sales.u (id INTEGER, note VARCHAR(8)); INSERT INTO sales.u VALUES (9, 'z')`);
      await prepare(world(), { run, chunk: 0, execution: '' });
      await copyBatch(0, [await part(0, '1,"a"\n', 1)]);
      await loadTheRest();
    };

    test.each([true, false])('each is added once when answers are lost (table by table: %s)', async (tableByTable) => {
      await beginBoth(tableByTable);
      expect(await untilAnswered((after) => publishAll({ after }))).toBeGreaterThan(tableByTable ? 2 : 1);
      expect(await counts()).toEqual([[3, 1]]);
      expect(await ownTables()).toEqual([]);
    });

    test('what is live stays when a later one fails, and is left alone when it is tried again', async () => {
      await beginBoth(true);
      await session.query('ALTER TABLE sales.u RENAME TO away');
      await expect(publishAll()).rejects.toMatchObject({ name: 'StatementRefused' });
      expect(await rows(session, 'SELECT COUNT(*)::int FROM sales.t')).toEqual([[3]]);
      await session.query('ALTER TABLE sales.away RENAME TO u');
      await session.query('DELETE FROM sales.t WHERE id = 1');
      expect(await publishAll()).toEqual({ tables: 2 });
      expect(await counts()).toEqual([[2, 1]]);
      expect(await ownTables()).toEqual([]);
    });
  });

  test('finds its work done when it is tried again after it committed', async () => {
    await loadTheRest();
    await publishAll();
    await session.query(`INSERT INTO sales.t VALUES (3, 'since')`);
    expect(await publishAll()).toEqual({ tables: 1 });
    expect(await live()).toHaveLength(3);
  });

  test.each([
    ['while it looked', /^SELECT n\.nspname AS schema, c\.relname AS name/],
    ['while it waited for the lock', /^BEGIN; LOCK TABLE/],
  ])('finds its work done by another try %s', async (_when, moment) => {
    await loadTheRest();
    let met = false;
    const before = async (sql: string) => {
      if (met || !moment.test(sql)) return;
      met = true;
      await publishAll();
    };
    expect(await publishAll({ before })).toEqual({ tables: 1 });
    expect(met).toBe(true);
    expect(await live()).toHaveLength(2);
    expect(await ownTables()).toEqual([]);
  });

  test('calls no success what is What was staged for', async () => {
    await loadTheRest();
    await session.query('DROP TABLE sales._pgshift_0_0; DROP TABLE sales._pgshift_0_0_ledger');
    await expect(publishAll()).rejects.toMatchObject({
      name: 'SourceChanged',
      message: expect.stringContaining('What was staged for'),
    });
  });

  test('lets people see the old table or the new one, and never neither', async () => {
    await begin({ ...table, publish: 'replace' });
    await session.query(
      `CREATE SCHEMA sales; CREATE TABLE sales.t (id INTEGER, note VARCHAR(8)); INSERT INTO sales.t VALUES (0, 'old')`,
    );
    await prepare(world(), { run, chunk: 0, execution: '' });
    await copyBatch(0, [await part(0, '1,"a"\n', 1)]);
    await loadTheRest();
    const seen: number[] = [];
    await publishAll({
      before: async (sql) => {
        // Someone else's look between any two statements of the publish: it sees what is committed. Once the swap holds
        // the table's lock a reader waits, so the look is at the catalog.
        if (!sql.startsWith('ANALYZE'))
          seen.push((await rows(session, `SELECT 1 FROM pg_class WHERE relname = 't'`)).length);
      },
    });
    expect(new Set(seen)).toEqual(new Set([1]));
    expect(await live()).toHaveLength(2);
  });
});
