// COPY … TO STDOUT: one part of a PostgreSQL table as CSV that Redshift reads back as it was.

import type { PlannedColumn, PlannedPart, PlannedTable, RowGuard } from '../plan/model.ts';
import { holdBytes, sent } from './empty-bytes.ts';
import { guardedExpression, guardsRendered, type RowName, sentExpression } from './guards.ts';
import { identifier, literal } from './quote.ts';
import { unlessLong } from './row-guard.ts';

/** How the values of a part are told apart in its CSV. */
export interface Writing {
  /** What stands for NULL. */
  readonly sentinel: string;
  /** Whether a byte stands before each value of a VARBYTE. */
  readonly headed: boolean;
  /** Whether the part is read again because its CSV has shown what is too dear to ask of every value. */
  readonly again: boolean;
}

/**
 * NULL goes as the sentinel, and every text is quoted, so that '' and NULL stay apart. ONLY: rows of children belong
 * to the children's own parts. What Redshift would refuse or alter is caught on the way.
 */
export function copyOut(
  { columns, longRow }: Pick<PlannedTable, 'columns' | 'longRow'>,
  part: PlannedPart,
  writing: Writing,
): string {
  const quoted = columns.filter((column) => column.quoted).map((column) => identifier(column.target));
  const force = quoted.length > 0 ? `, FORCE_QUOTE (${quoted.join(', ')})` : '';
  const reading: Reading = { ...writing, columns, longRow, part, row: rowOf(part) };
  const isGuarded = columns.some((column) => guardsRendered(column, reading));
  const last = holdBytes(columns) ? 'rewritten' : isGuarded ? 'guarded' : 'rendered';
  const read = isGuarded ? guarded(reading, last) : rendered(reading, last);
  const query = last === 'rewritten' ? rewritten(reading, read) : read;
  return `COPY (${query}) TO STDOUT (FORMAT csv, NULL ${literal(writing.sentinel)}${force})`;
}

interface Reading extends Writing {
  readonly columns: readonly PlannedColumn[];
  readonly longRow: RowGuard | undefined;
  readonly part: PlannedPart;
  readonly row: RowName;
}

/** The SELECTs around one another, from the inside. The last one looks at the row as a whole. */
type Layer = 'rendered' | 'guarded' | 'rewritten';

/** What names a row in the part; what a query gives, or another server, has no ctid. */
const rowOf = (part: PlannedPart): RowName => (part.query === true || part.foreign === true ? undefined : 'ctid');

/** For a SELECT around this one. No column of Redshift can be called ctid. */
const handedOn = ({ row }: Reading): string => (row === undefined ? '' : `, ${row} AS ${row}`);

/** What guards test as it is rendered waits for them. */
function rendered(reading: Reading, last: Layer): string {
  const { columns, part } = reading;
  const waits = (column: PlannedColumn) => guardsRendered(column, reading);
  const values = columns.map((column, number) =>
    waits(column) ? column.expression : guardedExpression(column, number, reading),
  );
  const list =
    last === 'rendered'
      ? named(
          reading,
          lookAtRow(
            reading,
            columns.map(({ expression }) => expression),
            columns,
            values,
          ),
        )
      : named(reading, values) + handedOn(reading);
  const where = part.where === undefined ? '' : ` WHERE ${part.where}`;
  return `SELECT ${list} FROM ${rowsOf(part)}${where}`;
}

function guarded(reading: Reading, last: Layer): string {
  const { columns } = reading;
  const names = columns.map(({ target }) => identifier(target));
  // What was not guarded within is guarded here, by its name.
  const here = columns.map(({ guards, value, ...column }, at): PlannedColumn => {
    const mine = guards !== undefined && guardsRendered({ ...column, guards }, reading);
    return { ...column, expression: names[at] ?? '', ...(mine ? { guards } : {}) };
  });
  const values = here.map((column, number) => guardedExpression(column, number, reading));
  const list =
    last === 'guarded'
      ? named(reading, lookAtRow(reading, names, here, values))
      : named(reading, values) + handedOn(reading);
  return `SELECT ${list} FROM ${under(rendered(reading, last))}`;
}

function rewritten(reading: Reading, query: string): string {
  const { columns, sentinel, headed } = reading;
  const names = columns.map(({ target }) => identifier(target));
  const here = columns.map(({ guards: _done, ...column }, at) => ({ ...column, expression: names[at] ?? '' }));
  const values = columns.map((column, at) => sent(column, names[at] ?? '', sentinel, headed));
  return `SELECT ${named(reading, lookAtRow(reading, names, here, values))} FROM ${under(query)}`;
}

const named = ({ columns }: Reading, values: readonly string[]): string =>
  columns.map(({ target }, at) => `${values[at]} AS ${identifier(target)}`).join(', ');

/** OFFSET 0 keeps PostgreSQL from putting the expressions where the names are, and so from rendering a value twice. */
const under = (query: string): string => `(${query} OFFSET 0) AS "rendered"`;

/** `read` are the values before the guards of this layer, which `here` has. */
function lookAtRow(
  reading: Reading,
  read: readonly string[],
  here: readonly PlannedColumn[],
  [first = '', ...others]: readonly string[],
): string[] {
  if (reading.longRow === undefined) return [first, ...others];
  const sentValues = here.map((column) => sentExpression(column, reading));
  return [unlessLong(reading.longRow, { read, sent: sentValues }, first, reading), ...others];
}

/** What a part is read from. A line of its own for the bracket: a query may end in a comment. */
export const rowsOf = ({ from, query }: PlannedPart): string =>
  query === true ? `(${from}\n) AS "rows"` : `ONLY ${from}`;
