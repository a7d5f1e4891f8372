// What people gave a table that is replaced, and what they built on it: owner, comments, grants, views. The queries that
// read it and the statements that give it to the new table, all of them for the transaction that swaps the tables.

import type { Row } from '../../catalog/rows.ts';
import { boolean, groupBy, optional, text } from '../../catalog/rows.ts';
import type { PlannedTable } from '../../plan/model.ts';
import { byText, keyOf, type Name } from '../../plan/names.ts';
import { identifier, qualified, redshiftLiteral } from '../quote.ts';

/** A table or a view as it is before the swap. */
export interface KeptRelation extends Name {
  readonly owner: string;
  readonly comment?: string;
  /** Of a view. */
  readonly definition?: string;
}

/** One right on a table, a view, or one column of it. */
export interface Grant extends Name {
  readonly column?: string;
  readonly privilege: string;
  readonly identity: string;
  readonly identityType: string;
  readonly withGrantOption: boolean;
}

const names = (relations: readonly Name[]): string =>
  [...new Set(relations.map(({ name }) => name))].map(redshiftLiteral).join(', ');

/** So that a view's definition names every table in full. */
export const NAME_IN_FULL = 'SET search_path TO pg_catalog';

/** Which view stands directly on what: `view` and `base` are oids. A view's rule depends on both, on the view internally. */
export const viewEdges =
  'SELECT DISTINCT own.refobjid AS view, uses.refobjid AS base FROM pg_depend own ' +
  'JOIN pg_depend uses ON uses.objid = own.objid AND uses.refobjid <> own.refobjid ' +
  'JOIN pg_class v ON v.oid = own.refobjid ' +
  "WHERE own.deptype = 'i' AND uses.deptype = 'n' AND uses.refclassid = 'pg_class'::regclass AND v.relkind = 'v'";

/** Relations by name: `oid`, `schema`, `name`, `owner`, `comment`, and `acl`, one line for each grantee. */
export const describeNamed = (relations: readonly Name[]): string => describe(`c.relname IN (${names(relations)})`);

/** Views by oid, with their `definition`. */
export const describeViews = (oids: readonly string[]): string =>
  describe(`c.oid IN (${oids.join(', ')})`, ', pg_get_viewdef(c.oid) AS definition');

/** Made again as a plain view it would not be what it was. */
export const isMaterialized = (definition: string | undefined): boolean =>
  definition !== undefined && /create materialized view/i.test(definition);

const describe = (which: string, more = ''): string =>
  'SELECT c.oid AS "oid", n.nspname AS "schema", c.relname AS name, pg_get_userbyid(c.relowner) AS owner, ' +
  `obj_description(c.oid, 'pg_class') AS comment, array_to_string(c.relacl, CHR(10)) AS acl${more} ` +
  `FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${which}`;

/** Comments of the columns of relations, by their oids. */
export const columnComments = (oids: readonly string[]): string =>
  'SELECT a.attrelid AS "oid", a.attname AS name, col_description(a.attrelid, a.attnum) AS comment ' +
  `FROM pg_attribute a WHERE a.attrelid IN (${oids.join(', ')}) AND a.attnum > 0 AND NOT a.attisdropped`;

export const relationGrants = (relations: readonly Name[]): string => grantsIn('svv_relation_privileges', relations);
export const columnGrants = (relations: readonly Name[]): string =>
  grantsIn('svv_column_privileges', relations, 'column_name');

function grantsIn(view: string, relations: readonly Name[], column?: string): string {
  const columns = [
    'namespace_name AS "schema"',
    'relation_name AS name',
    ...(column === undefined ? ['admin_option AS with_grant_option'] : [`${column} AS "column"`]),
    'privilege_type AS privilege',
    'identity_name AS identity',
    'identity_type',
  ];
  return `SELECT ${columns.join(', ')} FROM ${view} WHERE relation_name IN (${names(relations)})`;
}

export function readGrant(row: Row): Grant {
  const column = optional(row, 'column');
  return {
    schema: text(row, 'schema'),
    name: text(row, 'name'),
    ...(column === undefined ? {} : { column }),
    privilege: text(row, 'privilege'),
    identity: optional(row, 'identity') ?? '',
    identityType: text(row, 'identity_type'),
    withGrantOption: column === undefined && boolean(row, 'with_grant_option'),
  };
}

/**
 * The views over some tables, also over their views, by oid: those that stand on others come after them. Made in this
 * order, dropped in the other.
 */
export function viewsOver(tables: ReadonlySet<string>, edges: readonly Row[]): string[] {
  const over = groupBy(edges, 'base');
  const order: string[] = [];
  const seen = new Set<string>();
  const visit = (oid: string): void => {
    for (const edge of over.get(oid) ?? []) {
      const view = text(edge, 'view');
      if (seen.has(view)) continue;
      seen.add(view);
      visit(view);
      // What stands on it is there already, behind it.
      order.unshift(view);
    }
  };
  for (const table of tables) visit(table);
  return order;
}

