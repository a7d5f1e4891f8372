// COPY … TO STDOUT: one part of a PostgreSQL table as CSV that Redshift reads back as it was.

import type { PlannedColumn, PlannedPart, PlannedTable, RowGuard } from '../plan/model.ts';
import { holdBytes, sent } from './empty-bytes.ts';
import { guardedExpression, guardsRendered, type RowName } from './guards.ts';
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
  const reading: Reading = { ...writing, columns, part, row: rowOf(part) };
  const finishing = longRow !== undefined || holdBytes(columns);
  const isGuarded = columns.some((column) => guardsRendered(column, reading));
  const query = isGuarded ? guarded(reading, finishing) : rendered(reading, finishing);
  const finished = finishing ? rewritten(reading, query, longRow) : query;
  return `COPY (${finished}) TO STDOUT (FORMAT csv, NULL ${literal(writing.sentinel)}${force})`;
}

interface Reading extends Writing {
  readonly columns: readonly PlannedColumn[];
  readonly part: PlannedPart;
  readonly row: RowName;
}

/** What names a row in the part; what a query gives, or another server, has no ctid. */
const rowOf = (part: PlannedPart): RowName => (part.query === true || part.foreign === true ? undefined : 'ctid');

/** For a SELECT around this one. No column of Redshift can be called ctid. */
const handedOn = ({ row }: Reading, around: boolean): string =>
  around && row !== undefined ? `, ${row} AS ${row}` : '';

/** What guards test as it is rendered waits for them. */
function rendered(reading: Reading, around: boolean): string {
  const { columns, part } = reading;
  const list = columns.map((column, number) => {
    const value = guardsRendered(column, reading) ? column.expression : guardedExpression(column, number, reading);
    return `${value} AS ${identifier(column.target)}`;
  });
  const where = part.where === undefined ? '' : ` WHERE ${part.where}`;
  return `SELECT ${list.join(', ')}${handedOn(reading, around)} FROM ${rowsOf(part)}${where}`;
}

/** OFFSET 0 keeps PostgreSQL from putting the expressions where the names are, and so from rendering a value twice. */
const under = (query: string): string => `(${query} OFFSET 0) AS "rendered"`;

function guarded(reading: Reading, around: boolean): string {
  const list = reading.columns.map((column, number) => {
    const name = identifier(column.target);
    if (!guardsRendered(column, reading)) return name;
    const { value, ...others } = column;
    return `${guardedExpression({ ...others, expression: name }, number, reading)} AS ${name}`;
  });
  return `SELECT ${list.join(', ')}${handedOn(reading, around)} FROM ${under(rendered(reading, true))}`;
}

function rewritten(reading: Reading, query: string, longRow: RowGuard | undefined): string {
  const { columns, sentinel, headed } = reading;
  const list = columns.map((column, number) => {
    const name = identifier(column.target);
    const value = sent(column, name, sentinel, headed);
    return `${longRow !== undefined && number === 0 ? unlessLong(longRow, columns, value, reading) : value} AS ${name}`;
  });
  return `SELECT ${list.join(', ')} FROM ${under(query)}`;
}

/** What a part is read from. A line of its own for the bracket: a query may end in a comment. */
export const rowsOf = ({ from, query }: PlannedPart): string =>
  query === true ? `(${from}\n) AS "rows"` : `ONLY ${from}`;
