// Which fields does COPY take into which types, what do they become, and with which words are the others refused?
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auto, bucket, failure, role, rows, type StandIn, startStandIn } from '../support/redshift-stand-in.ts';

let standIn: StandIn;
let pessimistic: pg.Client;
let optimistic: pg.Client;
beforeAll(async () => {
  standIn = await startStandIn();
  pessimistic = await standIn.session();
  const hopeful = await standIn.another('hopeful', { profile: 'optimistic' });
  optimistic = await standIn.session({ port: hopeful.port, database: 'hopeful' });
});
afterAll(() => standIn.close());

interface Attempt {
  readonly options?: string;
  readonly session?: pg.Client;
}

/** Loads lines into a table of these columns; returns them as text. */
async function load(columns: string, body: string | Buffer, attempt: Attempt = {}): Promise<unknown[][]> {
  const session = attempt.session ?? pessimistic;
  await session.query(`DROP TABLE IF EXISTS v; CREATE TABLE v (n BIGINT IDENTITY(1, 1), ${columns})`);
  await standIn.put('values/x', body);
  await session.query(`COPY v FROM 's3://${bucket}/values/x' ${auto} ${attempt.options ?? ''}`);
  const result = await rows(session, 'SELECT * FROM v ORDER BY n');
  return result.map((row) => row.slice(1));
}

/** Code and reason of the load error that lines are refused with. */
async function refusal(columns: string, body: string | Buffer, attempt: Attempt = {}): Promise<[number, string]> {
  const session = attempt.session ?? pessimistic;
  await session.query(`DROP TABLE IF EXISTS v; CREATE TABLE v (${columns})`);
  await standIn.put('values/x', body);
  const error = await failure(session, `COPY v FROM 's3://${bucket}/values/x' ${auto} ${attempt.options ?? ''}`);
  expect(error.message).toMatch(/^Load into table 'v' failed\./);
  const [row] = await rows(
    session,
    'SELECT err_code, trim(err_reason) FROM stl_load_errors ORDER BY query DESC, line_number LIMIT 1',
  );
  return [Number(row?.[0]), String(row?.[1])];
}

describe('NULL and empty', () => {
  const columns = 'v VARCHAR(9), c CHAR(2), i INT, d DECIMAL(5,2), b BOOLEAN, t TIMESTAMP, s SUPER';

  it('takes empty fields, quoted or not, for empty texts and for NULL elsewhere', async () => {
    const empty = ['', '  ', null, null, null, null, '""'];
    expect(await load(columns, ',,,,,,\n"","","","","","",""\n')).toEqual([empty, empty]);
  });

  it('takes the text of NULL AS for NULL in every type, even where it would not fit', async () => {
    const nulls = [null, null, null, null, null, null, null];
    const line = '@sentinel@,@sentinel@,@sentinel@,@sentinel@,@sentinel@,@sentinel@,@sentinel@\n';
    expect(await load(columns, line, { options: `NULL AS '@sentinel@'` })).toEqual([nulls]);
    expect(await load('v VARBYTE(3)', '@N@\n', { options: `NULL '@N@'` })).toEqual([[null]]);
  });

  it('takes \\N for NULL when nothing else is said', async () => {
    expect(await load('v VARCHAR(9), i INT', '\\N,\\N\n')).toEqual([[null, null]]);
    expect(await load('v VARCHAR(9)', '\\N\n', { options: `NULL AS 'x'` })).toEqual([['\\N']]);
  });

  it('lets quotes protect the text of NULL in the optimistic profile only', async () => {
    const options = `NULL AS '@N@'`;
    expect(await load('v VARCHAR(9)', '"@N@"\n', { options })).toEqual([[null]]);
    expect(await load('v VARCHAR(9)', '"@N@"\n', { options, session: optimistic })).toEqual([['@N@']]);
  });

  it('makes empty and blank texts NULL when asked', async () => {
    expect(await load('v VARCHAR(9), c CHAR(2)', ',""\n', { options: 'EMPTYASNULL' })).toEqual([[null, null]]);
    expect(await load('v VARCHAR(9), c CHAR(2)', ',""\n', { options: `NULL AS ''` })).toEqual([[null, null]]);
    expect(await load('v VARCHAR(9), w VARCHAR(9)', '  ,""\n', { options: 'BLANKSASNULL' })).toEqual([[null, '']]);
    expect(await load('v VARCHAR(9)', '"a  "\n', { options: 'TRIMBLANKS' })).toEqual([['a']]);
  });

  it('refuses NULL in NOT NULL columns', async () => {
    expect(await refusal('v VARCHAR(9) NOT NULL', '\\N\n')).toEqual([1213, 'Missing data for not-null field']);
    expect(await refusal('i INT NOT NULL', '""\n')).toEqual([1213, 'Missing data for not-null field']);
    expect(await load('v VARCHAR(9) NOT NULL', '""\n')).toEqual([['']]);
  });
});

