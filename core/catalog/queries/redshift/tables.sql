-- Which tables are there? Left out: pgshift's own, and those that hold the rows of materialized views. External tables are not in this catalog.
SELECT c.oid AS "oid",
       n.nspname AS "schema",
       c.relname AS name,
       'r'::varchar AS kind,
       obj_description(c.oid, 'pg_class') AS comment
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r'
  AND n.nspname !~ '^pg_'
  AND n.nspname NOT IN ('information_schema', 'catalog_history')
  AND c.relname !~ '^_pgshift_'
  AND c.relname !~ '^mv_tbl__.*__[0-9]+$'
ORDER BY n.nspname, c.relname;
