// Which changes to a table does the stand-in take, and which does it refuse as Redshift does?
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failure, rows, type StandIn, startStandIn } from '../support/redshift-stand-in.ts';

let standIn: StandIn;
let session: pg.Client;
beforeAll(async () => {
  standIn = await startStandIn();
  session = await standIn.session();
});
afterAll(() => standIn.close());

describe('columns', () => {
  it('widens a VARCHAR, outside a transaction', async () => {
    await session.query(`CREATE TABLE widened (v VARCHAR(3), n INT, k VARCHAR(3) UNIQUE, d VARCHAR(3) DEFAULT 'x',
      e VARCHAR(3) ENCODE bytedict)`);
    await session.query(`INSERT INTO widened VALUES ('abc', 1), ('abc', 2)`);
    await session.query('CREATE VIEW widening AS SELECT v FROM widened');
    await session.query('ALTER TABLE widened ALTER COLUMN v TYPE VARCHAR(5)');
    await session.query(`INSERT INTO widened VALUES ('abcde', 1), ('abcde', 1)`);
    const refused = ['v TYPE VARCHAR(4)', 'v TYPE CHAR(9)', 'n TYPE BIGINT'];
    const forbidden = ['k TYPE VARCHAR(9)', 'd TYPE VARCHAR(9)', 'e TYPE VARCHAR(9)'];
    for (const change of [...refused, ...forbidden]) {
      expect(await failure(session, `ALTER TABLE widened ALTER COLUMN ${change}`), change).toMatchObject({
        code: '0A000',
      });
    }
    await session.query('BEGIN');
    const inBlock = await failure(session, 'ALTER TABLE widened ALTER COLUMN v TYPE VARCHAR(6)');
    expect(inBlock).toMatchObject({ code: '25001' });
    await session.query('ROLLBACK');
  });

  it('adds, renames and drops columns, one at a time', async () => {
    await session.query('CREATE TABLE changing (a INT)');
    await session.query(`ALTER TABLE changing ADD COLUMN b VARCHAR(5) ENCODE lzo DEFAULT 'x' NOT NULL`);
    await session.query('ALTER TABLE changing RENAME COLUMN a TO "C"');
    await session.query('INSERT INTO changing (c) VALUES (1)');
    expect(await rows(session, 'SELECT * FROM changing')).toEqual([[1, 'x']]);
    await session.query('ALTER TABLE changing DROP COLUMN c');
    const columns = `SELECT "column", type FROM pg_table_def WHERE tablename = 'changing'`;
    expect(await rows(session, columns)).toEqual([['b', 'character varying(5)']]);
    const both = await failure(session, 'ALTER TABLE changing ADD COLUMN x int, ADD COLUMN y int');
    expect(both).toMatchObject({ code: '42601' });
  });
});

describe('ALTER TABLE APPEND', () => {
  it('moves all rows between tables of one make, outside a transaction', async () => {
    await session.query(`CREATE TABLE moved (a INT, b VARCHAR(3)); CREATE TABLE into_this (LIKE moved);
      INSERT INTO moved VALUES (1, 'x'), (2, 'y'); INSERT INTO into_this VALUES (3, 'z')`);
    await session.query('BEGIN');
    expect(await failure(session, 'ALTER TABLE into_this APPEND FROM moved')).toMatchObject({
      code: '25001',
      message: 'ALTER TABLE APPEND cannot run inside a transaction block',
    });
    await session.query('ROLLBACK');
    await session.query('ALTER TABLE into_this APPEND FROM moved');
    expect(await rows(session, 'SELECT a, b FROM into_this ORDER BY a')).toEqual([
      [1, 'x'],
      [2, 'y'],
      [3, 'z'],
    ]);
    expect(await rows(session, 'SELECT * FROM moved')).toEqual([]);
  });

  it('refuses tables that differ, but for columns that may be missing', async () => {
    await session.query(`CREATE TABLE left_one (a INT, b INT); CREATE TABLE right_one (a INT, c INT);
      CREATE TABLE wider (a BIGINT, b INT); CREATE TABLE sorted (a INT, b INT) SORTKEY (a);
      CREATE TABLE short (a INT); CREATE TABLE counted (a INT, b INT IDENTITY(1, 1)); INSERT INTO short VALUES (1)`);
    for (const other of ['right_one', 'wider', 'sorted', 'short', 'counted']) {
      expect((await failure(session, `ALTER TABLE left_one APPEND FROM ${other}`)).code, other).toMatch(
        /^(42P16|0A000)$/,
      );
    }
    await session.query('ALTER TABLE left_one APPEND FROM short FILLTARGET');
    await session.query('ALTER TABLE short APPEND FROM left_one IGNOREEXTRA');
    expect(await rows(session, 'SELECT * FROM short')).toEqual([[1]]);
  });
});

