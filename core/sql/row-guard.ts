// A row that is longer than Redshift reads stops the run as a value does: in the place of one of its values. What counts is
// each value as it is sent.

import { MOST_ROW_BYTES } from '../cast/hazards/texts.ts';
import type { RowGuard } from '../plan/model.ts';
import { type Marking, mark } from './guards.ts';

/** The sentinel. */
const NULL_BYTES = 18;

/** The values of a row in the order of the columns, as SQL: as they are read, and as they are sent. */
export interface RowValues {
  readonly read: readonly string[];
  readonly sent: readonly string[];
}

/** The first value of the row, unless the row is too long. */
export function unlessLong(guard: RowGuard, values: RowValues, first: string, marking: Marking): string {
  const { maybe, surely } = lengthTests(guard, values);
  const stop = mark(marking, { column: values.read.length, guard: 0 }, values.read[0] ?? "''");
  return (
    `CASE WHEN ${maybe} THEN CASE WHEN CASE WHEN ${surely} THEN ${stop} IS NOT NULL END ` +
    `THEN NULL ELSE ${first} END ELSE ${first} END`
  );
}

/** Whether the row is too long. */
export function isLong(guard: RowGuard, values: RowValues): string {
  const { maybe, surely } = lengthTests(guard, values);
  return `CASE WHEN ${maybe} THEN ${surely} END`;
}

function lengthTests({ long, others }: RowGuard, { read, sent }: RowValues) {
  const lengths = long.map((at) => `coalesce(octet_length((${read[at]})::text), 0)`);
  const exact = sent.map((value, at) =>
    long.includes(at)
      ? `coalesce(octet_length(replace((${value})::text, '"', '""')) + 2, ${NULL_BYTES})`
      : `coalesce(octet_length((${value})::text), ${NULL_BYTES})`,
  );
  return {
    maybe: `2 * (${lengths.join(' + ')}) > ${MOST_ROW_BYTES - others - 2 * long.length}`,
    surely: `${exact.join(' + ')} + ${exact.length} > ${MOST_ROW_BYTES}`,
  };
}
