// What Redshift knows about a table and PostgreSQL does not: distribution, sort keys, encodings, keys that are not
// enforced. As SQL for the backend: where it is kept, and the functions that the stand-in calls after the DDL.

// Keys are real constraints of PostgreSQL on an index that does nothing: it is made as an ordinary one, so that duplicates
// don't matter, then called unique, and marked "not ready", so that nothing is ever checked or written. Foreign keys are
// NOT ENFORCED. Thus pg_constraint shows them, renames keep them, and a referenced table is not dropped.
export const tablesSql = `
CREATE TABLE pg_internal.table_attributes (relation oid PRIMARY KEY, diststyle int NOT NULL, backup boolean NOT NULL);
CREATE TABLE pg_internal.column_attributes (relation oid, attribute int2, encoding text, distkey boolean NOT NULL,
  sortkey int NOT NULL, PRIMARY KEY (relation, attribute));
CREATE TABLE pg_internal.long_names (code text PRIMARY KEY, name text NOT NULL);
CREATE SEQUENCE pg_internal.key_names;
GRANT SELECT ON pg_internal.table_attributes, pg_internal.column_attributes TO PUBLIC;

CREATE FUNCTION pg_internal.must_own(target oid) RETURNS void LANGUAGE plpgsql AS $f$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = target AND pg_has_role(session_user, c.relowner, 'USAGE')) THEN
    RAISE EXCEPTION 'must be owner of relation %', target::regclass USING ERRCODE = '42501';
  END IF;
END $f$;

CREATE FUNCTION pg_internal.describe_table(target regclass, style int, with_backup boolean, columns jsonb)
  RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $f$
DECLARE
  missing text;
BEGIN
  PERFORM pg_internal.must_own(target);
  SELECT c.name INTO missing FROM jsonb_to_recordset(columns) AS c(name text)
    WHERE NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = target AND a.attname = c.name AND a.attnum > 0);
  IF missing IS NOT NULL THEN
    RAISE EXCEPTION 'column "%" specified as distkey/sortkey is not in the table "%"', missing,
      (SELECT relname FROM pg_class WHERE oid = target) USING ERRCODE = '42703';
  END IF;
  SELECT c.name INTO missing FROM jsonb_to_recordset(columns) AS c(name text, distkey boolean, sortkey int)
      JOIN pg_attribute a ON a.attrelid = target AND a.attname = c.name
    WHERE (c.distkey OR c.sortkey <> 0)
      AND a.atttypid IN ('super'::regtype, 'geometry'::regtype, 'geography'::regtype, 'hllsketch'::regtype);
  IF missing IS NOT NULL THEN
    RAISE EXCEPTION 'column "%" has a type that can be neither distkey nor sortkey', missing USING ERRCODE = '0A000';
  END IF;
  INSERT INTO pg_internal.table_attributes VALUES (target, style, with_backup)
    ON CONFLICT (relation) DO UPDATE SET diststyle = excluded.diststyle, backup = excluded.backup;
  INSERT INTO pg_internal.column_attributes
    SELECT target, a.attnum, c.encoding, c.distkey, c.sortkey
    FROM jsonb_to_recordset(columns) AS c(name text, encoding text, distkey boolean, sortkey int)
      JOIN pg_attribute a ON a.attrelid = target AND a.attname = c.name
    ON CONFLICT (relation, attribute) DO UPDATE
      SET encoding = coalesce(excluded.encoding, pg_internal.column_attributes.encoding),
          distkey = excluded.distkey, sortkey = excluded.sortkey;
END $f$;

CREATE FUNCTION pg_internal.copy_description(source regclass, target regclass)
  RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $f$
  INSERT INTO pg_internal.table_attributes SELECT target, diststyle, backup
    FROM pg_internal.table_attributes WHERE relation = source ON CONFLICT DO NOTHING;
  INSERT INTO pg_internal.column_attributes SELECT target, t.attnum, c.encoding, c.distkey, c.sortkey
    FROM pg_internal.column_attributes c
      JOIN pg_attribute s ON s.attrelid = source AND s.attnum = c.attribute
      JOIN pg_attribute t ON t.attrelid = target AND t.attname = s.attname
    WHERE c.relation = source ON CONFLICT DO NOTHING;
$f$;

CREATE FUNCTION pg_internal.encode_column(target regclass, name text, wanted text)
  RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $f$
BEGIN
  PERFORM pg_internal.must_own(target);
  INSERT INTO pg_internal.column_attributes SELECT target, attnum, wanted, false, 0 FROM pg_attribute
    WHERE attrelid = target AND attname = name
    ON CONFLICT (relation, attribute) DO UPDATE SET encoding = excluded.encoding;
END $f$;

-- ALTER COLUMN … TYPE would refuse a column that a view shows.
CREATE FUNCTION pg_internal.widen_column(target regclass, name text, bytes int)
  RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $f$
DECLARE
  col pg_attribute := (SELECT a FROM pg_attribute a WHERE attrelid = target AND attname = name AND NOT attisdropped);
BEGIN
  PERFORM pg_internal.must_own(target);
  IF col.atttypid IS NULL THEN
    RAISE EXCEPTION 'column "%" of relation "%" does not exist', name, target USING ERRCODE = '42703';
  END IF;
  IF col.atttypid <> 'varchar'::regtype OR col.atttypmod - 4 > bytes THEN
    RAISE EXCEPTION 'cannot alter type of column "%": only VARCHAR columns can be widened', name USING ERRCODE = '0A000';
  END IF;
  IF col.atthasdef OR EXISTS (SELECT FROM pg_constraint WHERE conrelid = target AND contype IN ('p', 'u', 'f')
      AND col.attnum = ANY (conkey)) OR EXISTS (SELECT FROM pg_internal.column_attributes WHERE relation = target
      AND attribute = col.attnum AND encoding IN ('bytedict', 'runlength', 'text255', 'text32k')) THEN
    RAISE EXCEPTION 'cannot alter type of column "%": it has a default, a key or an encoding that forbids it', name
      USING ERRCODE = '0A000';
  END IF;
  EXECUTE format('LOCK TABLE %s', target);
  -- A length is kept with 4 added.
  UPDATE pg_attribute SET atttypmod = bytes + 4 WHERE attrelid = target AND attnum = col.attnum;
END $f$;

CREATE VIEW pg_internal.column_makes AS SELECT a.attrelid AS relation, a.attname AS name, a.attnotnull,
    a.atttypid, a.atttypmod, c.encoding, coalesce(c.distkey, false) AS distkey, coalesce(c.sortkey, 0) AS sortkey
  FROM pg_attribute a LEFT JOIN pg_internal.column_attributes c ON c.relation = a.attrelid AND c.attribute = a.attnum
  WHERE a.attnum > 0 AND NOT a.attisdropped;

CREATE FUNCTION pg_internal.append_table(target regclass, source regclass, ignore_extra boolean, fill_target boolean)
  RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $f$
DECLARE
  bad text;
  common text;
BEGIN
  PERFORM pg_internal.must_own(target);
  PERFORM pg_internal.must_own(source);
  SELECT coalesce(t.name, s.name) INTO bad
    FROM (SELECT * FROM pg_internal.column_makes WHERE relation = target) t
      FULL JOIN (SELECT * FROM pg_internal.column_makes WHERE relation = source) s ON s.name = t.name
    WHERE CASE WHEN t.name IS NULL THEN NOT ignore_extra WHEN s.name IS NULL THEN NOT fill_target
      ELSE (t.attnotnull, t.atttypid, t.atttypmod, t.encoding, t.distkey, t.sortkey) IS DISTINCT FROM
        (s.attnotnull, s.atttypid, s.atttypmod, s.encoding, s.distkey, s.sortkey) END LIMIT 1;
  IF bad IS NOT NULL THEN
    RAISE EXCEPTION 'column "%" of the source and the target of ALTER TABLE APPEND differ', bad USING ERRCODE = '42P16';
  END IF;
  IF EXISTS (SELECT FROM pg_attribute WHERE attrelid IN (target, source) AND attidentity <> '') THEN
    RAISE EXCEPTION 'ALTER TABLE APPEND takes no tables with an IDENTITY column' USING ERRCODE = '0A000';
  END IF;
  SELECT string_agg(quote_ident(t.name), ', ') INTO common FROM pg_internal.column_makes t
    WHERE relation = target AND EXISTS (SELECT FROM pg_internal.column_makes s WHERE s.relation = source AND s.name = t.name);
  EXECUTE format('INSERT INTO %1$s (%2$s) SELECT %2$s FROM %3$s', target, common, source);
  EXECUTE format('DELETE FROM %s', source);
END $f$;

CREATE FUNCTION pg_internal.give_table(target regclass, owner name)
  RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $f$
BEGIN
  PERFORM pg_internal.must_own(target);
  IF NOT pg_has_role(session_user, owner, 'USAGE') THEN
    RAISE EXCEPTION 'permission denied for user %', owner USING ERRCODE = '42501';
  END IF;
  EXECUTE format('ALTER TABLE %s OWNER TO %I', target, owner);
END $f$;

CREATE FUNCTION pg_internal.relax_keys(target regclass)
  RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $f$
  UPDATE pg_index SET indisvalid = false, indisready = false WHERE indrelid = target AND (indisvalid OR indisready)
$f$;

CREATE FUNCTION pg_internal.free_name(target oid, wanted text) RETURNS text LANGUAGE plpgsql AS $f$
DECLARE
  -- The backend's names have 63 bytes: some are left for the number.
  short text := CASE WHEN octet_length(wanted) > 63 THEN left(wanted, 55) ELSE wanted END;
  name text := short;
  n int := 0;
BEGIN
  WHILE EXISTS (SELECT FROM pg_constraint WHERE conrelid = target AND conname = name) LOOP
    n := n + 1;
    name := left(wanted, 55) || n;
  END LOOP;
  RETURN name;
END $f$;

CREATE FUNCTION pg_internal.add_key(target regclass, given_name text, kind "char", columns text[])
  RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp SET client_min_messages = error AS $f$
DECLARE
  relation pg_class := (SELECT c FROM pg_class c WHERE oid = target);
  list text := (SELECT string_agg(quote_ident(c), ', ' ORDER BY n) FROM unnest(columns) WITH ORDINALITY AS u(c, n));
  place text := 'key_' || nextval('pg_internal.key_names');
  final_name text;
  key oid;
  bad text;
BEGIN
  PERFORM pg_internal.must_own(target);
  SELECT c INTO bad FROM unnest(columns) AS u(c)
    WHERE NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = target AND attname = c AND attnum > 0 AND NOT attisdropped);
  IF bad IS NOT NULL THEN
    RAISE EXCEPTION 'column "%" named in key does not exist', bad USING ERRCODE = '42703';
  END IF;
  IF kind = 'p' THEN
    IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = target AND contype = 'p') THEN
      RAISE EXCEPTION 'multiple primary keys for table "%" are not allowed', relation.relname USING ERRCODE = '42P16';
    END IF;
    SELECT attname INTO bad FROM pg_attribute WHERE attrelid = target AND attname = ANY (columns) AND NOT attnotnull;
    IF bad IS NOT NULL THEN
      RAISE EXCEPTION 'column "%" is nullable: a primary key needs columns declared NOT NULL', bad USING ERRCODE = '42P16';
    END IF;
  END IF;
  IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = target AND conname = given_name) THEN
    RAISE EXCEPTION 'constraint "%" for relation "%" already exists', given_name, relation.relname USING ERRCODE = '42710';
  END IF;
  final_name := coalesce(given_name, pg_internal.free_name(target, CASE kind WHEN 'p' THEN relation.relname || '_pkey'
    ELSE relation.relname || '_' || array_to_string(columns, '_') || '_key' END));
  EXECUTE format('CREATE INDEX %I ON %s (%s)', place, target, list);
  SELECT c.oid INTO key FROM pg_class c WHERE relname = place AND relnamespace = relation.relnamespace;
  UPDATE pg_index SET indisunique = true, indimmediate = true WHERE indexrelid = key;
  EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s USING INDEX %I', target, place,
    CASE kind WHEN 'p' THEN 'PRIMARY KEY' ELSE 'UNIQUE' END, place);
  UPDATE pg_index SET indisvalid = false, indisready = false WHERE indexrelid = key;
  UPDATE pg_constraint SET conname = final_name WHERE conindid = key AND conrelid = target;
END $f$;

CREATE FUNCTION pg_internal.add_foreign_key(target regclass, given_name text, columns text[], referenced regclass,
  referenced_columns text[])
  RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $f$
DECLARE
  key oid;
BEGIN
  PERFORM pg_internal.must_own(target);
  IF NOT has_table_privilege(session_user, referenced, 'REFERENCES') THEN
    RAISE EXCEPTION 'permission denied for relation %', referenced USING ERRCODE = '42501';
  END IF;
  SELECT conindid INTO key FROM pg_constraint k WHERE conrelid = referenced AND CASE
    WHEN referenced_columns IS NULL THEN contype = 'p'
    ELSE contype IN ('p', 'u') AND (SELECT array_agg(attname::text ORDER BY attname) FROM pg_attribute
      WHERE attrelid = referenced AND attnum = ANY (k.conkey)) = (SELECT array_agg(c ORDER BY c) FROM unnest(referenced_columns) c)
    END LIMIT 1;
  IF key IS NULL THEN
    RAISE EXCEPTION 'there is no unique constraint matching given keys for referenced table "%"', referenced
      USING ERRCODE = '42830';
  END IF;
  UPDATE pg_index SET indisvalid = true WHERE indexrelid = key;
  EXECUTE format('ALTER TABLE %s ADD %s FOREIGN KEY (%s) REFERENCES %s %s NOT ENFORCED', target,
    CASE WHEN given_name IS NULL THEN '' ELSE format('CONSTRAINT %I', given_name) END,
    (SELECT string_agg(quote_ident(c), ', ' ORDER BY n) FROM unnest(columns) WITH ORDINALITY AS u(c, n)),
    referenced,
    (SELECT '(' || string_agg(quote_ident(c), ', ' ORDER BY n) || ')' FROM unnest(referenced_columns) WITH ORDINALITY AS u(c, n)));
  UPDATE pg_index SET indisvalid = false WHERE indexrelid = key;
END $f$;

CREATE FUNCTION pg_internal.forget_dropped() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $f$
BEGIN
  DELETE FROM pg_internal.column_attributes WHERE relation IN (SELECT objid FROM pg_event_trigger_dropped_objects()
    WHERE classid = 'pg_class'::regclass AND objsubid IN (0, attribute));
  DELETE FROM pg_internal.table_attributes WHERE relation IN (SELECT objid FROM pg_event_trigger_dropped_objects()
    WHERE classid = 'pg_class'::regclass AND objsubid = 0);
  DELETE FROM pg_internal.late_views WHERE view IN (SELECT objid FROM pg_event_trigger_dropped_objects()
    WHERE classid = 'pg_class'::regclass AND objsubid = 0);
  DELETE FROM pg_internal.policy_attachments WHERE relation IN (SELECT objid FROM pg_event_trigger_dropped_objects()
    WHERE classid = 'pg_class'::regclass AND objsubid = 0);
  DELETE FROM pg_internal.secured_tables WHERE relation IN (SELECT objid FROM pg_event_trigger_dropped_objects()
    WHERE classid = 'pg_class'::regclass AND objsubid = 0);
  DELETE FROM pg_internal.external_schemas WHERE schema IN (SELECT objid FROM pg_event_trigger_dropped_objects()
    WHERE classid = 'pg_namespace'::regclass);
  DELETE FROM pg_internal.datashare_members WHERE (class, object) IN (SELECT classid, objid
    FROM pg_event_trigger_dropped_objects() WHERE objsubid = 0);
END $f$;
CREATE EVENT TRIGGER forget_dropped ON sql_drop EXECUTE FUNCTION pg_internal.forget_dropped();
`;
