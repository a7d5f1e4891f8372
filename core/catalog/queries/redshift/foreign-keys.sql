-- Which foreign keys are declared? One row for each column that a key refers to; `columns` and `referenced_columns`
-- give the order, as numbers. Nothing enforces them, so none is proven.
SELECT k.oid AS key_oid,
       k.conrelid AS table_oid,
       k.conname AS name,
       k.conkey AS "columns",
       false AS proven,
       rn.nspname AS referenced_schema,
       r.relname AS referenced_table,
       k.confkey AS referenced_columns,
       ra.attnum AS referenced_number,
       ra.attname AS referenced_name
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_class r ON r.oid = k.confrelid
JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace
JOIN pg_catalog.pg_attribute ra ON ra.attrelid = k.confrelid AND ra.attnum = ANY (k.confkey)
WHERE k.contype = 'f'
  AND n.nspname !~ '^pg_'
  AND n.nspname NOT IN ('information_schema', 'catalog_history')
ORDER BY k.conrelid, k.conname, ra.attnum;
