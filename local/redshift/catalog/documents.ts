// Redshift's functions of SUPER and of JSON in texts, as SQL for the backend.
export const documentsSql = `
CREATE FUNCTION pg_internal.has_long_string(jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $f$
  WITH RECURSIVE large(value) AS (
    SELECT $1
    UNION ALL SELECT inside.value FROM large CROSS JOIN LATERAL (
      SELECT e.value FROM jsonb_array_elements(CASE jsonb_typeof(large.value) WHEN 'array' THEN large.value ELSE '[]' END) e
      UNION ALL
      SELECT e.value FROM jsonb_each(CASE jsonb_typeof(large.value) WHEN 'object' THEN large.value ELSE '{}' END) e
    ) inside WHERE pg_column_size(inside.value) > 65535
  )
  SELECT EXISTS (SELECT FROM large WHERE jsonb_typeof(value) = 'string' AND octet_length(value #>> '{}') > 65535)
$f$;
CREATE FUNCTION pg_catalog.json_parse(text) RETURNS pg_catalog.super LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $f$
BEGIN
  IF octet_length($1) > 16777216 THEN
    RAISE EXCEPTION 'SUPER value exceeds the max size of 16777216 bytes' USING ERRCODE = '22001';
  END IF;
  IF octet_length($1) > 65535 AND pg_internal.has_long_string($1::jsonb) THEN
    RAISE EXCEPTION 'String value exceeds the max size of 65535 bytes' USING ERRCODE = '22001';
  END IF;
  RETURN $1::jsonb::pg_catalog.super;
END $f$;
CREATE FUNCTION pg_internal.super_json(pg_catalog.super) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $f$ SELECT regexp_replace($1::jsonb::text, E'("(?:[^"\\\\\\\\]|\\\\\\\\.)*")|\\\\s+', E'\\\\1', 'g') $f$;
-- json_serialize is grammar in PostgreSQL: calls of it are written to this one.
CREATE FUNCTION pg_internal.json_serialize(pg_catalog.super) RETURNS text
  LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $f$
DECLARE
  result text := pg_internal.super_json($1);
BEGIN
  IF octet_length(result) > 65535 THEN
    RAISE EXCEPTION 'The result of JSON_SERIALIZE exceeds the max size of 65535 bytes' USING ERRCODE = '22001';
  END IF;
  RETURN result;
END $f$;
CREATE FUNCTION pg_internal.super_text(pg_catalog.super) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $f$ SELECT CASE WHEN jsonb_typeof($1::jsonb) = 'string' THEN $1::jsonb #>> '{}'
    ELSE pg_internal.json_serialize($1) END $f$;
CREATE CAST (pg_catalog.super AS text) WITH FUNCTION pg_internal.super_text(pg_catalog.super);
CREATE CAST (pg_catalog.super AS varchar) WITH FUNCTION pg_internal.super_text(pg_catalog.super);
CREATE FUNCTION pg_catalog.json_serialize_to_varbyte(pg_catalog.super) RETURNS pg_catalog.varbyte
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $f$ SELECT convert_to(pg_internal.super_json($1), 'UTF8')::pg_catalog.varbyte $f$;

CREATE FUNCTION pg_catalog.json_size(pg_catalog.super) RETURNS int LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $f$ SELECT octet_length(pg_internal.super_json($1)) $f$;
CREATE FUNCTION pg_catalog.json_typeof(pg_catalog.super) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $f$ SELECT jsonb_typeof($1::jsonb) $f$;
CREATE FUNCTION pg_catalog.get_array_length(pg_catalog.super) RETURNS int LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $f$ SELECT CASE WHEN jsonb_typeof($1::jsonb) = 'array' THEN jsonb_array_length($1::jsonb) END $f$;
CREATE FUNCTION pg_catalog.is_array(pg_catalog.super) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $f$ SELECT jsonb_typeof($1::jsonb) = 'array' $f$;
CREATE FUNCTION pg_catalog.is_object(pg_catalog.super) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $f$ SELECT jsonb_typeof($1::jsonb) = 'object' $f$;
CREATE FUNCTION pg_catalog.is_valid_json(text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $f$ SELECT $1 IS JSON OBJECT $f$;
CREATE FUNCTION pg_catalog.is_valid_json_array(text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $f$ SELECT $1 IS JSON ARRAY $f$;
CREATE FUNCTION pg_catalog.can_json_parse(text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $f$ SELECT $1 IS JSON $f$;
CREATE FUNCTION pg_catalog.json_extract_path_text(text, VARIADIC text[]) RETURNS text
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $f$ SELECT CASE WHEN $1 <> '' THEN coalesce(json_extract_path_text($1::json, VARIADIC $2), '') END $f$;
`;
