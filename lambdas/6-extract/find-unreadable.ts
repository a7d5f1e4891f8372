// Where is the value that the source could not send as UTF-8? Looked for when a part has failed by one: in a session and a
// transaction of its own, by savepoints, because each try fails.

import { PgshiftError } from '../../core/errors.ts';
import type { PlannedColumn, PlannedPart, PlannedTable } from '../../core/plan/model.ts';
import { unreadable } from '../../core/plan/value-refused.ts';
import type { Session } from '../../core/ports.ts';
import { ctidOf, readColumn, readRows, rowsEnd, UNREADABLE_STATES } from '../../core/sql/unreadable.ts';

export const isUnreadable = (error: unknown): boolean =>
  error instanceof PgshiftError && error.code !== undefined && UNREADABLE_STATES.has(error.code);

/** The error that names the value's place, as far as it was found. */
export async function findUnreadable(session: Session, table: PlannedTable, part: PlannedPart): Promise<PgshiftError> {
  // What is no text has only ASCII.
  const columns = table.columns.filter(({ quoted }) => quoted);
  const hasRows = part.query !== true && part.foreign !== true;
  const ctid = hasRows ? await firstUnreadable(session, columns, part) : undefined;
  const column = await columnOf(session, columns, part, ctid);
  const [row] = await session.query(`SELECT current_setting('server_encoding') AS encoding`);
  return unreadable(table, part, { column, ctid, encoding: row?.encoding ?? undefined });
}

/** By halves: up to the middle, or not. */
async function firstUnreadable(
  session: Session,
  columns: readonly PlannedColumn[],
  part: PlannedPart,
): Promise<string | undefined> {
  const fail = (first: number, last: number) =>
    fails(session, () => session.query(readRows(columns, part, [first, last])));
  const [size] = await session.query(rowsEnd(part));
  // All before `first` can be read, and not all before `last`.
  let first = 0;
  let last = Number(size?.rows ?? 0);
  if (!(await fail(first, last))) return undefined;
  while (last - first > 1) {
    const middle = Math.floor((first + last) / 2);
    if (await fail(first, middle)) last = middle;
    else first = middle;
  }
  return ctidOf(first);
}

async function columnOf(
  session: Session,
  columns: readonly PlannedColumn[],
  part: PlannedPart,
  ctid: string | undefined,
): Promise<PlannedColumn | undefined> {
  for (const column of columns) {
    if (await fails(session, () => session.query(readColumn(column, part, ctid)))) return column;
  }
  return undefined;
}

/** Whether it fails by such a value; the transaction goes on. */
async function fails(session: Session, work: () => Promise<unknown>): Promise<boolean> {
  await session.run('SAVEPOINT "unreadable"');
  try {
    await work();
    return false;
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    await session.run('ROLLBACK TO SAVEPOINT "unreadable"');
    return true;
  }
}
