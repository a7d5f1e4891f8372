// Does the catalog tell truly of what hangs on tables: materialized views, policies, datashares; and of external tables?
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failure, rows, type StandIn, startStandIn } from '../support/redshift-stand-in.ts';

let standIn: StandIn;
let session: pg.Client;
let reader: pg.Client;
beforeAll(async () => {
  standIn = await startStandIn();
  session = await standIn.session();
  await session.query(`CREATE USER reader PASSWORD 'Reader123'`);
  reader = await standIn.session({ user: 'reader', password: 'Reader123' });
});
afterAll(() => standIn.close());

describe('a materialized view', () => {
  const info = () => rows(session, `SELECT schema_name, name, is_stale FROM svv_mv_info WHERE name = 'sums'`);

  it('keeps its rows until it is refreshed, and says when they are stale', async () => {
    await session.query(
      `CREATE SCHEMA m; CREATE TABLE m.facts (k int, v int); INSERT INTO m.facts VALUES (1, 2), (1, 3)`,
    );
    await session.query(
      'CREATE MATERIALIZED VIEW m.sums DISTKEY (k) AUTO REFRESH YES AS SELECT k, SUM(v) AS s FROM m.facts GROUP BY k',
    );
    expect(await rows(session, 'SELECT * FROM m.sums')).toEqual([[1, '5']]);
    expect(await info()).toEqual([['m', 'sums', 'f']]);
    await session.query('INSERT INTO m.facts VALUES (1, 4)');
    expect(await rows(session, 'SELECT s FROM m.sums')).toEqual([['5']]);
    expect(await info()).toEqual([['m', 'sums', 't']]);
    await session.query('REFRESH MATERIALIZED VIEW m.sums');
    expect(await rows(session, 'SELECT s FROM m.sums')).toEqual([['9']]);
    expect(await info()).toEqual([['m', 'sums', 'f']]);
  });

  it('is a view and a table in the catalog, with the statement that made it', async () => {
    const found = `SELECT c.relname, c.relkind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = 'm' AND c.relname LIKE '%sums%' ORDER BY 1`;
    expect(await rows(session, found)).toEqual([
      ['mv_tbl__sums__0', 'r'],
      ['sums', 'v'],
    ]);
    const [[definition] = []] = await rows(session, `SELECT pg_get_viewdef('m.sums'::regclass)`);
    expect(definition).toMatch(/^CREATE MATERIALIZED VIEW m\.sums .* GROUP BY k;$/);
    const dependencies = `SELECT TRIM(schema), TRIM(name), TRIM(ref_schema), TRIM(ref_name) FROM stv_mv_deps`;
    expect(await rows(session, dependencies)).toEqual([['m', 'sums', 'm', 'facts']]);
    expect(await rows(session, 'SELECT TRIM(name), autorefresh FROM stv_mv_info')).toEqual([['sums', '1']]);
  });

  it('keeps its table from being dropped without CASCADE, and goes with it', async () => {
    expect(await failure(session, 'DROP TABLE m.facts')).toMatchObject({ code: '2BP01' });
    await session.query('DROP TABLE m.facts CASCADE');
    expect(await info()).toEqual([]);
    expect(await failure(session, 'SELECT * FROM m.mv_tbl__sums__0')).toMatchObject({ code: '42P01' });
  });

  it('is refreshed and dropped as one, by its owner', async () => {
    await session.query(
      'CREATE TABLE one (x int); CREATE MATERIALIZED VIEW ones AS SELECT x FROM one; CREATE VIEW plain AS SELECT 1 AS x',
    );
    expect(await failure(session, 'REFRESH MATERIALIZED VIEW plain')).toMatchObject({ code: '42809' });
    expect(await failure(reader, 'REFRESH MATERIALIZED VIEW ones')).toMatchObject({ code: '42501' });
    await session.query('DROP MATERIALIZED VIEW ones; DROP MATERIALIZED VIEW IF EXISTS ones; DROP TABLE one');
  });
});

