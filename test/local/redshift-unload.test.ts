// What does UNLOAD write, under which names, and what does it refuse? The same questions under both profiles.
import { connect, type Socket } from 'node:net';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  bucket,
  failure,
  foreignBucket,
  keys,
  region,
  role,
  rows,
  type StandIn,
  startStandIn,
} from '../support/redshift-stand-in.ts';

type Profile = 'pessimistic' | 'optimistic';

let standIn: StandIn;
const sessions = new Map<Profile, pg.Client>();
beforeAll(async () => {
  standIn = await startStandIn({ profile: 'pessimistic' });
  sessions.set('pessimistic', await standIn.session());
  const hopeful = await standIn.another('hopeful', { profile: 'optimistic' });
  sessions.set('optimistic', await standIn.session({ port: hopeful.port, database: 'hopeful' }));
});
afterAll(() => standIn.close());

/** Each test writes under a prefix of its own. */
let prefix = '';
let tests = 0;
beforeEach(() => {
  prefix = `unload/${++tests}/`;
});

const literal = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
const statement = (query: string, options: string, authorization = role) =>
  `UNLOAD (${literal(query)}) TO 's3://${bucket}/${prefix}' ${authorization} FORMAT CSV ${options}`;

/** The objects under the test's prefix, by the rest of their keys. */
const written = async () =>
  new Map([...(await standIn.objects(prefix))].map(([key, bytes]) => [key.slice(prefix.length), bytes]));
const texts = async () => [...(await written())].map(([key, bytes]) => [key, bytes.toString()]);

