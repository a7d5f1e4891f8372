// Does a table that replaces another have what people gave that one, and do the views over it still stand?
import { S3Client } from '@aws-sdk/client-s3';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { artifactKeys } from '../../core/artifacts.ts';
import { NO_CLAUSES } from '../../core/command/model.ts';
import type { PlanChunk, PlannedTable } from '../../core/plan/model.ts';
import { publish } from '../../lambdas/8-publish/publish.ts';
import { bucket, keys, region, rows, type StandIn, startStandIn } from '../support/redshift-stand-in.ts';
import { stepWorld, type WorldOptions } from '../support/step-world.ts';

const run = 'run-1';
let standIn: StandIn;
let s3: S3Client;
let session: pg.Client;

beforeAll(async () => {
  standIn = await startStandIn();
  s3 = new S3Client({ endpoint: standIn.s3.endpoint, region, credentials: keys, forcePathStyle: true });
  session = await standIn.session();
  await session.query(`CREATE USER alice PASSWORD 'Alice-1234'; CREATE USER "Bob ""B""" PASSWORD 'Bobby-1234'`);
  await session.query('CREATE GROUP analysts');
});
afterAll(async () => {
  s3.destroy();
  await standIn.close();
});

const column = (name: string, type: string) => ({
  source: name,
  target: name,
  type,
  notNull: false,
  expression: `"${name}"`,
  quoted: false,
});

/** One row is staged, and the ledger knows it. */
const table: PlannedTable = {
  table: 0,
  source: { schema: 'public', name: 't' },
  target: { schema: 'sales', name: 't' },
  staging: '_pgshift_0_0',
  ledger: '_pgshift_0_0_ledger',
  columns: [column('id', 'INTEGER'), column('note', 'VARCHAR(8)')],
  create: [],
  publish: 'replace',
  dropForeignKeys: [],
  addKeys: [],
  addForeignKeys: [],
  parts: [{ part: 0, from: '"public"."t"', estimatedBytes: 0 }],
  batches: [{ batch: 0, parts: [0] }],
};

async function begin(planned: PlannedTable = table): Promise<void> {
  await session.query(
    'DROP SCHEMA IF EXISTS sales CASCADE; CREATE SCHEMA sales; GRANT USAGE ON SCHEMA sales TO PUBLIC',
  );
  await session.query('GRANT CREATE ON SCHEMA sales TO alice');
  await session.query('CREATE TABLE sales._pgshift_0_0 (id INTEGER, note VARCHAR(8))');
  await session.query(`INSERT INTO sales._pgshift_0_0 VALUES (1, 'new')`);
  await session.query(
    'CREATE TABLE sales._pgshift_0_0_ledger (batch INTEGER, piece INTEGER, rows BIGINT, loaded_at TIMESTAMP)',
  );
  await session.query('INSERT INTO sales._pgshift_0_0_ledger VALUES (0, 0, 1, GETDATE())');
  await session.query(`CREATE TABLE sales.t (id INTEGER, note VARCHAR(4)); INSERT INTO sales.t VALUES (0, 'old')`);
  const { store } = world();
  await store.remove([artifactKeys.published(run, 0)]);
  const target = { end: 'target', scheme: 'redshift' };
  await store.putJson(artifactKeys.command(run), { source: { end: 'source' }, target, options: {}, ...NO_CLAUSES });
  await store.putJson(artifactKeys.capabilities(run), { target: { dialect: 'redshift' } });
  const chunk: PlanChunk = { chunk: 0, sentinels: ['@N@'], schemas: [], tables: [planned] };
  await store.putJson(artifactKeys.planChunk(run, 0), chunk);
}

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

const publishAll = (options?: WorldOptions) => publish(world(options), { run, publish: 0, first: 0, last: 0 });

const grants = () =>
  rows(
    session,
    `SELECT relation_name, privilege_type, identity_type, identity_name, admin_option FROM svv_relation_privileges
     WHERE namespace_name = 'sales' ORDER BY 1, 2, 3, 4`,
  );
const ownerOf = (name: string) =>
  rows(session, `SELECT pg_get_userbyid(relowner) FROM pg_class WHERE relname = '${name}'`);

beforeEach(async () => {
  await begin();
});

