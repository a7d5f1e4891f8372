// A row that is longer than Redshift reads stops the run as a value does: in the place of one of its values, after all of
// them are as they are sent.

import { MOST_ROW_BYTES } from '../cast/hazards/texts.ts';
import type { PlannedColumn, RowGuard } from '../plan/model.ts';
import { type Marking, mark } from './guards.ts';
import { identifier } from './quote.ts';

/** The sentinel. */
const NULL_BYTES = 18;

/** The first value of the row, unless the row is too long. `columns` are rendered: their names are their values. */
export function unlessLong(
  guard: RowGuard,
  columns: readonly PlannedColumn[],
  first: string,
  marking: Marking,
): string {
  const { maybe, surely } = lengthTests(guard, columns);
  const stop = mark(marking, { column: columns.length, guard: 0 }, identifier(columns[0]?.target ?? ''));
  return (
    `CASE WHEN ${maybe} THEN CASE WHEN CASE WHEN ${surely} THEN ${stop} IS NOT NULL END ` +
    `THEN NULL ELSE ${first} END ELSE ${first} END`
  );
}

/** Whether the row is too long. */
export function isLong(guard: RowGuard, columns: readonly PlannedColumn[]): string {
  const { maybe, surely } = lengthTests(guard, columns);
  return `CASE WHEN ${maybe} THEN ${surely} END`;
}

function lengthTests({ long, others }: RowGuard, columns: readonly PlannedColumn[]) {
  const names = columns.map(({ target }) => identifier(target));
  const lengths = long.map((at) => `coalesce(octet_length(${names[at]}::text), 0)`);
  const exact = names.map((name, at) =>
    long.includes(at)
      ? `coalesce(octet_length(replace(${name}::text, '"', '""')) + 2, ${NULL_BYTES})`
      : `coalesce(octet_length(${name}::text), ${NULL_BYTES})`,
  );
  return {
    maybe: `2 * (${lengths.join(' + ')}) > ${MOST_ROW_BYTES - others - 2 * long.length}`,
    surely: `${exact.join(' + ')} + ${names.length} > ${MOST_ROW_BYTES}`,
  };
}
