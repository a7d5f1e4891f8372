// What is kept of materialized views, and Redshift's system views of them, as SQL for the backend.
// The query lives on in a view that no client sees: it is what REFRESH reads, and what depends on the query's tables.

const hidden = `format('pg_internal.mv_%s', tbl::oid)`;

export const materializedViewsSql = `
CREATE TABLE pg_internal.materialized_views (view oid PRIMARY KEY, tbl oid NOT NULL, definition text NOT NULL,
  refreshes boolean NOT NULL);
GRANT SELECT ON pg_internal.materialized_views TO PUBLIC;

-- Under the search path of who makes it, and owned by him, so that it reads with his rights.
CREATE FUNCTION pg_internal.hide_query(tbl regclass, wanted text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $f$
BEGIN
  PERFORM pg_internal.must_own(tbl);
  EXECUTE format('CREATE VIEW %s AS %s', ${hidden}, wanted);
  EXECUTE format('ALTER VIEW %s OWNER TO %I', ${hidden}, session_user);
END $f$;
CREATE FUNCTION pg_internal.keep_materialized(made regclass, tbl regclass, statement text, refreshes boolean) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $f$
BEGIN
  PERFORM pg_internal.must_own(made);
  INSERT INTO pg_internal.materialized_views VALUES (made, tbl, statement, refreshes);
END $f$;
CREATE FUNCTION pg_internal.create_materialized(name text, tbl regclass, wanted text, statement text, refreshes boolean)
  RETURNS void LANGUAGE plpgsql AS $f$
BEGIN
  EXECUTE format('CREATE VIEW %s AS SELECT * FROM %s UNION ALL SELECT * FROM %s WHERE false', name, tbl, ${hidden});
  PERFORM pg_internal.keep_materialized(name::regclass, tbl, statement, refreshes);
END $f$;
CREATE FUNCTION pg_internal.materialized_table(target regclass) RETURNS regclass LANGUAGE plpgsql AS $f$
DECLARE
  tbl oid := (SELECT m.tbl FROM pg_internal.materialized_views m WHERE view = target);
BEGIN
  IF tbl IS NULL THEN
    RAISE EXCEPTION '"%" is not a materialized view', target USING ERRCODE = '42809';
  END IF;
  PERFORM pg_internal.must_own(target);
  RETURN tbl;
END $f$;
CREATE FUNCTION pg_internal.refresh_materialized(target regclass) RETURNS void LANGUAGE plpgsql AS $f$
DECLARE
  tbl regclass := pg_internal.materialized_table(target);
BEGIN
  EXECUTE format('DELETE FROM %s', tbl);
  EXECUTE format('INSERT INTO %s SELECT * FROM %s', tbl, ${hidden});
END $f$;
CREATE FUNCTION pg_internal.drop_materialized(name text, if_there boolean, cascades boolean) RETURNS void
  LANGUAGE plpgsql AS $f$
BEGIN
  IF if_there AND to_regclass(name) IS NULL THEN RETURN; END IF;
  PERFORM pg_internal.materialized_table(name::regclass);
  EXECUTE format('DROP VIEW %s %s', name, CASE WHEN cascades THEN 'CASCADE' ELSE '' END);
END $f$;
-- With the view goes what it is made of.
CREATE FUNCTION pg_internal.forget_materialized() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp SET client_min_messages = error AS $f$
DECLARE
  tbl oid;
BEGIN
  FOR tbl IN DELETE FROM pg_internal.materialized_views m WHERE view IN (SELECT objid FROM pg_event_trigger_dropped_objects()
      WHERE classid = 'pg_class'::regclass AND objsubid = 0) RETURNING m.tbl LOOP
    EXECUTE format('DROP VIEW IF EXISTS %s', ${hidden});
    IF EXISTS (SELECT FROM pg_class WHERE oid = tbl) THEN EXECUTE format('DROP TABLE %s', tbl::regclass); END IF;
  END LOOP;
END $f$;
CREATE EVENT TRIGGER forget_materialized ON sql_drop EXECUTE FUNCTION pg_internal.forget_materialized();

CREATE FUNCTION pg_internal.is_stale(tbl oid) RETURNS "char" LANGUAGE plpgsql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $f$
DECLARE
  same boolean;
BEGIN
  EXECUTE format('SELECT (SELECT (count(*), sum(hashtextextended(q::text, 0))) FROM %s q)
    = (SELECT (count(*), sum(hashtextextended(q::text, 0))) FROM %s q)', tbl::regclass, ${hidden}) INTO same;
  RETURN CASE WHEN coalesce(same, true) THEN 'f' ELSE 't' END;
END $f$;
CREATE VIEW pg_internal.materialized AS SELECT m.view, m.tbl, m.refreshes, n.nspname::text AS schema_name,
    r.relname::text AS name, pg_get_userbyid(r.relowner)::text AS user_name, pg_internal.is_stale(m.tbl) AS is_stale
  FROM pg_internal.materialized_views m JOIN pg_class r ON r.oid = m.view JOIN pg_namespace n ON n.oid = r.relnamespace
  WHERE r.relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)
    OR (SELECT rolcreaterole FROM pg_roles WHERE rolname = current_user);
CREATE VIEW pg_catalog.svv_mv_info AS SELECT current_database()::text AS database_name, schema_name, user_name, name,
    is_stale, 1 AS state, refreshes::int::text::"char" AS autorefresh, '0'::"char" AS autorewrite
  FROM pg_internal.materialized;
CREATE VIEW pg_catalog.stv_mv_info AS SELECT rpad(current_database()::text, 128)::bpchar AS db_name,
    rpad(schema_name, 128)::bpchar AS schema, rpad(name, 128)::bpchar AS name, 0::bigint AS updated_upto_xid, is_stale,
    rpad(user_name, 128)::bpchar AS owner_user_name, 1 AS state, '0'::"char" AS autorewrite,
    refreshes::int::text::"char" AS autorefresh
  FROM pg_internal.materialized;
CREATE VIEW pg_catalog.stv_mv_deps AS SELECT DISTINCT rpad(current_database()::text, 128)::bpchar AS db_name,
    rpad(m.schema_name, 128)::bpchar AS schema, rpad(m.name, 128)::bpchar AS name, rpad(n.nspname, 128)::bpchar AS ref_schema,
    rpad(r.relname, 128)::bpchar AS ref_name, rpad(current_database()::text, 128)::bpchar AS ref_database_name
  FROM pg_internal.materialized m
    JOIN pg_class h ON h.relname = 'mv_' || m.tbl AND h.relnamespace = 'pg_internal'::regnamespace
    JOIN pg_rewrite w ON w.ev_class = h.oid
    JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass
    JOIN pg_class r ON r.oid = d.refobjid AND r.oid <> h.oid JOIN pg_namespace n ON n.oid = r.relnamespace;
GRANT SELECT ON pg_internal.materialized, pg_catalog.svv_mv_info, pg_catalog.stv_mv_info, pg_catalog.stv_mv_deps TO PUBLIC;
`;
