// What Redshift says of the rows that it refuses: their places and reason classes, never what they hold.

import { loadErrorReason } from '../../core/dialect/load-error.ts';
import type { Ports, Session } from '../../core/ports.ts';
import { literal } from '../../core/sql/quote.ts';
import { type Load, nameOf } from './loads.ts';

/** Where it is kept: the first view everywhere, the second where Redshift is older. */
const VIEWS = [
  { view: 'sys_load_error_detail', file: 'file_name', column: 'column_name', code: 'error_code' },
  { view: 'stl_load_errors', file: 'filename', column: 'colname', code: 'err_code' },
] as const;

/** Place, column and reason class of the first refused row; its value stays where it is. */
export async function describeRefusal(ports: Ports, session: Session, load: Load): Promise<string> {
  const told = `Redshift refuses a row of ${nameOf(load.table)}`;
  const objects = load.objects.map(({ key }) => literal(`s3://${ports.store.bucket}/${key}`)).join(', ');
  for (const { view, file, column, code } of VIEWS) {
    const sql =
      `SELECT TRIM(${file}) AS file, line_number AS line, TRIM(${column}) AS column_name, ${code} AS code ` +
      `FROM ${view} WHERE TRIM(${file}) IN (${objects}) ORDER BY line_number LIMIT 1`;
    const [row] = await session.query(sql).catch(() => []);
    if (row) {
      return `${told}: column "${row.column_name}", line ${row.line} of ${row.file}: ${loadErrorReason(Number(row.code))}.`;
    }
  }
  return `${told}, and its load-error views do not say which.`;
}
