// What is kept of row-level security and masking, and Redshift's system views of them, as SQL for the backend.

/** For superusers, as the stand-in's own user is one; others see nothing. */
const mayLook = `(SELECT rolcreaterole FROM pg_roles WHERE rolname = current_user)`;

export const policiesSql = `
CREATE TABLE pg_internal.policies (kind text, name text, columns text NOT NULL, expression text NOT NULL,
  modified_by name NOT NULL, modified_at timestamp NOT NULL, PRIMARY KEY (kind, name));
CREATE TABLE pg_internal.policy_attachments (kind text, policy text, relation oid, grantee text, grantee_kind text,
  grantor name NOT NULL, input_columns text NOT NULL, output_columns text NOT NULL, priority int NOT NULL,
  PRIMARY KEY (kind, policy, relation, grantee, grantee_kind, output_columns),
  FOREIGN KEY (kind, policy) REFERENCES pg_internal.policies);
CREATE TABLE pg_internal.secured_tables (relation oid PRIMARY KEY, conjunction text NOT NULL);
GRANT SELECT ON pg_internal.policies, pg_internal.policy_attachments, pg_internal.secured_tables TO PUBLIC;

-- The stand-in's own user has a superuser's rights to all that the stand-in shows, and is one to pg_user.
CREATE OR REPLACE VIEW pg_catalog.pg_user AS SELECT s.usename, s.usesysid, s.usecreatedb,
    s.usesuper OR r.rolcreaterole AS usesuper, s.userepl, s.usebypassrls, '********'::text AS passwd, s.valuntil, s.useconfig
  FROM pg_shadow s JOIN pg_roles r ON r.oid = s.usesysid;
CREATE FUNCTION pg_internal.must_administer(what text) RETURNS void LANGUAGE plpgsql AS $f$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = session_user AND (rolcreaterole OR rolsuper)) THEN
    RAISE EXCEPTION 'permission denied: must be superuser or have the role sys:secadmin to %', what USING ERRCODE = '42501';
  END IF;
END $f$;
CREATE FUNCTION pg_internal.must_know_policy(policy_kind text, policy_name text) RETURNS void LANGUAGE plpgsql AS $f$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_internal.policies WHERE kind = policy_kind AND name = policy_name) THEN
    RAISE EXCEPTION '% policy "%" does not exist', policy_kind, policy_name USING ERRCODE = '42704';
  END IF;
END $f$;

CREATE FUNCTION pg_internal.create_policy(policy_kind text, policy_name text, list text, condition text, if_missing boolean)
  RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $f$
BEGIN
  PERFORM pg_internal.must_administer('create a policy');
  IF EXISTS (SELECT FROM pg_internal.policies WHERE kind = policy_kind AND name = policy_name) THEN
    IF if_missing THEN RETURN; END IF;
    RAISE EXCEPTION '% policy "%" already exists', policy_kind, policy_name USING ERRCODE = '42710';
  END IF;
  INSERT INTO pg_internal.policies
    VALUES (policy_kind, policy_name, list, condition, session_user, statement_timestamp() AT TIME ZONE 'UTC');
END $f$;
CREATE FUNCTION pg_internal.drop_policy(policy_kind text, policy_name text, if_there boolean, cascades boolean)
  RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $f$
BEGIN
  PERFORM pg_internal.must_administer('drop a policy');
  IF NOT if_there THEN PERFORM pg_internal.must_know_policy(policy_kind, policy_name); END IF;
  IF cascades THEN
    DELETE FROM pg_internal.policy_attachments WHERE kind = policy_kind AND policy = policy_name;
  ELSIF EXISTS (SELECT FROM pg_internal.policy_attachments WHERE kind = policy_kind AND policy = policy_name) THEN
    RAISE EXCEPTION '% policy "%" is attached to a relation', policy_kind, policy_name USING ERRCODE = '2BP01';
  END IF;
  DELETE FROM pg_internal.policies WHERE kind = policy_kind AND name = policy_name;
END $f$;
CREATE FUNCTION pg_internal.attach_policy(policy_kind text, policy_name text, target regclass, who text, who_kind text,
  inputs text, outputs text, rank int)
  RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $f$
DECLARE
  missing text;
BEGIN
  PERFORM pg_internal.must_administer('attach a policy');
  PERFORM pg_internal.must_know_policy(policy_kind, policy_name);
  IF who_kind = 'user' AND NOT EXISTS (SELECT FROM pg_roles WHERE rolname = who AND rolcanlogin) THEN
    RAISE EXCEPTION 'user "%" does not exist', who USING ERRCODE = '42704';
  END IF;
  SELECT c INTO missing FROM json_array_elements_text(outputs::json) AS c WHERE NOT EXISTS (SELECT FROM pg_attribute
    WHERE attrelid = target AND attname = c AND attnum > 0 AND NOT attisdropped);
  IF missing IS NOT NULL THEN
    RAISE EXCEPTION 'column "%" of relation "%" does not exist', missing, target USING ERRCODE = '42703';
  END IF;
  INSERT INTO pg_internal.policy_attachments
    VALUES (policy_kind, policy_name, target, who, who_kind, session_user, inputs, outputs, rank);
END $f$;
CREATE FUNCTION pg_internal.detach_policy(policy_kind text, policy_name text, target regclass, who text, who_kind text)
  RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $f$
BEGIN
  PERFORM pg_internal.must_administer('detach a policy');
  DELETE FROM pg_internal.policy_attachments WHERE kind = policy_kind AND policy = policy_name AND relation = target
    AND grantee = who AND grantee_kind = who_kind;
  IF NOT FOUND THEN
    RAISE EXCEPTION '% policy "%" is not attached to "%"', policy_kind, policy_name, target USING ERRCODE = '42704';
  END IF;
END $f$;
CREATE FUNCTION pg_internal.secure_rows(target regclass, secures boolean, type text)
  RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $f$
BEGIN
  PERFORM pg_internal.must_administer('turn on row-level security');
  DELETE FROM pg_internal.secured_tables WHERE relation = target;
  IF secures THEN INSERT INTO pg_internal.secured_tables VALUES (target, type); END IF;
END $f$;

CREATE VIEW pg_catalog.svv_rls_policy AS SELECT current_database()::text AS poldb, name AS polname, NULL::text AS polalias,
    columns AS polatts, expression AS polqual, true AS polenabled, modified_by::text AS polmodifiedby,
    modified_at AS polmodifiedtime
  FROM pg_internal.policies WHERE kind = 'rls' AND ${mayLook};
CREATE VIEW pg_catalog.svv_rls_attached_policy AS SELECT n.nspname::text AS relschema, r.relname::text AS relname,
    CASE r.relkind WHEN 'v' THEN 'view' ELSE 'table' END AS relkind, a.policy AS polname, a.grantor::text AS grantor,
    a.grantee, a.grantee_kind AS granteekind, true AS is_pol_on, s.relation IS NOT NULL AS is_rls_on,
    coalesce(s.conjunction, 'and') AS rls_conjunction_type
  FROM pg_internal.policy_attachments a JOIN pg_class r ON r.oid = a.relation JOIN pg_namespace n ON n.oid = r.relnamespace
    LEFT JOIN pg_internal.secured_tables s ON s.relation = a.relation
  WHERE a.kind = 'rls' AND ${mayLook};
CREATE VIEW pg_catalog.svv_rls_relation AS SELECT current_database()::text AS datname, n.nspname::text AS relschema,
    r.relname::text AS relname, CASE r.relkind WHEN 'v' THEN 'view' ELSE 'table' END AS relkind, true AS is_rls_on,
    false AS is_rls_datashare_on, s.conjunction AS rls_conjunction_type
  FROM pg_internal.secured_tables s JOIN pg_class r ON r.oid = s.relation JOIN pg_namespace n ON n.oid = r.relnamespace
  WHERE ${mayLook};
CREATE VIEW pg_catalog.svv_masking_policy AS SELECT current_database()::text AS policy_database, name AS policy_name,
    columns AS input_columns, expression AS policy_expression, modified_by::text AS policy_modified_by,
    modified_at AS policy_modified_time
  FROM pg_internal.policies WHERE kind = 'masking' AND ${mayLook};
CREATE VIEW pg_catalog.svv_attached_masking_policy AS SELECT a.policy AS policy_name, n.nspname::text AS schema_name,
    r.relname::text AS table_name, CASE r.relkind WHEN 'v' THEN 'view' ELSE 'table' END AS table_type,
    a.grantor::text AS grantor, a.grantee, a.grantee_kind AS grantee_type, a.priority, a.input_columns, a.output_columns
  FROM pg_internal.policy_attachments a JOIN pg_class r ON r.oid = a.relation JOIN pg_namespace n ON n.oid = r.relnamespace
  WHERE a.kind = 'masking' AND ${mayLook};
GRANT SELECT ON pg_catalog.svv_rls_policy, pg_catalog.svv_rls_attached_policy, pg_catalog.svv_rls_relation,
  pg_catalog.svv_masking_policy, pg_catalog.svv_attached_masking_policy TO PUBLIC;
`;
