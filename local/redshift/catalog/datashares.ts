// What is kept of datashares, and Redshift's system views of them, as SQL for the backend.

/** Of a producer that there is not: Amazon's own example. */
const account = '123456789012';
const namespace = '13b8833d-17c6-4f16-8fe4-1a018f5ed00d';

const producer = `'${account}'::text AS producer_account, '${namespace}'::text AS producer_namespace`;

const definer = 'LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp';

export const datasharesSql = `
CREATE TABLE pg_internal.datashares (name text PRIMARY KEY, owner oid NOT NULL, open boolean NOT NULL,
  created_at timestamp NOT NULL);
-- A relation's schema is in its share too, when it was added.
CREATE TABLE pg_internal.datashare_members (share text REFERENCES pg_internal.datashares ON DELETE CASCADE, class oid,
  object oid, include_new boolean, PRIMARY KEY (share, class, object));
GRANT SELECT ON pg_internal.datashares, pg_internal.datashare_members TO PUBLIC;

CREATE FUNCTION pg_internal.must_know_datashare(share text) RETURNS void LANGUAGE plpgsql AS $f$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_internal.datashares WHERE name = share) THEN
    RAISE EXCEPTION 'datashare "%" does not exist', share USING ERRCODE = '42704';
  END IF;
END $f$;
CREATE FUNCTION pg_internal.create_datashare(share text, is_open boolean) RETURNS void ${definer} AS $f$
BEGIN
  IF EXISTS (SELECT FROM pg_internal.datashares WHERE name = share) THEN
    RAISE EXCEPTION 'datashare "%" already exists', share USING ERRCODE = '42710';
  END IF;
  INSERT INTO pg_internal.datashares VALUES (share, (SELECT oid FROM pg_roles WHERE rolname = session_user), is_open,
    statement_timestamp() AT TIME ZONE 'UTC');
END $f$;
CREATE FUNCTION pg_internal.drop_datashare(share text) RETURNS void ${definer} AS $f$
BEGIN
  PERFORM pg_internal.must_know_datashare(share);
  DELETE FROM pg_internal.datashares WHERE name = share;
END $f$;
CREATE FUNCTION pg_internal.open_datashare(share text, is_open boolean) RETURNS void ${definer} AS $f$
BEGIN
  PERFORM pg_internal.must_know_datashare(share);
  UPDATE pg_internal.datashares SET open = is_open WHERE name = share;
END $f$;
CREATE FUNCTION pg_internal.share_object(wanted text, of_class oid, target oid, adds boolean) RETURNS void ${definer} AS $f$
BEGIN
  PERFORM pg_internal.must_know_datashare(wanted);
  IF adds THEN
    INSERT INTO pg_internal.datashare_members VALUES (wanted, of_class, target) ON CONFLICT DO NOTHING;
  ELSE
    DELETE FROM pg_internal.datashare_members WHERE share = wanted AND class = of_class AND object = target;
  END IF;
END $f$;
CREATE FUNCTION pg_internal.share_table(share text, target regclass, adds boolean) RETURNS void LANGUAGE sql
  AS $f$ SELECT pg_internal.share_object(share, 'pg_class'::regclass, target, adds) $f$;
CREATE FUNCTION pg_internal.share_schema(share text, schema text, adds boolean) RETURNS void LANGUAGE sql
  AS $f$ SELECT pg_internal.share_object(share, 'pg_namespace'::regclass, quote_ident(schema)::regnamespace, adds) $f$;
CREATE FUNCTION pg_internal.share_tables_of(share text, schema text, adds boolean) RETURNS void LANGUAGE sql AS $f$
  SELECT pg_internal.share_object(share, 'pg_class'::regclass, oid, adds) FROM pg_class
    WHERE relnamespace = quote_ident(schema)::regnamespace AND relkind IN ('r', 'v')
$f$;
CREATE FUNCTION pg_internal.include_new(wanted text, schema text, includes boolean) RETURNS void ${definer} AS $f$
BEGIN
  PERFORM pg_internal.must_know_datashare(wanted);
  UPDATE pg_internal.datashare_members SET include_new = includes
    WHERE share = wanted AND class = 'pg_namespace'::regclass AND object = quote_ident(schema)::regnamespace;
END $f$;

CREATE VIEW pg_catalog.svv_datashares AS SELECT name AS share_name, NULL::int AS share_id, owner::int AS share_owner,
    current_database()::text AS source_database, NULL::text AS consumer_database, 'OUTBOUND'::text AS share_type,
    created_at AS createdate, open AS is_publicaccessible, NULL::text AS share_acl, ${producer}, NULL::text AS managed_by
  FROM pg_internal.datashares;
CREATE VIEW pg_catalog.svv_datashare_objects AS
  SELECT 'OUTBOUND'::text AS share_type, m.share AS share_name,
    CASE WHEN EXISTS (SELECT FROM pg_internal.materialized_views v WHERE v.view = r.oid) THEN 'materialized view'
      WHEN EXISTS (SELECT FROM pg_internal.late_views v WHERE v.view = r.oid) THEN 'late binding view'
      WHEN r.relkind = 'v' THEN 'view' ELSE 'table' END AS object_type,
    n.nspname || '.' || r.relname AS object_name, ${producer}, m.include_new
  FROM pg_internal.datashare_members m JOIN pg_class r ON m.class = 'pg_class'::regclass AND r.oid = m.object
    JOIN pg_namespace n ON n.oid = r.relnamespace
  UNION ALL
  SELECT 'OUTBOUND', m.share, 'schema', n.nspname::text, ${producer}, coalesce(m.include_new, false)
  FROM pg_internal.datashare_members m JOIN pg_namespace n ON m.class = 'pg_namespace'::regclass AND n.oid = m.object;
GRANT SELECT ON pg_catalog.svv_datashares, pg_catalog.svv_datashare_objects TO PUBLIC;
`;
