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
  { long, others }: RowGuard,
  columns: readonly PlannedColumn[],
  first: string,
  marking: Marking,
): string {
  const names = columns.map(({ target }) => identifier(target));
  const lengths = long.map((at) => `coalesce(octet_length(${names[at]}::text), 0)`);
  const exact = names.map((name, at) =>
    long.includes(at)
      ? `coalesce(octet_length(replace(${name}::text, '"', '""')) + 2, ${NULL_BYTES})`
      : `coalesce(octet_length(${name}::text), ${NULL_BYTES})`,
  );
  const stop = mark(marking, { column: columns.length, guard: 0 }, names[0] ?? "''");
  return (
    `CASE WHEN 2 * (${lengths.join(' + ')}) > ${MOST_ROW_BYTES - others - 2 * long.length} THEN ` +
    `CASE WHEN CASE WHEN ${exact.join(' + ')} + ${names.length} > ${MOST_ROW_BYTES} THEN ${stop} IS NOT NULL END ` +
    `THEN NULL ELSE ${first} END ELSE ${first} END`
  );
}
