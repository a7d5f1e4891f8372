// What is kept of external schemas and tables, and Redshift's system views of them, as SQL for the backend.
export const externalSql = `
CREATE TABLE pg_internal.external_schemas (schema oid PRIMARY KEY, kind int NOT NULL, database text NOT NULL);
CREATE TABLE pg_internal.external_tables (schema oid REFERENCES pg_internal.external_schemas ON DELETE CASCADE, name text,
  location text NOT NULL, columns jsonb NOT NULL, PRIMARY KEY (schema, name));
GRANT SELECT ON pg_internal.external_schemas, pg_internal.external_tables TO PUBLIC;

CREATE FUNCTION pg_internal.keep_external_schema(schema regnamespace, kind int, database text) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $f$
  INSERT INTO pg_internal.external_schemas VALUES (schema, kind, database) ON CONFLICT DO NOTHING
$f$;
CREATE FUNCTION pg_internal.keep_external_table(target regnamespace, table_name text, place text, list text) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $f$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_internal.external_schemas e WHERE e.schema = target) THEN
    RAISE EXCEPTION 'schema "%" is not an external schema', target USING ERRCODE = '42809';
  ELSIF NOT has_schema_privilege(session_user, target, 'CREATE') THEN
    RAISE EXCEPTION 'permission denied for schema %', target USING ERRCODE = '42501';
  ELSIF EXISTS (SELECT FROM pg_internal.external_tables e WHERE e.schema = target AND e.name = table_name) THEN
    RAISE EXCEPTION 'Relation "%" already exists', table_name USING ERRCODE = '42P07';
  END IF;
  INSERT INTO pg_internal.external_tables VALUES (target, table_name, place, list::jsonb);
END $f$;

CREATE VIEW pg_catalog.svv_external_schemas AS SELECT n.oid AS esoid, e.kind::smallint AS eskind, n.nspname AS schemaname,
    n.nspowner::int AS esowner, e.database AS databasename, NULL::text AS esoptions
  FROM pg_internal.external_schemas e JOIN pg_namespace n ON n.oid = e.schema;
CREATE VIEW pg_catalog.svv_external_tables AS SELECT current_database()::text AS redshift_database_name,
    n.nspname::text AS schemaname, e.name AS tablename, 'TABLE'::text AS tabletype, e.location, NULL::text AS input_format,
    NULL::text AS output_format, NULL::text AS serialization_lib, NULL::text AS serde_parameters, 0 AS compressed,
    NULL::text AS parameters
  FROM pg_internal.external_tables e JOIN pg_namespace n ON n.oid = e.schema;
CREATE VIEW pg_catalog.svv_external_columns AS SELECT current_database()::text AS redshift_database_name,
    n.nspname::text AS schemaname, e.name AS tablename, c.value ->> 'name' AS columnname, c.value ->> 'type' AS external_type,
    c.ordinality::int AS columnnum, (c.value ->> 'part')::int AS part_key, NULL::text AS is_nullable
  FROM pg_internal.external_tables e JOIN pg_namespace n ON n.oid = e.schema
    CROSS JOIN LATERAL jsonb_array_elements(e.columns) WITH ORDINALITY AS c;
GRANT SELECT ON pg_catalog.svv_external_schemas, pg_catalog.svv_external_tables, pg_catalog.svv_external_columns TO PUBLIC;
`;
