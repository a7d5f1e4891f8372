// How does an empty value arrive in a VARBYTE? What COPY makes of an empty field there is not documented: NULL, or an empty
// value. So none is ever sent. Where a part is read for the first time, an empty value is written as the sentinel, which
// is looked for anyway. The part is then read anew with a byte before each value of a VARBYTE; Copy loads it into a table of
// its own, and takes that byte away on the way to the staging table.

import type { PlannedColumn } from '../plan/model.ts';
import { identifier, identifiers, literal } from './quote.ts';

const VARBYTE = /^VARBYTE\((\d+)\)$/;
/** Redshift's longest; no row of CSV brings one that long. */
const MOST_BYTES = 16_777_216;

const isBytes = (column: PlannedColumn): boolean => VARBYTE.test(column.type);

export const holdBytes = (columns: readonly PlannedColumn[]): boolean => columns.some(isBytes);

/** Whether a byte stands before each value of a VARBYTE, in what was written with the sentinel of this draw. */
export const isHeaded = (columns: readonly PlannedColumn[], draw: number): boolean => draw > 0 && holdBytes(columns);

/** Whose values have that byte, by their places. */
export const headedColumns = (columns: readonly PlannedColumn[], draw: number): ReadonlySet<number> =>
  new Set(isHeaded(columns, draw) ? columns.flatMap((column, at) => (isBytes(column) ? [at] : [])) : []);

/** What is written of a column that the query has rendered, given its quoted name. */
export function sent(column: PlannedColumn, name: string, sentinel: string, headed: boolean): string {
  if (!isBytes(column)) return name;
  return headed ? `'00' || ${name}` : `CASE ${name} WHEN '' THEN ${literal(sentinel)} ELSE ${name} END`;
}

/** A temporary table, so that it has no schema. */
export const HEADED = '_pgshift_headed';

export function createHeaded(columns: readonly PlannedColumn[]): string {
  const list = columns.map((column) => {
    const bytes = VARBYTE.exec(column.type)?.[1];
    const type = bytes === undefined ? column.type : `VARBYTE(${Math.min(Number(bytes) + 1, MOST_BYTES)})`;
    return `${identifier(column.target)} ${type}${column.notNull ? ' NOT NULL' : ''}`;
  });
  return `CREATE TEMP TABLE ${identifier(HEADED)} (${list.join(', ')})`;
}

/** Into `table`, which is quoted. The length is asked for: of what is past the end SUBSTRING might make NULL. */
export function moveHeaded(columns: readonly PlannedColumn[], table: string): string {
  const values = columns.map((column) => {
    const name = identifier(column.target);
    return isBytes(column) ? `CASE OCTET_LENGTH(${name}) WHEN 1 THEN ''::VARBYTE ELSE SUBSTRING(${name}, 2) END` : name;
  });
  const names = identifiers(columns.map((column) => column.target));
  return `INSERT INTO ${table} (${names}) SELECT ${values.join(', ')} FROM ${identifier(HEADED)}; DROP TABLE ${identifier(HEADED)}`;
}
