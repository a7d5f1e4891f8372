-- What follows the columns that a foreign key refers to: MATCH, ON UPDATE, ON DELETE, DEFERRABLE. And is it proven?
SELECT k.conrelid AS table_oid,
       k.conname AS name,
       k.convalidated AS validated,
       regexp_replace(substr(pg_get_constraintdef(k.oid),
         length('FOREIGN KEY (' || (SELECT string_agg(quote_ident(o.attname), ', ' ORDER BY w.at)
                                    FROM unnest(k.conkey) WITH ORDINALITY AS w (number, at)
                                    JOIN pg_catalog.pg_attribute o ON o.attrelid = k.conrelid AND o.attnum = w.number)
                || ') REFERENCES ' || quote_ident(rn.nspname) || '.' || quote_ident(r.relname) || '('
                || (SELECT string_agg(quote_ident(o.attname), ', ' ORDER BY w.at)
                    FROM unnest(k.confkey) WITH ORDINALITY AS w (number, at)
                    JOIN pg_catalog.pg_attribute o ON o.attrelid = k.confrelid AND o.attnum = w.number) || ')') + 1),
         ' NOT VALID$', '') AS actions
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_class r ON r.oid = k.confrelid
JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace
WHERE k.contype = 'f'
  -- NULL of what somebody has dropped since the snapshot: what it was is not to be had any more.
  AND has_table_privilege(c.oid, 'SELECT') IS NOT NULL
  AND has_table_privilege(r.oid, 'SELECT') IS NOT NULL
  AND k.conparentid = 0
  AND NOT c.relispartition
  AND NOT coalesce((to_jsonb(k) ->> 'conperiod')::boolean, false)
  AND n.nspname !~ '^pg_'
  AND n.nspname <> 'information_schema'
ORDER BY k.conrelid, k.conname;
