// Does COPY read what Redshift would read, from where it would, with whose keys, and tell what it would tell?
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  bucket,
  failure,
  foreignBucket,
  gzip,
  keys,
  region,
  role,
  rows,
  type StandIn,
  startStandIn,
  zstd,
} from '../support/redshift-stand-in.ts';

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

describe('objects', () => {
  it('loads every key with the prefix', async () => {
    await standIn.put('prefix/part1', '1,a\n');
    await standIn.put('prefix/part10', '10,b\n');
    await standIn.put('prefix/other', '99,z\n');
    await session.query(`${from('prefix/part1')} ${role} CSV`);
    expect(await loaded()).toEqual([
      [1, 'a'],
      [10, 'b'],
    ]);
  });

  it('loads what a manifest lists, twice what it lists twice', async () => {
    await standIn.put('listed/a', '1,a\n');
    await standIn.put('listed/a.bak', '2,no\n');
    await standIn.manifest('listed/manifest', ['listed/a', 'listed/a']);
    await session.query(`${from('listed/manifest')} ${role} CSV MANIFEST`);
    expect(await loaded()).toEqual([
      [1, 'a'],
      [1, 'a'],
    ]);
    expect(notices).toEqual([`INFO Load into table 't' completed, 2 record(s) loaded successfully.`]);
  });

  it('passes over what a manifest lists without mandatory and is not there, but not over everything', async () => {
    const gone = { url: `s3://${bucket}/gone/away` };
    await standIn.put('gone/here', '1,a\n');
    await standIn.manifest('gone/m1', [gone, 'gone/here']);
    await session.query(`${from('gone/m1')} ${role} CSV MANIFEST`);
    expect(await loaded()).toEqual([[1, 'a']]);
    await standIn.manifest('gone/m2', [{ ...gone, mandatory: true }, 'gone/here']);
    expect((await failure(session, `${from('gone/m2')} ${role} CSV MANIFEST`)).message).toMatch(
      /Mandatory url is not present/,
    );
    await standIn.manifest('gone/m3', [gone]);
    expect((await failure(session, `${from('gone/m3')} ${role} CSV MANIFEST`)).message).toMatch(/No files found/);
  });

  it('refuses a manifest that is none', async () => {
    const bad: [string, RegExp][] = [
      ['not json', /Problem reading manifest file/],
      ['{}', /Problem reading manifest file/],
      ['{"entries":[{"mandatory":true}]}', /Problem reading manifest file/],
      [`{"entries":[{"url":"s3://${bucket}"}]}`, /requires full path of an S3 object/],
    ];
    for (const [body, message] of bad) {
      await standIn.put('bad/manifest', body);
      expect((await failure(session, `${from('bad/manifest')} ${role} CSV MANIFEST`)).message).toMatch(message);
    }
  });

  /** A frame of zstd that holds three bytes for somebody else. */
  const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);

  it('reads gzip and zstd when told, of several members and frames too, and only then', async () => {
    await standIn.put('packed/plain', '1,a\n');
    await standIn.put('packed/gz', Buffer.concat([gzip('2,b\n'), gzip('3,c\n')]));
    await standIn.put('packed/zst', Buffer.concat([zstd('4,d\n'), skippable, zstd('5,'), zstd('e\n')]));
    await session.query(`${from('packed/gz')} ${role} CSV GZIP`);
    await session.query(`${from('packed/zst')} ${role} CSV ZSTD`);
    expect(await loaded()).toEqual([
      [2, 'b'],
      [3, 'c'],
      [4, 'd'],
      [5, 'e'],
    ]);
    for (const [key, option] of [
      ['plain', 'GZIP'],
      ['plain', 'ZSTD'],
      ['gz', 'ZSTD'],
      ['zst', ''],
      ['gz', ''],
    ]) {
      await failure(session, `${from(`packed/${key}`)} ${role} CSV ${option}`);
    }
    expect(await rows(session, 'SELECT count(*) FROM t')).toEqual([['4']]);
  });

  it('refuses an object that is cut off', async () => {
    const rowsOf = Array.from({ length: 5000 }, (_, i) => `${i},x${(i * 7919) % 9973}\n`).join('');
    for (const [option, whole] of [
      ['GZIP', gzip(rowsOf)],
      ['ZSTD', zstd(rowsOf)],
    ] as const) {
      await standIn.put('cut/off', whole.subarray(0, whole.length - 9));
      const error = await failure(session, `${from('cut/off')} ${role} CSV ${option}`);
      expect(error.message).toMatch(/cannot be decompressed/);
    }
    expect(await loaded()).toEqual([]);
  });

  it('refuses objects, prefixes and buckets that are not there', async () => {
    expect((await failure(session, `${from('nothing/here')} ${role} CSV`)).message).toBe(
      `The specified S3 prefix 'nothing/here' does not exist`,
    );
    const manifest = await failure(session, `${from('nothing/manifest')} ${role} CSV MANIFEST`);
    expect(manifest.message).toMatch(/^S3ServiceException:.*Status 404,Error NoSuchKey/);
    const none = await failure(session, `COPY t FROM 's3://no-such-bucket-here/x' ${role} CSV`);
    expect(none.message).toMatch(/^S3ServiceException:.*Status 404,Error NoSuchBucket/);
    const foreign = await failure(session, `COPY t FROM 's3://${foreignBucket}/x' ${role} CSV`);
    expect(foreign.message).toMatch(/^S3ServiceException:.*Status 403,Error AccessDenied/);
  });

  it('loads files one after the other as one statement: one bad row takes all back', async () => {
    await standIn.put('atomic/1', '1,a\n');
    await standIn.put('atomic/2', 'x,b\n');
    await failure(session, `${from('atomic/')} ${role} CSV`);
    expect(await loaded()).toEqual([]);
  });

  it('loads an empty object as no rows', async () => {
    await standIn.put('empty/object', '');
    await session.query(`${from('empty/object')} ${role} CSV`);
    expect(await lastCopy()).toMatchObject([0, expect.any(Number)]);
  });
});

