// Redshift's hash functions that PostgreSQL lacks, as SQL for the backend.

/** Where FNV-1a begins, and what it multiplies by; all numbers are below 2 ^ 64, and the result has a sign. */
const fnvSeed = '14695981039346656037';
const fnvPrime = '1099511628211';
const twoTo64 = '18446744073709551616';

/** The bytes of a type's values as Redshift hashes them: of numbers the lowest first. */
const fnvBytes: readonly (readonly [type: string, bytes: string])[] = [
  ['text', `convert_to($1, 'UTF8')`],
  ['smallint', 'pg_internal.reversed(int2send($1))'],
  ['int', 'pg_internal.reversed(int4send($1))'],
  ['bigint', 'pg_internal.reversed(int8send($1))'],
  ['pg_catalog.varbyte', '$1::bytea'],
];

const fnvOf = ([type, bytes]: (typeof fnvBytes)[number]): string => `
CREATE FUNCTION pg_catalog.fnv_hash(${type}) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $f$ SELECT pg_internal.fnv(${bytes}, ${fnvSeed}) $f$;
CREATE FUNCTION pg_catalog.fnv_hash(${type}, bigint) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $f$ SELECT pg_internal.fnv(${bytes}, CASE WHEN $2 < 0 THEN $2 + ${twoTo64} ELSE $2 END) $f$;`;

// SHA-1 is in an extension, which a backend of one's own may not have.
export const hashesSql = `
CREATE FUNCTION pg_internal.reversed(bytea) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $f$ SELECT reverse($1) $f$;
CREATE FUNCTION pg_internal.fnv(bytes bytea, seed numeric) RETURNS bigint
  LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $f$
DECLARE
  hash numeric := seed;
  low int;
BEGIN
  FOR i IN 0 .. length(bytes) - 1 LOOP
    low := mod(hash, 256);
    hash := mod((hash - low + (low # get_byte(bytes, i))) * ${fnvPrime}, ${twoTo64});
  END LOOP;
  RETURN CASE WHEN hash >= ${twoTo64} / 2 THEN hash - ${twoTo64} ELSE hash END;
END $f$;
${fnvBytes.map(fnvOf).join('')}

CREATE FUNCTION pg_catalog.sha2(text, int) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $f$
  SELECT encode(CASE $2 WHEN 224 THEN sha224(b) WHEN 384 THEN sha384(b) WHEN 512 THEN sha512(b)
    WHEN 256 THEN sha256(b) WHEN 0 THEN sha256(b) END, 'hex') FROM (SELECT convert_to($1, 'UTF8') AS b) AS bytes
$f$;
CREATE FUNCTION pg_catalog.crc32(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $f$ SELECT lpad(to_hex(pg_catalog.crc32(convert_to($1, 'UTF8'))), 8, '0') $f$;
DO $do$
DECLARE
  name text;
BEGIN
  IF EXISTS (SELECT FROM pg_available_extensions WHERE pg_available_extensions.name = 'pgcrypto') THEN
    CREATE EXTENSION pgcrypto SCHEMA pg_internal;
    FOREACH name IN ARRAY ARRAY['func_sha1', 'sha', 'sha1'] LOOP
      EXECUTE format($f$CREATE FUNCTION pg_catalog.%I(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
        AS 'SELECT encode(pg_internal.digest(convert_to($1, ''UTF8''), ''sha1''), ''hex'')'$f$, name);
    END LOOP;
  END IF;
END $do$;
`;
