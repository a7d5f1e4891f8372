-- Which primary keys and unique constraints are declared? Nothing enforces them. Columns as numbers in key order.
SELECT k.conrelid AS table_oid,
       k.conname AS name,
       k.contype AS kind,
       k.conkey AS "columns"
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE k.contype IN ('p', 'u')
  AND n.nspname !~ '^pg_'
  AND n.nspname NOT IN ('information_schema', 'catalog_history')
ORDER BY k.conrelid, k.contype, k.conname;
