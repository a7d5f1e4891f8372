// What Redshift says of the rows that it refuses: their places and reason classes, never what they hold.

import type { Refusal } from '../../../core/dialect/load-error.ts';
import { type ErrorKind, PgshiftError } from '../../../core/errors.ts';
import type { Ports, Session } from '../../../core/ports.ts';
import { literal } from '../../../core/sql/quote.ts';
import { statementTimeoutMs } from '../../../core/sql/session.ts';

/** Where it is kept: the first view everywhere, the second where Redshift is older. */
const VIEWS = [
  { view: 'sys_load_error_detail', file: 'file_name', column: 'column_name', code: 'error_code' },
  { view: 'stl_load_errors', file: 'filename', column: 'colname', code: 'err_code' },
] as const;

export interface RefusedLine extends Refusal {
  readonly key: string;
  /** As Redshift counts lines, from 1. */
  readonly line: number;
}

/**
 * The refused rows of objects, by object and line, at most so many. Found by the objects and not by a COPY's number, which
 * not every failure leaves: an object's bytes never change, so what was said of it once stays true.
 */
export async function refusedLines(
  ports: Ports,
  session: Session,
  keys: readonly string[],
  most: number,
): Promise<RefusedLine[]> {
  const folder = `s3://${ports.store.bucket}/`;
  const files = keys.map((key) => literal(folder + key)).join(', ');
  await session.run(`SET statement_timeout TO ${statementTimeoutMs(ports.remaining())}`);
  for (const { view, file, column, code } of VIEWS) {
    const sql =
      `SELECT TRIM(${file}) AS file, line_number AS line, MAX(TRIM(${column})) AS column_name, MAX(${code}) AS code ` +
      `FROM ${view} WHERE TRIM(${file}) IN (${files}) AND line_number > 0 ` +
      `GROUP BY TRIM(${file}), line_number ORDER BY 1, 2 LIMIT ${most}`;
    const rows = await session.query(sql).catch(noSuchView);
    if (rows.length === 0) continue;
    return rows.map((row) => ({
      key: (row.file ?? '').slice(folder.length),
      line: Number(row.line),
      column: row.column_name === '' ? null : (row.column_name ?? null),
      code: Number(row.code),
    }));
  }
  return [];
}

const CLOSED: readonly ErrorKind[] = ['PermissionDenied', 'StatementRefused'];

/** A view that is not there, or not for this user, says nothing. */
function noSuchView(error: unknown): [] {
  if (error instanceof PgshiftError && CLOSED.includes(error.kind)) return [];
  throw error;
}
