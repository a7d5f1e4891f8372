// PostgreSQL 8.0.2's catalogs as Redshift has them, as SQL for the backend: views with those columns, and Redshift's own,
// over PostgreSQL 18's. Queries of clients are written to read them. See sql/catalogs.ts.

/** What Redshift keeps the encodings under is unknown: format_encoding() reads these numbers. */
const encodings =
  'none bytedict delta delta32k lzo mostly8 mostly16 mostly32 runlength text255 text32k zstd az64'.split(' ');

const places = `ARRAY[${encodings.map((name) => `'${name}'`).join(', ')}]`;

const ofTheRelation = 't.relation = c.oid';

/** `encoding` is the expression of a column's encoding, over attribute `a` and what is kept of it, `c`. */
export const oldCatalogsSql = (encoding: string): string => `
-- What stands for a column's default: an IDENTITY has one too.
CREATE FUNCTION pg_internal.default_text(target oid, place int) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $f$
  SELECT CASE WHEN a.attidentity = '' THEN (SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d
      WHERE d.adrelid = target AND d.adnum = place)
    ELSE (SELECT format('%s(%s, %s, ''%s,%s''::text)', CASE a.attidentity WHEN 'a' THEN '"identity"' ELSE 'default_identity' END,
        target, place - 1, s.seqstart, s.seqincrement)
      FROM pg_depend d JOIN pg_sequence s ON s.seqrelid = d.objid WHERE d.classid = 'pg_class'::regclass
        AND d.refclassid = 'pg_class'::regclass AND d.refobjid = target AND d.refobjsubid = place AND d.deptype = 'i') END
  FROM pg_attribute a WHERE a.attrelid = target AND a.attnum = place
$f$;
CREATE FUNCTION pg_catalog.format_encoding(int) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $f$ SELECT (${places})[$1 + 1] $f$;
CREATE FUNCTION pg_internal.pg_get_constraintdef(oid) RETURNS text LANGUAGE sql STABLE STRICT
  AS $f$ SELECT replace(pg_catalog.pg_get_constraintdef($1), ' NOT ENFORCED', '') $f$;
CREATE FUNCTION pg_internal.pg_get_constraintdef(oid, boolean) RETURNS text LANGUAGE sql STABLE STRICT
  AS $f$ SELECT replace(pg_catalog.pg_get_constraintdef($1, $2), ' NOT ENFORCED', '') $f$;

CREATE VIEW pg_internal.pg_namespace AS SELECT oid, nspname, nspowner, nspacl FROM pg_catalog.pg_namespace
  WHERE nspname <> 'pg_internal';
CREATE VIEW pg_internal.pg_class AS SELECT oid, relname, relnamespace, reltype, relowner, relam, relfilenode, reltablespace,
    relpages, reltuples, reltoastrelid, 0::oid AS reltoastidxid, false AS relhasindex, relisshared, relkind, relnatts,
    coalesce((SELECT diststyle FROM pg_internal.table_attributes t WHERE ${ofTheRelation}), 9)::int2 AS reldiststyle, relchecks,
    0::int2 AS reltriggers, 0::int2 AS relukeys, 0::int2 AS relfkeys, 0::int2 AS relrefs, false AS relhasoids,
    EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'p') AS relhaspkey, relhasrules,
    relhassubclass, relacl
  FROM pg_catalog.pg_class c
  WHERE relnamespace <> 'pg_internal'::regnamespace AND (relkind NOT IN ('i', 'S') OR c.oid < 16384);
CREATE VIEW pg_internal.pg_attribute AS SELECT a.attrelid, a.attname, a.atttypid, a.attstattarget::int AS attstattarget,
    a.attlen, a.attnum, a.attndims::int AS attndims, -1 AS attcacheoff, a.atttypmod, a.attbyval, a.attstorage, a.attalign,
    a.attnotnull, a.atthasdef OR a.attidentity <> '' AS atthasdef, a.attisdropped, a.attislocal,
    a.attinhcount::int AS attinhcount, coalesce(c.distkey, false) AS attisdistkey, coalesce(c.sortkey, 0) AS attsortkeyord,
    array_position(${places}, ${encoding}) - 1 AS attencodingtype, 0 AS attencrypttype
  FROM pg_catalog.pg_attribute a
    LEFT JOIN pg_internal.column_attributes c ON c.relation = a.attrelid AND c.attribute = a.attnum;
-- An IDENTITY has no tree of nodes here: adbin is the text already, and pg_get_expr() gives it back.
CREATE VIEW pg_internal.pg_attrdef AS
  SELECT oid, adrelid, adnum, pg_get_expr(adbin, adrelid) AS adbin, pg_get_expr(adbin, adrelid) AS adsrc
    FROM pg_catalog.pg_attrdef
  UNION ALL SELECT 0::oid, attrelid, attnum, pg_internal.default_text(attrelid, attnum),
      pg_internal.default_text(attrelid, attnum)
    FROM pg_catalog.pg_attribute WHERE attidentity <> '';
CREATE FUNCTION pg_internal.pg_get_expr(text, oid) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS $f$ SELECT $1 $f$;
CREATE FUNCTION pg_internal.pg_get_expr(text, oid, boolean) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS $f$ SELECT $1 $f$;
CREATE FUNCTION pg_internal.pg_get_expr(pg_node_tree, oid) RETURNS text LANGUAGE sql STABLE STRICT
  AS $f$ SELECT pg_catalog.pg_get_expr($1, $2) $f$;
CREATE FUNCTION pg_internal.pg_get_expr(pg_node_tree, oid, boolean) RETURNS text LANGUAGE sql STABLE STRICT
  AS $f$ SELECT pg_catalog.pg_get_expr($1, $2, $3) $f$;
CREATE VIEW pg_internal.pg_type AS SELECT oid, typname, typnamespace, typowner, typlen, typbyval, typtype, typisdefined,
    typdelim, typrelid, typelem, typinput, typoutput, typreceive, typsend, typanalyze, typalign, typstorage, typnotnull,
    typbasetype, typtypmod, typndims, typdefaultbin, typdefault
  FROM pg_catalog.pg_type;
CREATE VIEW pg_internal.pg_constraint AS SELECT oid, conname, connamespace, contype, condeferrable, condeferred, conrelid,
    contypid, confrelid, confupdtype, confdeltype, confmatchtype, conkey, confkey, conbin, NULL::text AS consrc
  FROM pg_catalog.pg_constraint WHERE contype <> 'n';
-- Keys have no indexes on Redshift.
CREATE VIEW pg_internal.pg_index AS SELECT indexrelid, indrelid, indkey, indclass, indnatts, indisunique, indisprimary,
    indisclustered, indexprs, indpred
  FROM pg_catalog.pg_index WHERE indrelid < 16384;
GRANT SELECT ON pg_internal.pg_namespace, pg_internal.pg_class, pg_internal.pg_attribute, pg_internal.pg_attrdef,
  pg_internal.pg_type, pg_internal.pg_constraint, pg_internal.pg_index TO PUBLIC;

-- For a.procpid PostgreSQL calls a function of that name with the row.
CREATE FUNCTION pg_catalog.procpid(pg_stat_activity) RETURNS int LANGUAGE sql STABLE AS $f$ SELECT $1.pid $f$;
CREATE FUNCTION pg_catalog.current_query(pg_stat_activity) RETURNS text LANGUAGE sql STABLE AS $f$ SELECT $1.query $f$;
`;
