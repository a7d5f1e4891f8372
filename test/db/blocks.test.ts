// Do SQL blocks run once, each in a transaction of its own, in their order around the load, however steps are retried?
import { S3Client } from '@aws-sdk/client-s3';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { findLeftovers, removeLeftovers } from '../../cli/leftovers.ts';
import { artifactKeys } from '../../core/artifacts.ts';
import { type Clauses, NO_CLAUSES } from '../../core/command/model.ts';
import { PgshiftError } from '../../core/errors.ts';
import type { PlanChunk } from '../../core/plan/model.ts';
import { blocksTable } from '../../core/sql/blocks.ts';
import { prepare } from '../../lambdas/5-prepare/prepare.ts';
import { publish } from '../../lambdas/8-publish/publish.ts';
import { untilAnswered } from '../support/lost-answers.ts';
import { bucket, keys, region, rows, type StandIn, startStandIn } from '../support/redshift-stand-in.ts';
import { stepWorld, type WorldOptions } from '../support/step-world.ts';

const run = 'run-1';
const token = '0123456789ab';
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

const told = (word: string) => ({ statements: [`INSERT INTO public.told VALUES ('${word}')`] });
const CLAUSES: Clauses = {
  ...NO_CLAUSES,
  beforeLoad: [
    told('before 1'),
    { statements: [...told('before 2').statements, 'CREATE TABLE public.made (a INTEGER)'] },
  ],
  afterCreateSchema: [told('created')],
  afterLoad: [told('after')],
};

/** The artifacts of a run with so many chunks, all without tables. */
async function begin(chunks = 1, clauses: Clauses = CLAUSES): Promise<void> {
  await session.query('DROP TABLE IF EXISTS public.told, public.made');
  await session.query(`DROP TABLE IF EXISTS public._pgshift_${token}_blocks`);
  await session.query('CREATE TABLE public.told (word VARCHAR(20))');
  const { store } = world();
  await store.remove([artifactKeys.blocksOver(run)]);
  const target = { end: 'target', scheme: 'redshift' };
  await store.putJson(artifactKeys.command(run), { source: { end: 'source' }, target, options: {}, ...clauses });
  await store.putJson(artifactKeys.capabilities(run), { target: { dialect: 'redshift' } });
  await store.putJson(artifactKeys.plan(run), { chunks });
  const blocks = blocksTable(clauses, token);
  for (let chunk = 0; chunk < chunks; chunk += 1) {
    const planned: PlanChunk = { chunk, sentinels: ['@N@'], ...(blocks && { blocks }), schemas: [], tables: [] };
    await store.putJson(artifactKeys.planChunk(run, chunk), planned);
  }
}
beforeEach(() => begin());

const words = async () => (await rows(session, 'SELECT word FROM public.told')).flat().sort();
const ownTables = () => rows(session, `SELECT relname FROM pg_class WHERE LEFT(relname, 9) = '_pgshift_' ORDER BY 1`);
const publishLast = (options?: WorldOptions) => publish(world(options), { run, publish: 0, first: 0, last: 0 });

test('run before anything is made, then after the tables are live, and leave no table of their own', async () => {
  await prepare(world(), { run, chunk: 0, execution: '' });
  expect(await words()).toEqual(['before 1', 'before 2']);
  await publishLast();
  expect(await words()).toEqual(['after', 'before 1', 'before 2', 'created']);
  expect(await ownTables()).toEqual([]);
});

test('run once when many chunks are prepared at the same time', async () => {
  await begin(4);
  await Promise.all([0, 1, 2, 3].map((chunk) => prepare(world(), { run, chunk, execution: '' })));
  expect(await words()).toEqual(['before 1', 'before 2']);
});

test('run once when steps are tried again, also after all was done', async () => {
  await prepare(world(), { run, chunk: 0, execution: '' });
  await prepare(world(), { run, chunk: 0, execution: '' });
  await publishLast();
  await publishLast();
  expect(await words()).toEqual(['after', 'before 1', 'before 2', 'created']);
});

