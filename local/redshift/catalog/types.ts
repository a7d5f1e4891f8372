// Redshift's types that PostgreSQL lacks, and lengths counted in bytes, as SQL for the backend.
// SUPER is stored as jsonb, VARBYTE as bytea; both are types of their own under Redshift's numbers, so that clients see
// them as they would there. The length of VARCHAR and CHAR is checked by the cast that PostgreSQL calls for it.

export const superOid = 4000;
export const varbyteOid = 6551;
const geometryOid = 3000;
const geographyOid = 3001;

/** Kept as the text they come in. */
const textType = (name: string, oid?: number): string => `
CREATE TYPE pg_catalog.${name};
${oid === undefined ? '' : `UPDATE pg_catalog.pg_type SET oid = ${oid} WHERE typname = '${name}';`}
CREATE FUNCTION pg_catalog.${name}_in(cstring) RETURNS pg_catalog.${name}
  LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textin';
CREATE FUNCTION pg_catalog.${name}_out(pg_catalog.${name}) RETURNS cstring
  LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textout';
CREATE TYPE pg_catalog.${name} (INPUT = pg_catalog.${name}_in, OUTPUT = pg_catalog.${name}_out, LIKE = pg_catalog.text);
`;

export const typesSql = `
CREATE TYPE pg_catalog.super;
UPDATE pg_catalog.pg_type SET oid = ${superOid} WHERE typname = 'super';
CREATE FUNCTION pg_catalog.super_in(cstring) RETURNS pg_catalog.super
  LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'jsonb_in';
CREATE FUNCTION pg_catalog.super_out(pg_catalog.super) RETURNS cstring
  LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'jsonb_out';
CREATE TYPE pg_catalog.super (INPUT = pg_catalog.super_in, OUTPUT = pg_catalog.super_out, LIKE = pg_catalog.jsonb);
CREATE CAST (pg_catalog.super AS jsonb) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (jsonb AS pg_catalog.super) WITHOUT FUNCTION AS ASSIGNMENT;

CREATE TYPE pg_catalog.varbyte;
UPDATE pg_catalog.pg_type SET oid = ${varbyteOid} WHERE typname = 'varbyte';
CREATE FUNCTION pg_catalog.varbyte_in(cstring) RETURNS pg_catalog.varbyte
  LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'byteain';
CREATE FUNCTION pg_catalog.varbyte_out(pg_catalog.varbyte) RETURNS cstring
  LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'byteaout';
CREATE FUNCTION pg_catalog.varbyte_typmod_in(cstring[]) RETURNS int
  LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'varbittypmodin';
CREATE FUNCTION pg_catalog.varbyte_typmod_out(int) RETURNS cstring
  LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'varbittypmodout';
CREATE TYPE pg_catalog.varbyte (INPUT = pg_catalog.varbyte_in, OUTPUT = pg_catalog.varbyte_out,
  TYPMOD_IN = pg_catalog.varbyte_typmod_in, TYPMOD_OUT = pg_catalog.varbyte_typmod_out, LIKE = pg_catalog.bytea);
CREATE CAST (pg_catalog.varbyte AS bytea) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (bytea AS pg_catalog.varbyte) WITHOUT FUNCTION AS ASSIGNMENT;

${textType('geometry', geometryOid)} ${textType('geography', geographyOid)} ${textType('hllsketch')}
CREATE FUNCTION pg_internal.fit_varbyte(pg_catalog.varbyte, int, boolean) RETURNS pg_catalog.varbyte
  LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $f$
BEGIN
  IF $2 < 0 OR octet_length($1::bytea) <= $2 THEN RETURN $1; END IF;
  IF $3 THEN RETURN substring($1::bytea FROM 1 FOR $2); END IF;
  RAISE EXCEPTION 'value too long for type varbyte(%)', $2 USING ERRCODE = '22001';
END $f$;
CREATE CAST (pg_catalog.varbyte AS pg_catalog.varbyte)
  WITH FUNCTION pg_internal.fit_varbyte(pg_catalog.varbyte, int, boolean) AS IMPLICIT;

CREATE FUNCTION pg_internal.cut_varchar(varchar, int, boolean) RETURNS varchar
  LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $f$
DECLARE
  bytes bytea := convert_to($1, 'UTF8');
  size int := $2;
BEGIN
  WHILE size > 0 AND get_byte(bytes, size) & 192 = 128 LOOP size := size - 1; END LOOP;
  IF $3 OR btrim(encode(substring(bytes FROM size + 1), 'escape'), ' ') = '' THEN
    RETURN convert_from(substring(bytes FROM 1 FOR size), 'UTF8');
  END IF;
  RAISE EXCEPTION 'value too long for type character varying(%)', $2 USING ERRCODE = '22001';
END $f$;
CREATE FUNCTION pg_internal.fit_varchar(varchar, int, boolean) RETURNS varchar
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SUPPORT pg_catalog.varchar_support AS $f$
  SELECT CASE WHEN $2 < 4 OR octet_length($1::text) <= $2 - 4 THEN $1 ELSE pg_internal.cut_varchar($1, $2 - 4, $3) END
$f$;
CREATE FUNCTION pg_internal.refuse_multibyte(bpchar) RETURNS bpchar
  LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $f$
BEGIN
  RAISE EXCEPTION 'Multibyte character not supported for CHAR (Hint: Try using VARCHAR).' USING ERRCODE = '22021';
END $f$;
CREATE FUNCTION pg_internal.fit_char(bpchar, int, boolean) RETURNS bpchar
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $f$
  SELECT CASE WHEN octet_length($1) = char_length($1::text) OR octet_length(rtrim($1::text)) = char_length(rtrim($1::text))
    THEN pg_catalog.bpchar($1, $2, $3) ELSE pg_internal.refuse_multibyte($1) END
$f$;
-- A DECIMAL(19, s) is kept in 64 bits: not all 19 digits fit. The modifier is precision × 65536 + scale + 4.
CREATE FUNCTION pg_internal.check_64_bits(numeric, int) RETURNS numeric LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $f$
BEGIN
  IF abs($1) * 10::numeric ^ (($2 - 4) & 2047) > 9223372036854775807 THEN
    RAISE EXCEPTION 'Numeric data overflow (result precision)' USING ERRCODE = '22003';
  END IF;
  RETURN $1;
END $f$;
CREATE FUNCTION pg_internal.fit_numeric(numeric, int) RETURNS numeric
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $f$
  SELECT CASE WHEN ($2 - 4) >> 16 = 19 THEN pg_internal.check_64_bits(pg_catalog.numeric($1, $2), $2)
    ELSE pg_catalog.numeric($1, $2) END
$f$;
UPDATE pg_catalog.pg_cast SET castfunc = 'pg_internal.fit_numeric(numeric, int)'::regprocedure
  WHERE castsource = 'numeric'::regtype AND casttarget = 'numeric'::regtype;
UPDATE pg_catalog.pg_cast SET castfunc = 'pg_internal.fit_varchar(varchar, int, boolean)'::regprocedure
  WHERE castsource = 'varchar'::regtype AND casttarget = 'varchar'::regtype;
UPDATE pg_catalog.pg_cast SET castfunc = 'pg_internal.fit_char(bpchar, int, boolean)'::regprocedure
  WHERE castsource = 'bpchar'::regtype AND casttarget = 'bpchar'::regtype;
-- A BOOLEAN is no text, not even by a cast.
CREATE FUNCTION pg_internal.boolean_text(boolean) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $f$
BEGIN
  RAISE EXCEPTION 'cannot cast type boolean to character varying' USING ERRCODE = '42846';
END $f$;
UPDATE pg_catalog.pg_cast SET castfunc = 'pg_internal.boolean_text(boolean)'::regprocedure
  WHERE castsource = 'bool'::regtype AND casttarget IN ('text'::regtype, 'varchar'::regtype, 'bpchar'::regtype);
`;
