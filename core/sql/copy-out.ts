// COPY … TO STDOUT: one part of a PostgreSQL table as CSV that Redshift reads back as it was.

import type { PlannedColumn, PlannedPart } from '../plan/model.ts';
import { holdBytes, sent } from './empty-bytes.ts';
import { guardedExpression } from './guards.ts';
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
  const query = holdBytes(columns) ? rewritten(columns, part, writing) : rendered(columns, part, writing);
  return `COPY (${query}) TO STDOUT (FORMAT csv, NULL ${literal(writing.sentinel)}${force})`;
}

function rendered(columns: readonly PlannedColumn[], part: PlannedPart, { sentinel }: Writing): string {
  const row = part.query === true || part.foreign === true ? undefined : 'ctid';
  const list = columns
    .map((column, number) => `${guardedExpression(column, number, sentinel, row)} AS ${identifier(column.target)}`)
    .join(', ');
  // A line of its own for the bracket: a query may end in a comment.
  const rows = part.query === true ? `(${part.from}\n) AS "rows"` : `ONLY ${part.from}`;
  const where = part.where === undefined ? '' : ` WHERE ${part.where}`;
  return `SELECT ${list} FROM ${rows}${where}`;
}

/** OFFSET 0 keeps PostgreSQL from putting the expressions where the names are, and so from rendering a value twice. */
function rewritten(columns: readonly PlannedColumn[], part: PlannedPart, writing: Writing): string {
  const { sentinel, headed } = writing;
  const list = columns.map((column) => {
    const name = identifier(column.target);
    return `${sent(column, name, sentinel, headed)} AS ${name}`;
  });
  return `SELECT ${list.join(', ')} FROM (${rendered(columns, part, writing)} OFFSET 0) AS "rendered"`;
}
