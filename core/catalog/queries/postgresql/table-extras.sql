-- What of a table does only PostgreSQL have? Whether it is logged, its storage parameters, and how replication tells its rows.
SELECT c.oid AS oid,
       c.relpersistence = 'u' AS unlogged,
       (SELECT string_agg(quote_ident(o.option_name) || ' = ' || quote_literal(o.option_value), ', ')
        FROM pg_options_to_table(c.reloptions) o) AS parameters,
       c.relreplident AS replica_identity
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p')
  AND NOT c.relispartition
  AND (c.relpersistence = 'u' OR c.reloptions IS NOT NULL OR c.relreplident IN ('f', 'n'))
  AND n.nspname !~ '^pg_'
  AND n.nspname <> 'information_schema'
ORDER BY c.oid;
