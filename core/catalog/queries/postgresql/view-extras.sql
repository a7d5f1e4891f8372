-- What has a view besides its query and its comment?
SELECT c.oid AS oid, n.nspname AS schema, c.relname AS name, array_to_string(c.reloptions, ', ') AS options
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'v'
  AND n.nspname !~ '^pg_'
  AND n.nspname <> 'information_schema'
ORDER BY n.nspname, c.relname;