describe('regions and keys', () => {
  const own = `ACCESS_KEY_ID '${keys.accessKeyId}' SECRET_ACCESS_KEY '${keys.secretAccessKey}'`;
  beforeAll(() => standIn.put('keys/x', '1,a\n'));

  it('takes the region of the bucket, and no other', async () => {
    await session.query(`${from('keys/x')} ${role} CSV REGION '${region}'`);
    const wrong = await failure(session, `${from('keys/x')} ${role} CSV REGION AS 'us-east-1'`);
    expect(wrong.message).toMatch(/^S3ServiceException:.*Status 301,Error PermanentRedirect/);
    const elsewhere = await standIn.another('elsewhere', {
      s3: { endpoint: standIn.s3.endpoint, region: 'us-east-1', role: keys },
    });
    const far = await standIn.session({ port: elsewhere.port, database: 'elsewhere' });
    await far.query('CREATE TABLE t (a INT, b VARCHAR(10))');
    expect((await failure(far, `${from('keys/x')} ${role} CSV`)).message).toMatch(/Status 301/);
    await far.query(`${from('keys/x')} ${role} CSV REGION '${region}'`);
  });

  it('uses the keys it is given', async () => {
    await session.query(`${from('keys/x')} FORMAT CSV ${own}`);
    await session.query(
      `${from('keys/x')} CSV CREDENTIALS 'aws_access_key_id=${keys.accessKeyId};aws_secret_access_key=${keys.secretAccessKey}'`,
    );
    expect(await loaded()).toHaveLength(2);
    const unknown = await failure(
      session,
      `${from('keys/x')} CSV ACCESS_KEY_ID 'AKIANOBODY0000000001' SECRET_ACCESS_KEY 'x'`,
    );
    expect(unknown.message).toMatch(/^S3ServiceException:.*Status 403,Error InvalidAccessKeyId/);
    const wrong = await failure(
      session,
      `${from('keys/x')} CSV ACCESS_KEY_ID '${keys.accessKeyId}' SECRET_ACCESS_KEY 'wrong'`,
    );
    expect(wrong.message).toMatch(/^S3ServiceException:.*Status 403,Error SignatureDoesNotMatch/);
    const token = await failure(session, `${from('keys/x')} CSV ${own} SESSION_TOKEN 'stale'`);
    expect(token.message).toMatch(/^S3ServiceException:/);
  });

  const refused: [string, string][] = [
    ['CSV', 'no authorization'],
    [`CSV ${role} ${own}`, 'two'],
    [`CSV ${role} CREDENTIALS 'aws_iam_role=arn:aws:iam::111122223333:role/x'`, 'two'],
    [`CSV ACCESS_KEY_ID 'AKIAX'`, 'half a pair'],
    [`CSV SESSION_TOKEN 'x'`, 'a token alone'],
    [`CSV IAM_ROLE 'load'`, 'a role that is no ARN'],
    [`CSV CREDENTIALS 'aws_access_key_id=a; aws_secret_access_key=b'`, 'blanks in credentials'],
  ];
  it.each(refused)('refuses %s: %s', async (options) => {
    await failure(session, `${from('keys/x')} ${options}`);
    expect(await loaded()).toEqual([]);
  });

  it('never shows the keys', async () => {
    const error = await failure(
      session,
      `${from('keys/x')} CSV ACCESS_KEY_ID '${keys.accessKeyId}' SECRET_ACCESS_KEY 'verysecret' REGION 'x y'`,
    );
    expect(JSON.stringify({ ...error, message: error.message })).not.toContain('verysecret');
  });
});

