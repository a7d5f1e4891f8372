// Publishing in PostgreSQL.

import { PgshiftError } from '../../../core/errors.ts';
import { lockHolders } from '../../../core/sql/postgresql/keep.ts';
import { swapStatements } from '../../../core/sql/postgresql/swap.ts';
import { qualified } from '../../../core/sql/quote.ts';
import type { Into } from '../into.ts';
import { buildStaged } from './build.ts';
import { takeOver } from './keep.ts';

export const intoPostgresql: Into = {
  before: buildStaged,
  lockLive: (tables) => `LOCK TABLE ${tables.map(({ schema, name }) => qualified(schema, name)).join(', ')}`,
  lockHolders,
  takeOver,
  swapStatements,
  /** Each says by itself that it is done: a second time it does nothing. */
  async after(session, tables) {
    for (const { postgresql } of tables) {
      for (const statement of postgresql?.validate ?? []) {
        try {
          await session.run(statement);
        } catch (error) {
          if (!(error instanceof PgshiftError)) throw error;
          const message = `${error.message} All rows are loaded and live; the foreign key is there for new rows, and rows that were loaded break it.`;
          throw new PgshiftError(error.kind, message, { cause: error });
        }
      }
    }
  },
};
