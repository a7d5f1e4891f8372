// What is known after a COPY: how many rows there are, which were refused and why, and what is left of one broken off?
import { once } from 'node:events';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bucket, failure, role, rows, type StandIn, startStandIn } from '../support/redshift-stand-in.ts';

let standIn: StandIn;
let session: pg.Client;
const notices: string[] = [];
beforeAll(async () => {
  standIn = await startStandIn();
  session = await standIn.session();
  session.on('notice', (notice) => notices.push(`${notice.severity} ${notice.message}`));
  await session.query('CREATE TABLE t (a INT, b VARCHAR(10))');
});
afterAll(() => standIn.close());
beforeEach(async () => {
  notices.length = 0;
  await session.query('DELETE FROM t');
});

const from = (key: string) => `COPY t FROM 's3://${bucket}/${key}'`;
const loaded = () => rows(session, 'SELECT a, b FROM t ORDER BY a, b');
const lastCopy = async () => (await rows(session, 'SELECT pg_last_copy_count(), pg_last_copy_id()'))[0]?.map(Number);

describe('after a COPY', () => {
  beforeAll(async () => {
    await standIn.put('after/good', '1,a\n2,b\n');
    await standIn.put('after/bad', '1,a\n2,bbbbbbbbbbb\n3,c\n');
  });

  it('counts the rows of the last one of this session', async () => {
    const fresh = await standIn.session();
    expect(await rows(fresh, 'SELECT pg_last_copy_count(), pg_last_copy_id()')).toEqual([['0', '-1']]);
    await session.query(`${from('after/good')} ${role} CSV`);
    const [count, id] = (await lastCopy()) ?? [];
    expect(count).toBe(2);
    expect(id).toBeGreaterThan(0);
    expect(await rows(fresh, 'SELECT pg_last_copy_count()')).toEqual([['0']]);
  });

  it('counts inside the transaction, and keeps the count through a rollback', async () => {
    await session.query('BEGIN');
    await session.query('SELECT 1');
    await session.query(`${from('after/good')} ${role} CSV`);
    expect(await lastCopy()).toMatchObject([2, expect.any(Number)]);
    await session.query('ROLLBACK');
    expect(await lastCopy()).toMatchObject([2, expect.any(Number)]);
  });

  it('counts 0 after a load that failed, and the old count after a COPY that never became one', async () => {
    await session.query(`${from('after/good')} ${role} CSV`);
    const before = await lastCopy();
    await failure(session, `${from('after/none')} ${role} CSV`);
    await failure(session, `COPY nowhere FROM 's3://${bucket}/after/good' ${role} CSV`);
    expect(await lastCopy()).toEqual(before);
    await failure(session, `${from('after/bad')} ${role} CSV`);
    const [count, id] = (await lastCopy()) ?? [];
    expect(count).toBe(0);
    expect(id).toBeGreaterThan(before?.[1] ?? 0);
  });

  it('writes down why a load failed, and keeps it through the rollback', async () => {
    await session.query('BEGIN');
    const error = await failure(session, `${from('after/bad')} ${role} CSV`);
    expect(error).toMatchObject({
      code: 'XX000',
      message: `Load into table 't' failed.  Check 'stl_load_errors' system table for details.`,
    });
    expect(await failure(session, 'SELECT 1')).toMatchObject({ code: '25P02' });
    await session.query('ROLLBACK');
    const [pid, id] = [Reflect.get(session, 'processID'), (await lastCopy())?.[1]];
    const stl = `SELECT trim(filename), line_number, trim(colname), trim(type), trim(col_length), err_code, trim(err_reason),
      trim(raw_field_value), trim(raw_line), session, query FROM stl_load_errors ORDER BY query DESC LIMIT 1`;
    expect(await rows(session, stl)).toEqual([
      [
        `s3://${bucket}/after/bad`,
        '2',
        'b',
        'varchar',
        '10',
        1204,
        'String length exceeds DDL length',
        'bbbbbbbbbbb',
        '2,bbbbbbbbbbb',
        pid,
        id,
      ],
    ]);
    const sys = `SELECT trim(file_name), line_number, trim(column_name), error_code, trim(error_message)
      FROM sys_load_error_detail WHERE query_id = ${id}`;
    expect(await rows(session, sys)).toEqual([
      [`s3://${bucket}/after/bad`, '2', 'b', 1204, 'String length exceeds DDL length'],
    ]);
  });

  it('shows load errors only to who had them', async () => {
    await failure(session, `${from('after/bad')} ${role} CSV`);
    await session.query(`CREATE USER curious PASSWORD 'Curious1'`);
    const curious = await standIn.session({ user: 'curious', password: 'Curious1' });
    expect(await rows(curious, 'SELECT count(*) FROM stl_load_errors')).toEqual([['0']]);
  });

  it('shows load errors in the columns of Redshift, padded as CHAR is', async () => {
    await standIn.put('after/bytes', '7,äöü\n8,äöüäöü\n');
    await failure(session, `${from('after/bytes')} ${role} CSV`);
    const columns = async (view: string, last: string) => {
      const result = await session.query(`SELECT * FROM ${view} ORDER BY ${last} DESC LIMIT 1`);
      return result.fields.map(({ name }) => [name, String(result.rows[0]?.[name])] as const);
    };
    const stl = await columns('stl_load_errors', 'query');
    expect(stl.map(([name]) => name).join(' ')).toBe(
      'userid slice tbl starttime session query filename line_number colname type col_length position raw_line ' +
        'raw_field_value err_code err_reason is_partial start_offset',
    );
    const lengths = Object.fromEntries(stl.map(([name, value]) => [name, value.length]));
    expect(lengths).toMatchObject({ filename: 256, colname: 127, type: 10, col_length: 10, err_reason: 100 });
    expect(Object.fromEntries(stl)).toMatchObject({
      raw_line: '8,......'.padEnd(1024),
      raw_field_value: 'äöüäöü'.padEnd(1024),
      type: 'varchar   ',
      col_length: '10        ',
    });
    const sys = await columns('sys_load_error_detail', 'query_id');
    expect(sys.map(([name]) => name).join(' ')).toBe(
      'user_id query_id transaction_id session_id database_name table_id start_time file_name line_number column_name ' +
        'column_type column_length position error_code error_message',
    );
    expect(Object.fromEntries(sys)).toMatchObject({
      database_name: 'dev'.padEnd(64),
      file_name: `s3://${bucket}/after/bytes`.padEnd(256),
      column_type: 'varchar   ',
      error_message: 'String length exceeds DDL length'.padEnd(512),
      transaction_id: expect.stringMatching(/^[1-9]\d*$/),
    });
  });

  it('says where in the field a digit is none', async () => {
    await standIn.put('after/digit', '1\n23x\n');
    await session.query('CREATE TABLE digits (a INT)');
    await failure(session, `COPY digits FROM 's3://${bucket}/after/digit' ${role} CSV`);
    const sql = 'SELECT line_number, position, trim(err_reason) FROM stl_load_errors ORDER BY query DESC LIMIT 1';
    expect(await rows(session, sql)).toEqual([['2', 2, `Invalid digit, Value 'x', Pos 2, Type: Integer`]]);
  });

  it('goes on over bad rows while they are fewer than MAXERROR, over all files together', async () => {
    await standIn.put('errors/1', '1,a\nx,b\n3,"c\n3",extra\n');
    await standIn.put('errors/2', '4,dddddddddddd\n5,e\n');
    await session.query(`${from('errors/')} ${role} CSV MAXERROR 4`);
    const good = [
      [1, 'a'],
      [5, 'e'],
    ];
    expect(await loaded()).toEqual(good);
    expect(await lastCopy()).toMatchObject([2, expect.any(Number)]);
    const sql = `SELECT right(trim(filename), 1), line_number, err_code FROM stl_load_errors
      WHERE query = pg_last_copy_id() ORDER BY 1, 2`;
    const bad = [
      ['1', '2', 1207],
      ['1', '3', 1202],
      ['2', '1', 1204],
    ];
    expect(await rows(session, sql)).toEqual(bad);
    expect(notices.at(-1)).toMatch(/2 record\(s\) loaded successfully\.\n3 record\(s\) could not be loaded/);
    for (const enough of ['MAXERROR 3', 'MAXERROR 1', 'MAXERROR 0', '']) {
      await failure(session, `${from('errors/')} ${role} CSV ${enough}`);
    }
    expect(await loaded()).toEqual(good);
    await session.query(`${from('errors/')} ${role} CSV IGNOREALLERRORS`);
    expect(await rows(session, sql)).toEqual(bad);
    expect(await loaded()).toHaveLength(4);
  });

  it('goes on over any number of bad rows with IGNOREALLERRORS', async () => {
    await standIn.put('errors/many', `${'x,a\n'.repeat(5000)}7,a\n`);
    await session.query(`${from('errors/many')} ${role} CSV IGNOREALLERRORS`);
    expect(await loaded()).toEqual([[7, 'a']]);
    const sql = 'SELECT count(*) FROM stl_load_errors WHERE query = pg_last_copy_id()';
    expect(await rows(session, sql)).toEqual([['5000']]);
  });

  it('writes to sys_load_error_detail alone where it is serverless', async () => {
    const serverless = await standIn.another('serverless', { deployment: 'serverless' });
    const other = await standIn.session({ port: serverless.port, database: 'serverless' });
    await other.query('CREATE TABLE t (a INT, b VARCHAR(10))');
    const error = await failure(other, `${from('after/bad')} ${role} CSV`);
    expect(error).toMatchObject({
      code: 'XX000',
      message: `Load into table 't' failed.  Check 'sys_load_error_detail' system table for details.`,
    });
    expect(await rows(other, 'SELECT count(*) FROM stl_load_errors')).toEqual([['0']]);
    const sql = 'SELECT line_number, error_code FROM sys_load_error_detail';
    expect(await rows(other, sql)).toEqual([['2', 1204]]);
  });

  it('points at file and line also for what only the backend refuses', async () => {
    await session.query('CREATE TABLE unfilled (a INT, b INT NOT NULL)');
    await standIn.put('unfilled/1', '');
    await standIn.put('unfilled/2', '1\n2\n');
    await failure(session, `COPY unfilled (a) FROM 's3://${bucket}/unfilled/' ${role} CSV`);
    const sql = 'SELECT trim(filename), line_number, err_code FROM stl_load_errors ORDER BY query DESC LIMIT 1';
    expect(await rows(session, sql)).toEqual([[`s3://${bucket}/unfilled/2`, '1', 1213]]);
  });
});

