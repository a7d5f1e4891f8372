-- Which indexes has each table, and each partition of one? `tail` is what follows the table's name in CREATE INDEX. An
-- index that makes a key, or excludes rows, has the constraint's kind and words; `parent_oid` is the index of the partitioned
-- table that it is a part of. Those that are not valid serve nobody.
SELECT i.indrelid AS table_oid,
       i.indexrelid AS oid,
       c.relname AS name,
       i.indisunique AS is_unique,
       substr(pg_get_indexdef(i.indexrelid),
              length('CREATE ' || CASE WHEN i.indisunique THEN 'UNIQUE ' ELSE '' END || 'INDEX ' || quote_ident(c.relname)
                     || ' ON ' || CASE WHEN c.relkind = 'I' THEN 'ONLY ' ELSE '' END
                     || quote_ident(tn.nspname) || '.' || quote_ident(t.relname)) + 1) AS tail,
       p.inhparent AS parent_oid,
       -- Ranges that may not overlap (PostgreSQL 18) cannot be made a key of an index afterwards.
       CASE WHEN k.contype = 'x' OR (to_jsonb(k) ->> 'conperiod')::boolean THEN 'whole' ELSE k.contype::text END AS constraint_kind,
       pg_get_constraintdef(k.oid) AS constraint_definition,
       CASE WHEN k.condeferrable THEN ' DEFERRABLE' || CASE WHEN k.condeferred THEN ' INITIALLY DEFERRED' ELSE '' END END AS deferrable,
       i.indisreplident AS is_identity,
       i.indisclustered AS is_clustered,
       obj_description(i.indexrelid, 'pg_class') AS comment,
       obj_description(k.oid, 'pg_constraint') AS constraint_comment
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
JOIN pg_catalog.pg_class t ON t.oid = i.indrelid
JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
LEFT JOIN pg_catalog.pg_inherits p ON p.inhrelid = i.indexrelid
LEFT JOIN pg_catalog.pg_constraint k ON k.conindid = i.indexrelid AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u', 'x')
WHERE t.relkind IN ('r', 'p')
  -- NULL of what somebody has dropped since the snapshot: what it was is not to be had any more.
  AND has_table_privilege(t.oid, 'SELECT') IS NOT NULL
  AND pg_get_indexdef(i.indexrelid) IS NOT NULL
  AND (i.indisvalid OR t.relkind = 'p')
  AND tn.nspname !~ '^pg_'
  AND tn.nspname <> 'information_schema'
ORDER BY i.indrelid, c.relname;
