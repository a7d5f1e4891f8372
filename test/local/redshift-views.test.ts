// Do views bind to their tables as on Redshift: normal ones from the start, those WITH NO SCHEMA BINDING when they are read?
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failure, rows, type StandIn, startStandIn } from '../support/redshift-stand-in.ts';

let standIn: StandIn;
let session: pg.Client;
beforeAll(async () => {
  standIn = await startStandIn();
  session = await standIn.session();
  await session.query('CREATE SCHEMA s; CREATE TABLE s.t (a INT, b VARCHAR(9)); INSERT INTO s.t VALUES (1, $$x$$)');
  await session.query(
    'CREATE VIEW s.late AS SELECT a, b FROM s.t WITH NO SCHEMA BINDING; CREATE TABLE s.u (a INT); INSERT INTO s.u VALUES (1)',
  );
});
afterAll(() => standIn.close());

const viewdef = (view: string) => rows(session, `SELECT pg_get_viewdef('${view}'::regclass)`);

describe('a normal view', () => {
  it('keeps its table from being dropped without CASCADE', async () => {
    await session.query('CREATE TABLE viewed (x INT); CREATE VIEW viewing AS SELECT x FROM viewed');
    expect(await failure(session, 'DROP TABLE viewed')).toMatchObject({ code: '2BP01' });
    await session.query('DROP TABLE viewed CASCADE');
    expect(await failure(session, 'SELECT * FROM viewing')).toMatchObject({ code: '42P01' });
  });

  it('stays with its table when that is renamed', async () => {
    await session.query('CREATE TABLE staying (x INT); CREATE VIEW stays AS SELECT x FROM staying');
    await session.query('ALTER TABLE staying RENAME TO staying_old; CREATE TABLE staying (x INT, y INT)');
    expect(await viewdef('stays')).toEqual([[expect.stringMatching(/FROM staying_old;$/)]]);
  });

  it('may take the place of a late-binding one, and the other way round', async () => {
    await session.query('CREATE VIEW s.turned AS SELECT a FROM s.t WITH NO SCHEMA BINDING');
    await session.query('CREATE OR REPLACE VIEW s.turned AS SELECT 7 AS a');
    expect(await rows(session, 'SELECT * FROM s.turned')).toEqual([[7]]);
    expect(await viewdef('s.turned')).toEqual([[expect.stringMatching(/^ SELECT 7 AS a;$/)]]);
  });
});

