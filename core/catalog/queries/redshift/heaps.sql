-- May we read each table? Sizes are not to be had here: svv_table_info leaves out empty tables and cannot be joined
-- with the catalog, so 0 bytes, 0 pages and -1 rows stand for unknown.
SELECT c.oid AS table_oid,
       c.oid AS "oid",
       n.nspname AS "schema",
       c.relname AS name,
       false AS is_foreign,
       -- NULL of what somebody has dropped meanwhile.
       coalesce(has_table_privilege(c.oid, 'SELECT') AND has_schema_privilege(n.oid, 'USAGE'), false) AS readable,
       false AS filtered,
       0 AS bytes,
       0 AS pages,
       -1 AS estimated_rows
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r'
  AND n.nspname !~ '^pg_'
  AND n.nspname NOT IN ('information_schema', 'catalog_history')
  AND c.relname !~ '^_pgshift_'
  AND c.relname !~ '^mv_tbl__.*__[0-9]+$'
ORDER BY n.nspname, c.relname;
