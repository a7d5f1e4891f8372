// Can any client use the stand-in as it would use Redshift? Login, both protocols, transactions, errors, cancelling.
import { connect } from 'node:net';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bucket, failure, role, rows, type StandIn, startStandIn } from '../support/redshift-stand-in.ts';

let standIn: StandIn;
let session: pg.Client;
beforeAll(async () => {
  standIn = await startStandIn();
  session = await standIn.session();
});
afterAll(() => standIn.close());

const redshift = /^PostgreSQL 8\.0\.2 on i686-pc-linux-gnu, compiled by GCC .*, Redshift 1\.0\.\d+$/;

describe('login', () => {
  it('refuses a wrong password', async () => {
    const url = new URL(standIn.redshift.uri());
    url.password = 'wrong';
    const client = new pg.Client({ connectionString: url.href });
    await expect(client.connect()).rejects.toMatchObject({ code: '28P01' });
  });

  it('knows no database but its own', async () => {
    for (const database of ['postgres', 'nowhere']) {
      const url = new URL(standIn.redshift.uri());
      url.pathname = `/${database}`;
      const client = new pg.Client({ connectionString: url.href });
      await expect(client.connect()).rejects.toMatchObject({ code: '3D000' });
    }
  });

  it('gives the version of Redshift, by both protocols', async () => {
    expect(await rows(session, 'SELECT version()')).toEqual([[expect.stringMatching(redshift)]]);
    expect(await rows(session, 'SELECT version() WHERE 1 = $1', [1])).toEqual([[expect.stringMatching(redshift)]]);
  });

  it('reports server_version 8.0.2 and client_encoding UNICODE', async () => {
    const client = new pg.Client({ connectionString: standIn.redshift.uri() });
    const told = new Map<string, string>();
    const connection = Reflect.get(client, 'connection');
    connection.on('parameterStatus', (status: { parameterName: string; parameterValue: string }) =>
      told.set(status.parameterName, status.parameterValue),
    );
    await client.connect();
    await client.end();
    expect(told.get('server_version')).toBe('8.0.2');
    expect(told.get('client_encoding')).toBe('UNICODE');
  });

  it("takes the startup parameters of Redshift's own drivers", async () => {
    const client = await standIn.session({ options: '-c client_min_messages=warning' });
    expect(await rows(client, 'SHOW client_min_messages')).toEqual([['warning']]);
  });
});

describe('statements', () => {
  it('runs several in one message, as one transaction', async () => {
    await session.query('CREATE TABLE several (x int); INSERT INTO several VALUES (1); INSERT INTO several VALUES (2)');
    expect(await rows(session, 'SELECT count(*) FROM several')).toEqual([['2']]);
    await failure(session, `INSERT INTO several VALUES (3); COPY several FROM 's3://${bucket}/none' ${role} CSV`);
    expect(await rows(session, 'SELECT count(*) FROM several')).toEqual([['2']]);
  });

  it('gives each of several statements its own result', async () => {
    const results = await session.query('SELECT 1 AS a; CREATE TABLE own_result (x int); SELECT 2 AS b');
    expect(results).toMatchObject([{ rows: [{ a: 1 }] }, { command: 'CREATE' }, { rows: [{ b: 2 }] }]);
  });

  it('obeys BEGIN and COMMIT among several statements', async () => {
    await session.query('BEGIN; CREATE TABLE among (x int); INSERT INTO among VALUES (1); COMMIT');
    await failure(session, 'BEGIN; CREATE TABLE not_there (x int); COMMIT; SELECT 1/0');
    expect(await rows(session, 'SELECT count(*) FROM not_there')).toEqual([['0']]);
  });

  it('runs DDL and COPY as prepared statements too', async () => {
    await session.query({ name: 'make', text: 'CREATE TABLE prepared (x int)' });
    await standIn.put('protocol/one.csv', '1\n2\n');
    const copy = { name: 'load', text: `COPY prepared FROM 's3://${bucket}/protocol/one.csv' ${role} CSV` };
    expect(await session.query(copy)).toMatchObject({ command: 'COPY' });
    expect(await session.query(copy)).toMatchObject({ command: 'COPY' });
    expect(await rows(session, 'SELECT sum(x) FROM prepared WHERE x > $1', [0])).toEqual([['6']]);
  });

  it('goes on after an error of a prepared statement', async () => {
    const refused = session.query({ name: 'refused', text: 'SAVEPOINT a' });
    await expect(refused).rejects.toMatchObject({ code: '0A000' });
    const failed = session.query({ name: 'failed', text: `COPY prepared FROM 's3://${bucket}/none' ${role} CSV` });
    await expect(failed).rejects.toThrow(/prefix 'none' does not exist/);
    expect(await rows(session, 'SELECT $1::int', [5])).toEqual([[5]]);
  });

  it('answers an empty statement', async () => {
    expect(await session.query('')).toMatchObject({ rows: [] });
    expect(await session.query(' ; ')).toMatchObject({ rows: [] });
  });

  it('reads backslashes in ordinary strings as escapes', async () => {
    expect(await rows(session, String.raw`SELECT 'a\nb', '\\', 'it\'s'`)).toEqual([['a\nb', '\\', "it's"]]);
    const other = await standIn.session();
    await other.query('SET standard_conforming_strings TO on');
    expect(await rows(other, String.raw`SELECT 'a\nb'`)).toEqual([[String.raw`a\nb`]]);
    await other.query(`CREATE TABLE "slash\\" (x int)`);
    expect(await rows(other, String.raw`SELECT '\', "x" FROM "slash\"`)).toEqual([]);
  });

  it('folds quoted names to lower case', async () => {
    const result = await session.query('SELECT 1 AS "Mixed Case"');
    expect(result.fields[0]?.name).toBe('mixed case');
    await session.query('CREATE TABLE "Folded" ("Col" int)');
    expect(await rows(session, 'SELECT col FROM folded')).toEqual([]);
    await session.query('CREATE TABLE "Ärger" (x int); INSERT INTO Ärger VALUES (1)');
    expect(await rows(session, 'SELECT x FROM "ärger"')).toEqual([[1]]);
    expect(await failure(session, 'CREATE TABLE "FOLDED" (x int)')).toMatchObject({ code: '42P07' });
    expect(await failure(session, 'CREATE TABLE twice ("A" int, a int)')).toMatchObject({ code: '42701' });
  });

  it('leaves strings and comments alone', async () => {
    const sql = `SELECT 'COPY "T" FROM; RETURNING' AS a, $q$"X"; ON CONFLICT$q$ AS b -- "Y" ; SAVEPOINT\n/* ; "Z" /* ; */ */`;
    expect(await rows(session, sql)).toEqual([['COPY "T" FROM; RETURNING', '"X"; ON CONFLICT']]);
  });
});

