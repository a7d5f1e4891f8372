-- What hangs on the tables and views that is neither rows nor columns, keys, indexes, checks or views? Triggers, rules, row-level
-- security, extended statistics, publications; and materialized views over them.
SELECT t.tgrelid AS table_oid, 'trigger' AS kind, t.tgname::text AS name
FROM pg_catalog.pg_trigger t WHERE NOT t.tgisinternal AND coalesce((to_jsonb(t) ->> 'tgparentid')::oid, 0) = 0
UNION ALL
SELECT r.ev_class, 'rule', r.rulename FROM pg_catalog.pg_rewrite r
JOIN pg_catalog.pg_class c ON c.oid = r.ev_class AND (c.relkind IN ('r', 'p') OR c.relkind = 'v' AND r.rulename <> '_RETURN')
UNION ALL
SELECT p.polrelid, 'policy', p.polname FROM pg_catalog.pg_policy p
UNION ALL
SELECT c.oid, 'row-level security', '' FROM pg_catalog.pg_class c WHERE c.relrowsecurity
UNION ALL
SELECT s.stxrelid, 'statistics', s.stxname FROM pg_catalog.pg_statistic_ext s
UNION ALL
SELECT r.prrelid, 'publication', p.pubname FROM pg_catalog.pg_publication_rel r JOIN pg_catalog.pg_publication p ON p.oid = r.prpubid
UNION ALL
SELECT DISTINCT uses.refobjid, 'materialized view', n.nspname || '.' || v.relname
FROM pg_catalog.pg_depend uses
JOIN pg_catalog.pg_rewrite own ON uses.classid = 'pg_catalog.pg_rewrite'::regclass AND own.oid = uses.objid
JOIN pg_catalog.pg_class v ON v.oid = own.ev_class AND v.relkind = 'm'
JOIN pg_catalog.pg_namespace n ON n.oid = v.relnamespace
WHERE uses.refclassid = 'pg_catalog.pg_class'::regclass AND uses.refobjid <> v.oid
ORDER BY 1, 2, 3;
