// The catalog queries of each dialect, from queries/<dialect>/<name>.sql. Generated: change the .sql files, then run
// `node core/catalog/embed-queries.ts`.

export const QUERIES = {
  postgresql: {
    attached: `
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
`,
    checks: `
-- Which check constraints has each table? Those that a partition has of its parent alone say nothing new.
SELECT k.conrelid AS table_oid,
       k.oid AS oid,
       k.conname AS name,
       pg_get_constraintdef(k.oid) AS definition,
       k.convalidated AS validated,
       obj_description(k.oid, 'pg_constraint') AS comment
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE k.contype = 'c'
  -- NULL of what somebody has dropped since the snapshot: what it was is not to be had any more.
  AND has_table_privilege(c.oid, 'SELECT') IS NOT NULL
  AND (k.conislocal OR NOT c.relispartition)
  AND n.nspname !~ '^pg_'
  AND n.nspname <> 'information_schema'
ORDER BY k.conrelid, k.conname;
`,
    columnExtras: `
-- What of a column does only PostgreSQL have? Whether what is generated is kept, a collation, storage and statistics of its
-- own, and what its NOT NULL is called (PostgreSQL 18).
SELECT a.attrelid AS table_oid,
       a.attnum AS number,
       a.attname AS name,
       CASE a.attgenerated WHEN 'v' THEN 'VIRTUAL' WHEN 's' THEN 'STORED' END AS generation,
       CASE WHEN a.attcollation <> t.typcollation
            THEN (SELECT quote_ident(ln.nspname) || '.' || quote_ident(l.collname)
                  FROM pg_catalog.pg_collation l JOIN pg_catalog.pg_namespace ln ON ln.oid = l.collnamespace
                  WHERE l.oid = a.attcollation) END AS collation,
       CASE WHEN a.attstorage <> t.typstorage THEN a.attstorage END AS storage,
       CASE WHEN a.attstattarget >= 0 THEN a.attstattarget END AS statistics,
       k.conname AS not_null_name
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_constraint k
       ON k.contype = 'n' AND k.convalidated AND k.conrelid = a.attrelid AND k.conkey[1] = a.attnum
WHERE c.relkind IN ('r', 'p', 'm', 'f')
  AND NOT c.relispartition
  AND n.nspname !~ '^pg_'
  AND n.nspname <> 'information_schema'
ORDER BY a.attrelid, a.attnum;
`,
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
    definitions: `
-- How are the users' own types defined? \`body\` is what follows CREATE TYPE … AS, or CREATE DOMAIN … AS; \`uses\` the types
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
`,
    extensions: `
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
    indexes: `
-- Which indexes has each table, and each partition of one? \`tail\` is what follows the table's name in CREATE INDEX. An
-- index that makes a key, or excludes rows, has the constraint's kind and words; \`parent_oid\` is the index of the partitioned
-- table that it is a part of. Those that are not valid serve nobody.
SELECT i.indrelid AS table_oid,
       i.indexrelid AS oid,
       c.relname AS name,
       i.indisunique AS is_unique,
       substr(pg_get_indexdef(i.indexrelid),
              length('CREATE ' || CASE WHEN i.indisunique THEN 'UNIQUE ' ELSE '' END || 'INDEX ' || quote_ident(c.relname)
                     || ' ON ' || CASE WHEN c.relkind = 'I' THEN 'ONLY ' ELSE '' END
                     || quote_ident(tn.nspname) || '.' || quote_ident(t.relname)) + 1) AS tail,
       p.inhparent AS parent_oid,
       -- Ranges that may not overlap (PostgreSQL 18) cannot be made a key of an index afterwards.
       CASE WHEN k.contype = 'x' OR (to_jsonb(k) ->> 'conperiod')::boolean THEN 'whole' ELSE k.contype::text END AS constraint_kind,
       pg_get_constraintdef(k.oid) AS constraint_definition,
       CASE WHEN k.condeferrable THEN ' DEFERRABLE' || CASE WHEN k.condeferred THEN ' INITIALLY DEFERRED' ELSE '' END END AS deferrable,
       i.indisreplident AS is_identity,
       i.indisclustered AS is_clustered,
       obj_description(i.indexrelid, 'pg_class') AS comment,
       obj_description(k.oid, 'pg_constraint') AS constraint_comment
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
JOIN pg_catalog.pg_class t ON t.oid = i.indrelid
JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
LEFT JOIN pg_catalog.pg_inherits p ON p.inhrelid = i.indexrelid
LEFT JOIN pg_catalog.pg_constraint k ON k.conindid = i.indexrelid AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u', 'x')
WHERE t.relkind IN ('r', 'p')
  -- NULL of what somebody has dropped since the snapshot: what it was is not to be had any more.
  AND has_table_privilege(t.oid, 'SELECT') IS NOT NULL
  AND pg_get_indexdef(i.indexrelid) IS NOT NULL
  AND (i.indisvalid OR t.relkind = 'p')
  AND tn.nspname !~ '^pg_'
  AND tn.nspname <> 'information_schema'
ORDER BY i.indrelid, c.relname;
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
    keyActions: `
-- What follows the columns that a foreign key refers to: MATCH, ON UPDATE, ON DELETE, DEFERRABLE. And is it proven?
SELECT k.conrelid AS table_oid,
       k.conname AS name,
       k.convalidated AS validated,
       regexp_replace(substr(pg_get_constraintdef(k.oid),
         length('FOREIGN KEY (' || (SELECT string_agg(quote_ident(o.attname), ', ' ORDER BY w.at)
                                    FROM unnest(k.conkey) WITH ORDINALITY AS w (number, at)
                                    JOIN pg_catalog.pg_attribute o ON o.attrelid = k.conrelid AND o.attnum = w.number)
                || ') REFERENCES ' || quote_ident(rn.nspname) || '.' || quote_ident(r.relname) || '('
                || (SELECT string_agg(quote_ident(o.attname), ', ' ORDER BY w.at)
                    FROM unnest(k.confkey) WITH ORDINALITY AS w (number, at)
                    JOIN pg_catalog.pg_attribute o ON o.attrelid = k.confrelid AND o.attnum = w.number) || ')') + 1),
         ' NOT VALID$', '') AS actions
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_class r ON r.oid = k.confrelid
JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace
WHERE k.contype = 'f'
  -- NULL of what somebody has dropped since the snapshot: what it was is not to be had any more.
  AND has_table_privilege(c.oid, 'SELECT') IS NOT NULL
  AND has_table_privilege(r.oid, 'SELECT') IS NOT NULL
  AND k.conparentid = 0
  AND NOT c.relispartition
  AND NOT coalesce((to_jsonb(k) ->> 'conperiod')::boolean, false)
  AND n.nspname !~ '^pg_'
  AND n.nspname <> 'information_schema'
ORDER BY k.conrelid, k.conname;
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
    needs: `
-- What of the users' own does an index, a constraint, a default, a type or a view speak of? Functions, operators, collations, types
-- and sequences, as PostgreSQL describes them; what an extension owns is the extension.
SELECT DISTINCT
       CASE d.classid WHEN 'pg_catalog.pg_attrdef'::regclass THEN 'default' WHEN 'pg_catalog.pg_constraint'::regclass THEN 'constraint'
            WHEN 'pg_catalog.pg_type'::regclass THEN 'type' WHEN 'pg_catalog.pg_rewrite'::regclass THEN 'view' ELSE CASE i.relkind WHEN 'c' THEN 'type' ELSE 'index' END END AS of,
       CASE WHEN f.oid IS NOT NULL THEN f.adrelid || '.' || f.adnum WHEN i.relkind = 'c' THEN i.reltype::text ELSE coalesce(w.ev_class, nullif(k.contypid, 0), d.objid)::text END AS oid,
       coalesce('extension ' || x.extname, pg_describe_object(d.refclassid, coalesce(a.typelem, d.refobjid), 0)) AS needs
FROM pg_catalog.pg_depend d
LEFT JOIN pg_catalog.pg_attrdef f ON d.classid = 'pg_catalog.pg_attrdef'::regclass AND f.oid = d.objid
LEFT JOIN pg_catalog.pg_constraint k ON d.classid = 'pg_catalog.pg_constraint'::regclass AND k.oid = d.objid
LEFT JOIN pg_catalog.pg_class i ON d.classid = 'pg_catalog.pg_class'::regclass AND i.oid = d.objid
LEFT JOIN pg_catalog.pg_rewrite w ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND w.oid = d.objid AND w.rulename = '_RETURN'
LEFT JOIN pg_catalog.pg_class s ON d.refclassid = 'pg_catalog.pg_class'::regclass AND s.oid = d.refobjid
-- An array is its element: nobody makes it by itself.
LEFT JOIN pg_catalog.pg_type a ON d.refclassid = 'pg_catalog.pg_type'::regclass AND a.oid = d.refobjid AND a.typelem <> 0 AND a.typlen = -1
LEFT JOIN pg_catalog.pg_depend e ON e.classid = d.refclassid AND e.objid = coalesce(a.typelem, d.refobjid) AND e.deptype = 'e'
LEFT JOIN pg_catalog.pg_extension x ON x.oid = e.refobjid
WHERE d.refobjid >= 16384
  AND d.deptype = 'n'
  AND (f.oid IS NOT NULL OR k.contype IN ('c', 'x') OR i.relkind IN ('i', 'I', 'c') OR d.classid = 'pg_catalog.pg_type'::regclass OR w.oid IS NOT NULL)
  AND (d.refclassid IN ('pg_catalog.pg_proc'::regclass, 'pg_catalog.pg_operator'::regclass, 'pg_catalog.pg_opclass'::regclass,
                        'pg_catalog.pg_collation'::regclass, 'pg_catalog.pg_type'::regclass, 'pg_catalog.pg_ts_config'::regclass)
       OR s.relkind = 'S')
  -- NULL of what somebody has dropped since the snapshot, which PostgreSQL 13 does not describe any more.
  AND CASE d.refclassid WHEN 'pg_catalog.pg_type'::regclass THEN has_type_privilege(coalesce(a.typelem, d.refobjid), 'USAGE')
           WHEN 'pg_catalog.pg_proc'::regclass THEN has_function_privilege(d.refobjid, 'EXECUTE')
           WHEN 'pg_catalog.pg_class'::regclass THEN has_table_privilege(d.refobjid, 'SELECT') ELSE true END IS NOT NULL
ORDER BY 1, 2, 3;
`,
    objects: `
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
`,
    partitions: `
-- How are partitioned tables divided? One row for the root and for each partition, at any depth: its bounds in its parent, and
-- by what it is divided itself.
WITH RECURSIVE tree AS (
  SELECT c.oid AS root, c.oid AS oid, NULL::oid AS parent, 0 AS depth
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind = 'p'
    AND NOT c.relispartition
    AND n.nspname !~ '^pg_'
    AND n.nspname <> 'information_schema'
  UNION ALL
  SELECT tree.root, i.inhrelid, tree.oid, tree.depth + 1
  FROM tree
  JOIN pg_catalog.pg_inherits i ON i.inhparent = tree.oid
)
SELECT tree.root AS table_oid,
       c.oid AS oid,
       tree.parent AS parent_oid,
       n.nspname AS schema,
       c.relname AS name,
       c.relkind = 'f' AS is_foreign,
       pg_get_expr(c.relpartbound, c.oid) AS bound,
       CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END AS key,
       c.relpersistence = 'u' AS unlogged,
       (SELECT string_agg(quote_ident(o.option_name) || ' = ' || quote_literal(o.option_value), ', ')
        FROM pg_options_to_table(c.reloptions) o) AS parameters,
       obj_description(c.oid, 'pg_class') AS comment
FROM tree
JOIN pg_catalog.pg_class c ON c.oid = tree.oid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
-- NULL of what somebody has dropped since the snapshot: what it was is not to be had any more.
WHERE has_table_privilege(c.oid, 'SELECT') IS NOT NULL
ORDER BY tree.root, tree.depth, n.nspname, c.relname;
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
    sequences: `
-- Which sequences are there, whose are they, and how far are they? \`own\`: an identity's (\`i\`), or a serial's (\`a\`).
SELECT c.oid AS oid,
       n.nspname AS schema,
       c.relname AS name,
       quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS written,
       format_type(s.seqtypid, NULL) AS type,
       s.seqstart AS start,
       s.seqincrement AS increment,
       s.seqmin AS least,
       s.seqmax AS most,
       s.seqcache AS cache,
       s.seqcycle AS cycles,
       CASE WHEN has_sequence_privilege(s.seqrelid, 'SELECT, USAGE') AND c.relpersistence = 'p'
            THEN pg_sequence_last_value(s.seqrelid) END AS last,
       d.deptype AS own,
       d.refobjid AS table_oid,
       d.refobjsubid AS number,
       obj_description(c.oid, 'pg_class') AS comment
FROM pg_catalog.pg_sequence s
JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_depend d
       ON d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.objsubid = 0
      AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
WHERE n.nspname !~ '^pg_'
  AND n.nspname <> 'information_schema'
  AND c.relpersistence <> 't'
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
                  WHERE e.classid = 'pg_catalog.pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')
ORDER BY n.nspname, c.relname;
`,
    tableExtras: `
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
    viewColumns: `
-- Which columns have views, in order, with their comments and what INSERT puts into them?
SELECT a.attrelid AS view_oid, a.attnum AS number, a.attname AS name, d.description AS comment, pg_get_expr(f.adbin, f.adrelid) AS "default"
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid AND c.relkind = 'v'
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_description d
       ON d.objoid = c.oid AND d.objsubid = a.attnum AND d.classoid = 'pg_catalog.pg_class'::regclass
LEFT JOIN pg_catalog.pg_attrdef f ON f.adrelid = c.oid AND f.adnum = a.attnum
WHERE a.attnum > 0
  AND n.nspname !~ '^pg_'
  AND n.nspname <> 'information_schema'
ORDER BY a.attrelid, a.attnum;
`,
    viewExtras: `
-- What has a view besides its query and its comment?
SELECT c.oid AS oid, n.nspname AS schema, c.relname AS name, array_to_string(c.reloptions, ', ') AS options
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'v'
  AND n.nspname !~ '^pg_'
  AND n.nspname <> 'information_schema'
ORDER BY n.nspname, c.relname;
`,
    viewReads: `
-- Which tables and views do views read, and which columns of them? Without a column where it is the whole row. What every
-- database has is left out.
SELECT DISTINCT r.ev_class AS view_oid, n.nspname AS schema, c.relname AS name, a.attname AS "column"
FROM pg_catalog.pg_rewrite r
JOIN pg_catalog.pg_class v ON v.oid = r.ev_class AND v.relkind = 'v'
JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.objid = r.oid
                           AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid <> r.ev_class
JOIN pg_catalog.pg_class c ON c.oid = d.refobjid AND c.relkind <> 'S'
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid AND d.refobjsubid <> 0
WHERE r.rulename = '_RETURN'
  AND d.refobjid >= 16384
ORDER BY 1, 2, 3, 4;
`,
    views: `
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
       -- NULL of what somebody has dropped meanwhile.
       coalesce(has_table_privilege(c.oid, 'SELECT') AND has_schema_privilege(n.oid, 'USAGE'), false) AS readable,
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
