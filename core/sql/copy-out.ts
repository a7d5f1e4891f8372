// COPY … TO STDOUT: one part of a PostgreSQL table as CSV that Redshift reads back as it was.

import type { PlannedColumn, PlannedPart } from '../plan/model.ts';
import { holdBytes, sent } from './empty-bytes.ts';
import { guardedExpression, guardsRendered } from './guards.ts';
import { identifier, literal } from './quote.ts';

/** How the values of a part are told apart in its CSV. */
export interface Writing {
  /** What stands for NULL. */
  readonly sentinel: string;
  /** Whether a byte stands before each value of a VARBYTE. */
  readonly headed: boolean;
}

/**
 * NULL goes as the sentinel, and every text is quoted, so that '' and NULL stay apart. ONLY: rows of children belong
 * to the children's own parts. What Redshift would refuse or alter is caught on the way.
 */
export function copyOut(columns: readonly PlannedColumn[], part: PlannedPart, writing: Writing): string {
  const quoted = columns.filter((column) => column.quoted).map((column) => identifier(column.target));
  const force = quoted.length > 0 ? `, FORCE_QUOTE (${quoted.join(', ')})` : '';
  const read = columns.some(guardsRendered) ? guarded(columns, part, writing) : rendered(columns, part, writing);
  const query = holdBytes(columns) ? rewritten(columns, read, writing) : read;
  return `COPY (${query}) TO STDOUT (FORMAT csv, NULL ${literal(writing.sentinel)}${force})`;
}

/** What names a row in the part; what a query gives, or another server, has no ctid. */
const rowOf = (part: PlannedPart) => (part.query === true || part.foreign === true ? undefined : 'ctid');

/** What guards test as it is rendered waits for them. */
function rendered(columns: readonly PlannedColumn[], part: PlannedPart, { sentinel }: Writing, more = ''): string {
  const list = columns.map((column, number) => {
    const value = guardsRendered(column)
      ? column.expression
      : guardedExpression(column, number, { sentinel, row: rowOf(part) });
    return `${value} AS ${identifier(column.target)}`;
  });
  const where = part.where === undefined ? '' : ` WHERE ${part.where}`;
  return `SELECT ${list.join(', ')}${more} FROM ${rowsOf(part)}${where}`;
}

/** OFFSET 0 keeps PostgreSQL from putting the expressions where the names are, and so from rendering a value twice. */
const under = (query: string): string => `(${query} OFFSET 0) AS "rendered"`;

function guarded(columns: readonly PlannedColumn[], part: PlannedPart, writing: Writing): string {
  const row = rowOf(part);
  const list = columns.map((column, number) => {
    const name = identifier(column.target);
    if (!guardsRendered(column)) return name;
    const { value, ...others } = column;
    const seen = guardedExpression({ ...others, expression: name }, number, { sentinel: writing.sentinel, row });
    return `${seen} AS ${name}`;
  });
  // No column of Redshift can be called ctid.
  const query = rendered(columns, part, writing, row === undefined ? '' : ', ctid AS ctid');
  return `SELECT ${list.join(', ')} FROM ${under(query)}`;
}

function rewritten(columns: readonly PlannedColumn[], query: string, { sentinel, headed }: Writing): string {
  const list = columns.map((column) => {
    const name = identifier(column.target);
    return `${sent(column, name, sentinel, headed)} AS ${name}`;
  });
  return `SELECT ${list.join(', ')} FROM ${under(query)}`;
}

/** What a part is read from. A line of its own for the bracket: a query may end in a comment. */
export const rowsOf = ({ from, query }: PlannedPart): string =>
  query === true ? `(${from}\n) AS "rows"` : `ONLY ${from}`;
