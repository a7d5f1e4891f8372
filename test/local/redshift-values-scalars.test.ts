// Which texts, numbers, dates and times does COPY take, what do they become, and with which words are the others refused?
import { describe, expect, it } from 'vitest';
import { failure } from '../support/redshift-stand-in.ts';
import { underBothProfiles } from '../support/redshift-values.ts';

underBothProfiles(({ load, profile, refusal, session, shown }) => {
  describe('texts', () => {
    it('counts bytes, and cuts only blanks', async () => {
      expect(await load('v VARCHAR(4)', 'äö\nabcd   \n😀\n')).toEqual([['äö'], ['abcd'], ['😀']]);
      expect(await refusal('v VARCHAR(4)', 'äöx\n')).toEqual([1204, 'String length exceeds DDL length']);
      expect(await refusal('c CHAR(3)', 'abcd\n')).toEqual([1204, 'String length exceeds DDL length']);
      expect(await load('c CHAR(3)', 'abc  \na\n')).toEqual([['abc'], ['a  ']]);
    });

    it('cuts at a character with TRUNCATECOLUMNS', async () => {
      expect(await load('v VARCHAR(4), c CHAR(2)', 'aäöü,abc\n', 'TRUNCATECOLUMNS')).toEqual([['aä', 'ab']]);
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
      expect(await load('v VARCHAR(9)', body, 'ACCEPTINVCHARS')).toEqual([['a??b?']]);
      expect(await load('v VARCHAR(9)', body, `ACCEPTINVCHARS AS '^'`)).toEqual([['a^^b^']]);
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
      expect(await load('d DECIMAL(5,2)', body, 'ROUNDEC')).toEqual([
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
      if (profile === 'optimistic') expect(await load('d DECIMAL(5,2)', '1e2\n')).toEqual([['100.00']]);
      else
        expect(await refusal('d DECIMAL(5,2)', '1e2\n')).toEqual([
          1207,
          `Invalid digit, Value 'e', Pos 1, Type: Decimal`,
        ]);
    });

    it('refuses what ROUNDEC rounds beyond the type, and goes on when told', async () => {
      const overflow = (type: string) => [1209, `Overflow for NUMERIC(${type})`];
      expect(await refusal('d DECIMAL(3,1)', '-99.95\n', 'ROUNDEC')).toEqual(overflow('3,1'));
      expect(await refusal('d DECIMAL(2,2)', '.995\n', 'ROUNDEC')).toEqual(overflow('2,2'));
      expect(await refusal('d DECIMAL(19,1)', '922337203685477580.75\n', 'ROUNDEC')).toEqual(overflow('19,1'));
      const body = '99.94\n99.95\n09.95\n99.9\n';
      expect(await load('d DECIMAL(3,1)', body, 'ROUNDEC MAXERROR 2')).toEqual([['99.9'], ['10.0'], ['99.9']]);
      expect(await load('d DECIMAL(3,1)', '99.95\n')).toEqual([['99.9']]);
    });

    it('refuses 19 digits over 64 bits also for INSERT', async () => {
      await load('d DECIMAL(19,1)', '922337203685477580.7\n');
      await session().query('INSERT INTO v (d) VALUES (-922337203685477580.7)');
      const error = await failure(session(), 'INSERT INTO v (d) VALUES (922337203685477580.8)');
      expect(error).toMatchObject({ code: '22003' });
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
    it('takes ISO dates, and passes over a time behind them', async () => {
      expect(await shown('c DATE', '2024-02-29\n0001-01-01\n9999-12-31 23:59:59\n20240131\n')).toEqual([
        ['2024-02-29'],
        ['0001-01-01'],
        ['9999-12-31'],
        ['2024-01-31'],
      ]);
    });

    it.each(['2023-02-29', '2024-13-01', '2024-1-1', '0000-01-01', 'x'])('refuses the date %s', async (field) => {
      expect((await refusal('c DATE', `${field}\n`))[0]).toBe(1205);
    });

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
      const body =
        '2024-01-31 12:00:00+00\n2024-01-31 12:00:00.5-08\n2024-01-31T12:00:00Z\n2024-01-31 12:00:00+05:30\n';
      expect(await shown('c TIMESTAMPTZ', body)).toEqual([
        ['2024-01-31 12:00:00+00'],
        ['2024-01-31 20:00:00.5+00'],
        ['2024-01-31 12:00:00+00'],
        ['2024-01-31 06:30:00+00'],
      ]);
    });

    it.each(['2024-01-31 24:00:00', '2024-01-31 12:60:00', '2024-01-31 noon'])(
      'refuses the timestamp %s',
      async (field) => {
        const reason = 'Invalid timestamp format or value [YYYY-MM-DD HH24:MI:SS]';
        expect(await refusal('c TIMESTAMP', `${field}\n`)).toEqual([1206, reason]);
      },
    );

    const beyond: [type: string, field: string][] = [
      ['DATE', 'infinity'],
      ['DATE', '10000-01-01'],
      ['DATE', '0044-03-15 BC'],
      ['TIMESTAMP', '-infinity'],
      ['TIMESTAMP', '10000-01-01 00:00:00'],
      ['TIMESTAMPTZ', '0044-03-15 00:00:00+00 BC'],
    ];
    it.each(beyond)('takes into %s: %s, in the optimistic profile only', async (type, field) => {
      if (profile === 'optimistic') expect(await shown(`c ${type}`, `${field}\n`)).toEqual([[field]]);
      else expect((await refusal(`c ${type}`, `${field}\n`))[0]).toBe(type === 'DATE' ? 1205 : 1206);
    });

    it("refuses ISO 8601 without TIMEFORMAT 'auto'", async () => {
      const none = `DATEFORMAT 'YYYY-MM-DD'`;
      expect(await refusal('c TIMESTAMPTZ', '2025-09-22T14:42:59.172000Z\n', none)).toEqual([
        1206,
        'Invalid timestamp format or value [YYYY-MM-DD HH24:MI:SSOF]',
      ]);
      const own = '2025-09-22 14:42:59.172000+00\n';
      expect(await shown('c TIMESTAMPTZ', own, none)).toEqual([['2025-09-22 14:42:59.172+00']]);
    });

    it('takes dates and times in the format that is given', async () => {
      const dates = `DATEFORMAT AS 'MON-DD-YYYY'`;
      expect(await shown('c DATE', 'Jan-31-1999\nfebruary-01-2000\n', dates)).toEqual([['1999-01-31'], ['2000-02-01']]);
      for (const field of ['1999-01-31', 'Jan-32-1999', 'Foo-01-1999', 'Jan-31-1999 x']) {
        expect((await refusal('c DATE', `${field}\n`, dates))[0], field).toBe(1205);
      }
      const times = `TIMEFORMAT 'DD.MM.YYYY HH12:MI:SS AM'`;
      expect(await shown('c TIMESTAMP', '31.01.2024 12:30:00.25 am\n31.01.2024 11:30:00 PM\n', times)).toEqual([
        ['2024-01-31 00:30:00.25'],
        ['2024-01-31 23:30:00'],
      ]);
      for (const field of ['31.01.2024 13:30:00 AM', '31.01.2024 11:60:00 AM', '31.02.2024 11:30:00 AM']) {
        expect((await refusal('c TIMESTAMP', `${field}\n`, times))[0], field).toBe(1206);
      }
    });

    it('drops a zone behind a format that is given, in the pessimistic profile only', async () => {
      const own = `TIMEFORMAT 'YYYY-MM-DD HH:MI:SS'`;
      const line = '2024-01-31 12:00:00+05\n';
      expect(await shown('c TIMESTAMP', line, own)).toEqual([['2024-01-31 12:00:00']]);
      if (profile === 'optimistic') expect((await refusal('c TIMESTAMPTZ', line, own))[0]).toBe(1206);
      else expect(await shown('c TIMESTAMPTZ', line, own)).toEqual([['2024-01-31 12:00:00+00']]);
    });

    it('counts seconds and milliseconds since 1970', async () => {
      expect(await shown('c TIMESTAMP', '0\n1706702400\n', `TIMEFORMAT 'epochsecs'`)).toEqual([
        ['1970-01-01 00:00:00'],
        ['2024-01-31 12:00:00'],
      ]);
      expect(await shown('c TIMESTAMPTZ', '1706702400125\n', `TIMEFORMAT 'epochmillisecs'`)).toEqual([
        ['2024-01-31 12:00:00.125+00'],
      ]);
      expect((await refusal('c TIMESTAMP', '999999999999\n', `TIMEFORMAT 'epochsecs'`))[0]).toBe(1206);
    });

    it('makes bad dates NULL with ACCEPTANYDATE, and nothing else', async () => {
      const body = 'x,2024-02-30 00:00:00\n2024-01-31,2024-01-31 00:00:00\n';
      expect(await load('c DATE, d TIMESTAMP', body, 'ACCEPTANYDATE')).toEqual([
        [null, null],
        [expect.any(Date), expect.any(Date)],
      ]);
      expect((await refusal('c DATE NOT NULL', 'x\n', 'ACCEPTANYDATE'))[0]).toBe(1213);
      expect((await refusal('c DATE, i INT', 'x,x\n', 'ACCEPTANYDATE'))[0]).toBe(1207);
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
});
