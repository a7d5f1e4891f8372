-- Which plain views are there, and how are they defined? Materialized views hold rows and stand among the tables.
SELECT n.nspname AS schema,
       c.relname AS name,
       -- A view that somebody has dropped since the snapshot has no rights any more, and what it reads may be gone.
       CASE WHEN has_table_privilege(c.oid, 'SELECT') IS NOT NULL THEN pg_get_viewdef(c.oid) END AS definition,
       d.description AS comment
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_description d
       ON d.objoid = c.oid AND d.objsubid = 0 AND d.classoid = 'pg_catalog.pg_class'::regclass
WHERE c.relkind = 'v'
  AND n.nspname !~ '^pg_'
  AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
                  WHERE e.classid = 'pg_catalog.pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')
ORDER BY n.nspname, c.relname;
