// Publishing in Redshift.

import { lockHolders } from '../../../core/sql/redshift/keep.ts';
import type { Into } from '../into.ts';
import { handOver, takeOver } from './keep.ts';

export const intoRedshift: Into = {
  lockHolders,
  async takeOver(session, tables) {
    const kept = await takeOver(session, tables);
    return () => handOver(session, kept);
  },
};
