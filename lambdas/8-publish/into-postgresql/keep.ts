// What must a table of PostgreSQL that replaces another have of it? Owner, comments, grants, and the views over it with theirs: read
// under the lock, given to the new table in the same transaction.

import type { Row } from '../../../core/catalog/rows.ts';
import { PgshiftError } from '../../../core/errors.ts';
import type { PlannedTable } from '../../../core/plan/model.ts';
import { keyOf, type Name, placeOf } from '../../../core/plan/names.ts';
import type { Session } from '../../../core/ports.ts';
import {
  columnComments,
  createView,
  describeNamed,
  dropView,
  type Grant,
  grantChanges,
  grantsOn,
  type KeptRelation,
  readGrants,
  readRelation,
  restore,
  restoreComments,
  viewsOver,
} from '../../../core/sql/postgresql/keep.ts';
import { makeView } from '../make-view.ts';

interface Kept {
  readonly live: readonly KeptRelation[];
  /** Those that stand on others after them. */
  readonly views: readonly KeptRelation[];
  readonly grants: readonly Grant[];
  readonly comments: readonly Row[];
}

/** Reads what is to be kept of the live tables, and takes the views over them away. */
export async function takeOver(session: Session, tables: readonly PlannedTable[]): Promise<() => Promise<void>> {
  const replaced = tables.filter(({ publish }) => publish === 'replace').map(({ target }) => target);
  const live = replaced.length === 0 ? [] : await described(session, replaced);
  if (live.length === 0) return async () => {};
  const views = (await session.query(viewsOver(live.map(({ oid }) => oid)))).map(readRelation);
  const all: readonly Name[] = [...live, ...views];
  const kept: Kept = {
    ...{ live, views },
    grants: readGrants(await session.query(grantsOn(all))),
    comments: await session.query(columnComments(all)),
  };
  for (const view of views.toReversed()) await session.run(dropView(view));
  return () => handOver(session, kept);
}

async function handOver(session: Session, { live, views, grants, comments }: Kept): Promise<void> {
  for (const view of views) await makeView(session, view, createView(view));
  const relations = [...live, ...views];
  const now = new Map((await described(session, relations)).map((relation) => [keyOf(relation), relation]));
  for (const was of relations) {
    const is = now.get(keyOf(was));
    if (is === undefined) throw new PgshiftError('Unexpected', `${placeOf(was)} is not there after the swap.`);
    for (const statement of restore(was, is)) await session.run(statement);
  }
  const columns = await session.query(columnComments(relations));
  for (const statement of restoreComments(comments, columns)) await session.run(statement);
  const there = new Set(columns.map((row) => JSON.stringify([row.schema, row.name, row.column])));
  // A right on a column that is no more has nothing to be given on.
  const wanted = grants.filter(
    ({ schema, name, column }) => column === undefined || there.has(JSON.stringify([schema, name, column])),
  );
  const changes = grantChanges(wanted, readGrants(await session.query(grantsOn(relations))));
  for (const change of changes) await session.run(change);
}

const described = async (session: Session, relations: readonly Name[]): Promise<KeptRelation[]> =>
  (await session.query(describeNamed(relations))).map(readRelation);
