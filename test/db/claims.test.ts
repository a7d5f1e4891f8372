// Does a table belong to one run at a time, and does what a dead run left go when the next one needs its place?
import { zstdCompressSync } from 'node:zlib';
import { S3Client } from '@aws-sdk/client-s3';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findLeftovers } from '../../cli/leftovers.ts';
import { artifactKeys } from '../../core/artifacts.ts';
import { NO_CLAUSES } from '../../core/command/model.ts';
import { PgshiftError } from '../../core/errors.ts';
import type { PlanChunk, PlannedTable } from '../../core/plan/model.ts';
import type { Ports } from '../../core/ports.ts';
import { prepare } from '../../lambdas/5-prepare/prepare.ts';
import { copy } from '../../lambdas/7-copy/copy.ts';
import { publish } from '../../lambdas/8-publish/publish.ts';
import { bucket, keys, region, rows, type StandIn, startStandIn } from '../support/redshift-stand-in.ts';
import { type Login, stepWorld, type WorldOptions } from '../support/step-world.ts';

let standIn: StandIn;
let s3: S3Client;
const logins = new Map<string, Login>();
beforeAll(async () => {
  standIn = await startStandIn();
  s3 = new S3Client({ endpoint: standIn.s3.endpoint, region, credentials: keys, forcePathStyle: true });
  const strict = await standIn.another('strict', { isolation: 'serializable' });
  for (const [isolation, server] of Object.entries({ snapshot: standIn.redshift, serializable: strict })) {
    const { username, password, pathname } = new URL(server.uri());
    const [user, secret] = [username, password].map(decodeURIComponent);
    logins.set(isolation, { port: server.port, user: user ?? '', password: secret ?? '', database: pathname.slice(1) });
  }
});
afterAll(async () => {
  s3.destroy();
  await standIn.close();
});

const column = {
  source: 'id',
  target: 'id',
  type: 'INTEGER',
  notNull: false,
  expression: '"id"',
  quoted: false,
};

/** What a run plans to load into one table of one row. */
function tableOf(run: string, number: number, schema: string, name: string): PlannedTable {
  const staging = `_pgshift_${run}_${number}`;
  const ledger = `${staging}_ledger`;
  return {
    table: number,
    source: { schema, name },
    target: { schema, name },
    staging,
    ledger,
    columns: [column],
    create: [
      `CREATE TABLE IF NOT EXISTS "${schema}"."${staging}" ("id" INTEGER)`,
      `CREATE TABLE IF NOT EXISTS "${schema}"."${ledger}" ("batch" INTEGER, "piece" INTEGER, "rows" BIGINT, "rejected" BIGINT, "cut" VARCHAR(32))`,
    ],
    publish: 'replace',
    dropForeignKeys: [],
    addKeys: [],
    addForeignKeys: [],
    parts: [{ part: 0, from: `"${schema}"."${name}"`, estimatedBytes: 0 }],
    batches: [{ batch: number, parts: [0] }],
  };
}

/** Tried again as Step Functions does: strict transactions may come between one another. */
async function retried<Value>(step: () => Promise<Value>): Promise<Value> {
  for (let conflicts = 0; ; conflicts += 1) {
    try {
      return await step();
    } catch (error) {
      if (!(error instanceof PgshiftError) || error.kind !== 'SerializationConflict' || conflicts === 6) throw error;
    }
  }
}

const isRow = (row: unknown[]): row is [string] => typeof row[0] === 'string';

