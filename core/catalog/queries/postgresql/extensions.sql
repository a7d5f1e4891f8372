-- Which extensions are there, in which schema, and which could this user make? Those of the superuser only by one, trusted ones
-- by whoever may create in the database.
SELECT a.name AS name,
       n.nspname AS schema,
       x.oid IS NOT NULL AS installed,
       (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user)
         OR (has_database_privilege(current_database(), 'CREATE')
             AND coalesce((SELECT NOT v.superuser OR v.trusted FROM pg_catalog.pg_available_extension_versions v
                           WHERE v.name = a.name AND v.version = a.default_version), false)) AS creatable
FROM pg_catalog.pg_available_extensions a
LEFT JOIN pg_catalog.pg_extension x ON x.extname = a.name
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = x.extnamespace
ORDER BY a.name;
