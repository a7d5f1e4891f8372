// Redshift's functions that PostgreSQL lacks or answers otherwise, as SQL for the backend.

/** The answer of version(), in the shape real clusters give. */
const redshiftVersion =
  'PostgreSQL 8.0.2 on i686-pc-linux-gnu, compiled by GCC gcc (GCC) 3.4.2 20041017 (Red Hat 3.4.2-6.fc3), Redshift 1.0.122914';

// The last COPY of a session is kept in the session's own value of two sequences: unlike everything else in PostgreSQL
// that is private to the session, survives a rollback, and can be read inside a transaction with an older snapshot.
export const functionsSql = `
CREATE OR REPLACE FUNCTION pg_catalog.version() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
  AS $f$ SELECT '${redshiftVersion}'::text $f$;
CREATE FUNCTION pg_catalog.getdate() RETURNS timestamp LANGUAGE sql STABLE PARALLEL SAFE
  AS $f$ SELECT date_trunc('second', statement_timestamp() AT TIME ZONE 'UTC') $f$;
CREATE FUNCTION pg_catalog.sysdate() RETURNS timestamp LANGUAGE sql STABLE PARALLEL SAFE
  AS $f$ SELECT transaction_timestamp() AT TIME ZONE 'UTC' $f$;

CREATE SEQUENCE pg_internal.last_copy_count MINVALUE -1 START 0;
CREATE SEQUENCE pg_internal.last_copy_id MINVALUE -1 START 0;
GRANT ALL ON SEQUENCE pg_internal.last_copy_count, pg_internal.last_copy_id TO PUBLIC;
CREATE FUNCTION pg_catalog.pg_last_copy_count() RETURNS bigint LANGUAGE sql VOLATILE
  AS $f$ SELECT currval('pg_internal.last_copy_count') $f$;
CREATE FUNCTION pg_catalog.pg_last_copy_id() RETURNS bigint LANGUAGE sql VOLATILE
  AS $f$ SELECT currval('pg_internal.last_copy_id') $f$;

-- An UNLOAD that is rolled back never was.
CREATE FUNCTION pg_catalog.pg_last_unload_count() RETURNS bigint LANGUAGE sql VOLATILE
  AS $f$ SELECT coalesce(nullif(current_setting('redshift.last_unload_count', true), ''), '0')::bigint $f$;
CREATE FUNCTION pg_catalog.pg_last_unload_id() RETURNS int LANGUAGE sql VOLATILE
  AS $f$ SELECT coalesce(nullif(current_setting('redshift.last_unload_id', true), ''), '-1')::int $f$;

CREATE FUNCTION pg_internal.digits(text, int) RETURNS bigint LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $f$
DECLARE
  result bigint := 0;
  digit int;
BEGIN
  FOR i IN 1 .. length($1) LOOP
    digit := strpos('0123456789abcdefghijklmnopqrstuvwxyz', lower(substr($1, i, 1))) - 1;
    IF digit < 0 OR digit >= $2 THEN
      RAISE EXCEPTION 'The input % is not valid to be converted to base %', $1, $2 USING ERRCODE = '22023';
    END IF;
    result := result * $2 + digit;
  END LOOP;
  RETURN result;
END $f$;
CREATE FUNCTION pg_catalog.strtol(text, int) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $f$
  SELECT CASE WHEN $2 = 16 AND length($1) <= 15 THEN ('x' || lpad($1, 16, '0'))::bit(64)::bigint
    ELSE pg_internal.digits($1, $2) END $f$;

CREATE FUNCTION pg_catalog.len(text) RETURNS int LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $f$ SELECT length($1) $f$;
CREATE FUNCTION pg_catalog.nvl(anycompatible, anycompatible) RETURNS anycompatible LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS $f$ SELECT coalesce($1, $2) $f$;
CREATE FUNCTION pg_catalog.isnull(anycompatible, anycompatible) RETURNS anycompatible LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS $f$ SELECT coalesce($1, $2) $f$;

CREATE FUNCTION pg_catalog.to_hex(pg_catalog.varbyte) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $f$ SELECT encode($1::bytea, 'hex') $f$;
CREATE FUNCTION pg_catalog.from_hex(text) RETURNS pg_catalog.varbyte LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $f$ SELECT decode($1, 'hex')::pg_catalog.varbyte $f$;
CREATE FUNCTION pg_catalog.to_varbyte(text, text) RETURNS pg_catalog.varbyte LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $f$ SELECT CASE WHEN lower($2) IN ('utf-8', 'utf8') THEN convert_to($1, 'UTF8') ELSE decode($1, lower($2)) END
    ::pg_catalog.varbyte $f$;
CREATE FUNCTION pg_catalog.from_varbyte(pg_catalog.varbyte, text) RETURNS text
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $f$ SELECT CASE WHEN lower($2) IN ('utf-8', 'utf8') THEN convert_from($1::bytea, 'UTF8')
    ELSE encode($1::bytea, lower($2)) END $f$;
CREATE FUNCTION pg_internal.varbyte_text(pg_catalog.varbyte) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $f$ SELECT convert_from($1::bytea, 'UTF8') $f$;
CREATE FUNCTION pg_internal.text_varbyte(text) RETURNS pg_catalog.varbyte LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $f$ SELECT convert_to($1, 'UTF8')::pg_catalog.varbyte $f$;
CREATE CAST (pg_catalog.varbyte AS text) WITH FUNCTION pg_internal.varbyte_text(pg_catalog.varbyte);
CREATE CAST (pg_catalog.varbyte AS varchar) WITH FUNCTION pg_internal.varbyte_text(pg_catalog.varbyte);
CREATE CAST (varchar AS pg_catalog.varbyte) WITH FUNCTION pg_internal.text_varbyte(text) AS ASSIGNMENT;
CREATE CAST (text AS pg_catalog.varbyte) WITH FUNCTION pg_internal.text_varbyte(text) AS ASSIGNMENT;

CREATE FUNCTION pg_internal.chr(int) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  -- No text here has a NUL, and REPLACE finds none.
  AS $f$ SELECT CASE WHEN $1 = 0 THEN '' ELSE pg_catalog.chr($1) END $f$;
CREATE FUNCTION pg_catalog.len(pg_catalog.varbyte) RETURNS int LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $f$ SELECT octet_length($1::bytea) $f$;
CREATE FUNCTION pg_catalog.substring(pg_catalog.varbyte, int, int) RETURNS pg_catalog.varbyte
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $f$ SELECT substring($1::bytea, $2, $3)::pg_catalog.varbyte $f$;
`;
