// What must a table of PostgreSQL that replaces another have of it? Owner, comments, grants, and the views over it with theirs: read
// under the lock, given to the new table in the same transaction. Views that the run itself makes are made there as well, and have of
// those that they replace what tables have.

import type { Row } from '../../../core/catalog/rows.ts';
import { PgshiftError } from '../../../core/errors.ts';
import type { PlannedTable, PlannedView } from '../../../core/plan/model.ts';
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
  /** Tables and views that are replaced. */
  readonly replaced: readonly KeptRelation[];
  /** Those over them, as they were; what stands on another comes after it. */
  readonly views: readonly KeptRelation[];
  readonly grants: readonly Grant[];
  readonly comments: readonly Row[];
}

/** Reads what is to be kept of the live tables and views, and takes the views away. */
export async function takeOver(session: Session, tables: readonly PlannedTable[]): Promise<() => Promise<void>> {
  const made = tables.flatMap(({ postgresql }) => postgresql?.views ?? []);
  const names = [
    ...tables.filter(({ publish }) => publish === 'replace').map(({ target }) => target),
    ...made.map(({ target }) => target),
  ];
  const replaced = names.length === 0 ? [] : await described(session, names);
  if (replaced.length === 0) return () => makeViews(session, made);
  const over = (await session.query(viewsOver(replaced.map(({ oid }) => oid)))).map(readRelation);
  const ours = new Set(made.map(({ target }) => keyOf(target)));
  const gone = new Set(tables.flatMap(({ clearedViews = [] }) => clearedViews).map(keyOf));
  const views = over.filter((view) => !ours.has(keyOf(view)) && !gone.has(keyOf(view)));
  const all: readonly Name[] = [...replaced, ...views];
  const kept: Kept = {
    ...{ replaced, views },
    grants: readGrants(await session.query(grantsOn(all))),
    comments: await session.query(columnComments(all)),
  };
  // One that nothing is over stands on no other of them.
  const isOver = new Set(over.map(keyOf));
  const alone = replaced.filter((relation) => relation.kind === 'VIEW' && !isOver.has(keyOf(relation)));
  for (const view of [...alone, ...over].toReversed()) await session.run(dropView(view));
  return async () => {
    await makeViews(session, made);
    await handOver(session, kept);
  };
}

/** With their comments and defaults. Each is there before those that read it. */
async function makeViews(session: Session, views: readonly PlannedView[]): Promise<void> {
  for (const { target, create } of views) {
    try {
      for (const statement of create) await session.run(statement);
    } catch (error) {
      if (!(error instanceof PgshiftError) || error.kind !== 'StatementRefused') throw error;
      const message = `The view ${placeOf(target)} cannot be made: ${error.message} Nothing of it is published; leave it out with EXCLUDING TABLE NAMES MATCHING, or say \`create no views\`.`;
      throw new PgshiftError(error.kind, message, { cause: error });
    }
  }
}

async function handOver(session: Session, { replaced, views, grants, comments }: Kept): Promise<void> {
  for (const view of views) await makeView(session, view, createView(view));
  const relations = [...replaced, ...views];
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