describe('CSV', () => {
  it('keeps newlines, delimiters, quotes, tabs and backslashes inside quotes', async () => {
    const body = '"a\nb\r\nc","say ""hi"", \\n \\ \t"\nplain \\N x,  spaced  \n';
    expect(await load('a VARCHAR(99), b VARCHAR(99)', body)).toEqual([
      ['a\nb\r\nc', 'say "hi", \\n \\ \t'],
      ['plain \\N x', '  spaced  '],
    ]);
  });

  it('passes over blanks around quotes', async () => {
    expect(await load('a VARCHAR(9), b VARCHAR(9)', '  "a" ,  " b "  \n')).toEqual([['a', ' b ']]);
  });

  it('takes the last line without a newline', async () => {
    expect(await load('a INT, b VARCHAR(9)', '1,x\n2,"y"')).toEqual([
      [1, 'x'],
      [2, 'y'],
    ]);
    expect(await load('a VARCHAR(9)', 'x\n""')).toEqual([['x'], ['']]);
  });

  it('reads an empty line as an empty field of a table with one column', async () => {
    expect(await load('a VARCHAR(9)', 'x\n\ny\n')).toEqual([['x'], [''], ['y']]);
    expect(await load('a VARCHAR(9)', 'x\n\ny\n', { options: 'IGNOREBLANKLINES' })).toEqual([['x'], ['y']]);
  });

  it('takes another quote and delimiter', async () => {
    expect(
      await load('a VARCHAR(9), b VARCHAR(9)', `'it''s'\t"q"\n`, { options: `QUOTE AS '\\'' DELIMITER '\\t'` }),
    ).toEqual([[`it's`, '"q"']]);
  });

  it('refuses too many and too few fields', async () => {
    expect(await refusal('a INT, b INT', '1,2,3\n')).toEqual([1202, 'Extra column(s) found']);
    expect(await refusal('a INT, b INT', '1\n')).toEqual([1203, 'Delimiter not found']);
    expect(await refusal('a INT, b INT', '1,2\n\n')).toEqual([1203, 'Delimiter not found']);
    expect(await load('a INT, b VARCHAR(3), c INT', '1\n', { options: 'FILLRECORD' })).toEqual([[1, '', null]]);
  });

  it('refuses quotes that are not in order', async () => {
    expect(await refusal('a VARCHAR(9)', '"a\n')).toEqual([1214, 'Delimited value missing end quote']);
    expect(await refusal('a VARCHAR(9)', '"a"b\n')).toEqual([1214, 'Invalid quote formatting for CSV']);
    expect(await refusal('a VARCHAR(9)', 'a"b\n')).toEqual([1214, 'Invalid quote formatting for CSV']);
  });

  it('takes CR LF for the end of a line in the optimistic profile only', async () => {
    expect((await refusal('a INT, b VARCHAR(9)', '1,x\r\n'))[0]).toBe(1216);
    expect((await refusal('a INT, b VARCHAR(9)', '1,"x"\r\n'))[0]).toBe(1216);
    expect(await load('a INT, b VARCHAR(9)', '1,x\r\n2,"y"\r\n', { session: optimistic })).toEqual([
      [1, 'x'],
      [2, 'y'],
    ]);
  });

  it('reads the same rows wherever the bytes are cut', async () => {
    const lines = Array.from(
      { length: 20_000 },
      (_, i) => `${i},"line ${i}\n""quoted"" äöü 日本 😀${'.'.repeat(i % 97)}"\n`,
    );
    const body = lines.join('');
    expect(Buffer.byteLength(body)).toBeGreaterThan(1_000_000);
    const result = await load('a INT, b VARCHAR(999)', body);
    expect(result).toHaveLength(20_000);
    expect(result.every(([a, b]) => b === `line ${a}\n"quoted" äöü 日本 😀${'.'.repeat(Number(a) % 97)}`)).toBe(true);
  });

  it('refuses rows over 4 MB', async () => {
    const value = 'x'.repeat(60_000);
    const most = 69; // 69 × 60,003 bytes are just under 4 MB, 70 are over
    const columns = Array.from({ length: 70 }, (_, i) => `c${i} VARCHAR(65535)`).join(', ');
    const line = (count: number) =>
      `${Array.from({ length: 70 }, (_, i) => (i < count ? `"${value}"` : '')).join(',')}\n`;
    expect(await load(columns, line(most))).toHaveLength(1);
    expect(await refusal(columns, line(70))).toEqual([1204, 'Row exceeds the 4 MB limit']);
  });
});