describe('transactions', () => {
  it('fails everything after an error until ROLLBACK, also after one found by the stand-in', async () => {
    const errors = ['SELECT 1/0', 'SAVEPOINT a', `COPY several FROM 's3://${bucket}/none' ${role} CSV`];
    for (const sql of errors) {
      await session.query('BEGIN');
      await failure(session, sql);
      expect(await failure(session, 'SELECT 1')).toMatchObject({ code: '25P02' });
      expect(await failure(session, 'CREATE TABLE aborted (x int)')).toMatchObject({ code: '25P02' });
      await expect(session.query({ text: 'SELECT $1::int', values: [1] })).rejects.toMatchObject({ code: '25P02' });
      await session.query('ROLLBACK');
      expect(await rows(session, 'SELECT 1')).toEqual([[1]]);
    }
  });

  it('rolls DDL and COPY back', async () => {
    await session.query('BEGIN');
    await session.query('CREATE TABLE undone (x int DISTKEY)');
    await session.query(`COPY undone FROM 's3://${bucket}/protocol/one.csv' ${role} CSV`);
    expect(await rows(session, 'SELECT count(*) FROM undone')).toEqual([['2']]);
    await session.query('ROLLBACK');
    expect(await failure(session, 'SELECT * FROM undone')).toMatchObject({ code: '42P01' });
  });

  it('commits with TRUNCATE', async () => {
    await session.query(
      'CREATE TABLE truncated (x int); INSERT INTO truncated VALUES (1); CREATE TABLE beside (x int)',
    );
    await session.query('BEGIN');
    await session.query('INSERT INTO beside VALUES (1)');
    await session.query('TRUNCATE truncated');
    await session.query('ROLLBACK');
    expect(await rows(session, 'SELECT (SELECT count(*) FROM truncated), (SELECT count(*) FROM beside)')).toEqual([
      ['0', '1'],
    ]);
  });

  it('refuses VACUUM in a block and takes it outside', async () => {
    await session.query('VACUUM FULL several');
    await session.query('BEGIN');
    expect(await failure(session, 'VACUUM several')).toMatchObject({ code: '25001' });
    await session.query('ROLLBACK');
    expect(await failure(session, 'VACUUM no_such_table')).toMatchObject({ code: '42P01' });
  });

  it('accepts isolation levels and keeps its own', async () => {
    await session.query('BEGIN ISOLATION LEVEL READ COMMITTED');
    expect(await rows(session, 'SHOW TRANSACTION ISOLATION LEVEL')).toEqual([['repeatable read']]);
    await session.query('COMMIT');
  });
});

