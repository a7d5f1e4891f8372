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