describe('texts', () => {
  it('counts bytes, and cuts only blanks', async () => {
    expect(await load('v VARCHAR(4)', 'äö\nabcd   \n😀\n')).toEqual([['äö'], ['abcd'], ['😀']]);
    expect(await refusal('v VARCHAR(4)', 'äöx\n')).toEqual([1204, 'String length exceeds DDL length']);
    expect(await refusal('c CHAR(3)', 'abcd\n')).toEqual([1204, 'String length exceeds DDL length']);
    expect(await load('c CHAR(3)', 'abc  \na\n')).toEqual([['abc'], ['a  ']]);
  });

  it('cuts at a character with TRUNCATECOLUMNS', async () => {
    expect(await load('v VARCHAR(4), c CHAR(2)', 'aäöü,abc\n', { options: 'TRUNCATECOLUMNS' })).toEqual([['aä', 'ab']]);
  });

  it('refuses more than ASCII in CHAR', async () => {
    const [code, reason] = await refusal('c CHAR(9)', 'aé\n');
    expect(code).toBe(1220);
    expect(reason).toBe('Multibyte character not supported for CHAR (Hint: Try using VARCHAR). Invalid char: c3 a9');
  });

  const bad: [bytes: number[], sequence: string][] = [
    [[0xf8, 0x88, 0x80, 0x80, 0x80], 'f8 88 80 80 80 (error 1)'],
    [[0x61, 0xe2, 0x82], 'e2 82 (error 2)'],
    [[0xa4], 'a4 (error 3)'],
    [[0xff], 'ff (error 3)'],
    [[0xc3, 0x41], 'c3 (error 4)'],
    [[0xed, 0xa0, 0x80], 'ed a0 80 (error 5)'],
    [[0xc0, 0x80], 'c0 80 (error 6)'],
    [[0x00], '00 (error 3)'],
  ];
  it.each(bad)('refuses the bytes %j', async (bytes, sequence) => {
    const body = Buffer.from([...bytes, 0x2c, 0x31, 0x0a]);
    const reason = `String contains invalid or unsupported UTF-8 codepoints. Bad UTF-8 hex sequence: ${sequence}`;
    // stl_load_errors keeps the first 100 characters.
    expect(await refusal('v VARCHAR(9), i INT', body)).toEqual([1220, reason.slice(0, 100)]);
  });

  it('replaces invalid bytes with ACCEPTINVCHARS', async () => {
    const body = Buffer.from([0x61, 0xe2, 0x82, 0x62, 0xff, 0x0a]);
    expect(await load('v VARCHAR(9)', body, { options: 'ACCEPTINVCHARS' })).toEqual([['a??b?']]);
    expect(await load('v VARCHAR(9)', body, { options: `ACCEPTINVCHARS AS '^'` })).toEqual([['a^^b^']]);
  });
});