describe.each<Profile>(['pessimistic', 'optimistic'])('%s', (profile) => {
  const session = (): pg.Client => sessions.get(profile) as pg.Client;
  const either = <T>(answers: Readonly<Record<Profile, T>>): T => answers[profile];
  const unload = (query: string, options = '', authorization?: string) =>
    session().query(statement(query, options, authorization));
  /** One file's text. */
  const line = async (query: string, options = '') => {
    await unload(query, `PARALLEL OFF ${options}`);
    return (await written()).get('000')?.toString();
  };
  const refusal = (query: string, options = '', authorization?: string) =>
    failure(session(), statement(query, options, authorization));

  describe('UNLOAD', () => {
    it('quotes only fields with a delimiter, a quote or the end of a line', async () => {
      const fields = [
        "'plain'",
        "' blank '",
        "'a,b'",
        "'a\"b'",
        "'a\\nb'",
        "'a\\rb'",
        "'a\\tb'",
        "'\\\\N'",
        "'\\\\.'",
        "''",
      ];
      expect(await line(`SELECT ${fields.join(', ')}`)).toBe(
        'plain, blank ,"a,b","a""b","a\nb","a\rb",a\tb,\\N,\\.,\n',
      );
    });

    it('writes NULL like an empty text, or as NULL AS says, without quotes even around a text that is the same', async () => {
      expect(await line(`SELECT NULL::int, '', NULL::varchar`)).toBe(',,\n');
      prefix += 'b';
      expect(await line(`SELECT NULL::int, 'none', '', NULL::varchar`, `NULL AS 'none'`)).toBe('none,none,,none\n');
    });

    it('writes the NULL of a SUPER as null, whatever NULL AS says, and others as JSON', async () => {
      expect(
        await line(`SELECT NULL::super, JSON_PARSE('{"a": [1, "x, y"]}'), JSON_PARSE('null')`, `NULL AS '@N@'`),
      ).toBe(`null,"{""a"":[1,""x, y""]}",null\n`);
    });

    it('writes VARBYTE and GEOMETRY as hex digits, and booleans as letters', async () => {
      const point = '0101000000000000000000F03F0000000000000040';
      expect(await line(`SELECT FROM_HEX('00ff'), '${point}'::geometry, true, false, ''::varbyte`)).toBe(
        `00ff,${point},t,f,\n`,
      );
    });

    it('writes floats with 15 digits, and with more only where the profile lets extra_float_digits have a say', async () => {
      expect(await line('SELECT 0.1::float8 + 0.2::float8, 0.1::real')).toBe('0.3,0.1\n');
      await session().query('SET extra_float_digits TO 2');
      prefix += 'b';
      expect(await line('SELECT 0.1::float8 + 0.2::float8')).toBe(
        either({ pessimistic: '0.3\n', optimistic: '0.30000000000000004\n' }),
      );
      expect(await rows(session(), 'SHOW extra_float_digits')).toEqual([['2']]);
      await session().query('RESET extra_float_digits');
    });

    it('writes the other types as a SELECT shows them', async () => {
      const values = [
        "'12.50'::decimal(10,2)",
        "'x'::char(3)",
        "'2024-02-29'::date",
        "'2024-02-29 12:34:56.789'::timestamp",
        "'2024-02-29 12:34:56+02'::timestamptz",
        "'24:00:00'::time",
        '9223372036854775807::bigint',
      ];
      expect(await line(`SELECT ${values.join(', ')}`)).toBe(
        '12.50,x  ,2024-02-29,2024-02-29 12:34:56.789,2024-02-29 10:34:56+00,24:00:00,9223372036854775807\n',
      );
    });

    it('names its files by slice and part, and the manifest behind the prefix', async () => {
      await unload('SELECT 1 UNION ALL SELECT 2', 'MANIFEST');
      const files = await texts();
      expect(files.map(([name]) => name)).toEqual(['0000_part_00', '0001_part_00', 'manifest']);
      expect(JSON.parse(files[2]?.[1] ?? '')).toEqual({
        entries: [{ url: `s3://${bucket}/${prefix}0000_part_00` }, { url: `s3://${bucket}/${prefix}0001_part_00` }],
      });
      expect(files.slice(0, 2).map(([, text]) => text)).toEqual(['1\n', '2\n']);
    });

    it('writes files without rows where the profile says so', async () => {
      await unload('SELECT 1 WHERE false', 'HEADER MANIFEST');
      const files = (await texts()).filter(([name]) => name !== 'manifest');
      expect(files).toEqual(
        either({
          pessimistic: [
            ['0000_part_00', '?column?\n'],
            ['0001_part_00', '?column?\n'],
          ],
          optimistic: [],
        }),
      );
      expect(await rows(session(), 'SELECT pg_last_unload_count()')).toEqual([['0']]);
    });

    it('describes columns and counts rows in a verbose manifest, lines of names included', async () => {
      await session().query(`DROP TABLE IF EXISTS described;
        CREATE TABLE described (a int, b varchar(7), c decimal(9,2), d char(2));
        INSERT INTO described VALUES (1, 'x', 1.5, 'y'), (2, NULL, NULL, NULL)`);
      await unload('SELECT * FROM described ORDER BY a', 'MANIFEST VERBOSE HEADER PARALLEL OFF');
      const files = await written();
      expect(files.get('000')?.toString()).toBe('a,b,c,d\n1,x,1.50,y \n2,,,\n');
      expect(JSON.parse(String(files.get('manifest')))).toEqual({
        entries: [{ url: `s3://${bucket}/${prefix}000`, meta: { content_length: 25, record_count: 3 } }],
        schema: {
          elements: [
            { name: 'a', type: { base: 'integer' } },
            { name: 'b', type: { base: 'character varying', max_length: 7 } },
            { name: 'c', type: { base: 'numeric', precision: 9, scale: 2 } },
            { name: 'd', type: { base: 'character', max_length: 2 } },
          ],
        },
        meta: { content_length: 25, record_count: 3 },
        author: { name: 'Amazon Redshift', version: '1.0.0' },
      });
    });

    it('compresses, and names the compression unless an extension is given', async () => {
      await unload('SELECT 1', 'PARALLEL OFF GZIP');
      await unload('SELECT 1', 'PARALLEL OFF ZSTD ALLOWOVERWRITE');
      await unload('SELECT 1', `PARALLEL OFF ZSTD EXTENSION 'csv.zst' ALLOWOVERWRITE`);
      const files = await written();
      expect([...files.keys()]).toEqual(['000.csv.zst', '000.gz', '000.zst']);
      expect(gunzipSync(files.get('000.gz') ?? '').toString()).toBe('1\n');
      expect(zstdDecompressSync(files.get('000.zst') ?? Buffer.of()).toString()).toBe('1\n');
    });

    it('begins another file where MAXFILESIZE is reached, each with its header, and breaks no row', async () => {
      // 60,000 rows of 200 characters and more: about 12 MB.
      const query = `SELECT n AS number, repeat(md5(n::varchar), 6) AS text FROM generate_series(1, 60000) n`;
      await unload(query, `PARALLEL OFF MAXFILESIZE 5 MB HEADER DELIMITER AS '|'`);
      const files = await texts();
      expect(files.map(([name]) => name)).toEqual(['000', '001', '002']);
      for (const [, text = ''] of files) expect(text.length).toBeLessThanOrEqual(5 * 1024 * 1024);
      const lines = files.flatMap(([, text = '']) => text.trimEnd().split('\n'));
      expect(lines.filter((line) => line === 'number|text')).toHaveLength(3);
      const numbers = lines.flatMap((line) => /^(\d+)\|[0-9a-f]{192}$/.exec(line)?.[1] ?? []);
      expect(numbers).toEqual(Array.from({ length: 60_000 }, (_, i) => String(i + 1)));
    });

    it('reads what its own transaction sees, and nothing that came later', async () => {
      await session().query('DROP TABLE IF EXISTS seen; CREATE TABLE seen (x int); INSERT INTO seen VALUES (1)');
      const { port, database } = session();
      const other = await standIn.session({ port, ...(database === undefined ? {} : { database }) });
      await session().query('BEGIN READ ONLY');
      await session().query('SELECT 1');
      await other.query('INSERT INTO seen VALUES (2)');
      expect(await line('SELECT x FROM seen ORDER BY x')).toBe('1\n');
      await session().query('COMMIT');
      prefix += 'b';
      expect(await line('SELECT x FROM seen ORDER BY x')).toBe('1\n2\n');
    });

    it('says how many rows there were, by a notice, a count and a number of its own', async () => {
      const notices: string[] = [];
      const listen = ({ severity, message }: { severity?: string | undefined; message?: string | undefined }) =>
        notices.push(`${severity} ${message}`);
      session().on('notice', listen);
      await unload('SELECT 1 UNION ALL SELECT 2');
      session().removeListener('notice', listen);
      expect(notices).toEqual(['INFO UNLOAD completed, 2 record(s) unloaded successfully.']);
      const [before] = await rows(session(), 'SELECT pg_last_unload_count(), pg_last_unload_id()');
      expect(before).toEqual(['2', expect.any(Number)]);
      await refusal('SELECT 1');
      expect(await rows(session(), 'SELECT pg_last_unload_count(), pg_last_unload_id()')).toEqual([before]);
    });

    it('deletes what is under the prefix with CLEANPATH, and writes beside it with ALLOWOVERWRITE', async () => {
      await standIn.put(`${prefix}old`, 'x');
      await unload('SELECT 1', 'PARALLEL OFF ALLOWOVERWRITE');
      expect((await texts()).map(([name]) => name)).toEqual(['000', 'old']);
      await unload('SELECT 2', 'PARALLEL OFF CLEANPATH');
      expect(await texts()).toEqual([['000', '2\n']]);
    });

    it('refuses a place that is not empty', async () => {
      await standIn.put(`${prefix}old`, 'x');
      expect(await refusal('SELECT 1')).toMatchObject({
        code: 'XX000',
        message: expect.stringMatching(/^Specified unload destination on S3 is not empty\./),
      });
    });

    const options: [options: string, code: string, message: RegExp][] = [
      ['ADDQUOTES', '0A000', /^ADDQUOTES is not supported for UNLOAD to CSV$/],
      [`FIXEDWIDTH '0:1'`, '0A000', /^FIXEDWIDTH is not supported for UNLOAD to CSV$/],
      [`HEADER FIXEDWIDTH '0:1'`, '0A000', /FIXEDWIDTH is not compatible with HEADER/],
      ['ALLOWOVERWRITE CLEANPATH', '0A000', /CLEANPATH is not compatible with ALLOWOVERWRITE/],
      ['CLEANPATH ALLOWOVERWRITE', '0A000', /CLEANPATH is not compatible with ALLOWOVERWRITE/],
      ['GZIP ZSTD', '42601', /GZIP and ZSTD/],
      ['GZIP GZIP', '42601', /GZIP/],
      ['VERBOSE', '42601', /near "VERBOSE"/],
      ['MAXFILESIZE 4 MB', '22023', /between 5 MB and 6.2 GB/],
      ['MAXFILESIZE AS 6.3 GB', '22023', /between 5 MB and 6.2 GB/],
      [`DELIMITER '||'`, '0A000', /single one-byte character/],
      [`ACCESS_KEY_ID 'a' SECRET_ACCESS_KEY 'b'`, '42601', /more than one authorization method/],
      ['BZIP2', '0A000', /^not implemented by the stand-in: UNLOAD option BZIP2/],
      ['ENCRYPTED', '0A000', /^not implemented by the stand-in: UNLOAD option ENCRYPTED/],
      [`REGION 'us-east-1'`, 'XX000', /Status 301,Error PermanentRedirect/],
      ['COMPUPDATE OFF', '42601', /near "COMPUPDATE"/],
    ];
    it.each(options)('refuses the option %s', async (option, code, message) => {
      const error = await refusal('SELECT 1', option);
      expect(error.message).toMatch(message);
      expect(error.code).toBe(code);
      expect(await texts()).toEqual([]);
    });

    it('takes the keys of the statement, a role, or credentials, and needs one of them', async () => {
      const { accessKeyId, secretAccessKey } = keys;
      const ways = [
        `ACCESS_KEY_ID '${accessKeyId}' SECRET_ACCESS_KEY '${secretAccessKey}'`,
        'IAM_ROLE default',
        `CREDENTIALS 'aws_access_key_id=${accessKeyId};aws_secret_access_key=${secretAccessKey}'`,
      ];
      for (const way of ways) await unload('SELECT 1', `PARALLEL OFF ALLOWOVERWRITE REGION AS '${region}'`, way);
      expect(await texts()).toEqual([['000', '1\n']]);
      expect((await refusal('SELECT 1', '', '')).message).toMatch(/^CREDENTIALS argument is required/);
      const wrong = `ACCESS_KEY_ID '${accessKeyId}' SECRET_ACCESS_KEY 'wrong'`;
      expect((await refusal('SELECT 1', '', wrong)).message).toMatch(/^S3ServiceException:.*Status 403/);
      const foreign = `UNLOAD ('SELECT 1') TO 's3://${foreignBucket}/x' ${role} CSV`;
      expect((await failure(session(), foreign)).message).toMatch(/^S3ServiceException:.*Status 403/);
    });

    it('refuses what is no SELECT, and a LIMIT that is not inside', async () => {
      expect(await refusal('SELECT 1 LIMIT 1')).toMatchObject({
        code: '0A000',
        message: 'Limit clause is not supported in the outermost select of an UNLOAD statement',
      });
      expect(await line('SELECT * FROM (SELECT 1 LIMIT 1) AS t')).toBe('1\n');
      prefix += 'b';
      expect(await refusal('DELETE FROM seen')).toMatchObject({ code: '42601' });
      expect(await refusal('SELECT 1; SELECT 2')).toMatchObject({ code: '42601' });
      expect(await refusal('SELECT x FROM nowhere')).toMatchObject({ code: '42P01' });
      expect(await refusal('SELECT array_agg(1)')).toMatchObject({ code: '42883' });
    });

    it('fails with the query, whose files are not left half written, and the transaction with it', async () => {
      await session().query('BEGIN');
      const error = await refusal(`SELECT 1 / (50000 - n) FROM generate_series(1, 60000) n`);
      expect(error).toMatchObject({ code: '22012' });
      expect(await failure(session(), 'SELECT 1')).toMatchObject({ code: '25P02' });
      await session().query('ROLLBACK');
      expect(await texts()).toEqual([]);
    });
  });
});

