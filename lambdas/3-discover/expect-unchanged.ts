// Is the source still what a run was planned for, that is resumed or redriven? Looked at as it is now, not as it was at the
// run's snapshot: that one may be gone when all of its rows have been read.

import { changesOf } from '../../core/catalog/changes.ts';
import type { Catalog } from '../../core/catalog/model.ts';
import type { LoadCommand } from '../../core/command/model.ts';
import { PgshiftError } from '../../core/errors.ts';
import { selectTables } from '../../core/plan/select.ts';

/** A list of thousands helps nobody. */
const NAMED = 10;

/** Throws SourceChanged. `was` is the catalog of the plan. */
export function expectUnchanged(was: Catalog, is: Catalog, command: LoadCommand): void {
  const changes = changesOf(selectTables(was, command).tables, is.tables);
  if (changes.length === 0) return;
  const named = changes.slice(0, NAMED).map((change) => `\n- ${change}`);
  const more = changes.length > NAMED ? `\n- and ${changes.length - NAMED} more tables` : '';
  const message = `The source is not what it was when this run was planned, and the run cannot go on:${named.join('')}${more}`;
  throw new PgshiftError('SourceChanged', message);
}
