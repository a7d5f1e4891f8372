// Which value of a part cannot be sent as UTF-8? The server's error says neither row nor column. A database in SQL_ASCII may
// hold any bytes, and one in WIN1252 some that are no character: they are found by converting them as COPY does.

import type { PlannedColumn, PlannedPart } from '../plan/model.ts';
import { rowsOf } from './copy-out.ts';
import { literal } from './quote.ts';

/** character_not_in_repertoire and untranslatable_character. */
export const UNREADABLE_STATES: ReadonlySet<string> = new Set(['22021', '22P05']);

const converted = ({ expression }: PlannedColumn): string => `octet_length(convert_to((${expression})::text, 'UTF8'))`;

const inPart = ({ where }: PlannedPart): string => (where === undefined ? 'true' : where);

/** Rows in the order of their ctids, as numbers: blocks, and 16 bits of each for its rows. */
const ROWS_PER_BLOCK = 65_536;
export const ctidOf = (row: number): string => `(${Math.floor(row / ROWS_PER_BLOCK)},${row % ROWS_PER_BLOCK})`;

/** Past the last row, as `rows`. */
export const rowsEnd = ({ from }: PlannedPart): string =>
  `SELECT pg_relation_size(${literal(from)}::regclass) / current_setting('block_size')::bigint * ${ROWS_PER_BLOCK} AS "rows"`;

/** Fails when a column of these rows cannot be read, from the first up to the one before the last. */
export function readRows(
  columns: readonly PlannedColumn[],
  part: PlannedPart,
  [first, last]: readonly [number, number],
): string {
  // Of no row is it true; but it has to be asked of each.
  const asked = columns.map((column) => `${converted(column)} < 0`).join(' OR ');
  const rows = `ctid >= ${literal(ctidOf(first))}::tid AND ctid < ${literal(ctidOf(last))}::tid`;
  return `SELECT count(CASE WHEN ${asked} THEN 1 END) FROM ${rowsOf(part)} WHERE ${inPart(part)} AND ${rows}`;
}

/** Fails when the column cannot be read in that row, or anywhere in the part. */
export function readColumn(column: PlannedColumn, part: PlannedPart, ctid: string | undefined): string {
  const row = ctid === undefined ? inPart(part) : `ctid = ${literal(ctid)}::tid`;
  return `SELECT count(${converted(column)}) FROM ${rowsOf(part)} WHERE ${row}`;
}
