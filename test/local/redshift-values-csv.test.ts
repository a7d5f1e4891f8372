// How does COPY read CSV: which fields are NULL, which are empty, where do records end?
import { describe, expect, it } from 'vitest';
import { rows } from '../support/redshift-stand-in.ts';
import { underBothProfiles } from '../support/redshift-values.ts';

underBothProfiles(({ either, load, profile, refusal, session }) => {
  describe('NULL and empty', () => {
    const columns = 'v VARCHAR(9), c CHAR(2), i INT, d DECIMAL(5,2), b BOOLEAN, t TIMESTAMP, s SUPER';

    it('takes empty fields, quoted or not, for empty texts and for NULL elsewhere', async () => {
      const empty = ['', '  ', null, null, null, null, '""'];
      expect(await load(columns, ',,,,,,\n"","","","","","",""\n')).toEqual([empty, empty]);
    });

    it('takes the text of NULL AS for NULL in every type, even where it would not fit', async () => {
      const nulls = [null, null, null, null, null, null, null];
      const line = '@sentinel@,@sentinel@,@sentinel@,@sentinel@,@sentinel@,@sentinel@,@sentinel@\n';
      expect(await load(columns, line, `NULL AS '@sentinel@'`)).toEqual([nulls]);
      expect(await load('v VARBYTE(3)', '@N@\n', `NULL '@N@'`)).toEqual([[null]]);
    });

    it('takes the default text of NULL when nothing else is said', async () => {
      expect(await load('v VARCHAR(9), i INT', '\\N,\\N\n')).toEqual([[null, null]]);
      expect(await load('v VARCHAR(9)', '\\N\n', `NULL AS 'x'`)).toEqual([['\\N']]);
    });

    it('lets quotes protect the text of NULL in the optimistic profile only', async () => {
      const kept = either({ pessimistic: null, optimistic: '@N@' });
      expect(await load('v VARCHAR(9)', '"@N@"\n', `NULL AS '@N@'`)).toEqual([[kept]]);
      expect(await load('v VARCHAR(9)', '"\\N"\n')).toEqual([[either({ pessimistic: null, optimistic: '\\N' })]]);
    });

    it('takes an empty field for NULL or an empty VARBYTE, and never for a shape', async () => {
      expect(await load('v VARBYTE(9)', '""\n')).toEqual([[either({ pessimistic: null, optimistic: '' })]]);
      if (profile === 'optimistic') expect(await load('g GEOMETRY, i INT', ',1\n')).toEqual([[null, 1]]);
      else expect((await refusal('g GEOMETRY, i INT', ',1\n'))[0]).toBe(1200);
    });

    it('makes empty and blank texts NULL when asked', async () => {
      expect(await load('v VARCHAR(9), c CHAR(2)', ',""\n', 'EMPTYASNULL')).toEqual([[null, null]]);
      expect(await load('v VARCHAR(9), c CHAR(2)', ',""\n', `NULL AS ''`)).toEqual([[null, null]]);
      expect(await load('v VARCHAR(9), w VARCHAR(9)', '  ,""\n', 'BLANKSASNULL')).toEqual([[null, '']]);
      expect(await load('v VARCHAR(9)', '"a  "\n', 'TRIMBLANKS')).toEqual([['a']]);
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
      expect(await load('a VARCHAR(9)', 'x\n\ny\n', 'IGNOREBLANKLINES')).toEqual([['x'], ['y']]);
    });

    it('takes another quote and delimiter', async () => {
      expect(await load('a VARCHAR(9), b VARCHAR(9)', `'it''s'\t"q"\n`, `QUOTE AS '\\'' DELIMITER '\\t'`)).toEqual([
        [`it's`, '"q"'],
      ]);
    });

    it('refuses too many and too few fields', async () => {
      expect(await refusal('a INT, b INT', '1,2,3\n')).toEqual([1202, 'Extra column(s) found']);
      expect(await refusal('a INT, b INT', '1\n')).toEqual([1203, 'Delimiter not found']);
      expect(await refusal('a INT, b INT', '1,2\n\n')).toEqual([1203, 'Delimiter not found']);
      expect(await load('a INT, b VARCHAR(3), c INT', '1\n', 'FILLRECORD')).toEqual([[1, '', null]]);
      expect(await load('a INT, b VARCHAR(3), c CHAR(3), s SUPER', '1\n', 'FILLRECORD EMPTYASNULL')).toEqual([
        [1, null, null, null],
      ]);
      expect(await refusal('a INT, c CHAR(3) NOT NULL', '1\n', 'FILLRECORD')).toEqual([
        1213,
        'Missing data for not-null field',
      ]);
    });

    it('refuses quotes that are not in order', async () => {
      expect(await refusal('a VARCHAR(9)', '"a\n')).toEqual([1214, 'Delimited value missing end quote']);
      expect(await refusal('a VARCHAR(9)', '"a"b\n')).toEqual([1214, 'Invalid quote formatting for CSV']);
      expect(await refusal('a VARCHAR(9)', 'a"b\n')).toEqual([1214, 'Invalid quote formatting for CSV']);
    });

    it('takes CR LF for the end of a line in the optimistic profile only', async () => {
      const lines = '1,x\r\n2,"y"\r\n3,a\rb\r\n';
      if (profile === 'optimistic') {
        expect(await load('a INT, b VARCHAR(9)', lines)).toEqual([
          [1, 'x'],
          [2, 'y'],
          [3, 'a\rb'],
        ]);
        return;
      }
      for (const line of ['1,x\r\n', '1,"x"\r\n', '1,a\rb\n', '1,x\r']) {
        expect((await refusal('a INT, b VARCHAR(9)', line))[0], line).toBe(1216);
      }
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
      // Passed over whole when errors are allowed, however many lines it seems to have.
      const long = `"${'x\n'.repeat(3_000_000)}"\n`;
      expect(await load('v VARCHAR(9)', `a\n${long}b\n`, 'MAXERROR 2')).toEqual([['a'], ['b']]);
      const last = await rows(session(), 'SELECT line_number FROM stl_load_errors ORDER BY query DESC LIMIT 1');
      expect(last).toEqual([['2']]);
    });
  });
});