describe('a COPY that is broken off', () => {
  const copyHeld = `${from('held/x')} ${role} CSV`;
  beforeAll(() => standIn.put('held/x', '1,a\n2,b\n'));

  afterEach(() => standIn.s3.faults.clear());

  /** Begins a COPY whose object S3 holds back; resolves when it waits for that. */
  async function begin(leaving: pg.Client): Promise<void> {
    const held = standIn.s3.faults.add({ operation: 'GetObject', key: /^held/, times: 1, answer: 'hold' });
    leaving.query(copyHeld).catch(() => {});
    await held.firstStrike;
  }

  /** The session's client is gone all of a sudden. */
  async function vanish(leaving: pg.Client): Promise<void> {
    const { stream } = Reflect.get(leaving, 'connection');
    const closed = once(stream, 'close');
    stream.destroy();
    await closed;
  }

  /** Resolves when the session has ended in the backend. */
  async function ended(pid: number): Promise<void> {
    const sql = `SELECT count(*)::int FROM pg_stat_activity WHERE pid = ${pid}`;
    while ((await rows(session, sql))[0]?.[0] !== 0);
  }

  it('leaves nothing when the client leaves in a transaction', async () => {
    const leaving = await standIn.session();
    const pid = Reflect.get(leaving, 'processID');
    await leaving.query('BEGIN');
    await begin(leaving);
    await vanish(leaving);
    await ended(pid);
    expect(await loaded()).toEqual([]);
  });

  it('goes on and commits when the client leaves outside a transaction', async () => {
    const leaving = await standIn.session();
    const pid = Reflect.get(leaving, 'processID');
    await begin(leaving);
    await vanish(leaving);
    standIn.s3.faults.clear();
    await ended(pid);
    expect(await loaded()).toEqual([
      [1, 'a'],
      [2, 'b'],
    ]);
  });

  it('ends at statement_timeout', async () => {
    const slow = await standIn.session();
    await slow.query('SET statement_timeout TO 100');
    standIn.s3.faults.add({ operation: 'GetObject', key: /^held/, times: 1, answer: 'hold' });
    expect(await failure(slow, copyHeld)).toMatchObject({ code: '57014' });
    await slow.query('SET statement_timeout TO 0');
    expect(await loaded()).toEqual([]);
  });
});
