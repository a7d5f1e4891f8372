// Publishing in Redshift.

import { swapStatements } from '../../../core/sql/publish.ts';
import { lockHolders } from '../../../core/sql/redshift/keep.ts';
import type { Into } from '../into.ts';
import { handOver, takeOver } from './keep.ts';

export const intoRedshift: Into = {
  lockHolders,
  swapStatements,
  async takeOver(session, tables) {
    const kept = await takeOver(session, tables);
    return () => handOver(session, kept);
  },
};
