// `verify checksums`: the sums over a part, in the transaction that has read its rows: what was sent is what is summed.

import { artifactKeys } from '../../core/artifacts.ts';
import type { Dialect } from '../../core/catalog/model.ts';
import type { Session } from '../../core/ports.ts';
import type { RowsAt } from '../../core/sql/checksums.ts';
import { sumRows } from '../sum-rows.ts';
import type { Extracting, Reading, Written } from './part-source.ts';

/** Nothing where the plan does not ask for it. */
export async function storeSums(
  { ports, run, attempt }: Extracting,
  session: Session,
  { address: { batch, part }, table: { sums } }: Pick<Reading, 'address' | 'table'>,
  at: { readonly dialect: Dialect; readonly rows: RowsAt },
): Promise<Pick<Written, 'sums'>> {
  if (sums === undefined) return {};
  const key = artifactKeys.partSums(run, batch, part, attempt);
  await ports.store.putJson(key, await sumRows(session, sums, { end: 'source', ...at }));
  return { sums: key };
}