export const dropView = (view: Name): string => `DROP VIEW ${qualified(view.schema, view.name)}`;

/** pg_get_viewdef gives the query with its semicolon. */
export const createView = (view: KeptRelation): string =>
  `CREATE VIEW ${qualified(view.schema, view.name)} AS ${(view.definition ?? '').replace(/;\s*$/, '')}`;

/** Owner and comment, where they differ. Views are changed with ALTER TABLE as well. */
export function restore(was: KeptRelation, is: KeptRelation, kind: 'TABLE' | 'VIEW'): string[] {
  const place = qualified(is.schema, is.name);
  return [
    ...(was.owner === is.owner ? [] : [`ALTER TABLE ${place} OWNER TO ${identifier(was.owner)}`]),
    // The source's own comment is newer than the one that was there.
    ...(was.comment === undefined || is.comment !== undefined
      ? []
      : [`COMMENT ON ${kind} ${place} IS ${redshiftLiteral(was.comment)}`]),
  ];
}

/** Comments of the live table's columns, for those of the new one that the source says nothing of. */
export function restoreColumnComments({ target, columns }: PlannedTable, comments: readonly Row[]): string[] {
  return comments.flatMap((row) => {
    const [name, comment] = [text(row, 'name'), optional(row, 'comment')];
    const column = columns.find((one) => one.target === name);
    if (comment === undefined || column === undefined || column.comment !== undefined) return [];
    return [
      `COMMENT ON COLUMN ${qualified(target.schema, target.name)}.${identifier(name)} IS ${redshiftLiteral(comment)}`,
    ];
  });
}

/** The sessions that hold a lock on one of the tables: its `schema` and `name`, their `pid` and their user, the `owner`. */
export const lockHolders = (tables: readonly Name[]): string =>
  'SELECT DISTINCT n.nspname AS schema, c.relname AS name, t.pid AS pid, t.txn_owner AS owner FROM svv_transactions t ' +
  'JOIN pg_class c ON c.oid = t.relation JOIN pg_namespace n ON n.oid = c.relnamespace WHERE t.granted AND (' +
  `${tables.map(({ schema, name }) => `(n.nspname = ${redshiftLiteral(schema)} AND c.relname = ${redshiftLiteral(name)})`).join(' OR ')})`;

/** What makes the rights that are into those that were. An owner's own go with the ownership. */
export function grantChanges(was: readonly Grant[], is: readonly Grant[], kept: readonly KeptRelation[]): string[] {
  const owners = new Map(kept.map((relation) => [keyOf(relation), relation.owner]));
  const mine = (grant: Grant) => owners.has(keyOf(grant)) && owners.get(keyOf(grant)) !== grant.identity;
  const [before, after] = [new Map(was.filter(mine).map(withKey)), new Map(is.filter(mine).map(withKey))];
  const missing = [...before].filter(([key]) => !after.has(key)).map(([, grant]) => grant);
  const extra = [...after].filter(([key]) => !before.has(key)).map(([, grant]) => grant);
  // To take a right on a whole table from somebody takes those on its columns as well.
  return [
    ...extra.map((grant) => `REVOKE ${rightOf(grant)} FROM ${granteeOf(grant)}`),
    ...missing.map(
      (grant) => `GRANT ${rightOf(grant)} TO ${granteeOf(grant)}${grant.withGrantOption ? ' WITH GRANT OPTION' : ''}`,
    ),
  ];
}

const withKey = (grant: Grant): [string, Grant] => [
  JSON.stringify([grant.schema, grant.name, grant.column ?? null, grant.privilege, grant.identityType, grant.identity]),
  grant,
];

function rightOf({ schema, name, column, privilege }: Grant): string {
  if (!/^[A-Za-z ]+$/.test(privilege)) throw new RangeError(`${JSON.stringify(privilege)} is no privilege`);
  const columns = column === undefined ? '' : ` (${identifier(column)})`;
  return `${privilege.toUpperCase()}${columns} ON ${qualified(schema, name)}`;
}

/** The word before a grantee's name, by svv_relation_privileges.identity_type. */
const GRANTEE_WORD: Readonly<Record<string, string>> = { user: '', group: 'GROUP ', role: 'ROLE ' };

function granteeOf({ identity, identityType }: Grant): string {
  if (identityType === 'public') return 'PUBLIC';
  const word = GRANTEE_WORD[identityType];
  if (word === undefined) throw new RangeError(`${JSON.stringify(identityType)} is no kind of grantee`);
  return word + identifier(identity);
}

/** Who has any right, by the catalog itself, which shows everybody: without what rights, and who gave them. */
export function grantees(acl: string | undefined): string[] {
  const lines = (acl ?? '').split('\n').filter((line) => line !== '');
  return [...new Set(lines.map((line) => line.replace(/=[^=]*$/, '')))].sort(byText);
}
