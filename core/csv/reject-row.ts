// A refused row as its reject file has it: in the CSV that PostgreSQL reads by default, where NULL is nothing at all and
// an empty text is two quotes.

import { joinBytes } from './bytes.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const NEWLINE = 0x0a;
const EMPTY_TEXT = Uint8Array.of(QUOTE, QUOTE);

/** The first line of a reject file. */
export const rejectHeader = (columns: readonly string[]): string =>
  `${columns.map((column) => `"${column.replaceAll('"', '""')}"`).join(',')}\n`;

/** How values are told apart in the row. */
export interface RowForm {
  /** What stands for NULL; never between quotes. */
  readonly sentinel: Uint8Array;
  /** The columns, by their places, in which a byte in hexadecimal stands before each value. */
  readonly headed: ReadonlySet<number>;
}

export function rejectRow(row: Uint8Array, form: RowForm): Uint8Array {
  const end = row.at(-1) === NEWLINE ? row.length - 1 : row.length;
  const parts: Uint8Array[] = [];
  let column = 0;
  let start = 0;
  let quoted = false;
  for (let at = 0; at <= end; at += 1) {
    const byte = row[at];
    if (byte === QUOTE) quoted = !quoted;
    if (at < end && (byte !== COMMA || quoted)) continue;
    if (column > 0) parts.push(Uint8Array.of(COMMA));
    parts.push(...rejectField(row.subarray(start, at), form.sentinel, form.headed.has(column)));
    column += 1;
    start = at + 1;
  }
  return joinBytes([...parts, Uint8Array.of(NEWLINE)]);
}

function rejectField(field: Uint8Array, sentinel: Uint8Array, headed: boolean): Uint8Array[] {
  if (field.length === sentinel.length && field.every((byte, at) => byte === sentinel[at])) return [];
  const begin = field[0] === QUOTE ? 1 : 0;
  const value = headed ? [field.subarray(0, begin), field.subarray(begin + 2)] : [field];
  return value.every((bytes) => bytes.length === 0) ? [EMPTY_TEXT] : value;
}
