-- Which sequences are there, whose are they, and how far are they? `own`: an identity's (`i`), or a serial's (`a`).
SELECT c.oid AS oid,
       n.nspname AS schema,
       c.relname AS name,
       quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS written,
       format_type(s.seqtypid, NULL) AS type,
       s.seqstart AS start,
       s.seqincrement AS increment,
       s.seqmin AS least,
       s.seqmax AS most,
       s.seqcache AS cache,
       s.seqcycle AS cycles,
       CASE WHEN has_sequence_privilege(s.seqrelid, 'SELECT, USAGE') AND c.relpersistence = 'p'
            THEN pg_sequence_last_value(s.seqrelid) END AS last,
       d.deptype AS own,
       d.refobjid AS table_oid,
       d.refobjsubid AS number,
       obj_description(c.oid, 'pg_class') AS comment
FROM pg_catalog.pg_sequence s
JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_depend d
       ON d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.objsubid = 0
      AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
WHERE n.nspname !~ '^pg_'
  AND n.nspname <> 'information_schema'
  AND c.relpersistence <> 't'
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
                  WHERE e.classid = 'pg_catalog.pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')
ORDER BY n.nspname, c.relname;
