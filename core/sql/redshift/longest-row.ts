// How many bytes does the longest row of a part have, as a cursor gives it? Values that may be long are asked for, in the look
// that comes before it; of the others the type says enough.

import type { PlannedColumn } from '../../plan/model.ts';

/** Numbers, times and short texts. */
const SHORT_BYTES = 64;
/** Of what has no length that a query can ask for. */
const SHAPE_BYTES = 65_535;

const lengthOf = ({ type }: PlannedColumn): number =>
  Number(/^(?:var)?(?:char|byte|character(?: varying)?)\((\d+)/i.exec(type)?.[1] ?? 0);

/** CHAR comes filled up with blanks, and what counts its bytes leaves them out. */
const isLong = (column: PlannedColumn): boolean =>
  /^(?:varchar|character varying|varbyte)\(/i.test(column.type)
    ? lengthOf(column) > SHORT_BYTES
    : /^(?:super|json|bytea|text|varchar)/i.test(column.type);

/** An aggregate; undefined where no value is long. */
export function longestQuery(columns: readonly PlannedColumn[]): string | undefined {
  const lengths = columns.flatMap((column) =>
    isLong(column) ? [`COALESCE(OCTET_LENGTH((${column.expression})::VARCHAR), 0)`] : [],
  );
  return lengths.length === 0 ? undefined : `MAX(${lengths.join(' + ')})`;
}

/** Of all columns but the long ones. */
export const restOfRow = (columns: readonly PlannedColumn[]): number =>
  columns.reduce((sum, column) => {
    if (isLong(column)) return sum;
    return (
      sum + (/geo(?:metry|graphy)$|^hll/i.test(column.type) ? SHAPE_BYTES : Math.max(SHORT_BYTES, lengthOf(column)))
    );
  }, 1);