describe('owners, comments and grants', () => {
  it('keeps comments, owners and grants', async () => {
    await session.query(
      `CREATE TABLE owned (x INT); COMMENT ON TABLE owned IS 'it''s \\'mine\\''; COMMENT ON COLUMN owned.x IS 'x'`,
    );
    await session.query(
      `CREATE USER other PASSWORD 'Secret1'; CREATE GROUP readers; ALTER GROUP readers ADD USER other`,
    );
    await session.query(
      'GRANT SELECT ON owned TO GROUP readers; GRANT ALL ON owned TO other; REVOKE ALL ON owned FROM other',
    );
    await session.query('ALTER TABLE owned OWNER TO other');
    expect(
      await rows(
        session,
        `SELECT tableowner, obj_description('owned'::regclass) FROM pg_tables WHERE tablename = 'owned'`,
      ),
    ).toEqual([['other', `it's 'mine'`]]);
    const other = await standIn.session({ user: 'other', password: 'Secret1' });
    await other.query('INSERT INTO owned VALUES (1)');
    expect(await failure(other, 'SELECT * FROM changing')).toMatchObject({ code: '42501' });
  });

  it('go to an owner who may make no tables in the schema', async () => {
    await session.query(`CREATE USER heir PASSWORD 'Heir1234'; CREATE SCHEMA closed; CREATE TABLE closed.t (x INT)`);
    await session.query('ALTER TABLE closed.t OWNER TO heir');
    const owner = `SELECT tableowner FROM pg_tables WHERE schemaname = 'closed'`;
    expect(await rows(session, owner)).toEqual([['heir']]);
    const heir = await standIn.session({ user: 'heir', password: 'Heir1234' });
    await heir.query('CREATE TABLE own (x INT)');
    expect(await failure(heir, 'ALTER TABLE own OWNER TO awsuser')).toMatchObject({ code: '42501' });
  });

  it('are given to users, groups and everybody, and shown', async () => {
    await session.query(
      `CREATE TABLE shared (x INT); CREATE GROUP staff; CREATE USER guest PASSWORD 'Guest123';
       GRANT SELECT ON TABLE shared TO guest WITH GRANT OPTION; GRANT INSERT, UPDATE ON shared TO GROUP staff;
       GRANT SELECT ON shared TO PUBLIC`,
    );
    const grants = `SELECT privilege_type, identity_name, identity_type, admin_option FROM svv_relation_privileges
      WHERE namespace_name = 'public' AND relation_name = 'shared' AND identity_name <> 'awsuser' ORDER BY 3, 1`;
    expect(await rows(session, grants)).toEqual([
      ['INSERT', 'staff', 'group', false],
      ['UPDATE', 'staff', 'group', false],
      ['SELECT', 'public', 'public', false],
      ['SELECT', 'guest', 'user', true],
    ]);
    expect(await rows(session, `SELECT has_table_privilege('guest', 'shared', 'SELECT')`)).toEqual([[true]]);
  });
});
