// Are bounded batches cut at the ends of rows, and is each piece one COPY, loaded once however often Copy is tried?
import { buffer } from 'node:stream/consumers';
import { createZstdDecompress } from 'node:zlib';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { artifactKeys } from '../../core/artifacts.ts';
import { NO_CLAUSES } from '../../core/command/model.ts';
import { PgshiftError } from '../../core/errors.ts';
import type { WrittenPart, WrittenPiece } from '../../core/pipeline.ts';
import type { PieceBounds, PlanChunk, PlannedTable } from '../../core/plan/model.ts';
import { prepare } from '../../lambdas/5-prepare/prepare.ts';
import { publish } from '../../lambdas/8-publish/publish.ts';
import { createDatabase, startTestPostgres, type TestDatabase } from '../support/database.ts';
import { copyBatch as copy, extractPart as extract } from '../support/one-batch.ts';
import { bucket, keys, region, rows, type StandIn, startStandIn } from '../support/redshift-stand-in.ts';
import { stepWorld, type WorldOptions } from '../support/step-world.ts';

const run = 'run-1';
const sentinel = '@N0123456789abcd@';
let standIn: StandIn;
let server: Awaited<ReturnType<typeof startTestPostgres>>;
let source: TestDatabase;
let s3: S3Client;
let session: Awaited<ReturnType<StandIn['session']>>;