describe('a table that replaces another', () => {
  test('has its grants: to users, groups and everybody, with the right to hand them on, and on single columns', async () => {
    await session.query('GRANT SELECT, INSERT ON sales.t TO alice; GRANT SELECT ON sales.t TO GROUP analysts');
    await session.query(
      'GRANT UPDATE ON sales.t TO "Bob ""B""" WITH GRANT OPTION; GRANT REFERENCES ON sales.t TO PUBLIC',
    );
    await session.query('GRANT SELECT (id) ON sales.t TO "Bob ""B"""');
    const before = await grants();
    expect(before).toHaveLength(5);
    await publishAll();
    expect(await grants()).toEqual(before);
    expect(await rows(session, 'SELECT column_name, identity_name FROM svv_column_privileges')).toEqual([
      ['id', 'bob "b"'],
    ]);
    expect(await rows(session, 'SELECT note FROM sales.t')).toEqual([['new']]);
  });

  test('has no right that the one before had not, whatever the schema gives to new tables', async () => {
    await session.query('GRANT SELECT ON sales._pgshift_0_0 TO PUBLIC; GRANT DELETE ON sales._pgshift_0_0 TO alice');
    await session.query('GRANT SELECT ON sales.t TO alice');
    await publishAll();
    expect(await grants()).toEqual([['t', 'SELECT', 'user', 'alice', false]]);
  });

  test('has its owner, whose rights it is to give', async () => {
    await session.query('ALTER TABLE sales.t OWNER TO alice; GRANT SELECT ON sales.t TO GROUP analysts');
    await publishAll();
    expect(await ownerOf('t')).toEqual([['alice']]);
    expect(await grants()).toEqual([['t', 'SELECT', 'group', 'analysts', false]]);
  });

  test('has its comments, where the source has none of its own', async () => {
    await session.query(`COMMENT ON TABLE sales.t IS 'it''s \\\\ old'; COMMENT ON COLUMN sales.t.id IS 'number'`);
    await session.query(`COMMENT ON COLUMN sales.t.note IS 'old note'`);
    await session.query(`COMMENT ON COLUMN sales._pgshift_0_0.note IS 'new note'`);
    const [id, note] = table.columns;
    await world().store.putJson(artifactKeys.planChunk(run, 0), {
      chunk: 0,
      sentinels: ['@N@'],
      schemas: [],
      tables: [{ ...table, columns: [id, { ...note, comment: 'new note' }] }],
    });
    await publishAll();
    const comments = `SELECT obj_description(oid, 'pg_class'), col_description(oid, 1), col_description(oid, 2)
      FROM pg_class WHERE relname = 't'`;
    expect(await rows(session, comments)).toEqual([[`it's \\ old`, 'number', 'new note']]);
  });
});

describe('views over a table that is replaced', () => {
  test('show the new rows, also those over other views, with their owners, comments and grants', async () => {
    await session.query('CREATE TABLE sales.other (id INTEGER); INSERT INTO sales.other VALUES (1)');
    await session.query('CREATE VIEW sales.a AS SELECT id, note FROM sales.t');
    await session.query(
      'CREATE VIEW public.b AS SELECT a.note AS "a note" FROM sales.a a JOIN sales.t t ON t.id = a.id',
    );
    await session.query('CREATE VIEW sales.c AS SELECT count(*) AS n FROM sales.other, public.b, sales.a');
    await session.query(`COMMENT ON VIEW sales.a IS 'a view'; GRANT SELECT ON public.b TO GROUP analysts`);
    await session.query('ALTER TABLE sales.a OWNER TO alice; GRANT SELECT ON sales.t TO alice');
    await publishAll();
    expect(await rows(session, 'SELECT "a note" FROM public.b')).toEqual([['new']]);
    expect(await rows(session, 'SELECT n FROM sales.c')).toEqual([['1']]);
    expect(await ownerOf('a')).toEqual([['alice']]);
    expect(await rows(session, `SELECT obj_description('sales.a'::regclass, 'pg_class')`)).toEqual([['a view']]);
    const granted = `SELECT identity_name FROM svv_relation_privileges WHERE relation_name = 'b'`;
    expect(await rows(session, granted)).toEqual([['analysts']]);
    await session.query('DROP VIEW sales.c; DROP VIEW public.b');
  });

  test('are gone where `drop schema` takes them, as the plan says', async () => {
    const cleared = { schema: 'sales', name: 'over' };
    await begin({ ...table, clearSchema: ['DROP VIEW IF EXISTS "sales"."over"'], clearedViews: [cleared] });
    await session.query('CREATE VIEW sales.over AS SELECT id FROM sales.t');
    await publishAll();
    expect(await rows(session, `SELECT viewname FROM pg_views WHERE schemaname = 'sales'`)).toEqual([]);
    expect(await rows(session, 'SELECT note FROM sales.t')).toEqual([['new']]);
  });

  test('that do not fit the new table keep it from becoming live, and all stays as it was', async () => {
    await session.query('ALTER TABLE sales.t ADD COLUMN gone INTEGER');
    await session.query('CREATE VIEW sales.v AS SELECT gone FROM sales.t');
    await expect(publishAll()).rejects.toMatchObject({
      name: 'DependentsExist',
      message: expect.stringMatching(/The view sales\.v does not fit/),
    });
    expect(await rows(session, 'SELECT gone FROM sales.v')).toEqual([[null]]);
    expect(await rows(session, 'SELECT note FROM sales.t')).toEqual([['old']]);
  });
});