describe('a late-binding view', () => {
  it('is read wherever a relation can be read', async () => {
    const queries: [sql: string, expected: unknown[][]][] = [
      ['SELECT * FROM s.late', [[1, 'x']]],
      ['SELECT late.a, l.b FROM s.late, "S"."LATE" AS l', [[1, 'x']]],
      ['SELECT l.b FROM s.u JOIN s.late l ON l.a = u.a WHERE l.a > 0', [['x']]],
      ['SELECT l.b FROM s.u LEFT JOIN s.late l USING (a)', [['x']]],
      ['SELECT count(*) FROM (SELECT a FROM s.late WHERE EXTRACT(year FROM sysdate) > 2000) q', [['1']]],
      ['SELECT a FROM s.u WHERE a IN (SELECT a FROM s.late)', [[1]]],
      ['WITH late AS (SELECT 9 AS z) SELECT * FROM late', [[9]]],
      ['WITH late (y) AS (SELECT 9 AS z) SELECT y FROM late', [[9]]],
      ['SELECT a FROM s.late UNION ALL SELECT a FROM s.late ORDER BY a', [[1], [1]]],
      ["SELECT 'from s.late' FROM s.late -- s.late", [['from s.late']]],
    ];
    for (const [sql, expected] of queries) {
      expect(await rows(session, sql), sql).toEqual(expected);
      expect((await session.query({ text: sql, rowMode: 'array' })).rows, sql).toEqual(expected);
    }
    expect(await rows(session, 'SELECT b FROM s.late WHERE a = $1', [1])).toEqual([['x']]);
    await session.query('CREATE TABLE taken AS SELECT * FROM s.late; INSERT INTO taken SELECT a + 1, b FROM s.late');
    expect(await rows(session, 'SELECT * FROM taken ORDER BY a')).toEqual([
      [1, 'x'],
      [2, 'x'],
    ]);
  });

  it('lets its table be dropped, renamed and exchanged, and reads what has the name then', async () => {
    await session.query(
      'CREATE TABLE s.live (a INT); CREATE VIEW s.seen AS SELECT * FROM s.live WITH NO SCHEMA BINDING',
    );
    await session.query(
      `CREATE TABLE s.staged (a INT, b INT); INSERT INTO s.staged VALUES (1, 2);
       BEGIN; ALTER TABLE s.live RENAME TO live_old; ALTER TABLE s.staged RENAME TO live; DROP TABLE s.live_old; COMMIT`,
    );
    expect(await rows(session, 'SELECT * FROM s.seen')).toEqual([[1, 2]]);
    await session.query('DROP TABLE s.live');
    expect(await failure(session, 'SELECT * FROM s.seen')).toMatchObject({
      code: '42P01',
      message: 'relation "s.live" does not exist',
    });
    await session.query(`CREATE TABLE s.live (c VARCHAR(3)); INSERT INTO s.live VALUES ('new')`);
    expect(await rows(session, 'SELECT c FROM s.seen')).toEqual([['new']]);
  });

  it('may be made before its table, but not in a schema that is not there, of names without one, or of no query', async () => {
    await session.query('CREATE VIEW s.early (z) AS SELECT a FROM s.later WITH NO SCHEMA BINDING');
    await session.query('CREATE TABLE s.later (a INT); INSERT INTO s.later VALUES (5)');
    expect((await session.query('SELECT * FROM s.early')).rows).toEqual([{ z: 5 }]);
    const refused: [query: string, code: string, message: RegExp][] = [
      ['SELECT a FROM later', '0A000', /^All the relation names inside should be qualified/],
      ['SELECT a FROM nowhere.later', '3F000', /^schema "nowhere" does not exist$/],
      ['SELECT a FRM s.later', '42601', /syntax error/],
      ['SELECT array_agg(a) FROM s.later', '42883', /array_agg/],
    ];
    for (const [query, code, message] of refused) {
      const error = await failure(session, `CREATE VIEW s.refused AS ${query} WITH NO SCHEMA BINDING`);
      expect(error, query).toMatchObject({ code, message: expect.stringMatching(message) });
    }
    expect(await failure(session, 'SELECT * FROM s.refused')).toMatchObject({ code: '42P01' });
  });

  it('may read another', async () => {
    await session.query('CREATE VIEW s.second AS SELECT b FROM s.late WITH NO SCHEMA BINDING');
    await session.query(
      'CREATE VIEW s.third AS WITH q (b) AS (SELECT b FROM s.second) SELECT x.* FROM q x WITH NO SCHEMA BINDING',
    );
    expect(await rows(session, 'SELECT * FROM s.third')).toEqual([['x']]);
    await session.query('CREATE OR REPLACE VIEW s.second AS SELECT b FROM s.third WITH NO SCHEMA BINDING');
    expect(await failure(session, 'SELECT * FROM s.third')).toMatchObject({ code: '42P17' });
  });

  it('is replaced, renamed and dropped', async () => {
    await session.query('CREATE VIEW s.changing AS SELECT a FROM s.t WITH NO SCHEMA BINDING');
    await session.query('CREATE OR REPLACE VIEW s.changing AS SELECT b FROM s.t WITH NO SCHEMA BINDING');
    await session.query('ALTER TABLE s.changing RENAME TO changed');
    expect(await rows(session, 'SELECT * FROM s.changed')).toEqual([['x']]);
    await session.query('DROP VIEW s.changed');
    await session.query('CREATE TABLE s.changed (c INT)');
    expect(await rows(session, 'SELECT * FROM s.changed')).toEqual([]);
  });

  it('is known by the catalog: no columns, its whole statement, and what its columns are now', async () => {
    const catalog = `SELECT relkind, relnatts FROM pg_class WHERE oid = 's.late'::regclass`;
    expect(await rows(session, catalog)).toEqual([['v', 0]]);
    const definition = 'CREATE VIEW s.late AS SELECT a, b FROM s.t WITH NO SCHEMA BINDING;';
    expect(await viewdef('s.late')).toEqual([[definition]]);
    expect(await rows(session, `SELECT pg_get_viewdef('s.late'::regclass, true)`)).toEqual([[definition]]);
    expect(await rows(session, `SELECT definition FROM pg_views WHERE viewname = 'late'`)).toEqual([[definition]]);
    await session.query('BEGIN READ ONLY');
    const columns = `SELECT * FROM pg_get_late_binding_view_cols()
      cols(view_schema name, view_name name, col_name name, col_type varchar, col_num int) WHERE view_name = 'late'`;
    expect(await rows(session, columns)).toEqual([
      ['s', 'late', 'a', 'integer', 1],
      ['s', 'late', 'b', 'character varying', 2],
    ]);
    await session.query('COMMIT');
  });

  it('has an owner, a comment and grants of its own', async () => {
    await session.query(
      `CREATE USER reader PASSWORD 'Reader1'; GRANT USAGE ON SCHEMA s TO reader; GRANT SELECT ON s.t TO reader`,
    );
    const reader = await standIn.session({ user: 'reader', password: 'Reader1' });
    expect(await failure(reader, 'SELECT * FROM s.late')).toMatchObject({
      code: '42501',
      message: 'permission denied for relation late',
    });
    await session.query(`GRANT SELECT ON s.late TO reader; COMMENT ON VIEW s.late IS 'seen late'`);
    expect(await rows(reader, 'SELECT * FROM s.late')).toEqual([[1, 'x']]);
    await session.query('ALTER TABLE s.late OWNER TO reader');
    expect(
      await rows(
        session,
        `SELECT viewowner, obj_description('s.late'::regclass) FROM pg_views WHERE viewname = 'late'`,
      ),
    ).toEqual([['reader', 'seen late']]);
  });

  it('is known to other sessions, and to a stand-in that is started anew', async () => {
    const again = await standIn.another('dev', {});
    const client = await standIn.session({ port: again.port });
    expect(await rows(client, 'SELECT z FROM s.early')).toEqual([[5]]);
  });
});
