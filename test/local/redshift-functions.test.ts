// Do the functions that a source's queries and comparisons use answer as Redshift's do? Expected values of hashes are those
// of Amazon's documentation.
import { createHash } from 'node:crypto';
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

const digest = (algorithm: string) => createHash(algorithm).update('Amazon Redshift').digest('hex');
const value = async (expression: string) => (await rows(session, `SELECT ${expression}`))[0]?.[0];

describe('functions', () => {
  const answers: [expression: string, expected: unknown][] = [
    [`MD5('Amazon Redshift')`, digest('md5')],
    [`STRTOL(SUBSTRING(MD5('Amazon Redshift'), 1, 15), 16)`, String(0xf7415e33f972c03n)],
    [`STRTOL('7fffffffffffffff', 16)`, '9223372036854775807'],
    [
      `SUM(STRTOL(h, 16)) FROM (SELECT 'fffffffffffffff' AS h UNION ALL SELECT 'fffffffffffffff') t`,
      '2305843009213693950',
    ],
    [
      'SUM(d) FROM (SELECT 99999999999999999999999999999999999::decimal(38,0) AS d UNION ALL SELECT 1) t',
      `1${'0'.repeat(35)}`,
    ],
    [`FUNC_SHA1('Amazon Redshift')`, digest('sha1')],
    [`SHA2('Amazon Redshift', 256)`, digest('sha256')],
    ['FNV_HASH(1)', '-5968735742475085980'],
    ['FNV_HASH(1::smallint)', '589727492704079044'],
    ['FNV_HASH(1::bigint)', '-8517097267634966620'],
    [`FNV_HASH('Amazon Redshift')`, '7783490368944507294'],
    [`FNV_HASH('Amazon Redshift', FNV_HASH(1))`, '-2202602717770968555'],
    [`FNV_HASH('cd', FNV_HASH('ab'))`, '-281581062704388899'],
    [`TO_HEX(FROM_HEX('00ff'))`, '00ff'],
    [`FROM_VARBYTE(SUBSTRING(FROM_HEX('00ff10'), 2, 1), 'hex')`, 'ff'],
    [`OCTET_LENGTH(FROM_HEX('00ff'))`, 2],
    [`OCTET_LENGTH('ä')`, 2],
    [`LEN(FROM_HEX('00ff'))`, 2],
    [`REPLACE('a', CHR(0), '')`, 'a'],
    [`QUOTE_LITERAL('it''s')`, `'it''s'`],
    [`JSON_SERIALIZE(JSON_PARSE('{"a": [1, "x y"]}'))`, '{"a":[1,"x y"]}'],
    [`TO_HEX(JSON_SERIALIZE_TO_VARBYTE(JSON_PARSE('[1, null]')))`, Buffer.from('[1,null]').toString('hex')],
    [`JSON_SIZE(JSON_PARSE('[1, "é"]'))`, 8],
    [`JSON_TYPEOF(JSON_PARSE('[1]'))`, 'array'],
    [`JSON_TYPEOF(JSON_PARSE('null'))`, 'null'],
    [`JSON_EXTRACT_PATH_TEXT('{"a":{"b":"c"}}', 'a', 'b')`, 'c'],
    [
      `ST_AsHexEWKB('0101000020e6100000000000000000f03f0000000000000040'::geometry)`,
      '0101000020E6100000000000000000F03F0000000000000040',
    ],
    [`ST_AsHexEWKB('0101000020e6100000000000000000f03f0000000000000040'::geography) IS NULL`, false],
    [`ST_SRID(ST_GeomFromEWKB('0101000020e6100000000000000000f03f0000000000000040'))`, 4326],
    [
      `TO_CHAR('2024-02-29 12:34:56.789012'::timestamp, 'YYYY-MM-DD HH24:MI:SS.US BC')`,
      '2024-02-29 12:34:56.789012 AD',
    ],
    [`EXTRACT(EPOCH FROM '2024-02-29 12:34:56.789'::timestamp)`, '1709210096'],
    [`EXTRACT(ms FROM '2024-02-29 12:34:56.789'::timestamp) + EXTRACT(year FROM DATE '2024-01-01')`, '58813'],
    [`EXTRACT('epoch' FROM '2024-02-29 12:34:56.5+00'::timestamptz)`, 1709210096.5],
    [`TRUNC('2024-02-29 23:00:00'::timestamp)::varchar`, '2024-02-29'],
    ['TRUNC(12.345, 2)::varchar', '12.34'],
    [`DATEDIFF(microsecond, '2000-01-01', '2000-01-02 00:00:00.000001'::timestamp)`, '86400000001'],
    [`DATEDIFF(month, '2000-01-31'::date, '2000-02-01'::date)`, '1'],
    [`DATEADD(hour, -1, '2000-01-01'::timestamp)::varchar`, '1999-12-31 23:00:00'],
    [`DATEADD(month, 1, '2000-01-31'::timestamp)::varchar`, '2000-02-29 00:00:00'],
    [`CONVERT(VARCHAR(2), 'abc') || CONVERT(INTEGER, '1')::varchar`, 'ab1'],
    [`CAST('1.5' AS DECIMAL)::varchar`, '2'],
    [`'1.5'::decimal::varchar || CAST(CAST('1.25' AS NUMERIC(9,2)) AS VARCHAR(MAX))`, '21.25'],
    [`LEN(REPEAT('x', 70000)::VARCHAR(MAX))`, 65535],
    ['CASE WHEN true THEN 1 END::varchar', '1'],
  ];
  it.each(answers)('answer %s', async (expression, expected) => {
    expect(await value(expression)).toEqual(expected);
  });

  const refusals: [expression: string, code: string, message: RegExp][] = [
    ['true::varchar', '42846', /^cannot cast type boolean to character varying$/],
    [`'a'::uuid`, '42704', /^type "uuid" does not exist$/],
    [`CAST('{}' AS jsonb)`, '42704', /^type "jsonb" does not exist$/],
    ['CHECKSUM(1)', '0A000', /^not implemented by the stand-in: the function checksum$/],
    [`JSON_SERIALIZE(JSON_PARSE('[' || REPEAT('"x",', 20000) || '1]'))`, '22001', /65535 bytes/],
  ];
  it.each(refusals)('refuse %s', async (expression, code, message) => {
    const error = await failure(session, `SELECT ${expression}`);
    expect(error.message).toMatch(message);
    expect(error.code).toBe(code);
  });
});
