// What people gave a table of PostgreSQL that is replaced, and what they built on it: owner, comments, grants, views. The queries that
// read it and the statements that give it to the new table, all of them for the transaction that swaps the tables.

import type { Row } from '../../catalog/rows.ts';
import { boolean, optional, text } from '../../catalog/rows.ts';
import { keyOf, type Name } from '../../plan/names.ts';
import { identifier, literal, qualified } from '../quote.ts';

const listed = (relations: readonly Name[]): string =>
  `(n.nspname, c.relname) IN (${relations.map(({ schema, name }) => `(${literal(schema)}, ${literal(name)})`).join(', ')})`;

/** The sessions that hold a lock on one of the tables: its `schema` and `name`, their `pid` and their user, the `owner`. */
export const lockHolders = (tables: readonly Name[]): string =>
  'SELECT DISTINCT n.nspname AS schema, c.relname AS name, l.pid AS pid, a.usename AS owner FROM pg_locks l ' +
  'JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace ' +
  'LEFT JOIN pg_stat_activity a ON a.pid = l.pid WHERE l.granted AND l.pid <> pg_backend_pid() ' +
  `AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND ${listed(tables)}`;

/** A table or a view as it is before the swap. */
export interface KeptRelation extends Name {
  readonly oid: string;
  readonly kind: 'TABLE' | 'VIEW';
  readonly owner: string;
  readonly comment?: string;
  /** Of a view: its query, and its options, `security_barrier=true`. */
  readonly definition?: string;
  readonly options?: string;
}

const DESCRIBE =
  "SELECT c.oid AS oid, n.nspname AS schema, c.relname AS name, CASE c.relkind WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END AS kind, " +
  "pg_get_userbyid(c.relowner) AS owner, obj_description(c.oid, 'pg_class') AS comment, " +
  "CASE WHEN c.relkind = 'v' THEN pg_get_viewdef(c.oid) END AS definition, " +
  "CASE WHEN c.relkind = 'v' THEN array_to_string(c.reloptions, ', ') END AS options " +
  'FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace ';

export const describeNamed = (relations: readonly Name[]): string => `${DESCRIBE}WHERE ${listed(relations)}`;

/**
 * The views over tables, and over those views: what a view stands on comes before it, as the deepest way to it is counted.
 */
export const viewsOver = (oids: readonly string[]): string =>
  `WITH RECURSIVE over AS (SELECT unnest(ARRAY[${oids.join(', ')}]::oid[]) AS oid, 0 AS depth UNION ` +
  'SELECT r.ev_class, over.depth + 1 FROM over ' +
  "JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = over.oid AND d.classid = 'pg_rewrite'::regclass " +
  "AND d.deptype = 'n' JOIN pg_rewrite r ON r.oid = d.objid AND r.ev_class <> over.oid " +
  "JOIN pg_class v ON v.oid = r.ev_class AND v.relkind = 'v') " +
  `${DESCRIBE}JOIN (SELECT oid, max(depth) AS depth FROM over WHERE depth > 0 GROUP BY oid) o ON o.oid = c.oid ORDER BY o.depth, c.oid`;

export const readRelation = (row: Row): KeptRelation => {
  const [comment, definition, options] = ['comment', 'definition', 'options'].map((column) => optional(row, column));
  return {
    oid: text(row, 'oid'),
    schema: text(row, 'schema'),
    name: text(row, 'name'),
    kind: text(row, 'kind') === 'VIEW' ? 'VIEW' : 'TABLE',
    owner: text(row, 'owner'),
    ...(comment === undefined ? {} : { comment }),
    ...(definition === undefined ? {} : { definition }),
    ...(options === undefined ? {} : { options }),
  };
};

export const dropView = (view: Name): string => `DROP VIEW ${qualified(view.schema, view.name)}`;

/** pg_get_viewdef gives the query with its semicolon. */
export function createView({
  schema,
  name,
  definition = '',
  options,
}: Name & Pick<KeptRelation, 'definition' | 'options'>): string {
  const kept = options === undefined ? '' : ` WITH (${options})`;
  return `CREATE VIEW ${qualified(schema, name)}${kept} AS ${definition.replace(/;\s*$/, '')}`;
}

/** One right on a table, a view, or one column of it. `grantee` is null for everybody. */
export interface Grant extends Name {
  readonly column?: string;
  readonly privilege: string;
  readonly grantee: string | null;
  readonly withGrantOption: boolean;
}

