-- What of a column does only PostgreSQL have? Whether what is generated is kept, a collation, storage and statistics of its
-- own, and what its NOT NULL is called (PostgreSQL 18).
SELECT a.attrelid AS table_oid,
       a.attnum AS number,
       a.attname AS name,
       CASE a.attgenerated WHEN 'v' THEN 'VIRTUAL' WHEN 's' THEN 'STORED' END AS generation,
       CASE WHEN a.attcollation <> t.typcollation
            THEN (SELECT quote_ident(ln.nspname) || '.' || quote_ident(l.collname)
                  FROM pg_catalog.pg_collation l JOIN pg_catalog.pg_namespace ln ON ln.oid = l.collnamespace
                  WHERE l.oid = a.attcollation) END AS collation,
       CASE WHEN a.attstorage <> t.typstorage THEN a.attstorage END AS storage,
       CASE WHEN a.attstattarget >= 0 THEN a.attstattarget END AS statistics,
       k.conname AS not_null_name
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_constraint k
       ON k.contype = 'n' AND k.convalidated AND k.conrelid = a.attrelid AND k.conkey[1] = a.attnum
WHERE c.relkind IN ('r', 'p', 'm', 'f')
  AND NOT c.relispartition
  AND n.nspname !~ '^pg_'
  AND n.nspname <> 'information_schema'
ORDER BY a.attrelid, a.attnum;