describe('options', () => {
  beforeAll(() => standIn.put('options/x', 'header\n1|"a|""b"\n'));

  it('takes them in any order, authorization last too', async () => {
    await session.query(
      `${from('options/x')} DELIMITER AS '|' IGNOREHEADER 1 FORMAT AS CSV QUOTE '"' COMPUPDATE OFF STATUPDATE OFF ${role}`,
    );
    expect(await loaded()).toEqual([[1, 'a|"b']]);
    await session.query(
      `${from('options/x')} ${role} COMPUPDATE PRESET CSV DELIMITER '|' IGNOREHEADER AS 1 MAXERROR AS 0 ENCODING UTF8`.replace(
        'UTF8',
        `'UTF8'`,
      ),
    );
  });

  it('skips the header of every file', async () => {
    await standIn.put('headers/1', 'h\n1,a\n');
    await standIn.put('headers/2', '"h\nh",x\n2,b\n');
    await session.query(`${from('headers/')} ${role} CSV IGNOREHEADER 1`);
    expect(await loaded()).toEqual([
      [1, 'a'],
      [2, 'b'],
    ]);
  });

  const refused: [options: string, code: string, message: RegExp][] = [
    ['CSV ESCAPE', '0A000', /^CSV is not compatible with ESCAPE$/],
    ['CSV REMOVEQUOTES', '0A000', /^CSV is not compatible with REMOVEQUOTES$/],
    [`CSV FIXEDWIDTH 'a:1'`, '0A000', /^CSV is not compatible with FIXEDWIDTH$/],
    ['CSV BZIP2', '0A000', /^not implemented by the stand-in: COPY option BZIP2$/],
    ['CSV ENCRYPTED', '0A000', /^not implemented/],
    ['CSV ACCEPTANYDATE', '0A000', /^not implemented/],
    ['FORMAT JSON', '0A000', /^not implemented/],
    ['FORMAT AS PARQUET', '0A000', /^not implemented/],
    ['', '0A000', /^not implemented/],
    [`QUOTE '"'`, '0A000', /^QUOTE is only supported for CSV$/],
    [`CSV DELIMITER '||'`, '0A000', /single one-byte character/],
    [`CSV DELIMITER '"'`, '0A000', /must be different/],
    ['CSV GZIP ZSTD', '42601', /conflicting or redundant/],
    ['CSV GZIP GZIP', '42601', /conflicting or redundant/],
    ['CSV FROBNICATE', '42601', /^syntax error at or near "FROBNICATE"$/],
    [`CSV NULL AS '\\n'`, '0A000', /NULL AS/],
    ['CSV MAXERROR 100001', '22023', /between 0 and 100000/],
    [`CSV TIMEFORMAT 'AUTO'`, '0A000', /^not implemented/],
    [`CSV DATEFORMAT 'DD.MM.YYYY'`, '0A000', /^not implemented/],
    ['CSV READRATIO 50', '0A000', /not supported for COPY from S3/],
    ['CSV EXPLICIT_IDS', '0A000', /EXPLICIT_IDS needs an IDENTITY column/],
  ];
  it.each(refused)('refuses %s', async (options, code, message) => {
    const error = await failure(session, `${from('options/x')} ${role} ${options}`);
    expect(error.message).toMatch(message);
    expect(error.code).toBe(code);
  });

  it('refuses other sources than S3', async () => {
    expect(await failure(session, `COPY t FROM 'dynamodb://x' ${role} CSV`)).toMatchObject({ code: '0A000' });
  });

  it('parses without loading with NOLOAD', async () => {
    await standIn.put('noload/x', '1,a\n');
    await session.query(`${from('noload/x')} ${role} CSV NOLOAD`);
    expect(await loaded()).toEqual([]);
    await standIn.put('noload/x', 'x,a\n');
    await failure(session, `${from('noload/x')} ${role} CSV NOLOAD`);
  });
});

