-- Which foreign keys are there? One row for each column that a key refers to; `columns` and `referenced_columns` give
-- the order, as numbers. A key to a partitioned table has a child for each partition: those say nothing new.
-- `proven`: validated, and not over a PERIOD (PostgreSQL 18), where no single row need be equal.
SELECT k.oid AS key_oid,
       k.conrelid AS table_oid,
       k.conname AS name,
       k.conkey AS columns,
       k.convalidated AND NOT coalesce((to_jsonb(k) ->> 'conperiod')::boolean, false) AS proven,
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
  AND k.conparentid = 0
  AND NOT c.relispartition
  AND n.nspname !~ '^pg_'
  AND n.nspname <> 'information_schema'
ORDER BY k.conrelid, k.conname, ra.attnum;