describe('numbers', () => {
  it('takes integers to the ends of their ranges', async () => {
    const body = '-32768,-2147483648,-9223372036854775808\n32767,2147483647,9223372036854775807\n+1,007,-0\n';
    expect(await load('a SMALLINT, b INT, c BIGINT', body)).toEqual([
      [-32768, -2147483648, '-9223372036854775808'],
      [32767, 2147483647, '9223372036854775807'],
      [1, 7, '0'],
    ]);
  });

  const refused: [type: string, field: string, code: number, reason: string][] = [
    ['INT', 'a', 1207, `Invalid digit, Value 'a', Pos 0, Type: Integer`],
    ['INT', '12x', 1207, `Invalid digit, Value 'x', Pos 2, Type: Integer`],
    ['SMALLINT', '1.0', 1207, `Invalid digit, Value '.', Pos 1, Type: Short`],
    ['BIGINT', '-', 1207, `Invalid digit, Value '-', Pos 0, Type: Long`],
    ['BIGINT', ' 1', 1207, `Invalid digit, Value ' ', Pos 0, Type: Long`],
    ['SMALLINT', '32768', 1222, 'Overflow, value out of range for type: Short'],
    ['INT', '-2147483649', 1222, 'Overflow, value out of range for type: Integer'],
    ['BIGINT', '9223372036854775808', 1222, 'Overflow, value out of range for type: Long'],
    ['DECIMAL(5,2)', '1000', 1209, 'Overflow for NUMERIC(5,2)'],
    ['DECIMAL(5,2)', 'NaN', 1207, `Invalid digit, Value 'N', Pos 0, Type: Decimal`],
    ['DECIMAL(5,2)', 'Infinity', 1207, `Invalid digit, Value 'I', Pos 0, Type: Decimal`],
    ['DECIMAL(5,2)', '1e2', 1207, `Invalid digit, Value 'e', Pos 1, Type: Decimal`],
    ['DECIMAL(5,2)', '1.2.3', 1207, `Invalid digit, Value '.', Pos 3, Type: Decimal`],
    ['DECIMAL(5,2)', '.', 1207, `Invalid digit, Value '.', Pos 0, Type: Decimal`],
    ['DECIMAL(19,0)', '9223372036854775808', 1209, 'Overflow for NUMERIC(19,0)'],
    ['DECIMAL(19,2)', '-92233720368547758.08', 1209, 'Overflow for NUMERIC(19,2)'],
    ['FLOAT8', 'x', 1208, 'Invalid value for a floating point number'],
    ['BOOLEAN', 'maybe', 1210, 'Unknown boolean format'],
    ['BOOLEAN', '2', 1210, 'Unknown boolean format'],
  ];
  it.each(refused)('refuses for %s: %s', async (type, field, code, reason) => {
    expect(await refusal(`c ${type}`, `${field}\n`)).toEqual([code, reason]);
  });

  it('cuts decimals over the scale, and rounds them with ROUNDEC', async () => {
    const body = '20.259\n-20.259\n.5\n0001.\n20\n';
    expect(await load('d DECIMAL(5,2)', body)).toEqual([['20.25'], ['-20.25'], ['0.50'], ['1.00'], ['20.00']]);
    expect(await load('d DECIMAL(5,2)', body, { options: 'ROUNDEC' })).toEqual([
      ['20.26'],
      ['-20.26'],
      ['0.50'],
      ['1.00'],
      ['20.00'],
    ]);
    expect(await load('d DECIMAL(3)', '1.999\n-0.5\n')).toEqual([['1'], ['0']]);
  });

  it('takes 38 digits, and 19 as far as 64 bits go', async () => {
    const digits = '9'.repeat(38);
    expect(
      await load(
        'd DECIMAL(38,0), e DECIMAL(19,0), f DECIMAL(20,0)',
        `${digits},9223372036854775807,99999999999999999999\n`,
      ),
    ).toEqual([[digits, '9223372036854775807', '99999999999999999999']]);
  });

  it('takes floats, without refusing those out of range', async () => {
    const body = '12.125,1.0E4\nNaN,-Infinity\n1e39,1e309\n-1e39,1e-400\n';
    expect(await load('r REAL, d DOUBLE PRECISION', body)).toEqual([
      [12.125, 10000],
      [Number.NaN, Number.NEGATIVE_INFINITY],
      [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
      [Number.NEGATIVE_INFINITY, 0],
    ]);
  });

  it('takes exponents into decimals in the optimistic profile only', async () => {
    expect(await load('d DECIMAL(5,2)', '1e2\n', { session: optimistic })).toEqual([['100.00']]);
  });

  it('takes the spellings of booleans', async () => {
    const yes = ['t', 'T', 'true', 'y', 'YES', '1'];
    const no = ['f', 'FALSE', 'n', 'no', '0'];
    expect(await load('b BOOLEAN', `${[...yes, ...no].join('\n')}\n`)).toEqual([
      ...yes.map(() => [true]),
      ...no.map(() => [false]),
    ]);
  });
});

describe('dates and times', () => {
  const shown = (columns: string, body: string, attempt?: Attempt) =>
    load(columns, body, attempt).then(() =>
      rows(attempt?.session ?? pessimistic, 'SELECT c::varchar FROM v ORDER BY n'),
    );

  it('takes ISO dates, and passes over a time behind them', async () => {
    expect(await shown('c DATE', '2024-02-29\n0001-01-01\n9999-12-31 23:59:59\n20240131\n')).toEqual([
      ['2024-02-29'],
      ['0001-01-01'],
      ['9999-12-31'],
      ['2024-01-31'],
    ]);
  });

  it.each(['2023-02-29', '2024-13-01', '2024-1-1', '0000-01-01', 'infinity', '10000-01-01', '0044-03-15 BC', 'x'])(
    'refuses the date %s',
    async (field) => {
      expect((await refusal('c DATE', `${field}\n`))[0]).toBe(1205);
    },
  );

  it('takes timestamps to the microsecond, and ignores their zone', async () => {
    const body = '2024-01-31 23:59:59.123456\n2024-01-31T23:59:59.1234567Z\n2024-01-31 12:00:00+05\n2024-01-31\n';
    expect(await shown('c TIMESTAMP', body)).toEqual([
      ['2024-01-31 23:59:59.123456'],
      ['2024-01-31 23:59:59.123457'],
      ['2024-01-31 12:00:00'],
      ['2024-01-31 00:00:00'],
    ]);
  });

  it('keeps the moment of a TIMESTAMPTZ in UTC', async () => {
    const body = '2024-01-31 12:00:00+00\n2024-01-31 12:00:00.5-08\n2024-01-31T12:00:00Z\n2024-01-31 12:00:00+05:30\n';
    expect(await shown('c TIMESTAMPTZ', body)).toEqual([
      ['2024-01-31 12:00:00+00'],
      ['2024-01-31 20:00:00.5+00'],
      ['2024-01-31 12:00:00+00'],
      ['2024-01-31 06:30:00+00'],
    ]);
  });

  it.each([
    'infinity',
    '-infinity',
    '10000-01-01 00:00:00',
    '2024-01-31 24:00:00',
    '2024-01-31 12:60:00',
    '2024-01-31 noon',
  ])('refuses the timestamp %s', async (field) => {
    const reason = 'Invalid timestamp format or value [YYYY-MM-DD HH24:MI:SS]';
    expect(await refusal('c TIMESTAMP', `${field}\n`)).toEqual([1206, reason]);
  });

  it('tries infinity, BC and years over 9999 in the optimistic profile only', async () => {
    const attempt = { session: optimistic };
    expect(await shown('c DATE', 'infinity\n10000-01-01\n0044-03-15 BC\n', attempt)).toEqual([
      ['infinity'],
      ['10000-01-01'],
      ['0044-03-15 BC'],
    ]);
    expect(await shown('c TIMESTAMP', '-infinity\n10000-01-01 00:00:00\n', attempt)).toEqual([
      ['-infinity'],
      ['10000-01-01 00:00:00'],
    ]);
  });

  it("refuses ISO 8601 without TIMEFORMAT 'auto'", async () => {
    await pessimistic.query('DROP TABLE IF EXISTS v; CREATE TABLE v (c TIMESTAMPTZ)');
    const copy = `COPY v FROM 's3://${bucket}/values/x' ${role} CSV`;
    await standIn.put('values/x', '2025-09-22T14:42:59.172000Z\n');
    await failure(pessimistic, copy);
    const sql = 'SELECT err_code, trim(err_reason) FROM stl_load_errors ORDER BY query DESC LIMIT 1';
    expect(await rows(pessimistic, sql)).toEqual([
      [1206, 'Invalid timestamp format or value [YYYY-MM-DD HH24:MI:SSOF]'],
    ]);
    await standIn.put('values/x', '2025-09-22 14:42:59.172000+00\n');
    await pessimistic.query(copy);
    expect(await rows(pessimistic, 'SELECT c::varchar FROM v')).toEqual([['2025-09-22 14:42:59.172+00']]);
  });

  it('takes times, those with a zone in UTC', async () => {
    expect(await shown('c TIME', '04:05:06.789\n24:00:00\n04:05\n')).toEqual([
      ['04:05:06.789'],
      ['24:00:00'],
      ['04:05:00'],
    ]);
    expect(await shown('c TIMETZ', '12:00:00+00\n01:30:00.25+05:30\n23:00:00-08\n')).toEqual([
      ['12:00:00+00'],
      ['20:00:00.25+00'],
      ['07:00:00+00'],
    ]);
    expect((await refusal('c TIME', '25:00:00\n'))[0]).toBe(1206);
  });
});

describe('SUPER and VARBYTE', () => {
  it('takes JSON, with its numbers whole', async () => {
    const values = [
      '{"a":[1,2.50,null,true],"ä":"x\\n\\\\"}',
      '"text"',
      '12345678901234567890123456789012345678',
      'null',
      '[]',
    ];
    const body = values.map((value) => `"${value.replaceAll('"', '""')}"\n`).join('');
    expect(await load('s SUPER', body)).toEqual(values.map((value) => [value]));
  });

  it('refuses what is no JSON', async () => {
    for (const field of ['word', '"{""a"":}"', '"{""a"":""\\ud800""}"', '"""\\u0000"""', "{'a':1}"]) {
      expect((await refusal('s SUPER', `${field}\n`))[0], field).toBe(1224);
    }
  });

  it('refuses strings over 65,535 bytes inside, and too deep nesting', async () => {
    const json = (size: number) => `"[""${'x'.repeat(size)}""]"\n`;
    expect(await load('s SUPER', json(65_535))).toHaveLength(1);
    expect((await refusal('s SUPER', json(65_536)))[0]).toBe(1224);
    expect((await refusal('s SUPER', `${'['.repeat(1002)}${']'.repeat(1002)}\n`))[0]).toBe(1224);
  });

  it('takes hex digits into VARBYTE, within its length', async () => {
    expect(await load('v VARBYTE(3)', '6162\nFFff00\n""\n')).toEqual([['6162'], ['ffff00'], ['']]);
    expect((await refusal('v VARBYTE(3)', '\\x61\n'))[0]).toBe(1219);
    expect((await refusal('v VARBYTE(3)', '616\n'))[0]).toBe(1219);
    expect((await refusal('v VARBYTE(3)', '61626364\n'))[0]).toBe(1204);
  });

  it('says that it cannot load intervals', async () => {
    await pessimistic.query('DROP TABLE IF EXISTS v; CREATE TABLE v (c INTERVAL DAY TO SECOND)');
    const error = await failure(pessimistic, `COPY v FROM 's3://${bucket}/values/x' ${role} CSV`);
    expect(error).toMatchObject({ code: '0A000', message: expect.stringMatching(/^not implemented by the stand-in/) });
  });
});
