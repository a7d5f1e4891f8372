// What must a table that replaces another have of it? Owner, comments, grants, and the views over it with theirs: read
// under the lock, given to the new table in the same transaction.

import type { Row } from '../../../core/catalog/rows.ts';
import { optional, text } from '../../../core/catalog/rows.ts';
import { PgshiftError } from '../../../core/errors.ts';
import type { PlannedTable } from '../../../core/plan/model.ts';
import { keyOf, type Name, placeOf } from '../../../core/plan/names.ts';
import type { Session } from '../../../core/ports.ts';
import {
  columnComments,
  columnGrants,
  createView,
  describeNamed,
  describeViews,
  dropView,
  type Grant,
  grantChanges,
  grantees,
  isMaterialized,
  type KeptRelation,
  NAME_IN_FULL,
  readGrant,
  relationGrants,
  restore,
  restoreColumnComments,
  viewEdges,
  viewsOver,
} from '../../../core/sql/redshift/keep.ts';
import { makeView } from '../make-view.ts';

/** A relation with who has rights on it. */
interface Described extends KeptRelation {
  readonly oid: string;
  readonly grantees: readonly string[];
}

export interface Kept {
  readonly tables: readonly PlannedTable[];
  /** What the live tables are, in the order of `tables` as far as they are there. */
  readonly live: readonly Described[];
  /** Those that are made again; those that stand on others after them. */
  readonly views: readonly Described[];
  readonly grants: readonly Grant[];
  /** Of the live tables' columns, by the table's oid. */
  readonly comments: ReadonlyMap<string, readonly Row[]>;
}

/** Reads what is to be kept of the live tables, and takes the views over them away. */
export async function takeOver(session: Session, tables: readonly PlannedTable[]): Promise<Kept> {
  const replaced = tables.filter(({ publish }) => publish === 'replace');
  const live = replaced.length === 0 ? [] : await described(session, replaced.map(targetOf));
  if (live.length === 0) return { tables: [], live, views: [], grants: [], comments: new Map() };
  await session.run(NAME_IN_FULL);
  const oids = live.map(({ oid }) => oid);
  const over = viewsOver(new Set(oids), await session.query(viewEdges));
  const all = over.length === 0 ? [] : inOrder(over, await session.query(describeViews(over)));
  const materialized = all.find(({ definition }) => isMaterialized(definition));
  if (materialized !== undefined) {
    const message = `The materialized view ${placeOf(materialized)} reads a table that would be replaced.`;
    throw new PgshiftError('DependentsExist', message);
  }
  const gone = new Set(tables.flatMap(({ clearedViews = [] }) => clearedViews).map(keyOf));
  const views = all.filter((view) => !gone.has(keyOf(view)));
  const grants = await grantsOn(session, [...live, ...views]);
  const comments = Map.groupBy(await session.query(columnComments(oids)), (row) => text(row, 'oid'));
  for (const view of all.toReversed()) await session.run(dropView(view));
  return { tables: replaced, live, views, grants, comments };
}

/** Gives the tables that are live now what those before them had, and makes the views over them again. */
export async function handOver(session: Session, kept: Kept): Promise<void> {
  const { live, views } = kept;
  if (live.length === 0) return;
  for (const view of views) await makeView(session, view, createView(view));
  const relations: readonly Described[] = [...live, ...views];
  const now = new Map((await described(session, relations)).map((relation) => [keyOf(relation), relation]));
  const isView = new Set(views);
  for (const was of relations) {
    const is = now.get(keyOf(was));
    if (is === undefined) throw new PgshiftError('Unexpected', `${placeOf(was)} is not there after the swap.`);
    for (const statement of restore(was, is, isView.has(was) ? 'VIEW' : 'TABLE')) await session.run(statement);
  }
  for (const table of kept.tables) {
    const was = live.find((relation) => keyOf(relation) === keyOf(table.target));
    const comments = was === undefined ? [] : (kept.comments.get(was.oid) ?? []);
    for (const statement of restoreColumnComments(table, comments)) await session.run(statement);
  }
  const changes = grantChanges(kept.grants, await grantsOn(session, relations), relations);
  for (const change of changes) await session.run(change);
  await proveGrants(session, relations);
}

const targetOf = (table: PlannedTable): Name => table.target;

async function described(session: Session, relations: readonly Name[]): Promise<Described[]> {
  const wanted = new Set(relations.map(keyOf));
  const rows = await session.query(describeNamed(relations));
  return rows.map(readRelation).filter((relation) => wanted.has(keyOf(relation)));
}

function readRelation(row: Row): Described {
  const [comment, definition] = [optional(row, 'comment'), optional(row, 'definition')];
  return {
    oid: text(row, 'oid'),
    schema: text(row, 'schema'),
    name: text(row, 'name'),
    owner: text(row, 'owner'),
    ...(comment === undefined ? {} : { comment }),
    ...(definition === undefined ? {} : { definition }),
    grantees: grantees(optional(row, 'acl')),
  };
}

function inOrder(oids: readonly string[], rows: readonly Row[]): Described[] {
  const byOid = new Map(rows.map((row) => [text(row, 'oid'), readRelation(row)]));
  return oids.flatMap((oid) => byOid.get(oid) ?? []);
}

async function grantsOn(session: Session, relations: readonly Name[]): Promise<Grant[]> {
  const wanted = new Set(relations.map(keyOf));
  const rows = [...(await session.query(relationGrants(relations))), ...(await session.query(columnGrants(relations)))];
  return rows.map(readGrant).filter((grant) => wanted.has(keyOf(grant)));
}

/** The list of grants shows a user who is no superuser only some of them; the catalog itself names everybody. */
async function proveGrants(session: Session, relations: readonly Described[]): Promise<void> {
  const now = new Map((await described(session, relations)).map((relation) => [keyOf(relation), relation]));
  for (const was of relations) {
    const [before, after] = [was.grantees, now.get(keyOf(was))?.grantees ?? []];
    const others = (list: readonly string[]) => list.filter((grantee) => grantee !== was.owner);
    if (String(others(before)) === String(others(after))) continue;
    const message = `The grants on ${placeOf(was)} cannot be given to the table that replaces it: this user does not see all of them. Load as a superuser, or revoke them first.`;
    throw new PgshiftError('PermissionDenied', message);
  }
}
