-- Which of the things that expressions speak of are there? As PostgreSQL describes them; collations also where they are its own.
SELECT pg_describe_object('pg_catalog.pg_proc'::regclass, oid, 0) AS object FROM pg_catalog.pg_proc WHERE oid >= 16384
UNION ALL
SELECT pg_describe_object('pg_catalog.pg_operator'::regclass, oid, 0) FROM pg_catalog.pg_operator WHERE oid >= 16384
UNION ALL
SELECT pg_describe_object('pg_catalog.pg_opclass'::regclass, oid, 0) FROM pg_catalog.pg_opclass WHERE oid >= 16384
UNION ALL
SELECT pg_describe_object('pg_catalog.pg_ts_config'::regclass, oid, 0) FROM pg_catalog.pg_ts_config WHERE oid >= 16384
UNION ALL
SELECT DISTINCT 'collation ' || quote_ident(n.nspname) || '.' || quote_ident(l.collname)
FROM pg_catalog.pg_collation l JOIN pg_catalog.pg_namespace n ON n.oid = l.collnamespace
WHERE l.collencoding IN (-1, (SELECT encoding FROM pg_catalog.pg_database WHERE datname = current_database()));