describe('columns', () => {
  it('loads the columns that are listed, in their order; the others get their default', async () => {
    await session.query(`CREATE TABLE listed (a INT, b VARCHAR(9) DEFAULT 'none', "C d" INT)`);
    await standIn.put('columns/x', '3,1\n');
    await session.query(`COPY public."Listed" ("C D", a) FROM 's3://${bucket}/columns/x' ${role} CSV`);
    expect(await rows(session, 'SELECT * FROM listed')).toEqual([[1, 'none', 3]]);
  });

  it('refuses unknown tables, columns and views', async () => {
    const copy = (target: string) => `COPY ${target} FROM 's3://${bucket}/columns/x' ${role} CSV`;
    const unknown = await failure(session, copy('public.nowhere'));
    expect(unknown).toMatchObject({ code: 'XX000', message: 'Cannot COPY into nonexistent table nowhere' });
    expect(await failure(session, copy('t (a, z)'))).toMatchObject({ code: '42703' });
    expect(await failure(session, copy('t (a, a)'))).toMatchObject({ code: '42701' });
    await session.query('CREATE VIEW seen AS SELECT * FROM t');
    expect(await failure(session, copy('seen'))).toMatchObject({ code: '42809' });
  });

  it('fills IDENTITY columns by itself, or from the file with EXPLICIT_IDS', async () => {
    await session.query(
      'CREATE TABLE ids (id BIGINT IDENTITY(1, 1), d INT GENERATED BY DEFAULT AS IDENTITY(1, 1), a INT)',
    );
    await standIn.put('ids/one', '70,7\n');
    await standIn.put('ids/two', '500,80,8\n');
    await session.query(`COPY ids FROM 's3://${bucket}/ids/one' ${role} CSV`);
    await session.query(`COPY ids FROM 's3://${bucket}/ids/two' ${role} CSV EXPLICIT_IDS`);
    await session.query(`COPY ids (id, d, a) FROM 's3://${bucket}/ids/two' ${role} CSV EXPLICIT_IDS`);
    expect(await rows(session, 'SELECT id, d, a FROM ids ORDER BY id, a')).toEqual([
      ['1', 70, 7],
      ['500', 80, 8],
      ['500', 80, 8],
    ]);
    await failure(session, `COPY ids (id, a) FROM 's3://${bucket}/ids/one' ${role} CSV`);
    await failure(session, `COPY ids (a) FROM 's3://${bucket}/ids/one' ${role} CSV EXPLICIT_IDS`);
  });

  it('needs the right to INSERT', async () => {
    await session.query(`CREATE USER loader PASSWORD 'Loader1'`);
    const loader = await standIn.session({ user: 'loader', password: 'Loader1' });
    await standIn.put('rights/x', '1,a\n');
    expect(await failure(loader, `${from('rights/x')} ${role} CSV`)).toMatchObject({ code: '42501' });
    await session.query('GRANT INSERT ON t TO loader');
    await loader.query(`${from('rights/x')} ${role} CSV`);
    expect(await loaded()).toEqual([[1, 'a']]);
  });
});

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
    const sys = `SELECT file_name, line_number, column_name, error_code, error_message FROM sys_load_error_detail
      WHERE query_id = ${id}`;
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

  it('goes on over bad rows up to MAXERROR', async () => {
    await standIn.put('errors/x', '1,a\nx,b\n3,"c\n3",extra\n4,dddddddddddd\n5,e\n');
    await session.query(`${from('errors/x')} ${role} CSV MAXERROR 4`);
    expect(await loaded()).toEqual([
      [1, 'a'],
      [5, 'e'],
    ]);
    expect(await lastCopy()).toMatchObject([2, expect.any(Number)]);
    const sql = `SELECT line_number, err_code FROM stl_load_errors WHERE query = pg_last_copy_id() ORDER BY 1`;
    expect(await rows(session, sql)).toEqual([
      ['2', 1207],
      ['3', 1202],
      ['4', 1204],
    ]);
    expect(notices.at(-1)).toMatch(/2 record\(s\) loaded successfully\.\n3 record\(s\) could not be loaded/);
    await failure(session, `${from('errors/x')} ${role} CSV MAXERROR 3`);
  });

  it('points at file and line also for what only the backend refuses', async () => {
    await session.query('CREATE TABLE rounded (a DECIMAL(2, 1))');
    await standIn.put('rounded/1', '1.1\n');
    await standIn.put('rounded/2', '2.2\n9.96\n');
    await failure(session, `COPY rounded FROM 's3://${bucket}/rounded/' ${role} CSV ROUNDEC`);
    const sql = 'SELECT trim(filename), line_number, trim(colname) FROM stl_load_errors ORDER BY query DESC LIMIT 1';
    expect(await rows(session, sql)).toEqual([[`s3://${bucket}/rounded/2`, '2', 'a']]);
  });
});

