// Does extract write what the server has, count it, and leave nothing behind when something breaks on the way?
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createZstdDecompress } from 'node:zlib';
import { GetObjectCommand, ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { artifactKeys } from '../../core/artifacts.ts';
import { NO_CLAUSES } from '../../core/command/model.ts';
import type { PlanChunk, PlannedColumn, PlannedTable, Sentinels } from '../../core/plan/model.ts';
import { bundleScript } from '../../infra/bundle.ts';
import { extract as extractAll } from '../../lambdas/6-extract/extract.ts';
import type { PostgresServer } from '../../local/postgres/server.ts';
import { createDatabase, startTestPostgres, type TestDatabase } from '../support/database.ts';
import type { ExtractChild } from '../support/extract-child.ts';
import { extractPart as extract } from '../support/one-batch.ts';
import { bucket, owner, region, startTestS3, type TestS3 } from '../support/s3-server.ts';
import { stepWorld, type World } from '../support/step-world.ts';

const run = 'r';
const sentinel = '@N0123456789abcd@';
let server: PostgresServer;
let database: TestDatabase;
let s3: TestS3;

beforeAll(async () => {
  s3 = await startTestS3();
  server = await startTestPostgres();
  database = await createDatabase(
    server,
    `CREATE TABLE t (id int, note text);
     INSERT INTO t VALUES (1, NULL), (2, ''), (3, 'a "b", c' || chr(10) || 'd\\N'), (4, 'NULL'), (5, '🐘');
     CREATE TABLE empty (id int, note text);
     CREATE TABLE parent (id int, note text);
     INSERT INTO parent VALUES (1, 'mine');
     CREATE TABLE child () INHERITS (parent);
     INSERT INTO child VALUES (2, 'not the parent''s');
     CREATE VIEW collides AS SELECT n AS id, CASE n WHEN 400 THEN '${sentinel}'
       ELSE (SELECT string_agg(md5(n || '-' || i), '') FROM generate_series(1, 1300) i) END AS note
     FROM generate_series(1, 400) n;
     CREATE TABLE large (id int, note text);
     INSERT INTO large SELECT n, repeat(md5(n::text), 30) FROM generate_series(1, 40000) n;
     CREATE ROLE reader LOGIN PASSWORD 'reader';
     CREATE TABLE guarded (id int, note text);
     INSERT INTO guarded VALUES (1, 'mine'), (2, 'yours');
     ALTER TABLE guarded ENABLE ROW LEVEL SECURITY;
     CREATE POLICY odd ON guarded USING (id % 2 = 1);
     GRANT SELECT ON guarded TO reader;`,
  );
});
afterAll(async () => {
  await database.drop();
  await server.stop();
  await s3.close();
});

const column = (name: string, quoted: boolean, expression = `"${name}"`): PlannedColumn => ({
  source: name,
  target: name,
  type: 'VARCHAR(65535)',
  notNull: false,
  expression,
  quoted,
});
const COLUMNS = [column('id', false), column('note', true)];

function planned(name: string, columns: readonly PlannedColumn[] = COLUMNS, where?: string): PlannedTable {
  return {
    table: 0,
    source: { schema: 'public', name },
    target: { schema: 'public', name },
    staging: 's',
    ledger: 'l',
    columns,
    create: [],
    publish: 'create',
    dropForeignKeys: [],
    addKeys: [],
    addForeignKeys: [],
    parts: [{ part: 0, from: `"public"."${name}"`, estimatedBytes: 0, ...(where === undefined ? {} : { where }) }],
    batches: [{ batch: 0, parts: [0] }],
  };
}

const me = () => ({ port: server.port, user: server.user, password: server.password, database: database.name });

async function extracted(table: PlannedTable, login = me(), sentinels: Sentinels = [sentinel, '@Nfedcba98765432@']) {
  const world = stepWorld(s3.s3, bucket, login);
  // Each part here is the first of the run: what is recorded of one that was written stands.
  await removeParts(world);
  await world.ports.store.putJson(artifactKeys.command(run), { source: { end: 'source' }, ...NO_CLAUSES });
  const chunk: PlanChunk = { chunk: 0, sentinels, schemas: [], tables: [table] };
  await world.ports.store.putJson(artifactKeys.planChunk(run, 0), chunk);
  const work = extract(world.ports, { run, batch: 0, chunk: 0, table: 0, part: 0, attempt: 0 });
  return { world, work };
}

async function removeParts({ ports: { store } }: World): Promise<void> {
  await store.remove((await store.list(artifactKeys.partObjects(run))).map(({ key }) => key));
}

/** Without what is recorded of it. */
const dataIn = async ({ ports: { store } }: World) =>
  (await store.list(artifactKeys.partObjects(run))).filter(({ key }) => !key.includes('.written.'));

async function csvOf(key: string | null): Promise<string> {
  const object = await s3.s3.send(new GetObjectCommand({ Bucket: bucket, Key: key ?? 'none' }));
  const unpack = createZstdDecompress();
  unpack.end(await object.Body?.transformToByteArray());
  let csv = '';
  for await (const piece of unpack.setEncoding('utf8')) csv += piece;
  return csv;
}

/** Neither an object of the part nor an upload that waits to become one, and no session. */
async function nothingIsLeft(world: World) {
  expect(await dataIn(world)).toEqual([]);
  const uploads = await s3.s3.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
  expect(uploads.Uploads ?? []).toEqual([]);
  expect(s3.files('incoming')).toEqual([]);
  expect(world.closed.every((ended) => ended)).toBe(true);
}

test('writes NULL as the sentinel, every text in quotes, and counts rows and bytes', async () => {
  const { world, work } = await extracted(planned('t'));
  const written = await work;
  const csv = `1,${sentinel}\n2,""\n3,"a ""b"", c\nd\\N"\n4,"NULL"\n5,"🐘"\n`;
  expect(await csvOf(written.key)).toBe(csv);
  expect(written).toMatchObject({ part: 0, rows: 5, csvBytes: Buffer.byteLength(csv) });
  expect(written.bytes).toBe((await world.ports.store.list(written.key ?? ''))[0]?.bytes);
  expect(world.closed).toEqual([true]);
  await world.ports.store.remove([written.key ?? '']);
});

test('stores nothing of an empty part', async () => {
  const { world, work } = await extracted(planned('empty'));
  expect(await work).toMatchObject({ rows: 0, csvBytes: 0, key: null });
  expect(await dataIn(world)).toEqual([]);
});

test('reads a parent without the rows of its children', async () => {
  const { world, work } = await extracted(planned('parent'));
  const written = await work;
  expect(await csvOf(written.key)).toBe('1,"mine"\n');
  await world.ports.store.remove([written.key ?? '']);
});

test('reads only the pages of its part', async () => {
  const rows: number[] = [];
  for (const where of [
    "ctid < '(300,0)'::tid",
    "ctid >= '(300,0)'::tid AND ctid < '(301,0)'::tid",
    "ctid >= '(301,0)'::tid",
  ]) {
    const { world, work } = await extracted(planned('large', COLUMNS, where));
    const written = await work;
    rows.push(written.rows);
    await world.ports.store.remove([written.key ?? '']);
  }
  expect(Math.min(...rows)).toBeGreaterThan(0);
  expect(rows.reduce((sum, count) => sum + count)).toBe(40_000);
});

test('needs less than 200 MB of memory, whatever the size of its part', async () => {
  // 40 digests a row: 128 MB that hardly compress, so that uploads wait with full buffers as well.
  const md5s = 32 * 40;
  const count = 100_000;
  await database.session.run(
    `CREATE VIEW endless AS SELECT n AS id, (SELECT string_agg(md5(n || '-' || i), '') FROM generate_series(1, 40) i) AS note FROM generate_series(1, ${count}) n`,
  );
  const { world, work } = await extracted(planned('empty'));
  await work;
  await removeParts(world);
  const chunk: PlanChunk = { chunk: 0, sentinels: [sentinel], schemas: [], tables: [planned('endless')] };
  await world.ports.store.putJson(artifactKeys.planChunk(run, 0), chunk);
  const { accessKeyId, secretAccessKey } = owner;
  const child: ExtractChild = {
    endpoint: s3.server.endpoint,
    region,
    credentials: { accessKeyId, secretAccessKey },
    bucket,
    login: me(),
    input: { run, batch: 0, chunk: 0, table: 0, part: 0, attempt: 1 },
  };
  // Bundled, as Lambda gets it: the compiler that runs TypeScript here takes 40 MB for itself.
  const folder = mkdtempSync(join(tmpdir(), 'pgshift-extract-'));
  const script = join(folder, 'child.mjs');
  bundleScript(fileURLToPath(new URL('../support/extract-child.ts', import.meta.url)), script);
  const { stdout } = await promisify(execFile)(process.execPath, [script, JSON.stringify(child)]);
  rmSync(folder, { recursive: true });
  const { written, peakBytes } = JSON.parse(stdout);
  expect(written.rows).toBe(count);
  expect(written.csvBytes).toBeGreaterThan(count * md5s);
  expect(peakBytes).toBeLessThan(200e6);
  const objects = await dataIn(world);
  await world.ports.store.remove(objects.map(({ key }) => key));
});

test('writes a part anew when its last value is the sentinel, and nothing is left of the first writing', async () => {
  const { world, work } = await extracted(planned('collides'));
  const written = await work;
  expect(written).toMatchObject({ rows: 400, draw: 1 });
  expect((await csvOf(written.key)).endsWith(`\n400,"${sentinel}"\n`)).toBe(true);
  expect(await dataIn(world)).toHaveLength(1);
  await world.ports.store.remove([written.key ?? '']);
  await nothingIsLeft(world);
});

describe('a part that was written whole', () => {
  const attempt = (world: World, number: number) =>
    extract(world.ports, { run, batch: 0, chunk: 0, table: 0, part: 0, attempt: number });

  test('is not read again by a later attempt, which says the same of it', async () => {
    const { world, work } = await extracted(planned('t'));
    const written = await work;
    expect(await attempt(world, 1000)).toEqual(written);
    expect(world.closed).toHaveLength(1);
    expect(await dataIn(world)).toHaveLength(1);
  });

  test('is that of the first, whoever else was reading it at the same time', async () => {
    const { world, work } = await extracted(planned('t'));
    const [one, other] = await Promise.all([work, attempt(world, 0)]);
    expect(other).toEqual(one);
  });

  test('counts for the moment that the run copies, and for no other', async () => {
    const { world, work } = await extracted(planned('t'));
    await work;
    const asked = { run, chunk: 0, parts: [{ batch: 0, table: 0, part: 0 }], attempt: 1, snapshot: true };
    await expect(extractAll(world.ports, asked)).rejects.toMatchObject({ name: 'SnapshotLost' });
    const snapshot = {
      id: '00000003-00000001-1',
      snapshot: '1:1:',
      systemIdentifier: null,
      startedAt: '',
      address: null,
      takenAt: 9,
    };
    await world.ports.store.putJson(artifactKeys.snapshot(run), snapshot);
    await expect(extractAll(world.ports, asked)).rejects.toMatchObject({ name: 'SnapshotLost' });
    // Written of that moment, it is taken although nobody holds the snapshot any more.
    const record = await world.ports.store.getText(artifactKeys.writtenPart(run, 0, 0, 0));
    await world.ports.store.putText(artifactKeys.writtenPart(run, 0, 0, 9), record);
    expect(await extractAll(world.ports, asked)).toEqual({ written: [JSON.parse(record)] });
    await world.ports.store.remove([artifactKeys.snapshot(run)]);
  });
});

describe('when something breaks', () => {
  test('stops when no sentinel is left that is no value, and stores nothing', async () => {
    const { world, work } = await extracted(planned('collides'), me(), [sentinel]);
    await expect(work).rejects.toMatchObject({
      name: 'SentinelCollision',
      message: expect.stringContaining('public.collides'),
    });
    await nothingIsLeft(world);
  });

  test('stores nothing of a part whose reading fails half way, and repeats no value', async () => {
    // Row 39,999 divides by zero, tens of megabytes into the stream.
    const bad = column('note', true, 'CASE WHEN id = 39999 THEN (1 / (id - 39999))::text ELSE note END');
    const { world, work } = await extracted(planned('large', [column('id', false), bad]));
    await expect(work).rejects.toMatchObject({ name: 'StatementRefused', message: expect.stringContaining('22012') });
    await nothingIsLeft(world);
  });

  test('stores nothing when the connection is cut half way, and calls that transient', async () => {
    const slow = column('note', true, 'CASE WHEN id = 39999 THEN note || pg_sleep(60)::text ELSE note END');
    const { world, work } = await extracted(planned('large', [column('id', false), slow]));
    const failure = expect(work).rejects.toMatchObject({ name: 'ConnectionLost' });
    const busy = `SELECT pid FROM pg_stat_activity WHERE application_name = 'pgshift/extract/r' AND wait_event = 'PgSleep'`;
    while ((await database.session.query(busy)).length === 0);
    await database.session.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pgshift/extract/r'`,
    );
    await failure;
    await nothingIsLeft(world);
  });

  test('stores nothing when S3 refuses a piece of the upload', async () => {
    s3.server.faults.add({ operation: 'UploadPart', times: 99, answer: { status: 503, code: 'SlowDown' } });
    s3.server.faults.add({
      operation: 'PutObject',
      key: /parts/,
      times: 99,
      answer: { status: 503, code: 'SlowDown' },
    });
    const { world, work } = await extracted(planned('large'));
    await expect(work).rejects.toMatchObject({ name: 'StorageUnavailable' });
    s3.server.faults.clear();
    await nothingIsLeft(world);
  });

  test('refuses to read a table whose rows are hidden from it, instead of reading some', async () => {
    const { world, work } = await extracted(planned('guarded'), { ...me(), user: 'reader', password: 'reader' });
    await expect(work).rejects.toMatchObject({ name: 'PermissionDenied' });
    await nothingIsLeft(world);
  });
});
