// Are small tables that share an item of the map read and loaded as if each had its own, also when the item breaks off?
import { S3Client } from '@aws-sdk/client-s3';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { artifactKeys } from '../../core/artifacts.ts';
import { PgshiftError } from '../../core/errors.ts';
import type { BatchItem, StepOutput } from '../../core/pipeline.ts';
import type { Ports } from '../../core/ports.ts';
import type { BatchRecord } from '../../core/report/model.ts';
import { detect } from '../../lambdas/1-detect/detect.ts';
import { discover } from '../../lambdas/3-discover/discover.ts';
import { plan } from '../../lambdas/4-plan/plan.ts';
import { prepare } from '../../lambdas/5-prepare/prepare.ts';
import { extract } from '../../lambdas/6-extract/extract.ts';
import { copy } from '../../lambdas/7-copy/copy.ts';
import { publish } from '../../lambdas/8-publish/publish.ts';
import { createDatabase, startTestPostgres, type TestDatabase } from '../support/database.ts';
import { bucket, keys, region, rows, type StandIn, startStandIn } from '../support/redshift-stand-in.ts';
import { type Login, stepWorld, type WorldOptions } from '../support/step-world.ts';

const TABLES = 9;

let standIn: StandIn;
let server: Awaited<ReturnType<typeof startTestPostgres>>;
let source: TestDatabase;
let s3: S3Client;
let session: pg.Client;

beforeAll(async () => {
  standIn = await startStandIn();
  server = await startTestPostgres();
  const tables = Array.from(
    { length: TABLES },
    // The third has no rows, and the fifth a value that is the first sentinel.
    (_, n) =>
      `CREATE TABLE t${n} (id int, note text);
       INSERT INTO t${n} SELECT n, CASE WHEN ${n} = 5 THEN '@N${'a'.repeat(14)}@' END FROM generate_series(1, ${n === 3 ? 0 : n + 1}) n;`,
  );
  source = await createDatabase(server, `CREATE TABLE big (id int); ${tables.join('\n')}`);
  s3 = new S3Client({ endpoint: standIn.s3.endpoint, region, credentials: keys, forcePathStyle: true });
  session = await standIn.session();
});
afterAll(async () => {
  s3.destroy();
  await source.drop();
  await server.stop();
  await standIn.close();
});

let run: string;
let runs = 0;
let items: BatchItem[];
let opened: number;

/** Three workers, so that the tables share three items. */
beforeEach(async () => {
  await session.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  runs += 1;
  run = `run-${runs}`;
  const uri = ({ user, port, database }: Login) => `${user}@127.0.0.1:${port}/${database}`;
  const command = `LOAD DATABASE FROM postgresql://${uri(from())} INTO redshift://${uri(to())} WITH workers = 3;`;
  await detect(ports(), { run, input: { command } });
  await discover(ports(), { run, snapshot: false });
  const planned = await plan(ports(), { run });
  for (const { chunk } of planned.prepare) await prepare(ports(), { run, chunk, execution: '' });
  const lines = (await ports().store.getText(planned.batchesKey)).trim().split('\n');
  items = lines.map((line) => JSON.parse(line));
  opened = 0;
});

const from = (): Login => ({ ...server, database: source.name });

function to(): Login {
  const { username, password, port } = new URL(standIn.redshift.uri());
  return {
    port: Number(port),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: 'dev',
  };
}

/** `before` comes before statements to the target. */
function ports(options: WorldOptions = {}): Ports {
  const atSource = stepWorld(s3, bucket, from()).ports;
  const atTarget = stepWorld(s3, bucket, to(), { authorization: keys, ...options }).ports;
  return {
    ...atTarget,
    connect: (endpoint, opening) => {
      opened += 1;
      return (endpoint.end === 'source' ? atSource : atTarget).connect(endpoint, opening);
    },
    randomHex: (bytes) => 'abc'.charAt(drawn++ % 3).repeat(2 * bytes),
  };
}
let drawn = 0;

const read = async ({ chunk, reads }: BatchItem): Promise<StepOutput<'extract'>[]> =>
  Promise.all(reads.map(({ parts }) => extract(ports(), { run, snapshot: false, chunk, parts, attempt: 0 })));

const arrived = async () => {
  const counts: unknown[] = [];
  for (let n = 0; n < TABLES; n += 1) counts.push(...(await rows(session, `SELECT COUNT(*)::int FROM t${n}`)).flat());
  return counts;
};
const sent = Array.from({ length: TABLES }, (_, n) => (n === 3 ? 0 : n + 1));

test('each table arrives with its rows, whatever else is in its item', async () => {
  expect(items.map(({ reads }) => reads.map(({ parts }) => parts.length))).toEqual([[4], [4], [2]]);
  for (const item of items) {
    const { chunk } = item;
    const input = { run, chunk, reads: await read(item) };
    await copy(ports(), input);
    // As Step Functions does when the answer got lost.
    await copy(ports(), input);
  }
  await publish(ports(), { run, publish: 0, first: 0, last: 0 });
  expect(await arrived()).toEqual(sent);
});

test('an item that breaks off keeps what is loaded and tells of it, and goes on with the rest', async () => {
  for (const [number, item] of items.entries()) {
    const input = { run, chunk: item.chunk, reads: await read(item) };
    if (number === 0) {
      let commits = 0;
      const before = async (sql: string) => {
        if (sql === 'COMMIT') commits += 1;
        if (commits === 2) throw new PgshiftError('ConnectionLost', 'gone');
      };
      await expect(copy(ports({ before }), input)).rejects.toMatchObject({ name: 'ConnectionLost' });
      const records = await ports().store.getJson<BatchRecord[]>(artifactKeys.batchRecord(run, 0));
      expect(records.map(({ batch }) => batch)).toEqual([0]);
      expect(await copy(ports(), input)).toMatchObject({ batches: 4 });
    } else await copy(ports(), input);
  }
  await publish(ports(), { run, publish: 0, first: 0, last: 0 });
  expect(await arrived()).toEqual(sent);
});

test('a Copy without time for the next table stops to be tried again', async () => {
  const [item] = items;
  if (item === undefined) throw new Error('no item');
  const input = { run, chunk: item.chunk, reads: await read(item) };
  await expect(copy({ ...ports(), remaining: () => 100_000 }, input)).rejects.toMatchObject({
    name: 'Unfinished',
    message: 'Batch 1 and those after it are not loaded yet.',
  });
});

test('an item takes one connection to each end', async () => {
  const [item] = items;
  if (item === undefined) throw new Error('no item');
  opened = 0;
  const reads = await read(item);
  expect(opened).toBe(1);
  await copy(ports(), { run, chunk: item.chunk, reads });
  expect(opened).toBe(2);
});
