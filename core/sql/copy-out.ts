// COPY … TO STDOUT: one part of a PostgreSQL table as CSV that Redshift reads back as it was.

import type { PlannedColumn, PlannedPart } from '../plan/model.ts';
import { identifier, literal } from './quote.ts';

/**
 * NULL goes as the sentinel, and every text is quoted, so that '' and NULL stay apart. ONLY: rows of children belong
 * to the children's own parts.
 */
export function copyOut(columns: readonly PlannedColumn[], part: PlannedPart, sentinel: string): string {
  const list = columns.map((column) => `${column.expression} AS ${identifier(column.target)}`).join(', ');
  // A line of its own for the bracket: a query may end in a comment.
  const rows = part.query === true ? `(${part.from}\n) AS "rows"` : `ONLY ${part.from}`;
  const where = part.where === undefined ? '' : ` WHERE ${part.where}`;
  const quoted = columns.filter((column) => column.quoted).map((column) => identifier(column.target));
  const force = quoted.length > 0 ? `, FORCE_QUOTE (${quoted.join(', ')})` : '';
  return `COPY (SELECT ${list} FROM ${rows}${where}) TO STDOUT (FORMAT csv, NULL ${literal(sentinel)}${force})`;
}