test('run no more in a try that was given up and goes on when the tables of its run are live', async () => {
  const { store } = world();
  const key = artifactKeys.planChunk(run, 0);
  const own = { staging: `_pgshift_${token}_0`, ledger: `_pgshift_${token}_0_ledger` };
  const made = { table: 0, target: { schema: 'public', name: 'made' }, ...own, create: ['CREATE TABLE made (i INT)'] };
  await store.putJson(key, { ...(await store.getJson<PlanChunk>(key)), tables: [made] });
  const mark = artifactKeys.published(run, 0);
  await store.putJson(mark, { tables: [0] });
  await prepare(world(), { run, chunk: 0, execution: '' });
  await store.remove([mark]);
  expect(await words()).toEqual([]);
  expect(await ownTables()).toEqual([]);
});

/**
 * Lets a try of a step stand still before one of its statements, outside of a transaction, until `rest` is done; then it goes
 * on, in a session that nobody has ended. For each of its statements in turn. `goneOn` gets what it threw. Claims that a try
 * of Prepare takes then are taken over by the next run.
 */
async function whereverItStands(
  first: () => Promise<unknown>,
  attempt: (options: WorldOptions) => Promise<unknown>,
  rest: () => Promise<unknown>,
  goneOn: (thrown: unknown) => Promise<void>,
): Promise<number> {
  for (let at = 0; ; at += 1) {
    await begin(2, { ...NO_CLAUSES, beforeLoad: [told('before')], afterLoad: [told('after')] });
    await first();
    const [reached, released] = [Promise.withResolvers<'reached'>(), Promise.withResolvers<void>()];
    let [met, isInside] = [0, false];
    const before = async (sql: string) => {
      const wasInside = isInside;
      isInside = /^BEGIN; (?!.*COMMIT$)/s.test(sql) || (isInside && !/^(?:COMMIT|ROLLBACK)$/.test(sql));
      // Who stands before a SET is no more alone than before what comes after it.
      if (wasInside || /^SET |stv_sessions|pg_backend_pid/.test(sql)) return;
      met += 1;
      if (met <= at) return;
      reached.resolve('reached');
      await released.promise;
    };
    const standing = attempt({ before }).then(
      () => undefined,
      (error: unknown) => error,
    );
    if ((await Promise.race([reached.promise, standing])) !== 'reached') return at;
    await rest();
    released.resolve();
    await goneOn(await standing);
    const left = (await ownTables()).flat().filter((name) => name !== '_pgshift_claims');
    expect([at, await words(), left]).toEqual([at, ['after', 'before'], []]);
  }
}

/** Not the first chunk: that one proves the bucket, too. */
const prepareOne = (options: WorldOptions = {}) => prepare(world(options), { run, chunk: 1, execution: '' });
const publishAll = (options?: WorldOptions) => publish(world(options), { run, publish: 0, first: 0, last: 1 });

test('run once whenever a try of Prepare goes on that was given up, also when its run is over', async () => {
  const rest = () => prepareOne().then(() => publishAll());
  expect(
    await whereverItStands(
      async () => {},
      prepareOne,
      rest,
      async () => {},
    ),
  ).toBeGreaterThan(4);
});

test('run once when two tries of Publish are at work, and the slower one finds them done wherever it is', async () => {
  const finds = async (thrown: unknown) => expect(thrown).toBeUndefined();
  expect(await whereverItStands(prepareOne, publishAll, publishAll, finds)).toBeGreaterThan(4);
});

test('run in a retry that ends a try which stands still while it makes their table', async () => {
  await begin(2);
  const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let isMade = false;
  const before = async (sql: string) => {
    if (isMade) {
      reached.resolve();
      await released.promise;
    }
    isMade ||= /^BEGIN; CREATE TABLE .*_blocks/.test(sql);
  };
  const standing = expect(prepareOne({ before })).rejects.toMatchObject({ name: 'ConnectionLost' });
  await reached.promise;
  await prepare(world(), { run, chunk: 1, execution: '', attempt: 1 });
  released.resolve();
  await standing;
  expect(await words()).toEqual(['before 1', 'before 2']);
});

test('are not taken for done when somebody has dropped what tells', async () => {
  await prepare(world(), { run, chunk: 0, execution: '' });
  await session.query(`DROP TABLE public._pgshift_${token}_blocks`);
  await expect(publishLast()).rejects.toMatchObject({
    name: 'SourceChanged',
    message: expect.stringMatching(/public\._pgshift_\w+_blocks.* is gone/),
  });
});