describe('what Redshift refuses', () => {
  const refused: [sql: string, code: string, message: RegExp][] = [
    ['COPY several FROM STDIN', '42601', /syntax error at or near "STDIN"/],
    ['COPY several TO STDOUT', '42601', /syntax error at or near "TO"/],
    ['COPY (SELECT 1) TO STDOUT', '42601', /syntax error at or near "\(" in context "COPY \(", at line 1/],
    ['SAVEPOINT a', '0A000', /SQL command "SAVEPOINT a" not supported\./],
    ['ROLLBACK TO a', '0A000', /not supported/],
    [
      'CREATE INDEX i ON several (x)',
      '0A000',
      /SQL command "CREATE INDEX i ON several \(x\)" not supported on Redshift tables\./,
    ],
    ['CREATE SEQUENCE s', '0A000', /not supported/],
    ['CREATE TRIGGER t BEFORE INSERT ON several EXECUTE FUNCTION f()', '0A000', /not supported/],
    ['CREATE TYPE t AS (x int)', '0A000', /not supported/],
    ['CREATE DOMAIN d AS int', '0A000', /not supported/],
    ['INSERT INTO several VALUES (1) ON CONFLICT DO NOTHING', '42601', /near "ON"/],
    ['INSERT INTO several VALUES (1) RETURNING x', '42601', /near "RETURNING"/],
    ['DELETE FROM several RETURNING x', '42601', /near "RETURNING"/],
    ['LISTEN a', '0A000', /not supported/],
    ['DEALLOCATE ALL', '42601', /near "ALL"/],
    [
      'SET extra_float_digits TO 3',
      '22023',
      /3 is outside the valid range for parameter "extra_float_digits" \(-15 \.\. 2\)/,
    ],
    ['SHOW server_version', '42501', /must be superuser to examine "server_version"/],
    ['SHOW server_version_num', '42704', /unrecognized configuration parameter "server_version_num"/],
    ['SET lock_timeout TO 100', '42704', /unrecognized configuration parameter "lock_timeout"/],
    ['SELECT pg_advisory_lock(1)', '42883', /pg_advisory_lock/],
    ['SELECT array_agg(x) FROM several', '42883', /array_agg/],
    ['SELECT 1 IS DISTINCT FROM 2', '42601', /DISTINCT/],
    ['FROBNICATE', '42601', /near "FROBNICATE"/],
    ['LOCK several IN SHARE MODE', '42601', /near "IN"/],
  ];
  it.each(refused)('refuses %s', async (sql, code, message) => {
    const error = await failure(session, sql);
    expect(error.message).toMatch(message);
    expect(error.code).toBe(code);
  });

  it('refuses extra_float_digits over 2 also at startup', async () => {
    const client = new pg.Client({ connectionString: standIn.redshift.uri(), options: '-c extra_float_digits=3' });
    await expect(client.connect()).rejects.toMatchObject({ code: '22023' });
  });
});

describe('ending early', () => {
  /** The message that cancels what a session runs: its length 16, the code 80877102, process and key. */
  function cancel(client: pg.Client): void {
    const message = Buffer.alloc(16);
    message.writeInt32BE(16, 0);
    message.writeInt32BE(80877102, 4);
    message.writeInt32BE(Reflect.get(client, 'processID'), 8);
    message.writeInt32BE(Reflect.get(client, 'secretKey'), 12);
    connect(standIn.redshift.port, '127.0.0.1', function (this: { end(bytes: Buffer): void }) {
      this.end(message);
    });
  }

  it('cancels what waits for a lock', async () => {
    await session.query('CREATE TABLE locked (x int)');
    await session.query('BEGIN; LOCK locked');
    const other = await standIn.session();
    const waiting = failure(other, 'SELECT * FROM locked');
    await waitFor(session, Reflect.get(other, 'processID'));
    cancel(other);
    expect(await waiting).toMatchObject({ code: '57014' });
    await session.query('ROLLBACK');
    expect(await rows(other, 'SELECT count(*) FROM locked')).toEqual([['0']]);
  });

  /** Resolves when the backend process waits for a lock. */
  async function waitFor(observer: pg.Client, pid: number): Promise<void> {
    const sql = `SELECT count(*)::int FROM pg_locks WHERE pid = ${pid} AND NOT granted`;
    while ((await rows(observer, sql))[0]?.[0] === 0);
  }

  it('takes back what a client that leaves had open', async () => {
    await session.query('CREATE TABLE left_open (x int)');
    const leaving = await standIn.session();
    await leaving.query('BEGIN; INSERT INTO left_open VALUES (1)');
    const pid = Reflect.get(leaving, 'processID');
    Reflect.get(leaving, 'connection').stream.destroy();
    const alive = `SELECT count(*)::int FROM pg_stat_activity WHERE pid = ${pid}`;
    while ((await rows(session, alive))[0]?.[0] !== 0);
    expect(await rows(session, 'SELECT count(*) FROM left_open')).toEqual([['0']]);
  });

  it('closes although sessions are open', async () => {
    const other = await standIn.another('closing', {});
    const client = new pg.Client({ connectionString: other.uri() });
    const ended = new Promise<void>((resolve) => client.on('end', () => resolve()));
    client.on('error', () => {});
    await client.connect();
    await other.close();
    await ended;
  });
});