describe.each(['snapshot', 'serializable'])('under %s isolation', (isolation) => {
  let session: pg.Client;
  beforeAll(async () => {
    const { database } = logins.get(isolation) ?? {};
    session = await standIn.session({ port: logins.get(isolation)?.port, database });
  });
  beforeEach(async () => {
    await session.query('DROP SCHEMA IF EXISTS sales CASCADE; DROP SCHEMA IF EXISTS stock CASCADE');
    await session.query('CREATE SCHEMA sales');
    for (const run of ['one', 'two'])
      await world().store.remove([artifactKeys.heartbeat(run), artifactKeys.published(run, 0)]);
  });

  function world(options: WorldOptions = {}) {
    const login = logins.get(isolation);
    if (login === undefined) throw new Error(`no stand-in is ${isolation}`);
    return stepWorld(s3, bucket, login, { authorization: keys, ...options }).ports;
  }

  /** The run's artifacts, as detect and plan leave them. */
  async function plan(run: string, tables: readonly (readonly [schema: string, name: string])[] = [['sales', 't']]) {
    const { store } = world();
    const target = { end: 'target', scheme: 'redshift' };
    await store.putJson(artifactKeys.command(run), { source: { end: 'source' }, target, options: {}, ...NO_CLAUSES });
    await store.putJson(artifactKeys.capabilities(run), {
      target: { dialect: 'redshift' },
      bucket: { name: bucket, region },
    });
    const planned = tables.map(([schema, name], number) => tableOf(run, number, schema, name));
    const schemas = [...new Set(tables.map(([schema]) => schema))].map(
      (schema) => `CREATE SCHEMA IF NOT EXISTS "${schema}"`,
    );
    const chunk: PlanChunk = { chunk: 0, sentinels: ['@N0@'], schemas, tables: planned };
    await store.putJson(artifactKeys.planChunk(run, 0), chunk);
  }

  const prepareOf = (run: string, options?: WorldOptions) => prepare(world(options), { run, chunk: 0, execution: '' });
  const publishOf = (run: string, options?: WorldOptions) =>
    publish(world(options), { run, publish: 0, first: 0, last: 0 });
  /** Loads one row that says which run it is of. */
  async function copyOf(run: string, number = 0) {
    const key = artifactKeys.partObject(run, number, 0, 0);
    const csv = run === 'one' ? '1\n' : '2\n';
    await standIn.put(key, zstdCompressSync(csv));
    const read = {
      table: number,
      batch: number,
      part: 0,
      rows: 1,
      bytes: 9,
      csvBytes: 2,
      key,
      startedAt: 0,
      endedAt: 0,
    };
    return copy(world(), { run, chunk: 0, reads: [{ written: [read] }] });
  }
  const openTarget = (ports: Ports) =>
    ports.connect(
      { end: 'target', scheme: 'redshift' },
      { applicationName: 'pgshift/clean', statementTimeoutMs: 10_000 },
    );
  const beat = (run: string, at: number) => world().store.putJson(artifactKeys.heartbeat(run), { at });
  const own = async () =>
    (
      await rows(
        session,
        `SELECT relname FROM pg_class WHERE relkind = 'r' AND LEFT(relname, 9) = '_pgshift_' AND relnamespace NOT IN (SELECT oid FROM pg_namespace WHERE nspname LIKE 'pg_temp%') ORDER BY 1`,
      )
    )
      .filter(isRow)
      .map(([name]) => name);
  const claims = async (schema = 'sales') =>
    (await rows(session, `SELECT name, run FROM ${schema}._pgshift_claims ORDER BY 1`)).map(String);

  test.each([
    [true, 'what a run was told to keep', 0],
    [false, 'what came after a run had ended, of a call that was given up', 1],
  ])('with keep files %s, objects are %s', async (keepFiles, _what, found) => {
    const { store } = world();
    const run = `kept-${keepFiles}`;
    await store.putJson(artifactKeys.command(run), { options: { keepFiles } });
    await store.putJson(artifactKeys.reportJson(run), { error: null });
    await store.putText(artifactKeys.partObject(run, 0, 0, 0), 'rows');
    const looking = await openTarget(world());
    const { runs } = await findLeftovers(world(), looking, run);
    expect(runs).toHaveLength(found);
    await looking.close();
  });

  test('what runs have left is found while others give their claims back', async () => {
    await session.query('CREATE SCHEMA IF NOT EXISTS leaving; CREATE TABLE leaving._pgshift_claims (x INT)');
    const ports = world({
      before: async (sql) => {
        if (sql.includes('claimed_at')) await session.query('DROP SCHEMA IF EXISTS leaving CASCADE');
      },
    });
    const looking = await openTarget(ports);
    expect((await findLeftovers(ports, looking)).schemas).not.toContain('leaving');
    await looking.close();
  });

  test('a table that a living run has is refused, and told with whose it is and since when', async () => {
    await plan('one');
    await plan('two');
    await prepareOf('one');
    await beat('one', -60_000);
    await expect(prepareOf('two')).rejects.toMatchObject({
      name: 'TableClaimed',
      message: expect.stringMatching(
        /^sales\.t is claimed by run one since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC, which is still running\.$/,
      ),
    });
    expect(await own()).toEqual(['_pgshift_claims', '_pgshift_one_0', '_pgshift_one_0_ledger']);
    await copyOf('one');
    await publishOf('one');
    expect(await rows(session, 'SELECT id FROM sales.t')).toEqual([[1]]);
  });

  test('what a dead run left goes, and its place is taken', async () => {
    await plan('one');
    await plan('two');
    await prepareOf('one');
    await copyOf('one');
    await beat('one', -60_001);
    await prepareOf('two');
    expect(await claims()).toEqual(['t,two']);
    expect(await own()).toEqual(['_pgshift_claims', '_pgshift_two_0', '_pgshift_two_0_ledger']);
    await copyOf('two');
    await publishOf('two');
    expect(await rows(session, 'SELECT id FROM sales.t')).toEqual([[2]]);
    expect(await own()).toEqual([]);
  });

  test('a run whose place was taken is told so when it goes on', async () => {
    await plan('one');
    await plan('two');
    await prepareOf('one');
    await copyOf('one');
    await prepareOf('two');
    const gone = { name: 'SourceChanged', message: expect.stringContaining('What was staged for sales.t is gone') };
    await expect(copyOf('one')).rejects.toMatchObject(gone);
    await expect(publishOf('one')).rejects.toMatchObject(gone);
    await beat('two', 0);
    await expect(prepareOf('one')).rejects.toMatchObject({ name: 'TableClaimed' });
    expect(await claims()).toEqual(['t,two']);
  });

  test('a run of which nothing can be told keeps its table', async () => {
    await plan('one');
    await plan('two');
    const elsewhere = {
      signOf: () => 's3://another-bucket/runs/one/heartbeat.json',
      look: async () => 'ended' as const,
    };
    await prepare({ ...world(), runs: elsewhere }, { run: 'one', chunk: 0, execution: '' });
    await expect(prepareOf('two')).rejects.toMatchObject({
      name: 'TableClaimed',
      message: expect.stringMatching(/; whether it still runs cannot be told from here\.$/),
    });
    expect(await claims()).toEqual(['t,one']);
  });

  test('what a claim names that is no table of ours is not dropped', async () => {
    await plan('one');
    await plan('two');
    await prepareOf('one');
    await session.query(`CREATE TABLE sales.mine (id INTEGER); UPDATE sales._pgshift_claims SET staging = 'mine'`);
    await prepareOf('two');
    expect(await rows(session, 'SELECT COUNT(*) FROM sales.mine')).toEqual([['0']]);
  });

  test('its own tables stay a run’s, however often it prepares them', async () => {
    await plan('one');
    await prepareOf('one');
    await copyOf('one');
    await prepareOf('one');
    expect(await claims()).toEqual(['t,one']);
    await publishOf('one');
    await publishOf('one');
    expect(await rows(session, 'SELECT id FROM sales.t')).toEqual([[1]]);
    expect(await own()).toEqual([]);
  });

  test('of two runs that want the same table at the same time one gets it', async () => {
    for (const run of ['one', 'two']) {
      await plan(run, [
        ['sales', 't'],
        ['stock', 'u'],
      ]);
      await beat(run, 0);
    }
    const ends = await Promise.allSettled(['one', 'two'].map((run) => retried(() => prepareOf(run))));
    const refused = ends.filter((end) => end.status === 'rejected');
    expect(refused.map(({ reason }) => reason)).toEqual([expect.objectContaining({ name: 'TableClaimed' })]);
    const winner = ends[0]?.status === 'fulfilled' ? 'one' : 'two';
    expect(await claims()).toEqual([`t,${winner}`]);
    expect(await claims('stock')).toEqual([`u,${winner}`]);
  });

  test('runs with other tables of the schema go on beside each other, and the last leaves nothing', async () => {
    await plan('one');
    await plan('two', [['sales', 'u']]);
    await beat('one', 0);
    await Promise.all(['one', 'two'].map((run) => retried(() => prepareOf(run))));
    await copyOf('one');
    await publishOf('one');
    expect(await claims()).toEqual(['u,two']);
    await copyOf('two');
    await publishOf('two');
    expect(await own()).toEqual([]);
  });

  test('claims that another run drops while one waits for them are made anew', async () => {
    await plan('one');
    await plan('two', [['sales', 'u']]);
    await prepareOf('one');
    await copyOf('one');
    let locked = false;
    const before = async (sql: string) => {
      if (locked || !sql.includes('LOCK TABLE "sales"."_pgshift_claims"')) return;
      locked = true;
      await publishOf('one');
      expect(await own()).toEqual([]);
    };
    await prepareOf('two', { before });
    expect(await claims()).toEqual(['u,two']);
  });

  test('claims outlive an end of the publication, and go with its retry', async () => {
    await plan('one');
    await prepareOf('one');
    await copyOf('one');
    const before = async (sql: string) => {
      if (sql.includes('DELETE FROM')) throw new PgshiftError('ConnectionLost', 'gone');
    };
    await expect(publishOf('one', { before })).rejects.toMatchObject({ name: 'ConnectionLost' });
    expect(await own()).toEqual(['_pgshift_claims']);
    await publishOf('one');
    expect(await own()).toEqual([]);
  });

  test('claims that somebody holds are waited for, and then told', async () => {
    await plan('one');
    await plan('two', [['sales', 'u']]);
    await prepareOf('one');
    const before = async (sql: string) => {
      // As if the time had passed.
      if (sql.includes('LOCK TABLE "sales"."_pgshift_claims"')) throw new PgshiftError('StatementTimeout', 'too long');
    };
    await expect(prepareOf('two', { before })).rejects.toMatchObject({
      name: 'LockTimeout',
      message: 'Another run holds the claims of sales.',
    });
  });
});
