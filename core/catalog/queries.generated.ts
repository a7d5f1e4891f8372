// The catalog queries of each dialect, from queries/<dialect>/<name>.sql. Generated: change the .sql files, then run
// `node core/catalog/embed-queries.ts`.

export const QUERIES = {
  postgresql: {
    columns: `
-- Which columns has each table? With the type as written, the default or generating expression, identity and comment.
-- A sequence counts when it is the column's own: of its identity, or of a serial, whose default takes from it.
-- A NOT NULL that was never validated (PostgreSQL 18) is none: older rows may break it.
SELECT a.attrelid AS table_oid,
       a.attnum AS number,
       a.attname AS name,
       a.atttypid AS type_oid,
       a.atttypmod AS modifier,
       format_type(a.atttypid, a.atttypmod) AS type_sql,
       a.attnotnull AND unproven.conrelid IS NULL AS not_null,
       pg_get_expr(d.adbin, d.adrelid) AS expression,
       a.attgenerated <> '' AS is_generated,
       CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END AS identity,
       s.seqstart AS sequence_start,
       s.seqincrement AS sequence_increment,
       CASE WHEN has_sequence_privilege(s.seqrelid, 'SELECT, USAGE')
             AND (SELECT q.relpersistence FROM pg_catalog.pg_class q WHERE q.oid = s.seqrelid) = 'p'
            THEN pg_sequence_last_value(s.seqrelid) END AS sequence_last,
       comment.description AS comment
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
LEFT JOIN pg_catalog.pg_sequence s
       ON s.seqrelid = CASE WHEN a.attidentity <> '' OR d.oid IS NOT NULL THEN
            (SELECT min(owned.objid)
             FROM pg_catalog.pg_depend owned
             WHERE owned.refclassid = 'pg_catalog.pg_class'::regclass AND owned.refobjid = a.attrelid
               AND owned.refobjsubid = a.attnum AND owned.classid = 'pg_catalog.pg_class'::regclass
               AND CASE WHEN a.attidentity <> '' THEN owned.deptype = 'i'
                   ELSE owned.deptype = 'a' AND EXISTS
                     (SELECT FROM pg_catalog.pg_depend used
                      WHERE used.classid = 'pg_catalog.pg_attrdef'::regclass AND used.objid = d.oid
                        AND used.refclassid = 'pg_catalog.pg_class'::regclass AND used.refobjid = owned.objid)
                   END)
          END
LEFT JOIN pg_catalog.pg_constraint unproven
       ON unproven.contype = 'n' AND NOT unproven.convalidated
      AND unproven.conrelid = a.attrelid AND unproven.conkey[1] = a.attnum
LEFT JOIN pg_catalog.pg_description comment
       ON comment.objoid = a.attrelid AND comment.objsubid = a.attnum
      AND comment.classoid = 'pg_catalog.pg_class'::regclass
WHERE c.relkind IN ('r', 'p', 'm', 'f')
  AND NOT c.relispartition
  AND n.nspname !~ '^pg_'
  AND n.nspname <> 'information_schema'
ORDER BY a.attrelid, a.attnum;
`,
    database: `
-- What is this database called, and which PostgreSQL serves it?
SELECT current_database() AS name,
       current_setting('server_encoding') AS encoding,
       current_setting('server_version_num') AS version_number;
`,
    foreignKeys: `
-- Which foreign keys are there? One row for each column that a key refers to; \`columns\` and \`referenced_columns\` give
-- the order, as numbers. A key to a partitioned table has a child for each partition: those say nothing new.
-- \`proven\`: validated, and not over a PERIOD (PostgreSQL 18), where no single row need be equal.
SELECT k.oid AS key_oid,
       k.conrelid AS table_oid,
       k.conname AS name,
       k.conkey AS columns,
       k.convalidated AND NOT coalesce((to_jsonb(k) ->> 'conperiod')::boolean, false) AS proven,
       rn.nspname AS referenced_schema,
       r.relname AS referenced_table,
       k.confkey AS referenced_columns,
       ra.attnum AS referenced_number,
       ra.attname AS referenced_name
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_class r ON r.oid = k.confrelid
JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace
JOIN pg_catalog.pg_attribute ra ON ra.attrelid = k.confrelid AND ra.attnum = ANY (k.confkey)
WHERE k.contype = 'f'
  AND k.conparentid = 0
  AND NOT c.relispartition
  AND n.nspname !~ '^pg_'
  AND n.nspname <> 'information_schema'
ORDER BY k.conrelid, k.conname, ra.attnum;
`,
    heaps: `
-- Where are each table's rows, how many pages are they, and may we read them? A partitioned table has those of its
-- leaves, at any depth. Leaves are asked themselves: a right on the root is none on the leaf that is read.
WITH RECURSIVE tree AS (
  SELECT c.oid AS root, c.oid AS oid
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'm', 'f')
    AND NOT c.relispartition
    AND n.nspname !~ '^pg_'
    AND n.nspname <> 'information_schema'
  UNION ALL
  SELECT tree.root, i.inhrelid
  FROM tree
  JOIN pg_catalog.pg_inherits i ON i.inhparent = tree.oid
  JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid AND c.relispartition
)
SELECT tree.root AS table_oid,
       c.oid AS oid,
       n.nspname AS schema,
       c.relname AS name,
       c.relkind = 'f' AS is_foreign,
       -- As this transaction sees it: the file that its snapshot's rows are in. None for what is kept elsewhere.
       nullif(c.relfilenode, 0) AS filenode,
       coalesce(has_table_privilege(c.oid, 'SELECT') AND has_schema_privilege(n.oid, 'USAGE'), false) AS readable,
       coalesce(c.relrowsecurity AND row_security_active(c.oid), false) AS filtered,
       coalesce(pg_table_size(c.oid), 0) AS bytes,
       coalesce(pg_relation_size(c.oid), 0) / current_setting('block_size')::bigint AS pages,
       -- Before PostgreSQL 14 a table that was never analysed says 0 rows in 0 pages.
       CASE WHEN c.relpages = 0 AND c.reltuples = 0 AND current_setting('server_version_num')::int < 140000 THEN -1
            ELSE c.reltuples::bigint END AS estimated_rows,
       key.attname AS integer_key
FROM tree
JOIN pg_catalog.pg_class c ON c.oid = tree.oid AND c.relkind <> 'p'
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_constraint p ON p.conrelid = c.oid AND p.contype = 'p' AND array_length(p.conkey, 1) = 1
LEFT JOIN pg_catalog.pg_attribute key
       ON key.attrelid = c.oid AND key.attnum = p.conkey[1]
      AND key.atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype)
ORDER BY n.nspname, c.relname;
`,
    inherits: `
-- Which tables inherit from which, by plain inheritance? Partitions do not stand here.
SELECT i.inhrelid AS table_oid,
       n.nspname AS parent_schema,
       p.relname AS parent_name
FROM pg_catalog.pg_inherits i
JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid
JOIN pg_catalog.pg_class p ON p.oid = i.inhparent
JOIN pg_catalog.pg_namespace n ON n.oid = p.relnamespace
WHERE c.relkind IN ('r', 'f')
  AND NOT c.relispartition
ORDER BY i.inhrelid, i.inhseqno;
`,
    keys: `
-- Which primary keys and unique constraints are there? Columns as numbers in key order.
SELECT k.conrelid AS table_oid,
       k.conname AS name,
       k.contype AS kind,
       k.conkey AS columns
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE k.contype IN ('p', 'u')
  AND NOT c.relispartition
  AND n.nspname !~ '^pg_'
  AND n.nspname <> 'information_schema'
ORDER BY k.conrelid, k.contype, k.conname;
`,
    schemas: `
-- Which schemas are the users'? Names that begin with pg_ are the system's and the temporary ones.
SELECT n.nspname AS name,
       obj_description(n.oid, 'pg_namespace') AS comment
FROM pg_catalog.pg_namespace n
WHERE n.nspname !~ '^pg_'
  AND n.nspname <> 'information_schema'
ORDER BY n.nspname;
`,
    tables: `
-- Which tables are there? Plain and partitioned ones, materialized views and foreign tables; a partition belongs to
-- its root and is no table of its own. Left out: what an extension owns.
SELECT c.oid AS oid,
       n.nspname AS schema,
       c.relname AS name,
       c.relkind AS kind,
       d.description AS comment
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_description d
       ON d.objoid = c.oid AND d.objsubid = 0 AND d.classoid = 'pg_catalog.pg_class'::regclass
WHERE c.relkind IN ('r', 'p', 'm', 'f')
  AND NOT c.relispartition
  AND n.nspname !~ '^pg_'
  AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
                  WHERE e.classid = 'pg_catalog.pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')
ORDER BY n.nspname, c.relname;
`,
    types: `
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
`,
    views: `
-- Which plain views are there, and how are they defined? Materialized views hold rows and stand among the tables.
SELECT n.nspname AS schema,
       c.relname AS name,
       pg_get_viewdef(c.oid) AS definition,
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
`,
  },
  redshift: {
    columns: `
-- Which columns has each table? An identity column shows itself in its default: "identity"(oid, number, 'start,step').
SELECT a.attrelid AS table_oid,
       a.attnum AS number,
       a.attname AS name,
       a.atttypid AS type_oid,
       a.atttypmod AS modifier,
       format_type(a.atttypid, a.atttypmod) AS type_sql,
       a.attnotnull AS not_null,
       pg_get_expr(d.adbin, d.adrelid) AS expression,
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
`,
    database: `
-- What is this database called?
SELECT current_database() AS name;
`,
    foreignKeys: `
-- Which foreign keys are declared? One row for each column that a key refers to; \`columns\` and \`referenced_columns\`
-- give the order, as numbers. Nothing enforces them, so none is proven.
SELECT k.oid AS key_oid,
       k.conrelid AS table_oid,
       k.conname AS name,
       k.conkey AS "columns",
       false AS proven,
       rn.nspname AS referenced_schema,
       r.relname AS referenced_table,
       k.confkey AS referenced_columns,
       ra.attnum AS referenced_number,
       ra.attname AS referenced_name
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_class r ON r.oid = k.confrelid
JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace
JOIN pg_catalog.pg_attribute ra ON ra.attrelid = k.confrelid AND ra.attnum = ANY (k.confkey)
WHERE k.contype = 'f'
  AND n.nspname !~ '^pg_'
  AND n.nspname NOT IN ('information_schema', 'catalog_history')
ORDER BY k.conrelid, k.conname, ra.attnum;
`,
    heaps: `
-- May we read each table? Sizes are not to be had here: svv_table_info leaves out empty tables and cannot be joined
-- with the catalog, so 0 bytes, 0 pages and -1 rows stand for unknown.
SELECT c.oid AS table_oid,
       c.oid AS "oid",
       n.nspname AS "schema",
       c.relname AS name,
       false AS is_foreign,
       has_table_privilege(c.oid, 'SELECT') AND has_schema_privilege(n.oid, 'USAGE') AS readable,
       false AS filtered,
       0 AS bytes,
       0 AS pages,
       -1 AS estimated_rows
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r'
  AND n.nspname !~ '^pg_'
  AND n.nspname NOT IN ('information_schema', 'catalog_history')
  AND c.relname !~ '^_pgshift_'
  AND c.relname !~ '^mv_tbl__.*__[0-9]+$'
ORDER BY n.nspname, c.relname;
`,
    keys: `
-- Which primary keys and unique constraints are declared? Nothing enforces them. Columns as numbers in key order.
SELECT k.conrelid AS table_oid,
       k.conname AS name,
       k.contype AS kind,
       k.conkey AS "columns"
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE k.contype IN ('p', 'u')
  AND n.nspname !~ '^pg_'
  AND n.nspname NOT IN ('information_schema', 'catalog_history')
ORDER BY k.conrelid, k.contype, k.conname;
`,
    schemas: `
-- Which schemas are the users'? Names that begin with pg_ are the system's and the temporary ones.
SELECT n.nspname AS name,
       obj_description(n.oid, 'pg_namespace') AS comment
FROM pg_catalog.pg_namespace n
WHERE n.nspname !~ '^pg_'
  AND n.nspname NOT IN ('information_schema', 'catalog_history')
ORDER BY n.nspname;
`,
    tables: `
-- Which tables are there? Left out: pgshift's own, and those that hold the rows of materialized views. External tables are not in this catalog.
SELECT c.oid AS "oid",
       n.nspname AS "schema",
       c.relname AS name,
       'r'::varchar AS kind,
       obj_description(c.oid, 'pg_class') AS comment
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r'
  AND n.nspname !~ '^pg_'
  AND n.nspname NOT IN ('information_schema', 'catalog_history')
  AND c.relname !~ '^_pgshift_'
  AND c.relname !~ '^mv_tbl__.*__[0-9]+$'
ORDER BY n.nspname, c.relname;
`,
    types: `
-- Which types do the columns have? All are base types here: there are no domains, enums, arrays or extensions.
SELECT DISTINCT t.oid AS "oid",
       tn.nspname AS "schema",
       t.typname AS name,
       'b'::varchar AS kind
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
JOIN pg_catalog.pg_namespace tn ON tn.oid = t.typnamespace
WHERE c.relkind = 'r'
  AND n.nspname !~ '^pg_'
  AND n.nspname NOT IN ('information_schema', 'catalog_history')
  AND c.relname !~ '^mv_tbl__.*__[0-9]+$';
`,
    views: `
-- Which views are there, and how are they defined?
SELECT n.nspname AS "schema",
       c.relname AS name,
       pg_get_viewdef(c.oid) AS definition,
       obj_description(c.oid, 'pg_class') AS comment
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'v'
  AND n.nspname !~ '^pg_'
  AND n.nspname NOT IN ('information_schema', 'catalog_history')
  AND c.relname !~ '^_pgshift_'
ORDER BY n.nspname, c.relname;
`,
  },
} as const;