it('needs the rights to read, and what the cluster lets users do', async () => {
  prefix = 'unload/rights/';
  const session = await standIn.session();
  await session.query(`CREATE TABLE kept (x int); CREATE USER reader PASSWORD 'Reader123'`);
  const reader = await standIn.session({ user: 'reader', password: 'Reader123' });
  expect(await failure(reader, statement('SELECT x FROM kept', ''))).toMatchObject({ code: '42501' });
  await session.query('GRANT SELECT ON kept TO reader');
  await reader.query(statement('SELECT x FROM kept', ''));
  const closed = await standIn.another('closed', { unload: 'refused' });
  const refused = await standIn.session({ port: closed.port, database: 'closed' });
  expect(await failure(refused, statement('SELECT 1', ''))).toMatchObject({ code: '42501' });
});

describe('an UNLOAD that is broken off', () => {
  /** Two files of about 6 MB: two parts of a multipart upload each. */
  const large = `SELECT n, repeat(md5(n::varchar), 6) FROM generate_series(1, 60000) n`;
  beforeAll(() => {
    prefix = 'unload/broken/';
  });
  afterEach(() => standIn.s3.faults.clear());

  it('by S3 says why, ends the query, and leaves nothing', async () => {
    const session = await standIn.session();
    standIn.s3.faults.add({ operation: 'UploadPart', times: 99, answer: { status: 403, code: 'AccessDenied' } });
    expect(await failure(session, statement(large, ''))).toMatchObject({
      code: 'XX000',
      message: expect.stringMatching(/^S3ServiceException:.*Status 403/),
    });
    expect(await rows(session, 'SELECT pg_last_unload_count()')).toEqual([['0']]);
    expect(await texts()).toEqual([]);
  });

  it('by a cancel request ends although S3 does not answer', async () => {
    const session = await standIn.session();
    const held = standIn.s3.faults.add({ operation: 'UploadPart', times: 1, answer: 'hold' });
    const running = failure(session, statement(large, ''));
    await held.firstStrike;
    // The length 16, the code 80877102, process and key.
    const message = Buffer.alloc(16);
    [16, 80877102, Reflect.get(session, 'processID'), Reflect.get(session, 'secretKey')].forEach((value, i) => {
      message.writeInt32BE(Number(value), 4 * i);
    });
    connect(standIn.redshift.port, '127.0.0.1', function (this: Socket) {
      this.end(message);
    });
    expect(await running).toMatchObject({ code: '57014' });
    standIn.s3.faults.clear();
    expect(await rows(session, 'SELECT 1')).toEqual([[1]]);
    expect(await texts()).toEqual([]);
  });
});
