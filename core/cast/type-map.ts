// Which type of PostgreSQL is what in Redshift? One table of data, for people as well: docs/reference/types.md is made
// of it (`node core/cast/write-types-page.ts`). core/cast/postgresql-to-redshift.ts reads it.

import type { ColumnType } from '../catalog/model.ts';

export interface TypeEntry {
  /** pg_type.typname, several apart by blanks; `numeric(p,s)` and `numeric(p>38)` are numeric with those digits. */
  readonly types?: string;
  /** The extension that the types belong to; built in when absent. */
  readonly extension?: string;
  /** Every type of this kind that no name stands for. */
  readonly kind?: ColumnType['kind'];
  /** What the types are, where their names do not say it. */
  readonly shown?: string;
  /** Redshift's type. `n` is the column's length, `p,s` its digits, `label` an enum's longest label; in bytes. */
  readonly target: string;
  /** The value in the source's SELECT list; `{}` is the column. As it stands when absent. */
  readonly render?: string;
  /** What is lost of each value, for certain. */
  readonly loses?: string;
  /** Redshift has nothing like it: its text arrives, and that is a hazard. */
  readonly byText?: true;
  /** What holds for some values only, or is worth to know. */
  readonly note?: string;
  /** The type that takes it back into PostgreSQL as it was, reading what Redshift's type writes (core/cast/redshift-source-map.ts). */
  readonly back: string;
  /** What it is instead where the command says `… as varchar`. */
  readonly varchar?: Choice;
}

/** One of the command's options, and what comes of it. */
export interface Choice {
  readonly option: 'json' | 'arrays' | 'composites';
  readonly back: string;
}

export interface TypeGroup {
  readonly title: string;
  readonly entries: readonly TypeEntry[];
}

const ANY_TEXT = 'VARCHAR(65535)';
const IN_JSON = 'JSON is not `NaN`: what has no form there (dates, bytes, oid, `NaN`, ranges) is a string';
const IN_SUPER =
  'in SUPER a number of more than 38 digits, or with an exponent, is a double, -0 may be 0, a string over 65,535 bytes is refused, and JSON’s null may read like NULL';