/** Of relations, and of their columns. Whoever asks sees all of them. */
export const grantsOn = (relations: readonly Name[]): string =>
  'SELECT n.nspname AS schema, c.relname AS name, NULL AS "column", a.privilege_type AS privilege, ' +
  'CASE WHEN a.grantee <> 0 THEN pg_get_userbyid(a.grantee) END AS grantee, a.is_grantable AS grantable, a.grantee = c.relowner AS owners ' +
  'FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) a ' +
  `WHERE ${listed(relations)} UNION ALL ` +
  'SELECT n.nspname, c.relname, t.attname, a.privilege_type, CASE WHEN a.grantee <> 0 THEN pg_get_userbyid(a.grantee) END, ' +
  'a.is_grantable, a.grantee = c.relowner FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace ' +
  'JOIN pg_attribute t ON t.attrelid = c.oid AND NOT t.attisdropped, aclexplode(t.attacl) a ' +
  `WHERE ${listed(relations)}`;

/** An owner's own rights go with the ownership. */
export function readGrants(rows: readonly Row[]): Grant[] {
  return rows
    .filter((row) => !boolean(row, 'owners'))
    .map((row) => {
      const column = optional(row, 'column');
      return {
        schema: text(row, 'schema'),
        name: text(row, 'name'),
        ...(column === undefined ? {} : { column }),
        privilege: text(row, 'privilege'),
        grantee: optional(row, 'grantee') ?? null,
        withGrantOption: boolean(row, 'grantable'),
      };
    });
}

/** What makes the rights that are into those that were. `columns` are those of each relation now, by keyOf. */
export function grantChanges(was: readonly Grant[], is: readonly Grant[]): string[] {
  const [before, after] = [new Map(was.map(withKey)), new Map(is.map(withKey))];
  return [
    ...[...after]
      .filter(([key]) => !before.has(key))
      .map(([, grant]) => `REVOKE ${rightOf(grant)} FROM ${grantee(grant)}`),
    ...[...before]
      .filter(([key]) => !after.has(key))
      .map(
        ([, grant]) =>
          `GRANT ${rightOf(grant)} TO ${grantee(grant)}${grant.withGrantOption ? ' WITH GRANT OPTION' : ''}`,
      ),
  ];
}

const withKey = (grant: Grant): [string, Grant] => [
  JSON.stringify([keyOf(grant), grant.column ?? null, grant.privilege, grant.grantee, grant.withGrantOption]),
  grant,
];

function rightOf({ schema, name, column, privilege }: Grant): string {
  if (!/^[A-Za-z ]+$/.test(privilege)) throw new RangeError(`${JSON.stringify(privilege)} is no privilege`);
  return `${privilege}${column === undefined ? '' : ` (${identifier(column)})`} ON ${qualified(schema, name)}`;
}

const grantee = (grant: Grant): string => (grant.grantee === null ? 'PUBLIC' : identifier(grant.grantee));

/** Comments of the columns of relations: `schema`, `name`, `column`, `comment`, null where there is none. */
export const columnComments = (relations: readonly Name[]): string =>
  'SELECT n.nspname AS schema, c.relname AS name, a.attname AS "column", col_description(a.attrelid, a.attnum) AS comment ' +
  'FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace ' +
  `WHERE a.attnum > 0 AND NOT a.attisdropped AND ${listed(relations)}`;

/** Owner and comment, where they differ. */
export function restore(was: KeptRelation, is: KeptRelation): string[] {
  const place = qualified(is.schema, is.name);
  return [
    ...(was.owner === is.owner ? [] : [`ALTER ${is.kind} ${place} OWNER TO ${identifier(was.owner)}`]),
    // The source's own comment is newer than the one that was there.
    ...(was.comment === undefined || is.comment !== undefined
      ? []
      : [`COMMENT ON ${is.kind} ${place} IS ${literal(was.comment)}`]),
  ];
}

/** For columns that have none of their own now. */
export function restoreComments(was: readonly Row[], is: readonly Row[]): string[] {
  const bare = new Set(is.filter((row) => optional(row, 'comment') === undefined).map(columnKey));
  return was.flatMap((row) => {
    const comment = optional(row, 'comment');
    if (comment === undefined || !bare.has(columnKey(row))) return [];
    const place = `${qualified(text(row, 'schema'), text(row, 'name'))}.${identifier(text(row, 'column'))}`;
    return [`COMMENT ON COLUMN ${place} IS ${literal(comment)}`];
  });
}

const columnKey = (row: Row): string => JSON.stringify([row.schema, row.name, row.column]);

/** One row when a relation of the name is there. */
export const findRelation = ({ schema, name }: Name): string =>
  `SELECT 1 AS there FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${listed([{ schema, name }])}`;

/** One row when a session of that name works on something, but for this one. */
export const findWorking = (applicationName: string): string =>
  `SELECT 1 AS working FROM pg_stat_activity WHERE application_name = ${literal(applicationName)} AND state = 'active' ` +
  'AND datname = current_database() AND pid <> pg_backend_pid() LIMIT 1';
