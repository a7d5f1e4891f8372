// A value that stops the run, told by its place: which column of which table, which row, and what can be done about it.
// The value itself stays where it is.

import { hazardOf, LONG_ROW } from '../cast/value-hazards.ts';
import { name as inCommand } from '../command/print.ts';
import { PgshiftError } from '../errors.ts';
import type { Marked } from '../sql/guards.ts';
import { identifier } from '../sql/quote.ts';
import type { PlannedColumn, PlannedPart, PlannedTable } from './model.ts';
import { placeOf } from './names.ts';

/** The error of the first value of a part that a guard stops; undefined when the plan has no such guard. */
export function valueRefused(
  table: PlannedTable,
  part: PlannedPart,
  { column: number, guard: index, ctid, rows }: Marked & { readonly rows?: number },
): PgshiftError | undefined {
  if (table.longRow !== undefined && number === table.columns.length) return longRow(table, part, ctid);
  const column = table.columns[number];
  const guard = column?.guards?.[index];
  if (column === undefined || guard === undefined) return undefined;
  const { name, what, redshift, policies } = hazardOf(guard.hazard);
  const place = `${placeOf(table.source)}.${column.source}`;
  const cast = [table.source.schema, table.source.name, column.source].map(inCommand).join('.');
  const others = policies.filter((policy) => policy !== 'fail');
  const choices = `${others.slice(0, -1).join(', ')} or ${others.at(-1)}`;
  return new PgshiftError(
    'ValueRefused',
    `${place} holds ${what} (${column.type}) in ${rows === undefined ? rowOf(part, ctid) : rowsOf(rows)}. Redshift ${redshift}. ` +
      `Say what becomes of such values, \`on ${name}\` ${choices}: ` +
      `WITH on ${name} ${others[0]}, or CAST column ${cast} on ${name} ${others[0]}.`,
  );
}

function longRow(table: PlannedTable, part: PlannedPart, ctid: string | undefined): PgshiftError {
  const { name, what, redshift } = LONG_ROW;
  return new PgshiftError(
    'ValueRefused',
    `${placeOf(table.source)} holds ${what} as CSV: ${rowOf(part, ctid)}. Redshift ${redshift}. ` +
      `Leave out or shorten its longest values, as CAST … on long text truncate does, or leave it to Redshift: WITH on ${name} keep.`,
  );
}

/** A value that the source cannot send as UTF-8. What was not found is absent. */
export interface Unreadable {
  readonly column?: PlannedColumn | undefined;
  readonly ctid?: string | undefined;
  /** The source's. */
  readonly encoding?: string | undefined;
}

export function unreadable(
  table: PlannedTable,
  part: PlannedPart,
  { column, ctid, encoding }: Unreadable,
): PgshiftError {
  const place = column === undefined ? placeOf(table.source) : `${placeOf(table.source)}.${column.source}`;
  return new PgshiftError(
    'ValueRefused',
    `${place} holds a text that the source cannot send as UTF-8${encoding === undefined ? '' : ` (its encoding is ${encoding})`} in ` +
      `${rowOf(part, ctid)}. No policy makes a text of it: mend it in the source, or leave out the table, or the column ` +
      'by MATERIALIZE VIEWS.',
  );
}

/** A document of a Redshift source. */
export function longDocument(table: PlannedTable, { source }: PlannedColumn, rows: number): PgshiftError {
  return new PgshiftError(
    'ValueRefused',
    `${placeOf(table.source)}.${source} holds a document with more than 65,535 bytes of JSON in ${rowsOf(rows)}, and Redshift makes no ` +
      `longer text of a SUPER. Leave such rows out, or shorten them, by a query in MATERIALIZE VIEWS: JSON_SIZE(${identifier(source)}) says how long they are.`,
  );
}

function rowOf(part: PlannedPart, ctid: string | undefined): string {
  if (ctid !== undefined) return `the row whose ctid is ${ctid} in ${part.from}`;
  if (part.query === true) return 'a row of its query, where rows have no ctid';
  return part.foreign === true ? `a row of ${part.from}, a foreign table` : `a row of ${part.from}`;
}

/** Of a source whose rows have no names. */
const rowsOf = (rows: number): string => (rows === 1 ? 'one row' : `${rows} rows`);
