-- Where are each table's rows, how many pages are they, and may we read them? A partitioned table has those of its
-- leaves, at any depth. Leaves are asked themselves: a right on the root is none on the leaf that is read.
WITH RECURSIVE tree AS (
  SELECT c.oid AS root, c.oid AS oid
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'm', 'f')
    AND NOT c.relispartition
    AND n.nspname !~ '^pg_'
    AND n.nspname <> 'information_schema'
  UNION ALL
  SELECT tree.root, i.inhrelid
  FROM tree
  JOIN pg_catalog.pg_inherits i ON i.inhparent = tree.oid
  JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid AND c.relispartition
)
SELECT tree.root AS table_oid,
       c.oid AS oid,
       n.nspname AS schema,
       c.relname AS name,
       c.relkind = 'f' AS is_foreign,
       -- As this transaction sees it: the file that its snapshot's rows are in. None for what is kept elsewhere.
       nullif(c.relfilenode, 0) AS filenode,
       coalesce(has_table_privilege(c.oid, 'SELECT') AND has_schema_privilege(n.oid, 'USAGE'), false) AS readable,
       coalesce(c.relrowsecurity AND row_security_active(c.oid), false) AS filtered,
       coalesce(pg_table_size(c.oid), 0) AS bytes,
       coalesce(pg_relation_size(c.oid), 0) / current_setting('block_size')::bigint AS pages,
       -- Before PostgreSQL 14 a table that was never analysed says 0 rows in 0 pages.
       CASE WHEN c.relpages = 0 AND c.reltuples = 0 AND current_setting('server_version_num')::int < 140000 THEN -1
            ELSE c.reltuples::bigint END AS estimated_rows,
       key.attname AS integer_key
FROM tree
JOIN pg_catalog.pg_class c ON c.oid = tree.oid AND c.relkind <> 'p'
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_constraint p ON p.conrelid = c.oid AND p.contype = 'p' AND array_length(p.conkey, 1) = 1
LEFT JOIN pg_catalog.pg_attribute key
       ON key.attrelid = c.oid AND key.attnum = p.conkey[1]
      AND key.atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype)
ORDER BY n.nspname, c.relname;