test('run no more when somebody has removed what their run had left, and the run is told', async () => {
  await prepare(world(), { run, chunk: 0, execution: '' });
  const ports = world();
  const removing = await ports.connect(
    { end: 'target', scheme: 'redshift' },
    { applicationName: 'clean', statementTimeoutMs: 0 },
  );
  for (const left of (await findLeftovers(ports, removing, run)).runs) await removeLeftovers(ports, removing, left);
  await removing.close();
  const gone = { name: 'SourceChanged', message: expect.stringMatching(/_blocks.* is gone/) };
  await expect(prepare(ports, { run, chunk: 0, execution: '' })).rejects.toMatchObject(gone);
  await expect(publishLast()).rejects.toMatchObject(gone);
  expect([await words(), await ownTables()]).toEqual([['before 1', 'before 2'], []]);
});

test('run once when the answers to their commits are lost, each in its turn', async () => {
  // Two blocks before, and two after.
  expect(await untilAnswered((after) => prepare(world({ after }), { run, chunk: 0, execution: '' }))).toBeGreaterThan(
    1,
  );
  expect(await untilAnswered((after) => publishLast({ after }))).toBeGreaterThan(1);
  expect(await words()).toEqual(['after', 'before 1', 'before 2', 'created']);
  expect(await ownTables()).toEqual([]);
});

test('go on with the first that did not run', async () => {
  await prepare(world(), { run, chunk: 0, execution: '' });
  let breaks = true;
  const before = async (sql: string) => {
    if (!breaks || !sql.includes("'after'")) return;
    breaks = false;
    throw new PgshiftError('ConnectionLost', 'gone');
  };
  await expect(publishLast({ before })).rejects.toMatchObject({
    name: 'ConnectionLost',
    message: expect.stringMatching(/^AFTER LOAD, block 1, statement 1: .*All rows are loaded and live/s),
  });
  expect(await words()).toEqual(['before 1', 'before 2', 'created']);
  await publishLast({ before });
  expect(await words()).toEqual(['after', 'before 1', 'before 2', 'created']);
});

test('that fail leave nothing of themselves, and are named without what they say', async () => {
  await begin(1, {
    ...CLAUSES,
    beforeLoad: [
      told('kept'),
      {
        statements: [...told('undone').statements, `INSERT INTO public.told VALUES ('a secret, far too long a word')`],
      },
    ],
  });
  const failure = prepare(world(), { run, chunk: 0, execution: '' });
  await expect(failure).rejects.toMatchObject({
    message: expect.stringMatching(/^BEFORE LOAD, block 2, statement 2: The target failed/),
  });
  await expect(failure).rejects.not.toMatchObject({ message: expect.stringContaining('secret') });
  expect(await words()).toEqual(['kept']);
});

test('run with the last of several publish transactions', async () => {
  await begin(2);
  await prepare(world(), { run, chunk: 0, execution: '' });
  await publish(world(), { run, publish: 0, first: 0, last: 0 });
  expect(await words()).toEqual(['before 1', 'before 2']);
  await publish(world(), { run, publish: 1, first: 1, last: 1 });
  expect(await words()).toEqual(['after', 'before 1', 'before 2', 'created']);
});

test('have the parameters of SET, and pgshift’s own statements do not depend on theirs', async () => {
  await session.query('CREATE SCHEMA IF NOT EXISTS elsewhere');
  await session.query('DROP TABLE IF EXISTS elsewhere.found; CREATE TABLE elsewhere.found (a INTEGER)');
  await begin(1, {
    ...CLAUSES,
    settings: [
      { name: 'search_path', value: 'elsewhere' },
      { name: 'work_mem', value: '8MB' },
    ],
    beforeLoad: [{ statements: ['INSERT INTO found VALUES (1)', 'SET search_path TO pg_catalog'] }],
  });
  await prepare(world(), { run, chunk: 0, execution: '' });
  expect(await rows(session, 'SELECT a FROM elsewhere.found')).toEqual([[1]]);
});
