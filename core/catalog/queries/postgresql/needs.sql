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
