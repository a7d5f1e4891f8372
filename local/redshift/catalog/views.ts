// Redshift's system views over the backend's catalog, as SQL for the backend.

/** What stv_slices shows: the slices of a small cluster. */
export const slices = 2;

/** A column's encoding: what was said, else what Redshift would choose. */
export const encoding = `CASE WHEN c.encoding IS NOT NULL THEN c.encoding
  WHEN coalesce(c.sortkey, 0) <> 0 OR a.atttypid IN (16, 700, 701) THEN 'none'
  WHEN a.atttypid IN (20, 21, 23, 1700, 1082, 1083, 1266, 1114, 1184) THEN 'az64'
  WHEN a.atttypid IN (1042, 1043, 25, 6551) THEN 'lzo' ELSE 'zstd' END`;

export const viewsSql = `
CREATE TABLE pg_internal.load_errors (userid int, slice int, tbl int, starttime timestamp, session int, query bigint,
  filename text, line_number bigint, colname text, type text, col_length text, position int, raw_line text,
  raw_field_value text, err_code int, err_reason text, is_partial int, start_offset bigint, database_name text,
  transaction_id bigint);
-- CHAR takes ASCII only; what a load was refused for need not be.
CREATE FUNCTION pg_internal.padded(text, int) RETURNS bpchar LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS $f$ SELECT rpad($1, $2)::bpchar $f$;
-- Superusers, whom the stand-in's own user is not among, see all rows; others their own.
CREATE VIEW pg_internal.own_load_errors AS SELECT * FROM pg_internal.load_errors
  WHERE userid = (SELECT usesysid FROM pg_user WHERE usename = current_user);
CREATE VIEW pg_catalog.stl_load_errors AS SELECT userid, slice, tbl, starttime, session, query::int AS query,
  pg_internal.padded(filename, 256) AS filename, line_number, pg_internal.padded(colname, 127) AS colname, pg_internal.padded(type, 10) AS type, pg_internal.padded(col_length, 10) AS col_length, position,
  pg_internal.padded(raw_line, 1024) AS raw_line, pg_internal.padded(raw_field_value, 1024) AS raw_field_value, err_code, pg_internal.padded(err_reason, 100) AS err_reason, is_partial, start_offset
  FROM pg_internal.own_load_errors
  WHERE current_setting('redshift.deployment', true) IS DISTINCT FROM 'serverless';
CREATE VIEW pg_catalog.sys_load_error_detail AS SELECT userid AS user_id, query AS query_id, transaction_id,
  session AS session_id, pg_internal.padded(database_name, 64) AS database_name, tbl AS table_id, starttime AS start_time,
  pg_internal.padded(filename, 256) AS file_name, line_number, pg_internal.padded(colname, 127) AS column_name,
  pg_internal.padded(type, 10) AS column_type, pg_internal.padded(col_length, 10) AS column_length, position,
  err_code AS error_code, pg_internal.padded(err_reason, 512) AS error_message
  FROM pg_internal.own_load_errors;

CREATE FUNCTION pg_internal.type_name(type oid, modifier int) RETURNS text LANGUAGE sql STABLE AS $f$
  SELECT CASE WHEN type = 6551 THEN replace(format_type(type, modifier), 'varbyte', 'binary varying')
    ELSE format_type(type, modifier) END $f$;
CREATE VIEW pg_catalog.pg_table_def AS SELECT n.nspname AS schemaname, r.relname AS tablename, a.attname AS "column",
  pg_internal.type_name(a.atttypid, a.atttypmod)::varchar AS type, (${encoding})::varchar AS encoding,
  coalesce(c.distkey, false) AS distkey, coalesce(c.sortkey, 0) AS sortkey, a.attnotnull AS "notnull"
  FROM pg_class r JOIN pg_namespace n ON n.oid = r.relnamespace
    JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_internal.column_attributes c ON c.relation = r.oid AND c.attribute = a.attnum
  WHERE r.relkind = 'r' AND pg_table_is_visible(r.oid);

-- Waits for nobody: of a table that is locked it says what was last known.
CREATE FUNCTION pg_internal.measure(target oid, OUT rows bigint, OUT bytes bigint) LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $f$
BEGIN
  EXECUTE format('LOCK TABLE %s IN ACCESS SHARE MODE NOWAIT', target::regclass);
  EXECUTE format('SELECT count(*) FROM %s', target::regclass) INTO rows;
  bytes := pg_relation_size(target);
EXCEPTION
  -- Somebody dropped it since the snapshot was taken: there is no name for it any more.
  WHEN undefined_table OR syntax_error THEN rows := 0;
  WHEN lock_not_available THEN
    SELECT greatest(1, reltuples), relpages * 8192::bigint FROM pg_class WHERE oid = target INTO rows, bytes;
END $f$;
CREATE VIEW pg_catalog.svv_table_info AS
  SELECT current_database()::text AS database, n.nspname::text AS schema, r.oid AS table_id, r.relname::text AS "table",
    CASE WHEN EXISTS (SELECT FROM pg_internal.column_attributes c WHERE c.relation = r.oid AND c.encoding IS NOT NULL)
      THEN 'Y' ELSE 'Y, AUTO(ENCODE)' END AS encoded,
    CASE t.diststyle WHEN 0 THEN 'EVEN' WHEN 8 THEN 'ALL'
      WHEN 1 THEN 'KEY(' || (SELECT a.attname FROM pg_internal.column_attributes c
        JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum = c.attribute WHERE c.relation = r.oid AND c.distkey) || ')'
      ELSE 'AUTO(ALL)' END AS diststyle,
    coalesce((SELECT a.attname::text FROM pg_internal.column_attributes c JOIN pg_attribute a ON a.attrelid = r.oid
      AND a.attnum = c.attribute WHERE c.relation = r.oid AND abs(c.sortkey) = 1), 'AUTO(SORTKEY)') AS sortkey1,
    coalesce((SELECT max(a.atttypmod - 4) FROM pg_attribute a WHERE a.attrelid = r.oid AND a.atttypid = 1043
      AND a.atttypmod > 0), 0) AS max_varchar,
    (SELECT count(*) FROM pg_internal.column_attributes c WHERE c.relation = r.oid AND c.sortkey <> 0)::int AS sortkey_num,
    -- in blocks of 1 MB
    greatest(1, s.bytes / 1048576) AS size, s.rows::numeric(38,0) AS tbl_rows,
    s.rows::numeric(38,0) AS estimated_visible_rows
  FROM pg_class r JOIN pg_namespace n ON n.oid = r.relnamespace
    LEFT JOIN pg_internal.table_attributes t ON t.relation = r.oid
    CROSS JOIN LATERAL pg_internal.measure(r.oid) s
  WHERE r.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'pg_internal', 'information_schema')
    AND n.nspname !~ '^pg_(toast|temp)' AND s.rows > 0;

CREATE VIEW pg_catalog.svv_columns AS
  SELECT table_catalog::text, table_schema::text, table_name::text, column_name::text, ordinal_position::int,
    coalesce(column_default::text, pg_internal.default_text(format('%I.%I', table_schema, table_name)::regclass,
      ordinal_position)) AS column_default, is_nullable::text, replace(data_type::text, 'varbyte', 'binary varying') AS data_type,
    character_maximum_length::int, numeric_precision::int, numeric_precision_radix::int, numeric_scale::int,
    datetime_precision::int, interval_type::text, interval_precision::text, NULL::text AS character_set_catalog,
    NULL::text AS character_set_schema, NULL::text AS character_set_name, NULL::text AS collation_catalog,
    NULL::text AS collation_schema, NULL::text AS collation_name, NULL::text AS domain_name,
    (SELECT col_description(r.oid, ordinal_position::int) FROM pg_class r JOIN pg_namespace n ON n.oid = r.relnamespace
      WHERE n.nspname = table_schema AND r.relname = table_name) AS remarks
  FROM information_schema.columns WHERE table_schema <> 'pg_internal'
  UNION ALL
  SELECT current_database()::text, view_schema::text, view_name::text, col_name::text, col_num, NULL, 'YES', col_type,
    NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
  FROM pg_get_late_binding_view_cols() v(view_schema name, view_name name, col_name name, col_type varchar, col_num int);

CREATE VIEW pg_catalog.stv_slices AS SELECT 0 AS node, s AS slice, s AS localslice, 'D'::char(1) AS type
  FROM generate_series(0, ${slices - 1}) AS s;
CREATE VIEW pg_catalog.stv_db_isolation_level AS SELECT current_database()::text AS db_name,
  CASE current_setting('default_transaction_isolation') WHEN 'serializable' THEN 'Serializable'
    ELSE 'Snapshot Isolation' END AS isolation_level;

GRANT SELECT ON pg_catalog.stl_load_errors, pg_catalog.sys_load_error_detail, pg_catalog.pg_table_def,
  pg_catalog.svv_table_info, pg_catalog.svv_columns, pg_catalog.stv_slices, pg_catalog.stv_db_isolation_level TO PUBLIC;
`;
