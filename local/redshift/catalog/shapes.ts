// The functions of GEOMETRY and GEOGRAPHY that a source's queries use, as SQL for the backend. A shape is kept as the hex digits it came in.

/** In EWKB, by byte order: the word of type and flags, and the number of the reference system behind it. */
const word = (from: string) => `CASE WHEN left(digits, 2) = '01'
    THEN substr(digits, ${from} + 6, 2) || substr(digits, ${from} + 4, 2) || substr(digits, ${from} + 2, 2) || substr(digits, ${from}, 2)
    ELSE substr(digits, ${from}, 8) END`;
const hasSrid = '536870912';

export const shapesSql = `
CREATE FUNCTION pg_internal.shape_digits(pg_catalog.geometry) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $f$ SELECT upper(textin(pg_catalog.geometry_out($1))) $f$;
CREATE FUNCTION pg_catalog.st_asewkb(pg_catalog.geometry) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $f$ SELECT pg_internal.shape_digits($1) $f$;
CREATE FUNCTION pg_internal.short_digits(text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $f$
BEGIN
  IF octet_length($1) > 65535 THEN
    RAISE EXCEPTION 'The result of ST_AsHexEWKB exceeds the max size of 65535 bytes' USING ERRCODE = '22001';
  END IF;
  RETURN upper($1);
END $f$;
CREATE FUNCTION pg_catalog.st_ashexewkb(pg_catalog.geometry) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $f$ SELECT pg_internal.short_digits(textin(pg_catalog.geometry_out($1))) $f$;
CREATE FUNCTION pg_catalog.st_ashexewkb(pg_catalog.geography) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $f$ SELECT pg_internal.short_digits(textin(pg_catalog.geography_out($1))) $f$;
CREATE FUNCTION pg_catalog.st_geomfromewkb(text) RETURNS pg_catalog.geometry LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $f$ SELECT pg_catalog.geometry_in(textout($1)) $f$;
CREATE FUNCTION pg_catalog.st_srid(pg_catalog.geometry) RETURNS int LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $f$
  SELECT CASE WHEN (('x' || ${word('3')})::bit(32)::bigint & ${hasSrid}) = 0 THEN 0
    ELSE ('x' || ${word('11')})::bit(32)::int END FROM (SELECT pg_internal.shape_digits($1) AS digits) AS shape
$f$;
`;
