-- Which tables and views do views read, and which columns of them? Without a column where it is the whole row. What every
-- database has is left out.
SELECT DISTINCT r.ev_class AS view_oid, n.nspname AS schema, c.relname AS name, a.attname AS "column"
FROM pg_catalog.pg_rewrite r
JOIN pg_catalog.pg_class v ON v.oid = r.ev_class AND v.relkind = 'v'
JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.objid = r.oid
                           AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid <> r.ev_class
JOIN pg_catalog.pg_class c ON c.oid = d.refobjid AND c.relkind <> 'S'
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid AND d.refobjsubid <> 0
WHERE r.rulename = '_RETURN'
  AND d.refobjid >= 16384
ORDER BY 1, 2, 3, 4;