export const TYPE_MAP: readonly TypeGroup[] = [
  {
    title: 'Numbers',
    entries: [
      { types: 'int2', target: 'SMALLINT', back: 'smallint' },
      { types: 'int4', target: 'INTEGER', back: 'integer' },
      { types: 'int8', target: 'BIGINT', back: 'bigint' },
      {
        types: 'numeric(p,s)',
        target: 'DECIMAL(p,s)',
        note: '19 digits become DECIMAL(20,s): Redshift keeps DECIMAL(19,s) in 8 bytes, which end before the last of them; (3,5) is (5,5), (3,-2) is (5,0); `NaN` is refused',
        back: 'numeric(p,s)',
      },
      {
        types: 'numeric(p>38)',
        shown: 'numeric(p,s) of more than 38 digits, or 37 after the point',
        target: 'VARCHAR(p+3)',
        byText: true,
        back: 'numeric(p,s)',
      },
      {
        types: 'numeric',
        shown: 'numeric without precision',
        target: ANY_TEXT,
        byText: true,
        note: 'a bare DECIMAL would be (18,0) and cut every fraction; `bare numeric scale = N`: DECIMAL(38,N)',
        back: 'numeric',
      },
      { types: 'float4', target: 'REAL', note: 'the shortest text that reads back to the same bits', back: 'real' },
      { types: 'float8', target: 'DOUBLE PRECISION', note: 'likewise', back: 'double precision' },
      {
        types: 'money',
        target: 'DECIMAL(20,2)',
        render: '{}::numeric',
        note: 'without its currency’s sign; `lc_monetary` says how many digits stand after the point, and a third does not fit',
        back: 'money',
      },
      { types: 'bool', target: 'BOOLEAN', back: 'boolean' },
      { types: 'oid xid cid', target: 'BIGINT', note: 'unsigned, past INTEGER', back: 'oid, xid, cid' },
      { types: 'xid8', target: 'DECIMAL(20,0)', note: 'unsigned, 64 bits', back: 'xid8' },
    ],
  },
  {
    title: 'Dates and times',
    entries: [
      { types: 'date', target: 'DATE', note: 'Redshift has no infinity', back: 'date' },
      { types: 'time', target: 'TIME', back: 'time' },
      {
        types: 'timetz',
        target: 'TIMETZ',
        // Turned into UTC, the day's end would become its beginning.
        render: `CASE {} WHEN '24:00:00+00'::timetz THEN {} ELSE {} AT TIME ZONE 'UTC' END`,
        loses: 'the zone it was written in: Redshift keeps UTC',
        back: 'timetz',
      },
      { types: 'timestamp', target: 'TIMESTAMP', note: 'Redshift has no infinity', back: 'timestamp' },
      { types: 'timestamptz', target: 'TIMESTAMPTZ', note: 'in UTC at both ends', back: 'timestamptz' },
      {
        types: 'interval',
        // The longest: `-178956970 years -8 mons -2147483648 days -2562047788:00:54.775808`.
        target: 'VARCHAR(128)',
        loses: 'arithmetic: it arrives as text',
        note: 'Redshift’s intervals hold months or seconds, never both',
        back: 'interval',
      },
    ],
  },
  {
    title: 'Text',
    entries: [
      { types: 'text', target: ANY_TEXT, back: 'text' },
      {
        types: 'varchar',
        target: 'VARCHAR(4n)',
        note: 'a character takes up to 4 bytes; at most 65535, and so without n',
        back: 'varchar(n)',
      },
      {
        types: 'bpchar',
        target: 'VARCHAR(4n)',
        note: 'with its blanks; Redshift’s CHAR is ASCII only',
        back: 'char(n)',
      },
      {
        types: 'citext',
        extension: 'citext',
        target: ANY_TEXT,
        render: '{}::text',
        loses: 'that capitals are equal to small letters: it arrives as plain text',
        back: 'citext',
      },
      { types: 'name', target: 'VARCHAR(256)', back: 'name' },
      {
        types: 'char',
        shown: '"char"',
        target: 'VARCHAR(4)',
        note: 'past ASCII PostgreSQL 16 and later write `\\ooo`; before, such a byte is no UTF-8, and refused',
        back: '"char"',
      },
      {
        kind: 'enum',
        shown: 'enum',
        target: 'VARCHAR(label)',
        note: 'any text fits: labels are not checked',
        back: 'the enum',
      },
      { types: 'uuid', target: 'CHAR(36)', back: 'uuid' },
      { types: 'xml', target: ANY_TEXT, render: '{}::text', byText: true, back: 'xml' },
      { types: 'refcursor', target: ANY_TEXT, render: '{}::text', back: 'refcursor' },
    ],
  },
  {
    title: 'Bytes, bits and addresses',
    entries: [
      {
        types: 'bytea',
        target: 'VARBYTE(16777216)',
        render: `encode({}, 'hex')`,
        note: 'about 2 MB at most: a row of CSV has 4 MB, and a byte two digits',
        back: 'bytea',
      },
      { types: 'bit varbit', target: 'VARCHAR(n)', note: '`0` and `1`', back: 'bit(n), varbit(n)' },
      // The longest: `1234:5678:1234:5678:1234:5678:255.255.255.255/128`, 49 bytes. A cast to text would add `/32`.
      { types: 'inet cidr', target: 'VARCHAR(50)', back: 'inet, cidr' },
      { types: 'macaddr', target: 'CHAR(17)', back: 'macaddr' },
      { types: 'macaddr8', target: 'CHAR(23)', back: 'macaddr8' },
    ],
  },
  {
    title: 'Documents and lists',
    entries: [
      {
        types: 'json',
        target: 'SUPER',
        render: '{}::text',
        loses: 'white space, the order of keys, and all but one of equal keys',
        note: IN_SUPER,
        back: 'json',
        varchar: { option: 'json', back: 'json' },
      },
      {
        types: 'jsonb',
        target: 'SUPER',
        render: '{}::text',
        note: IN_SUPER,
        back: 'jsonb',
        varchar: { option: 'json', back: 'jsonb' },
      },
      {
        types: 'hstore',
        extension: 'hstore',
        target: 'SUPER',
        render: 'to_json({})::text',
        note: 'an object of strings and nulls',
        back: 'jsonb',
        varchar: { option: 'composites', back: 'hstore' },
      },
      {
        kind: 'array',
        shown: 'arrays, of any element and any dimension',
        target: 'SUPER',
        render: 'to_json({})::text',
        loses: 'array bounds, and the types of the elements',
        note: `an array within an array for each dimension. ${IN_JSON}; ${IN_SUPER}`,
        back: 'jsonb',
        varchar: { option: 'arrays', back: 'the array' },
      },
      {
        types: 'int2vector oidvector',
        target: 'SUPER',
        render: 'to_json({})::text',
        loses: 'array bounds, and the types of the elements',
        back: 'jsonb',
        varchar: { option: 'arrays', back: 'int2vector, oidvector' },
      },
      {
        kind: 'composite',
        shown: 'composites',
        target: 'SUPER',
        render: 'to_json({})::text',
        loses: 'the order and the types of the fields',
        note: `an object. ${IN_JSON}; ${IN_SUPER}`,
        back: 'jsonb',
        varchar: { option: 'composites', back: 'the composite' },
      },
      {
        types: 'record',
        shown: 'record, of a query',
        target: 'SUPER',
        render: 'to_json({})::text',
        loses: 'the order and the types of the fields',
        back: 'jsonb',
        varchar: { option: 'composites', back: 'text' },
      },
      {
        types: 'vector halfvec',
        extension: 'vector',
        target: 'SUPER',
        // `[1,2.5,-3]`, which is JSON too.
        render: '{}::text',
        loses: 'arithmetic, and the sign of -0: it arrives as a list of numbers',
        back: 'jsonb',
        varchar: { option: 'arrays', back: 'vector, halfvec' },
      },
      {
        types: 'sparsevec',
        extension: 'vector',
        target: ANY_TEXT,
        render: '{}::text',
        byText: true,
        back: 'sparsevec',
      },
    ],
  },
  {
    title: 'Ranges and geometry',
    entries: [
      { types: 'int4range', target: 'VARCHAR(32)', render: '{}::text', byText: true, back: 'int4range' },
      { types: 'int8range daterange', target: 'VARCHAR(64)', render: '{}::text', byText: true, back: 'the range' },
      { types: 'tsrange tstzrange', target: 'VARCHAR(128)', render: '{}::text', byText: true, back: 'the range' },
      {
        kind: 'range',
        shown: 'numrange, and ranges of your own',
        target: ANY_TEXT,
        render: '{}::text',
        byText: true,
        back: 'the range',
      },
      {
        kind: 'multirange',
        shown: 'multiranges',
        target: ANY_TEXT,
        render: '{}::text',
        byText: true,
        back: 'the multirange',
      },
      { types: 'point', target: 'VARCHAR(64)', render: '{}::text', byText: true, back: 'point' },
      {
        types: 'line lseg box circle',
        target: 'VARCHAR(128)',
        render: '{}::text',
        byText: true,
        back: 'line, lseg, box, circle',
      },
      { types: 'path polygon', target: ANY_TEXT, render: '{}::text', byText: true, back: 'path, polygon' },
      {
        types: 'geometry',
        extension: 'postgis',
        target: 'GEOMETRY',
        note: 'PostGIS prints the hexadecimal EWKB that COPY reads; up to 1,048,447 bytes',
        back: 'geometry',
      },
      { types: 'geography', extension: 'postgis', target: 'GEOGRAPHY', note: 'likewise', back: 'geography' },
    ],
  },
  {
    title: 'Search and system',
    entries: [
      {
        types: 'tsvector tsquery gtsvector',
        target: ANY_TEXT,
        render: '{}::text',
        byText: true,
        back: 'tsvector, tsquery',
      },
      { types: 'jsonpath', target: ANY_TEXT, render: '{}::text', byText: true, back: 'jsonpath' },
      {
        types: 'ltree lquery ltxtquery',
        extension: 'ltree',
        target: ANY_TEXT,
        render: '{}::text',
        byText: true,
        back: 'ltree, lquery, ltxtquery',
      },
      { types: 'pg_lsn tid', target: 'VARCHAR(32)', render: '{}::text', back: 'pg_lsn, tid' },
      {
        types: 'pg_snapshot txid_snapshot',
        target: ANY_TEXT,
        render: '{}::text',
        byText: true,
        back: 'pg_snapshot, txid_snapshot',
      },
      {
        types: 'regclass regcollation regconfig regdictionary regnamespace regoper regproc regrole regtype',
        target: 'VARCHAR(512)',
        render: '{}::text',
        note: 'the name, with its schema',
        back: 'the same',
      },
      {
        types: 'regoperator regprocedure',
        target: ANY_TEXT,
        render: '{}::text',
        note: 'with its arguments',
        back: 'the same',
      },
      { types: 'aclitem', target: 'VARCHAR(512)', render: '{}::text', byText: true, back: 'aclitem' },
      {
        types:
          'pg_node_tree pg_ndistinct pg_dependencies pg_mcv_list pg_brin_bloom_summary pg_brin_minmax_multi_summary',
        target: ANY_TEXT,
        render: '{}::text',
        byText: true,
        back: 'text',
      },
      {
        kind: 'base',
        shown: 'types of other extensions, and your own base types',
        target: ANY_TEXT,
        render: '{}::text',
        byText: true,
        back: 'the type',
      },
    ],
  },
];
