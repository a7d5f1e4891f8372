// What is kept of views WITH NO SCHEMA BINDING, and what the catalog says of them, as SQL for the backend.
// As on Redshift, pg_class has no columns for them, and pg_get_viewdef gives the whole statement that made them.

import { literal } from '../admin.ts';
import type { LateView } from '../sql/late-views.ts';

/** Asks which of these names are late-binding views, and may be read. */
export function findLateViews(names: readonly string[]): string {
  const list = names.map((name) => literal(name)).join(', ');
  return `SELECT n, v.query, array_to_json(v.columns), has_table_privilege(v.view, 'SELECT')
    FROM unnest(ARRAY[${list}]) AS n JOIN pg_internal.late_views v ON v.view = to_regclass(n)`;
}

/** Asks which of these names are relations of users. */
export function findUserRelations(names: readonly string[]): string {
  const list = names.map((name) => literal(name)).join(', ');
  return `SELECT n FROM unnest(ARRAY[${list}]) AS n JOIN pg_class c ON c.oid = to_regclass(n)
    WHERE c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace, 'pg_internal'::regnamespace)`;
}

/** A row of the answer. */
export function lateView([name, query, columns, readable]: readonly (string | null)[]): LateView {
  const list: unknown = JSON.parse(columns ?? '[]');
  return {
    name: name ?? '',
    query: query ?? '',
    columns: Array.isArray(list) ? list.map(String) : [],
    readable: readable === 't',
  };
}

/** The functions that tell a view's query: their arguments, and their names inside PostgreSQL. */
const definitions: readonly (readonly [args: string, oid: string, name: string])[] = [
  ['oid', '$1', 'pg_get_viewdef'],
  ['oid, boolean', '$1', 'pg_get_viewdef_ext'],
  ['oid, integer', '$1', 'pg_get_viewdef_wrap'],
  ['text', '$1::regclass::oid', 'pg_get_viewdef_name'],
  ['text, boolean', '$1::regclass::oid', 'pg_get_viewdef_name_ext'],
];

/** PostgreSQL calls a function of its own by its number, and would not see a new body, unless that is put in its place. */
const definitionSql = ([args, oid, name]: (typeof definitions)[number]): string => {
  const parameters = args.split(',').map((_, i) => `$${i + 1}`);
  return `
CREATE FUNCTION pg_internal.${name}(${args}) RETURNS text LANGUAGE internal STABLE STRICT PARALLEL SAFE AS '${name}';
CREATE FUNCTION pg_internal.definition_of(${args}) RETURNS text LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE AS $f$
BEGIN
  RETURN coalesce((SELECT definition FROM pg_internal.late_views WHERE view = ${oid}),
    (SELECT definition FROM pg_internal.materialized_views WHERE view = ${oid}), pg_internal.${name}(${parameters}));
END $f$;
CREATE OR REPLACE FUNCTION pg_catalog.pg_get_viewdef(${args}) RETURNS text LANGUAGE sql STABLE STRICT PARALLEL SAFE
  AS $f$ SELECT pg_internal.definition_of(${parameters}) $f$;`;
};

export const lateViewsSql = `
CREATE TABLE pg_internal.late_views (view oid PRIMARY KEY, query text NOT NULL, definition text NOT NULL,
  columns text[] NOT NULL);
GRANT SELECT ON pg_internal.late_views TO PUBLIC;

CREATE FUNCTION pg_internal.unexpanded_late_view() RETURNS SETOF int LANGUAGE plpgsql AS $f$
BEGIN
  RAISE EXCEPTION 'not implemented by the stand-in: a late-binding view read like this' USING ERRCODE = '0A000';
END $f$;

-- What the query reads need not exist; but it must be a query, of schemas that exist.
CREATE FUNCTION pg_internal.keep_late_view(target regclass, wanted text, statement text, names text[], schemas text[])
  RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $f$
DECLARE
  missing text;
BEGIN
  PERFORM pg_internal.must_own(target);
  SELECT s INTO missing FROM unnest(schemas) AS s WHERE NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = s) LIMIT 1;
  IF missing IS NOT NULL THEN
    RAISE EXCEPTION 'schema "%" does not exist', missing USING ERRCODE = '3F000';
  END IF;
  BEGIN
    EXECUTE 'EXPLAIN SELECT * FROM (' || wanted || ') AS q';
  EXCEPTION
    WHEN syntax_error THEN RAISE;
    WHEN OTHERS THEN NULL;
  END;
  INSERT INTO pg_internal.late_views VALUES (target, wanted, statement, names)
    ON CONFLICT (view) DO UPDATE SET query = excluded.query, definition = excluded.definition, columns = excluded.columns;
END $f$;

CREATE FUNCTION pg_internal.bound_view(target regclass)
  RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $f$
  DELETE FROM pg_internal.late_views WHERE view = target AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = target)
$f$;

${definitions.map(definitionSql).join('')}
-- Columns as the query gives them now; a view whose query fails has none.
CREATE FUNCTION pg_internal.late_view_columns(wanted text, names text[]) RETURNS TABLE (name text, type text, place int)
  LANGUAGE plpgsql STABLE AS $f$
DECLARE
  source text := '(SELECT 1) one LEFT JOIN LATERAL (SELECT * FROM (' || wanted || ') AS q'
    || CASE WHEN names = '{}' THEN '' ELSE '(' || (SELECT string_agg(quote_ident(n), ', ') FROM unnest(names) n) || ')' END
    || ' LIMIT 0) AS v ON true';
  found text[];
  types text[];
BEGIN
  EXECUTE 'SELECT ARRAY(SELECT json_object_keys(row_to_json(r))) FROM (SELECT v.* FROM ' || source || ') r' INTO found;
  EXECUTE 'SELECT ARRAY[' || (SELECT string_agg(format('pg_typeof(r.%I)::text', k), ', ') FROM unnest(found) k)
    || '] FROM (SELECT v.* FROM ' || source || ') r' INTO types;
  RETURN QUERY SELECT f, replace(t, 'varbyte', 'binary varying'), o::int
    FROM unnest(found, types) WITH ORDINALITY AS u(f, t, o);
EXCEPTION WHEN OTHERS THEN
  RETURN;
END $f$;
CREATE FUNCTION pg_catalog.pg_get_late_binding_view_cols() RETURNS SETOF record LANGUAGE sql STABLE AS $f$
  SELECT n.nspname, r.relname, c.name::name, c.type::varchar, c.place
  FROM pg_internal.late_views v JOIN pg_class r ON r.oid = v.view JOIN pg_namespace n ON n.oid = r.relnamespace
    CROSS JOIN LATERAL pg_internal.late_view_columns(v.query, v.columns) c
$f$;
`;
