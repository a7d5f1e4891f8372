// A view over a table that was replaced, made again over the new one.

import { PgshiftError } from '../../core/errors.ts';
import { type Name, placeOf } from '../../core/plan/names.ts';
import type { Session } from '../../core/ports.ts';

/** It may name a column that the new table does not have, or has of another type. `create` is the statement that makes it. */
export async function makeView(session: Session, view: Name, create: string): Promise<void> {
  try {
    await session.run(create);
  } catch (error) {
    if (!(error instanceof PgshiftError) || error.kind !== 'StatementRefused') throw error;
    const message = `The view ${placeOf(view)} does not fit the table that replaces the one it reads: ${error.message}`;
    throw new PgshiftError('DependentsExist', message, { cause: error });
  }
}