describe('row-level security and masking', () => {
  beforeAll(() =>
    session.query(`CREATE TABLE cards (holder varchar(20), number varchar(20));
      CREATE RLS POLICY own WITH (holder varchar(20)) AS c USING (c.holder = current_user);
      CREATE MASKING POLICY stars WITH (number varchar(256)) USING ('***'::text)`),
  );

  it('are shown by the views for administrators, and by no others', async () => {
    await session.query(
      'ATTACH RLS POLICY own ON cards TO reader, ROLE analyst; ALTER TABLE cards ROW LEVEL SECURITY ON',
    );
    await session.query('ATTACH MASKING POLICY stars ON cards (number) TO PUBLIC PRIORITY 10');
    const attached = `SELECT relschema, relname, relkind, polname, grantee, granteekind, is_pol_on, is_rls_on
      FROM svv_rls_attached_policy ORDER BY grantee`;
    expect(await rows(session, attached)).toEqual([
      ['public', 'cards', 'table', 'own', 'analyst', 'role', true, true],
      ['public', 'cards', 'table', 'own', 'reader', 'user', true, true],
    ]);
    const masked = `SELECT policy_name, schema_name, table_name, grantee, grantee_type, priority, output_columns
      FROM svv_attached_masking_policy`;
    expect(await rows(session, masked)).toEqual([['stars', 'public', 'cards', 'public', 'public', 10, '["number"]']]);
    expect(await rows(session, 'SELECT relname FROM svv_rls_relation')).toEqual([['cards']]);
    expect(await rows(session, 'SELECT polname, polqual FROM svv_rls_policy')).toEqual([
      ['own', 'c.holder = current_user'],
    ]);
    expect(await rows(session, 'SELECT policy_name FROM svv_masking_policy')).toEqual([['stars']]);
    expect(await rows(reader, attached)).toEqual([]);
    const superusers = `SELECT usename FROM pg_user WHERE usesuper AND usename IN ('awsuser', 'reader')`;
    expect(await rows(session, superusers)).toEqual([['awsuser']]);
    expect(await rows(reader, masked)).toEqual([]);
  });

  it('are for administrators to make, and hold on to their policies', async () => {
    expect(await failure(reader, 'CREATE RLS POLICY mine USING (true)')).toMatchObject({ code: '42501' });
    expect(await failure(session, 'ATTACH RLS POLICY none ON cards TO PUBLIC')).toMatchObject({ code: '42704' });
    expect(await failure(session, 'ATTACH MASKING POLICY stars ON cards (none) TO PUBLIC')).toMatchObject({
      code: '42703',
    });
    expect(await failure(session, 'DROP RLS POLICY own')).toMatchObject({ code: '2BP01' });
    await session.query('DETACH RLS POLICY own ON cards FROM ROLE analyst');
    await session.query('ALTER TABLE cards ROW LEVEL SECURITY OFF; DROP TABLE cards');
    await session.query('DROP RLS POLICY own; DROP MASKING POLICY stars; DROP RLS POLICY IF EXISTS own');
    expect(await rows(session, 'SELECT count(*) FROM svv_rls_attached_policy')).toEqual([['0']]);
  });
});

describe('a datashare', () => {
  const objects = () =>
    rows(session, 'SELECT share_name, object_type, object_name, include_new FROM svv_datashare_objects ORDER BY 3');

  it('shows what was added to it, until it is removed or dropped', async () => {
    await session.query(
      'CREATE SCHEMA shared; CREATE TABLE shared.t (x int); CREATE VIEW shared.v AS SELECT 1 AS x; CREATE TABLE shared.u (x int)',
    );
    await session.query('CREATE DATASHARE sales SET PUBLICACCESSIBLE TRUE; ALTER DATASHARE sales ADD SCHEMA shared');
    await session.query(
      'ALTER DATASHARE sales ADD TABLE shared.t; ALTER DATASHARE sales SET INCLUDENEW = TRUE FOR SCHEMA shared',
    );
    expect(await objects()).toEqual([
      ['sales', 'schema', 'shared', true],
      ['sales', 'table', 'shared.t', null],
    ]);
    await session.query(
      'ALTER DATASHARE sales ADD ALL TABLES IN SCHEMA shared; ALTER DATASHARE sales REMOVE TABLE shared.t',
    );
    await session.query('DROP TABLE shared.u');
    expect(await objects()).toEqual([
      ['sales', 'schema', 'shared', true],
      ['sales', 'view', 'shared.v', null],
    ]);
    expect(await rows(session, 'SELECT share_name, share_type, is_publicaccessible FROM svv_datashares')).toEqual([
      ['sales', 'OUTBOUND', true],
    ]);
    expect(await failure(session, 'CREATE DATASHARE sales')).toMatchObject({ code: '42710' });
    await session.query('DROP DATASHARE sales');
    expect(await objects()).toEqual([]);
    expect(await failure(session, 'ALTER DATASHARE sales ADD TABLE shared.t')).toMatchObject({ code: '42704' });
  });
});

describe('an external table', () => {
  it('is shown with its columns and place, and is no relation of the database', async () => {
    await session.query(`CREATE EXTERNAL SCHEMA lake FROM DATA CATALOG DATABASE 'glue' IAM_ROLE default`);
    await session.query(`CREATE EXTERNAL TABLE lake.events (id bigint, name varchar(20)) PARTITIONED BY (day date)
      STORED AS PARQUET LOCATION 's3://lake/events/' TABLE PROPERTIES ('numRows'='5')`);
    expect(await rows(session, 'SELECT schemaname, eskind, databasename FROM svv_external_schemas')).toEqual([
      ['lake', 1, 'glue'],
    ]);
    expect(await rows(session, 'SELECT schemaname, tablename, location FROM svv_external_tables')).toEqual([
      ['lake', 'events', 's3://lake/events/'],
    ]);
    expect(
      await rows(session, 'SELECT columnname, external_type, part_key FROM svv_external_columns ORDER BY columnnum'),
    ).toEqual([
      ['id', 'bigint', 0],
      ['name', 'varchar(20)', 0],
      ['day', 'date', 1],
    ]);
    expect(await failure(session, `CREATE EXTERNAL TABLE public.x (id int) LOCATION 's3://a/b'`)).toMatchObject({
      code: '42809',
    });
    await session.query('DROP SCHEMA lake');
    expect(await rows(session, 'SELECT count(*) FROM svv_external_tables')).toEqual([['0']]);
  });
});
