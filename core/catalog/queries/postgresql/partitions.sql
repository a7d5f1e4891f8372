-- How are partitioned tables divided? One row for the root and for each partition, at any depth: its bounds in its parent, and
-- by what it is divided itself.
WITH RECURSIVE tree AS (
  SELECT c.oid AS root, c.oid AS oid, NULL::oid AS parent, 0 AS depth
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind = 'p'
    AND NOT c.relispartition
    AND n.nspname !~ '^pg_'
    AND n.nspname <> 'information_schema'
  UNION ALL
  SELECT tree.root, i.inhrelid, tree.oid, tree.depth + 1
  FROM tree
  JOIN pg_catalog.pg_inherits i ON i.inhparent = tree.oid
)
SELECT tree.root AS table_oid,
       c.oid AS oid,
       tree.parent AS parent_oid,
       n.nspname AS schema,
       c.relname AS name,
       c.relkind = 'f' AS is_foreign,
       pg_get_expr(c.relpartbound, c.oid) AS bound,
       CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END AS key,
       c.relpersistence = 'u' AS unlogged,
       (SELECT string_agg(quote_ident(o.option_name) || ' = ' || quote_literal(o.option_value), ', ')
        FROM pg_options_to_table(c.reloptions) o) AS parameters,
       obj_description(c.oid, 'pg_class') AS comment
FROM tree
JOIN pg_catalog.pg_class c ON c.oid = tree.oid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
-- NULL of what somebody has dropped since the snapshot: what it was is not to be had any more.
WHERE has_table_privilege(c.oid, 'SELECT') IS NOT NULL
ORDER BY tree.root, tree.depth, n.nspname, c.relname;
