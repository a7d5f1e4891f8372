-- Which types do the columns have? All are base types here: there are no domains, enums, arrays or extensions.
SELECT DISTINCT t.oid AS "oid",
       tn.nspname AS "schema",
       t.typname AS name,
       'b'::varchar AS kind
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
JOIN pg_catalog.pg_namespace tn ON tn.oid = t.typnamespace
WHERE c.relkind = 'r'
  AND n.nspname !~ '^pg_'
  AND n.nspname NOT IN ('information_schema', 'catalog_history')
  AND c.relname !~ '^mv_tbl__.*__[0-9]+$';
