// The sums over rows at one end of a run. Where Redshift has long values, they are asked for once more, up to their last byte.

import type { Dialect } from '../core/catalog/model.ts';
import type { Sums } from '../core/compare/model.ts';
import type { PlannedSums } from '../core/plan/model.ts';
import { digestedAt } from '../core/plan/sums.ts';
import type { Session } from '../core/ports.ts';
import { longestIn, piecesFor, type RowsAt, readSums, sumsQuery } from '../core/sql/checksums.ts';

interface At {
  readonly end: 'source' | 'target';
  readonly dialect: Dialect;
  readonly rows: RowsAt;
}

export async function sumRows(session: Session, sums: PlannedSums, { end, dialect, rows }: At): Promise<Sums> {
  const ask = async (pieces: number) => {
    const [row] = await session.query(sumsQuery(digestedAt(end, sums, dialect, pieces), rows));
    return row;
  };
  const first = await ask(0);
  const pieces = piecesFor(longestIn(first));
  return readSums(pieces === 0 ? first : await ask(pieces));
}
