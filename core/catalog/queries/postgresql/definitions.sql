-- How are the users' own types defined? `body` is what follows CREATE TYPE … AS, or CREATE DOMAIN … AS; `uses` the types
-- that it is made of, by oid. Types of C functions have no body, and what an extension owns is the extension's.
WITH own AS (
  SELECT t.*, n.nspname
  FROM pg_catalog.pg_type t
  JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
  LEFT JOIN pg_catalog.pg_class c ON c.oid = t.typrelid
  WHERE t.typtype IN ('c', 'd', 'e', 'r')
    AND (t.typtype <> 'c' OR c.relkind = 'c')
    AND n.nspname !~ '^pg_'
    AND n.nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
                    WHERE e.classid = 'pg_catalog.pg_type'::regclass AND e.objid = t.oid AND e.deptype = 'e')
), collation_names AS (
  SELECT l.oid, ' COLLATE ' || quote_ident(n.nspname) || '.' || quote_ident(l.collname) AS clause
  FROM pg_catalog.pg_collation l
  JOIN pg_catalog.pg_namespace n ON n.oid = l.collnamespace
)
SELECT t.oid AS oid,
       t.nspname AS schema,
       t.typname AS name,
       quote_ident(t.nspname) || '.' || quote_ident(t.typname) AS written,
       t.typtype AS kind,
       (SELECT 'ENUM (' || coalesce(string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder), '') || ')'
        FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid) AS body,
       '{}'::oid[] AS uses,
       obj_description(t.oid, 'pg_type') AS comment
FROM own t
WHERE t.typtype = 'e'
UNION ALL
SELECT t.oid, t.nspname, t.typname, quote_ident(t.nspname) || '.' || quote_ident(t.typname), t.typtype,
       '(' || coalesce(string_agg(quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod)
         || CASE WHEN a.attcollation <> b.typcollation THEN l.clause ELSE '' END, ', ' ORDER BY a.attnum), '') || ')',
       coalesce(array_agg(DISTINCT CASE WHEN b.typelem <> 0 AND b.typlen = -1 THEN b.typelem ELSE b.oid END)
         FILTER (WHERE b.oid IS NOT NULL), '{}'),
       obj_description(t.oid, 'pg_type')
FROM own t
LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_catalog.pg_type b ON b.oid = a.atttypid
LEFT JOIN collation_names l ON l.oid = a.attcollation
WHERE t.typtype = 'c'
GROUP BY t.oid, t.nspname, t.typname, t.typtype
UNION ALL
SELECT t.oid, t.nspname, t.typname, quote_ident(t.nspname) || '.' || quote_ident(t.typname), t.typtype,
       format_type(t.typbasetype, t.typtypmod)
         || CASE WHEN t.typcollation <> b.typcollation THEN l.clause ELSE '' END
         || CASE WHEN t.typdefault IS NULL THEN ''
                 ELSE ' DEFAULT ' || coalesce(pg_get_expr(t.typdefaultbin, 0), quote_literal(t.typdefault)) END
         || CASE WHEN t.typnotnull THEN ' NOT NULL' ELSE '' END
         || coalesce((SELECT string_agg(' CONSTRAINT ' || quote_ident(k.conname) || ' '
                       || regexp_replace(pg_get_constraintdef(k.oid), ' NOT VALID$', ''), '' ORDER BY k.conname)
                      FROM pg_catalog.pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c'), ''),
       ARRAY[CASE WHEN b.typelem <> 0 AND b.typlen = -1 THEN b.typelem ELSE b.oid END],
       obj_description(t.oid, 'pg_type')
FROM own t
JOIN pg_catalog.pg_type b ON b.oid = t.typbasetype
LEFT JOIN collation_names l ON l.oid = t.typcollation
WHERE t.typtype = 'd'
UNION ALL
SELECT t.oid, t.nspname, t.typname, quote_ident(t.nspname) || '.' || quote_ident(t.typname), t.typtype,
       'RANGE (SUBTYPE = ' || format_type(r.rngsubtype, NULL)
         || ', SUBTYPE_OPCLASS = ' || quote_ident(cn.nspname) || '.' || quote_ident(c.opcname)
         || CASE WHEN r.rngcollation <> 0 AND r.rngcollation <> b.typcollation THEN replace(l.clause, ' COLLATE ', ', COLLATION = ') ELSE '' END
         || CASE WHEN r.rngsubdiff <> 0 THEN ', SUBTYPE_DIFF = ' || r.rngsubdiff::regproc ELSE '' END
         || CASE WHEN to_jsonb(r) ->> 'rngmultitypid' IS NULL THEN '' ELSE
              (SELECT ', MULTIRANGE_TYPE_NAME = ' || quote_ident(mn.nspname) || '.' || quote_ident(m.typname)
               FROM pg_catalog.pg_type m JOIN pg_catalog.pg_namespace mn ON mn.oid = m.typnamespace
               WHERE m.oid = (to_jsonb(r) ->> 'rngmultitypid')::oid) END
         || ')',
       ARRAY[r.rngsubtype],
       obj_description(t.oid, 'pg_type')
FROM own t
JOIN pg_catalog.pg_range r ON r.rngtypid = t.oid
JOIN pg_catalog.pg_type b ON b.oid = r.rngsubtype
JOIN pg_catalog.pg_opclass c ON c.oid = r.rngsubopc
JOIN pg_catalog.pg_namespace cn ON cn.oid = c.opcnamespace
LEFT JOIN collation_names l ON l.oid = r.rngcollation
-- Its function would have to be there before the type is: whoever has one makes both by hand.
WHERE t.typtype = 'r' AND r.rngcanonical = 0
ORDER BY schema, name;
