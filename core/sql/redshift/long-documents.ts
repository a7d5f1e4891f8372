// Which columns of a part hold documents that are too long to be sent? JSON_SERIALIZE, which sends them, makes no text of more
// than a VARCHAR's 65,535 bytes, and fails without a word of where.

import type { PlannedColumn, PlannedPart } from '../../plan/model.ts';
import { identifier } from '../quote.ts';
import { rowsAt } from './read.ts';

const MOST_BYTES = 65_535;

/** By their places among the columns. */
const documentsOf = (columns: readonly PlannedColumn[]): number[] =>
  columns.flatMap(({ expression }, at) => (expression.includes('JSON_SERIALIZE(') ? [at] : []));

/** Undefined where the table has no documents. */
export function longDocuments(columns: readonly PlannedColumn[], part: PlannedPart): string | undefined {
  const counts = documentsOf(columns).map((at) => {
    const bytes = `JSON_SIZE(${identifier(columns[at]?.source ?? '')})`;
    return `SUM(CASE WHEN ${bytes} > ${MOST_BYTES} THEN 1 ELSE 0 END) AS ${identifier(`c${at}`)}`;
  });
  return counts.length === 0 ? undefined : `SELECT ${counts.join(', ')} FROM ${rowsAt(part).from}`;
}

/** The first such column, and how many rows have one there. */
export function readLongDocuments(
  columns: readonly PlannedColumn[],
  row: Readonly<Record<string, string | null>> | undefined,
): { readonly column: PlannedColumn; readonly rows: number } | undefined {
  for (const at of documentsOf(columns)) {
    const column = columns[at];
    const rows = Number(row?.[`c${at}`] ?? 0);
    if (column !== undefined && rows > 0) return { column, rows };
  }
  return undefined;
}