beforeAll(async () => {
  standIn = await startStandIn();
  server = await startTestPostgres();
  source = await createDatabase(
    server,
    `CREATE TABLE t (id int, note text);
     INSERT INTO t SELECT n, CASE n % 3 WHEN 0 THEN NULL WHEN 1 THEN '' ELSE 'say "x",' || chr(10) || 'twice' END
     FROM generate_series(1, 10500) n;
     CREATE TABLE empty (id int, note text)`,
  );
  s3 = new S3Client({ endpoint: standIn.s3.endpoint, region, credentials: keys, forcePathStyle: true });
  session = await standIn.session();
});
afterAll(async () => {
  s3.destroy();
  await source.drop();
  await server.stop();
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

const planned = (pieces: PieceBounds, from = '"public"."t"'): PlannedTable => ({
  table: 0,
  source: { schema: 'public', name: 't' },
  target: { schema: 'sales', name: 't' },
  staging: '_pgshift_0_0',
  ledger: '_pgshift_0_0_ledger',
  columns: [column('id', 'INTEGER', false), column('note', 'VARCHAR(64)', true)],
  create: [
    'CREATE TABLE IF NOT EXISTS "sales"."_pgshift_0_0" ("id" INTEGER, "note" VARCHAR(64))',
    'CREATE TABLE IF NOT EXISTS "sales"."_pgshift_0_0_ledger" ("batch" INTEGER NOT NULL, "piece" INTEGER NOT NULL, "rows" BIGINT NOT NULL, "rejected" BIGINT NOT NULL, "cut" VARCHAR(32))',
  ],
  publish: 'create',
  dropForeignKeys: [],
  addKeys: [],
  addForeignKeys: [],
  parts: [{ part: 0, from, estimatedBytes: 0 }],
  pieces,
  batches: [{ batch: 0, parts: [0] }],
});

function targetWorld(options: WorldOptions = {}) {
  const uri = new URL(standIn.redshift.uri());
  const [user, password] = [decodeURIComponent(uri.username), decodeURIComponent(uri.password)];
  const login = { port: standIn.redshift.port, user, password, database: 'dev' };
  return stepWorld(s3, bucket, login, { authorization: keys, ...options }).ports;
}

function sourceWorld() {
  const { port, user, password } = server;
  return stepWorld(s3, bucket, { port, user, password, database: source.name }).ports;
}

async function begin(table: PlannedTable): Promise<void> {
  await session.query('DROP SCHEMA IF EXISTS sales CASCADE');
  const { store } = targetWorld();
  const parts = await store.list(artifactKeys.partObjects(run));
  await store.remove([artifactKeys.published(run, 0), ...parts.map(({ key }) => key)]);
  const target = { end: 'target', scheme: 'redshift' };
  await store.putJson(artifactKeys.command(run), { source: { end: 'source' }, target, options: {}, ...NO_CLAUSES });
  await store.putJson(artifactKeys.capabilities(run), {
    target: { dialect: 'redshift' },
    bucket: { name: bucket, region },
  });
  const chunk: PlanChunk = { chunk: 0, sentinels: [sentinel], schemas: ['CREATE SCHEMA "sales"'], tables: [table] };
  await store.putJson(artifactKeys.planChunk(run, 0), chunk);
  await prepare(targetWorld(), { run, chunk: 0, execution: '' });
}

const read = () => extract(sourceWorld(), { run, batch: 0, chunk: 0, table: 0, part: 0, attempt: 0 });
const piecesOf = async (part: WrittenPart) => sourceWorld().store.getJson<WrittenPiece[]>(part.key ?? '');
const copyBatch = (written: readonly WrittenPart[], options?: WorldOptions) =>
  copy(targetWorld(options), { run, batch: 0, chunk: 0, table: 0, written });

async function csvOf({ key }: WrittenPiece): Promise<string> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  if (Body === undefined) throw new Error(`no ${key}`);
  const decompress = createZstdDecompress();
  decompress.end(await Body.transformToByteArray());
  return (await buffer(decompress)).toString('utf8');
}

const staged = () =>
  rows(session, 'SELECT COUNT(*)::int, COUNT(DISTINCT id)::int, COUNT(note)::int FROM sales._pgshift_0_0');
const ledger = () => rows(session, 'SELECT piece, rows::int FROM sales._pgshift_0_0_ledger ORDER BY piece');

beforeEach(() => begin(planned({ rows: 1000 })));

test('10,500 rows in batches of 1,000 are 11 objects and 11 COPYs', async () => {
  const part = await read();
  expect(part).toMatchObject({ rows: 10_500, pieces: 11 });
  expect((await piecesOf(part)).map((piece) => piece.rows)).toEqual([...Array<number>(10).fill(1000), 500]);
  const sent: string[] = [];
  await copyBatch([part], { before: async (sql) => void sent.push(sql) });
  expect(sent.filter((sql) => sql.startsWith('COPY'))).toHaveLength(11);
  expect(await staged()).toEqual([[10_500, 10_500, 7000]]);
  expect(await publish(targetWorld(), { run, publish: 0, first: 0, last: 0 })).toEqual({ tables: 1 });
});

test('no object is larger than batch size, and together they are the part', async () => {
  await begin(planned({ bytes: 20_000 }));
  const part = await read();
  const pieces = await Promise.all((await piecesOf(part)).map(csvOf));
  expect(Math.max(...pieces.map((csv) => Buffer.byteLength(csv)))).toBeLessThanOrEqual(20_000);
  expect(pieces.join('').length).toBe(part.csvBytes);
  await copyBatch([part]);
  expect(await staged()).toEqual([[10_500, 10_500, 7000]]);
});

test('a Copy that broke goes on with the first piece that is not loaded', async () => {
  const part = await read();
  let copies = 0;
  const before = async (sql: string) => {
    if (!sql.startsWith('COPY')) return;
    copies += 1;
    if (copies === 4) throw new PgshiftError('ConnectionLost', 'gone');
  };
  await expect(copyBatch([part], { before })).rejects.toMatchObject({ name: 'ConnectionLost' });
  expect((await ledger()).length).toBe(3);
  await expect(publish(targetWorld(), { run, publish: 0, first: 0, last: 0 })).rejects.toMatchObject({
    name: 'CountMismatch',
  });
  await copyBatch([part], { before });
  expect(copies).toBe(4 + 8);
  await copyBatch([part], { before });
  expect(copies).toBe(12);
  expect(await staged()).toEqual([[10_500, 10_500, 7000]]);
  expect(await ledger()).toEqual([[0, 0], ...Array.from({ length: 10 }, (_, at) => [at + 1, 1000]), [11, 500]]);
});

test('pieces are loaded once when two copies of the step run at the same time', async () => {
  const part = await read();
  await Promise.all([copyBatch([part]), copyBatch([part])]);
  expect(await staged()).toEqual([[10_500, 10_500, 7000]]);
});

test('a Copy without time for another piece stops to be tried again', async () => {
  const part = await read();
  const ports = targetWorld();
  const input = { run, batch: 0, chunk: 0, table: 0, written: [part] };
  await expect(copy({ ...ports, remaining: () => 100_000 }, input)).rejects.toMatchObject({
    name: 'Unfinished',
    message: 'Batch 0 of sales.t is loaded up to piece 1.',
  });
  await copyBatch([part]);
  expect(await staged()).toEqual([[10_500, 10_500, 7000]]);
});

test('a part without rows has no piece and no COPY', async () => {
  await begin(planned({ rows: 1000 }, '"public"."empty"'));
  const part = await read();
  expect(part).toMatchObject({ rows: 0, key: null });
  await copyBatch([part]);
  expect(await ledger()).toEqual([[0, 0]]);
});

test('a bucket that fails in the middle leaves an error, and nothing that waits', async () => {
  const ports = sourceWorld();
  let stored = 0;
  const store = {
    ...ports.store,
    putStream: async (key: string, body: Parameters<typeof ports.store.putStream>[1]) => {
      stored += 1;
      if (stored === 3) throw new PgshiftError('StorageUnavailable', 'S3 is away');
      return ports.store.putStream(key, body);
    },
  };
  const reading = extract({ ...ports, store }, { run, batch: 0, chunk: 0, table: 0, part: 0, attempt: 1 });
  await expect(reading).rejects.toMatchObject({ name: 'StorageUnavailable' });
});
