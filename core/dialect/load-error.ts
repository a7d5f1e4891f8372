// Redshift's load-error codes in our words. Its own reasons may hold values of rows and are never passed on.

import { oneLine } from '../report/one-line.ts';

const REASONS: Readonly<Record<number, string>> = {
  1200: 'the row cannot be parsed',
  1201: 'a delimiter is missing',
  1202: 'it has more columns than the table',
  1203: 'it has fewer columns than the table',
  1204: 'the value is too long or out of range for the column',
  1205: 'the value is no date that Redshift takes',
  1206: 'the value is no timestamp that Redshift takes',
  1207: 'the value is not written as a number of that type',
  1208: 'the value is no floating-point number that Redshift takes',
  1209: 'the value is no decimal that the column holds',
  1210: 'the value is no boolean',
  1211: 'the line holds no data',
  1212: 'the object is not there',
  1213: 'NULL in a column that is NOT NULL',
  1214: 'a delimiter is missing or a quote is wrong',
  1215: 'the value does not fit a CHAR column, which takes single-byte characters only',
  1216: 'the line is not valid',
  1217: 'the value does not fit an identity column',
  1218: 'the value holds the character U+0000',
  1219: 'the value is no hexadecimal text',
  1220: 'the text holds characters that Redshift does not take',
  1221: 'the encoding is not the expected one',
  1222: 'the number is out of range for the column',
  1223: 'the type is not supported',
  1224: 'the value is no JSON that SUPER holds',
};

/** Why Redshift refuses a row. Without a column: the row as a whole. */
export interface Refusal {
  readonly column: string | null;
  readonly code: number;
}

/** Completes the sentence "Redshift refuses a row: …". */
export function refusalText({ column, code }: Refusal): string {
  const reason = `${REASONS[code] ?? 'for a reason that is not on our list'} (code ${code})`;
  return column === null ? reason : `column "${oneLine(column)}": ${reason}`;
}
