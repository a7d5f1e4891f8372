-- Which check constraints has each table? Those that a partition has of its parent alone say nothing new.
SELECT k.conrelid AS table_oid,
       k.oid AS oid,
       k.conname AS name,
       pg_get_constraintdef(k.oid) AS definition,
       k.convalidated AS validated,
       obj_description(k.oid, 'pg_constraint') AS comment
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE k.contype = 'c'
  -- NULL of what somebody has dropped since the snapshot: what it was is not to be had any more.
  AND has_table_privilege(c.oid, 'SELECT') IS NOT NULL
  AND (k.conislocal OR NOT c.relispartition)
  AND n.nspname !~ '^pg_'
  AND n.nspname <> 'information_schema'
ORDER BY k.conrelid, k.conname;
