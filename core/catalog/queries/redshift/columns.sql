-- Which columns has each table? An identity column shows itself in its default: "identity"(oid, number, 'start,step').
SELECT a.attrelid AS table_oid,
       a.attnum AS number,
       a.attname AS name,
       a.atttypid AS type_oid,
       a.atttypmod AS modifier,
       format_type(a.atttypid, a.atttypmod) AS type_sql,
       a.attnotnull AS not_null,
       d.adsrc AS expression,
       col_description(a.attrelid, a.attnum) AS comment
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE c.relkind = 'r'
  AND n.nspname !~ '^pg_'
  AND n.nspname NOT IN ('information_schema', 'catalog_history')
  AND c.relname !~ '^_pgshift_'
  AND c.relname !~ '^mv_tbl__.*__[0-9]+$'
ORDER BY a.attrelid, a.attnum;
