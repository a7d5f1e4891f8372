-- Which tables inherit from which, by plain inheritance? Partitions do not stand here.
SELECT i.inhrelid AS table_oid,
       n.nspname AS parent_schema,
       p.relname AS parent_name
FROM pg_catalog.pg_inherits i
JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid
JOIN pg_catalog.pg_class p ON p.oid = i.inhparent
JOIN pg_catalog.pg_namespace n ON n.oid = p.relnamespace
WHERE c.relkind IN ('r', 'f')
  AND NOT c.relispartition
ORDER BY i.inhrelid, i.inhseqno;
