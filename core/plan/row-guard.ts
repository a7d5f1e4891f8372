// Can a row of this table be longer than Redshift reads? Each value may have its place, and all of them together not.

import { MOST_ROW_BYTES } from '../cast/hazards/texts.ts';
import { type TargetColumn, targetColumn } from '../cast/passage.ts';
import { LONG_ROW } from '../cast/value-hazards.ts';
import type { LoadOptions } from '../command/model.ts';
import { policyOption } from '../command/value-policies.ts';
import type { PlannedColumn, RowGuard } from './model.ts';

/** Numbers, dates and NULL in CSV. */
const PLAIN_BYTES = 40;
/** A column that takes less is not asked for its length in every row. */
const LONG_BYTES = 4096;

/** Undefined where all columns together are short enough, and where the command leaves long rows to Redshift. */
export function planLongRow(columns: readonly PlannedColumn[], options: LoadOptions): RowGuard | undefined {
  const policy = options[policyOption(LONG_ROW.name)] ?? (options.onError === 'resume next' ? 'keep' : 'fail');
  const most = columns.map(({ type }) => bytesInCsv(targetColumn(type)));
  if (policy === 'keep' || sum(most) + columns.length <= MOST_ROW_BYTES) return undefined;
  return {
    long: most.flatMap((bytes, at) => (bytes >= LONG_BYTES ? [at] : [])),
    others: sum(most.filter((bytes) => bytes < LONG_BYTES)) + columns.length,
  };
}

/** Texts may be quotes altogether, which CSV doubles; bytes are two digits each. */
function bytesInCsv({ family, bytes }: TargetColumn): number {
  if (family === 'super') return MOST_ROW_BYTES;
  return bytes === undefined ? PLAIN_BYTES : Math.min(2 * bytes + 2, MOST_ROW_BYTES);
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
