-- Which types do the columns have, and what are those made of? A domain names its base, an array its element; both are
-- listed too, however deep.
WITH RECURSIVE used AS (
  SELECT a.atttypid AS oid
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  WHERE c.relkind IN ('r', 'p', 'm', 'f')
    AND NOT c.relispartition
    AND n.nspname !~ '^pg_'
    AND n.nspname <> 'information_schema'
  UNION
  SELECT part.oid
  FROM used
  JOIN pg_catalog.pg_type t ON t.oid = used.oid
  JOIN pg_catalog.pg_type part
    ON part.oid IN (t.typbasetype, t.typelem)
   AND (part.oid = t.typbasetype OR part.typarray = t.oid)
)
SELECT t.oid AS oid,
       n.nspname AS schema,
       t.typname AS name,
       t.typtype AS kind,
       element.oid AS element_oid,
       nullif(t.typbasetype, 0) AS base_oid,
       t.typtypmod AS base_modifier,
       CASE WHEN t.typbasetype <> 0 THEN format_type(t.typbasetype, t.typtypmod) END AS base_sql,
       (SELECT max(octet_length(convert_to(e.enumlabel::text, 'UTF8')))
        FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid) AS longest_label_bytes,
       x.extname AS extension
FROM used
JOIN pg_catalog.pg_type t ON t.oid = used.oid
JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
-- int2vector and oidvector have elements too but are types of their own: nobody's typarray.
LEFT JOIN pg_catalog.pg_type element ON element.oid = t.typelem AND element.typarray = t.oid
LEFT JOIN pg_catalog.pg_depend d
       ON d.classid = 'pg_catalog.pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e'
LEFT JOIN pg_catalog.pg_extension x ON x.oid = d.refobjid
ORDER BY t.oid;
