// Redshift's system views of how tables are kept, as SQL for the backend. `encoding` is the expression of a column's.
export const layoutSql = (encoding: string): string => `
CREATE VIEW pg_catalog.pg_class_info AS
  SELECT r.oid AS reloid, r.relname, r.relnamespace, r.relowner, r.relkind, coalesce(t.diststyle, 9) AS reldiststyle,
    coalesce(nullif(t.diststyle, 9), 10) AS releffectivediststyle
  FROM pg_class r LEFT JOIN pg_internal.table_attributes t ON t.relation = r.oid;
CREATE VIEW pg_catalog.svv_redshift_columns AS
  SELECT current_database()::varchar(128) AS database_name, n.nspname::varchar(128) AS schema_name,
    r.relname::varchar(128) AS table_name, a.attname::varchar(128) AS column_name,
    a.attnum::int AS ordinal_position, pg_internal.type_name(a.atttypid, a.atttypmod)::varchar(32) AS data_type,
    pg_internal.default_text(a.attrelid, a.attnum)::varchar(4000) AS column_default,
    CASE WHEN a.attnotnull THEN 'NO' ELSE 'YES' END::varchar(3) AS is_nullable, (${encoding})::varchar(128) AS encoding,
    coalesce(c.distkey, false) AS distkey, coalesce(c.sortkey, 0) AS sortkey,
    array_to_string(a.attacl, ',')::varchar(128) AS column_acl,
    col_description(a.attrelid, a.attnum)::varchar(256) AS remarks
  FROM pg_class r JOIN pg_namespace n ON n.oid = r.relnamespace
    JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_internal.column_attributes c ON c.relation = r.oid AND c.attribute = a.attnum
  WHERE r.relkind IN ('r', 'v') AND has_table_privilege(r.oid, 'SELECT')
    AND n.nspname NOT IN ('pg_catalog', 'pg_internal', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)';
CREATE VIEW pg_catalog.svv_redshift_tables AS SELECT current_database()::varchar(128) AS database_name,
    n.nspname::varchar(128) AS schema_name, r.relname::varchar(128) AS table_name,
    CASE r.relkind WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END::varchar(128) AS table_type,
    array_to_string(r.relacl, ',')::varchar(128) AS table_acl, obj_description(r.oid, 'pg_class')::varchar(256) AS remarks,
    pg_get_userbyid(r.relowner)::varchar(128) AS table_owner
  FROM pg_class r JOIN pg_namespace n ON n.oid = r.relnamespace
  WHERE r.relkind IN ('r', 'v') AND has_table_privilege(r.oid, 'SELECT')
    AND n.nspname NOT IN ('pg_catalog', 'pg_internal', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)';
CREATE VIEW pg_catalog.svv_redshift_schemas AS SELECT current_database()::varchar(128) AS database_name,
    nspname::varchar(128) AS schema_name, nspowner::int AS schema_owner, 'local'::varchar(128) AS schema_type,
    array_to_string(nspacl, ',')::varchar(128) AS schema_acl, ''::varchar(128) AS schema_option
  FROM pg_namespace n WHERE nspname NOT IN ('pg_catalog', 'pg_internal', 'information_schema') AND nspname !~ '^pg_(toast|temp)'
    AND NOT EXISTS (SELECT FROM pg_internal.external_schemas e WHERE e.schema = n.oid);
CREATE VIEW pg_catalog.svv_tables AS
  SELECT database_name::text AS table_catalog, schema_name::text AS table_schema, table_name::text,
    CASE table_type WHEN 'VIEW' THEN 'VIEW' ELSE 'BASE TABLE' END AS table_type, remarks::text
  FROM pg_catalog.svv_redshift_tables
  UNION ALL SELECT redshift_database_name, schemaname, tablename, 'EXTERNAL TABLE', NULL FROM pg_catalog.svv_external_tables;
GRANT SELECT ON pg_catalog.svv_redshift_tables, pg_catalog.svv_redshift_schemas, pg_catalog.svv_tables TO PUBLIC;
GRANT SELECT ON pg_catalog.pg_class_info, pg_catalog.svv_redshift_columns TO PUBLIC;
`;
