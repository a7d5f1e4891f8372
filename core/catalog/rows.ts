// What is in one cell of a catalog query's row? Servers send text; here it becomes a value or a clear error.
import { PgshiftError } from '../errors.ts';

/** A row as a session gives it: the server's own text, or null. */
export type Row = Readonly<Record<string, string | null>>;

/** A text that must be there. Throws Unexpected when it is not, as all of these do. */
export function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw refusal(row, column, 'a text');
  return value;
}

/** A text that may be NULL, or whose column the dialect does not have. */
export function optional(row: Row, column: string): string | undefined {
  return row[column] ?? undefined;
}

/** `{ [property]: value }`, or nothing at all when there is no value: how optional properties are set. */
export function maybe<Name extends string, Value>(
  property: Name,
  value: Value | undefined,
): { [key in Name]?: Value } | Record<never, never> {
  return value === undefined ? {} : { [property]: value };
}

/** A whole number. Larger ones than 2^53 are texts in the catalog, never this. */
export function integer(row: Row, column: string): number {
  const value = row[column];
  const number = Number(value);
  if (!/^-?\d+$/.test(value ?? '') || !Number.isSafeInteger(number)) throw refusal(row, column, 'a whole number');
  return number;
}

export function boolean(row: Row, column: string): boolean {
  const value = row[column];
  if (value !== 't' && value !== 'f') throw refusal(row, column, '"t" or "f"');
  return value === 't';
}

/** An array of column numbers: `{1,2}`. */
export function numbers(row: Row, column: string): number[] {
  const value = row[column] ?? '';
  if (!/^\{\d+(?:,\d+)*\}$/.test(value)) throw refusal(row, column, 'an array like {1,2}');
  return value.slice(1, -1).split(',').map(Number);
}

/** One of the letters that catalogs use, translated. */
export function letter<Meaning>(row: Row, column: string, meanings: Readonly<Record<string, Meaning>>): Meaning {
  const value = row[column] ?? '';
  const meaning = Object.hasOwn(meanings, value) ? meanings[value] : undefined;
  if (meaning === undefined) throw refusal(row, column, `one of ${Object.keys(meanings).join(', ')}`);
  return meaning;
}

/** Rows by the text of one of their columns, in their order. */
export function groupBy(rows: readonly Row[], column: string): ReadonlyMap<string, readonly Row[]> {
  return Map.groupBy(rows, (row) => text(row, column));
}

/** The catalog holds names and SQL, no row of a user's table: the cell may be shown. */
function refusal(row: Row, column: string, wanted: string): PgshiftError {
  const place = row.name === undefined || column === 'name' ? '' : ` of ${JSON.stringify(row.name)}`;
  const found = row[column] === undefined ? 'missing' : JSON.stringify(row[column]);
  return new PgshiftError('Unexpected', `The catalog's "${column}"${place} is ${found}; it must be ${wanted}.`);
}