describe('a COPY that is broken off', () => {
  /** An object large enough that a COPY of it is still on its way when somebody looks. */
  const large = () => {
    const line = `1,${'x'.repeat(10)}\n`;
    return line.repeat(3_000_000);
  };
  beforeAll(() => standIn.put('large/x', large()));

  /** Resolves when the session's COPY has begun in the backend. */
  async function copying(observer: pg.Client, pid: number): Promise<void> {
    const sql = `SELECT count(*)::int FROM pg_stat_activity WHERE pid = ${pid} AND query LIKE 'COPY %FROM STDIN%' AND state = 'active'`;
    while ((await rows(observer, sql))[0]?.[0] === 0);
  }

  async function gone(observer: pg.Client, pid: number): Promise<void> {
    const sql = `SELECT count(*)::int FROM pg_stat_activity WHERE pid = ${pid}`;
    while ((await rows(observer, sql))[0]?.[0] !== 0);
  }

  it('leaves nothing when the client leaves in a transaction', async () => {
    const leaving = await standIn.session();
    const pid = Reflect.get(leaving, 'processID');
    await leaving.query('BEGIN');
    leaving.query(`${from('large/x')} ${role} CSV`).catch(() => {});
    await copying(session, pid);
    Reflect.get(leaving, 'connection').stream.destroy();
    await gone(session, pid);
    expect(await rows(session, 'SELECT count(*) FROM t')).toEqual([['0']]);
  });

  it('goes on and commits when the client leaves outside a transaction', async () => {
    const leaving = await standIn.session();
    const pid = Reflect.get(leaving, 'processID');
    leaving.query(`${from('large/x')} ${role} CSV`).catch(() => {});
    await copying(session, pid);
    Reflect.get(leaving, 'connection').stream.destroy();
    await gone(session, pid);
    expect(await rows(session, 'SELECT count(*) FROM t')).toEqual([['3000000']]);
  });

  it('ends at statement_timeout', async () => {
    const slow = await standIn.session();
    await slow.query('SET statement_timeout TO 20');
    expect(await failure(slow, `${from('large/x')} ${role} CSV`)).toMatchObject({ code: '57014' });
    await slow.query('SET statement_timeout TO 0');
    expect(await rows(slow, 'SELECT count(*) FROM t')).toEqual([['0']]);
  });
});