describe('a table that somebody reads', () => {
  test('is waited for, and then said to be held, and by whom', async () => {
    const reader = await standIn.session();
    await reader.query('BEGIN; SELECT * FROM sales.t');
    const [[pid]] = (await rows(reader, 'SELECT pg_backend_pid()')) as [[number]];
    // The wait is the server's. It is cut short from outside, as its timeout would, instead of being waited for.
    const hurry = async (sql: string) => {
      if (sql.startsWith('BEGIN; LOCK')) void cancelWaiting();
    };
    await expect(publishAll({ before: hurry })).rejects.toMatchObject({
      name: 'LockTimeout',
      message: expect.stringContaining(`sales.t by session ${pid} of user awsuser`),
    });
    await reader.query('ROLLBACK');
    await publishAll();
    expect(await rows(session, 'SELECT note FROM sales.t')).toEqual([['new']]);
  });
});

/** Ends what waits for a lock, once something does. */
async function cancelWaiting(): Promise<void> {
  for (;;) {
    const { rows: waiting } = await session.query('SELECT pid FROM svv_transactions WHERE NOT granted');
    for (const { pid } of waiting) await session.query('SELECT pg_cancel_backend($1)', [pid]);
    if (waiting.length > 0) return;
  }
}

test('rights that this user may not see keep the table from becoming live', async () => {
  await session.query('GRANT SELECT ON sales.t TO alice');
  await hidingGrants(async () => {
    await expect(publishAll()).rejects.toMatchObject({
      name: 'PermissionDenied',
      message: expect.stringMatching(/grants on sales\.t .* does not see all of them/),
    });
  });
  expect(await rows(session, 'SELECT note FROM sales.t')).toEqual([['old']]);
  expect(await grants()).toEqual([['t', 'SELECT', 'user', 'alice', false]]);
});

/** The list of grants as a user sees it who is no superuser and knows nobody. */
async function hidingGrants(work: () => Promise<void>): Promise<void> {
  const { port, user, password } = standIn.postgres;
  const admin = new pg.Client({ host: '127.0.0.1', port, user, password, database: 'dev' });
  await admin.connect();
  try {
    await admin.query('SET allow_system_table_mods = on');
    await admin.query('ALTER VIEW pg_catalog.svv_relation_privileges RENAME TO all_relation_privileges');
    await admin.query(
      'CREATE VIEW pg_catalog.svv_relation_privileges AS SELECT * FROM pg_catalog.all_relation_privileges WHERE false',
    );
    await admin.query('GRANT SELECT ON pg_catalog.svv_relation_privileges TO PUBLIC');
    await work();
    await admin.query('DROP VIEW pg_catalog.svv_relation_privileges');
    await admin.query('ALTER VIEW pg_catalog.all_relation_privileges RENAME TO svv_relation_privileges');
  } finally {
    await admin.end();
  }
}
