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

  /** `3,c` and a newline, as the program bzip2 packs it. */
  const bzip2 = Buffer.from('QlpoOTFBWSZTWUtHbhMAAAFZAAAQAAQIAAgAIAAhmmgzTRc8XckU4UJBLR24TA==', 'base64');

  it('reads bzip2, of several streams too', async () => {
    await standIn.put('packed/bz2', Buffer.concat([bzip2, bzip2]));
    await session.query(`${from('packed/bz2')} ${role} CSV BZIP2`);
    expect(await loaded()).toEqual([
      [3, 'c'],
      [3, 'c'],
    ]);
    const broken = Buffer.from(bzip2);
    broken.writeUInt8((broken.at(-8) ?? 0) ^ 1, broken.length - 8);
    for (const bytes of [broken, bzip2.subarray(0, -5), Buffer.concat([bzip2, Buffer.from('1,a\n')]), '1,a\n']) {
      await standIn.put('packed/broken', bytes);
      const error = await failure(session, `${from('packed/broken')} ${role} CSV BZIP2`);
      expect(error.message).toMatch(/cannot be decompressed/);
    }
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
    expect(await rows(session, 'SELECT pg_last_copy_count()')).toEqual([['0']]);
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
    ['CSV LZOP', '0A000', /^not implemented by the stand-in: COPY option LZOP$/],
    ['CSV ENCRYPTED', '0A000', /^not implemented/],
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
    [`CSV TIMEFORMAT 'AUTO'`, '22023', /^Invalid TIMEFORMAT 'AUTO'/],
    [`CSV DATEFORMAT 'Auto'`, '22023', /^Invalid DATEFORMAT 'Auto'/],
    [`CSV DATEFORMAT 'YYYY-MM-DD HH:MI:SS'`, '22023', /HH is no part of a date/],
    [`CSV DATEFORMAT 'MM.YYYY'`, '22023', /year, month and day are needed/],
    [`CSV TIMEFORMAT 'YYYY-MM-DD HH:MI:SSOF'`, '22023', /no part begins at "OF"/],
    [`CSV DATEFORMAT 'YY-MM-DD'`, '0A000', /^not implemented by the stand-in: DATEFORMAT 'YY-MM-DD'$/],
    ['CSV MAXERROR 5 IGNOREALLERRORS', '42601', /conflicting or redundant options: MAXERROR and IGNOREALLERRORS/],
    ['CSV COMPROWS 999', '22023', /between 1000 and 2147483647/],
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

  it('needs the owner for STATUPDATE', async () => {
    await session.query(`CREATE USER feeder PASSWORD 'Feeder1'; GRANT INSERT ON t TO feeder`);
    const feeder = await standIn.session({ user: 'feeder', password: 'Feeder1' });
    await standIn.put('owner/x', '1,a\n');
    for (const option of ['STATUPDATE ON', 'STATUPDATE', 'STATUPDATE OFF']) {
      const error = await failure(feeder, `${from('owner/x')} ${role} CSV ${option}`);
      expect(error).toMatchObject({ code: '42501', message: 'must be owner of relation t' });
    }
    await session.query(`${from('owner/x')} ${role} CSV STATUPDATE ON`);
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
