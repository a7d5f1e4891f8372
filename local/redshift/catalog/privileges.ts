// Redshift's system views of rights, as SQL for the backend.

// An owner's own rights are not granted to him. A role that cannot log in is a group: Redshift keeps the two apart.
const grantee = `coalesce(u.rolname, 'public')::text AS identity_name,
    CASE WHEN x.grantee = 0 THEN 'public' WHEN u.rolcanlogin THEN 'user' ELSE 'group' END AS identity_type`;

const visible = `n.nspname NOT IN ('pg_catalog', 'pg_internal', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'`;

export const privilegesSql = `
CREATE VIEW pg_catalog.svv_relation_privileges AS
  SELECT n.nspname::text AS namespace_name, r.relname::text AS relation_name, x.privilege_type::text AS privilege_type,
    x.grantee::int AS identity_id, ${grantee}, x.is_grantable AS admin_option
  FROM pg_class r JOIN pg_namespace n ON n.oid = r.relnamespace CROSS JOIN LATERAL aclexplode(r.relacl) x
    LEFT JOIN pg_roles u ON u.oid = x.grantee
  WHERE r.relkind IN ('r', 'v') AND x.grantee <> r.relowner AND ${visible};
CREATE VIEW pg_catalog.svv_column_privileges AS
  SELECT n.nspname::text AS namespace_name, r.relname::text AS relation_name, a.attname::text AS column_name,
    x.privilege_type::text AS privilege_type, x.grantee::int AS identity_id, ${grantee}
  FROM pg_class r JOIN pg_namespace n ON n.oid = r.relnamespace JOIN pg_attribute a ON a.attrelid = r.oid
    CROSS JOIN LATERAL aclexplode(a.attacl) x LEFT JOIN pg_roles u ON u.oid = x.grantee
  WHERE r.relkind IN ('r', 'v') AND x.grantee <> r.relowner AND ${visible};

GRANT SELECT ON pg_catalog.svv_relation_privileges, pg_catalog.svv_column_privileges TO PUBLIC;
`;
