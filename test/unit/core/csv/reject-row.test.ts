import { expect, test } from 'vitest';
import { rejectHeader, rejectRow } from '../../../../core/csv/reject-row.ts';

const SENTINEL = '@N0123@';
function rejected(row: string, headed: readonly number[] = []): string {
  const form = { sentinel: new TextEncoder().encode(SENTINEL), headed: new Set(headed) };
  return new TextDecoder().decode(rejectRow(new TextEncoder().encode(row), form));
}

test.each([
  ['NULL is nothing at all', `1,${SENTINEL},3\n`, '1,,3\n'],
  ['NULL at both ends', `${SENTINEL},2,${SENTINEL}\n`, ',2,\n'],
  ['an empty text is two quotes', '1,"",3\n', '1,"",3\n'],
  ['an empty text that was not quoted is so too', '1,,3\n', '1,"",3\n'],
  ['a text that holds the sentinel stays', `"x ${SENTINEL}","${SENTINEL}"\n`, `"x ${SENTINEL}","${SENTINEL}"\n`],
  ['quotes, commas and newlines stay', `"a ""b"", c\n",${SENTINEL}\n`, '"a ""b"", c\n",\n'],
  ['a row of one NULL', `${SENTINEL}\n`, '\n'],
  ['a row without its newline gets one', `1,"é🐘"`, '1,"é🐘"\n'],
])('%s', (_name, row, expected) => {
  expect(rejected(row)).toBe(expected);
});

test('the header names the columns, whatever their names hold', () => {
  expect(rejectHeader(['id', 'say "hi"', 'a,\nb'])).toBe('"id","say ""hi""","a,\nb"\n');
});

test('a byte that stands before each value of a column is no part of it', () => {
  expect(rejected(`00,00ff,${SENTINEL},"00",00\n`, [1, 2, 3, 4])).toBe('00,ff,,"",""\n');
});
