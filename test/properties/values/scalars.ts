// What is promised for each of PostgreSQL's own types: what arrives, as which type, and which values can there be? Written
// apart from the loader's type map, from Redshift's documentation and PostgreSQL's own text forms.
import fc from 'fast-check';
import * as any from './generators.ts';
import { anyText, longText } from './texts.ts';

/** What the command says of types as a whole. */
export interface Choices {
  readonly json: 'super' | 'varchar';
  readonly arrays: 'super' | 'varchar';
  readonly composites: 'super' | 'varchar';
  /** `bare numeric scale = N` */
  readonly scale?: number;
}

/** One type with its modifiers. */
export interface Drawn {
  /** As SQL. */
  readonly sql: string;
  /** What follows it in CREATE TABLE. */
  readonly suffix?: string;
  /** Texts that PostgreSQL reads as this type; absent where it makes the values itself. */
  readonly values?: fc.Arbitrary<string | null>;
  /** The target's type, as format_type() prints it. */
  readonly arrives: string;
  /** What arrives, as an expression in the source; the column as it is printed when absent. */
  readonly expected?: (column: string) => string;
  /** Whether that is JSON, which arrives without blanks. */
  readonly json?: boolean;
  /** Values for elements of arrays, where those of a column would be too long together. */
  readonly elements?: fc.Arbitrary<string>;
  /** Between the elements of an array of it, where that is no comma. */
  readonly delimiter?: ';';
  /** The row whose type it is, where it is only another name for it: a domain's base. */
  readonly base?: string;
  /** What changes when the command says something of such types. */
  readonly under?: (choices: Choices) => Partial<Drawn>;
}

/** A row of the table. */
export interface TypeRow {
  readonly name: string;
  /** The first version of PostgreSQL that has it. */
  readonly since?: number;
  readonly drawn: fc.Arbitrary<Drawn>;
}

export const VARCHAR = 'character varying(65535)';
export const varchar = (bytes: number): string => `character varying(${Math.min(bytes, 65_535)})`;
export const asText = (column: string): string => `${column}::text`;
/** PostgreSQL's own text, when the command says `… as varchar`. */
export const textUnder =
  (option: 'json' | 'arrays' | 'composites') =>
  (choices: Choices): Partial<Drawn> =>
    choices[option] === 'varchar' ? { arrives: VARCHAR, expected: asText, json: false } : {};

const row = (name: string, drawn: fc.Arbitrary<Drawn>, since?: number): TypeRow =>
  since === undefined ? { name, drawn } : { name, drawn, since };
/** A type without modifiers, printed as it is. */
const one = (name: string, arrives: string, values: fc.Arbitrary<string | null>, more: Partial<Drawn> = {}): TypeRow =>
  row(name, fc.constant({ sql: name, arrives, values, ...more }));
const upTo = (most: number): fc.Arbitrary<number> => fc.integer({ min: 1, max: most });

/** DECIMAL(19) ends before 19 digits do. */
const decimal = (precision: number, scale: number): string => `numeric(${precision === 19 ? 20 : precision},${scale})`;
const numeric = (precision: number, scale: number, arrives: string): Drawn => ({
  sql: `numeric(${precision},${scale})`,
  arrives,
  values: any.decimals(precision - scale, scale),
});
const decimals = upTo(38).chain((precision) =>
  fc
    .integer({ min: 0, max: Math.min(precision, 37) })
    .map((scale) => numeric(precision, scale, decimal(precision, scale))),
);
/** Redshift holds 38 digits, 37 of them after the point. */
const tooLong = fc.integer({ min: 39, max: 60 }).chain((precision) =>
  fc.integer({ min: 0, max: precision }).map((scale) => ({
    ...numeric(precision, scale, varchar(precision + 3)),
    // All of its digits are printed, and SUPER would hold 38 of them.
    elements: fc.constant('NaN'),
  })),
);
const negativeScale = fc.tuple(upTo(20), upTo(18)).map(
  ([precision, zeros]): Drawn => ({
    sql: `numeric(${precision},${-zeros})`,
    arrives: decimal(precision + zeros, 0),
    values: any.decimals(precision, 0).map((number) => `${number}${'0'.repeat(zeros)}`),
  }),
);
const smallFraction = fc.tuple(upTo(18), upTo(18)).map(
  ([precision, more]): Drawn => ({
    sql: `numeric(${precision},${precision + more})`,
    arrives: decimal(precision + more, precision + more),
    values: any.digits(precision, precision).map((number) => `0.${'0'.repeat(more)}${number}`),
  }),
);
/** As DECIMAL(38,N): digits after the point beyond N are 0. */
const scaled = ({ scale }: Choices): Partial<Drawn> =>
  scale === undefined
    ? {}
    : {
        arrives: decimal(38, scale),
        values: any.edged([`0.${'0'.repeat(45)}`], any.decimals(38 - scale, scale)),
        expected: (column) => `round(${column}, ${scale})`,
      };

/** `time(3) with time zone` and the like: with a number of digits, or without. */
const toDigits = (name: string, [first, rest]: readonly [string, string], drawn: Omit<Drawn, 'sql'>): TypeRow =>
  row(
    name,
    fc.constantFrom('', '(0)', '(3)', '(6)').map((digits) => ({ sql: `${first}${digits}${rest}`, ...drawn })),
  );

/** A text type with a number of characters. */
const characters = (name: string, sql: string, most: number): TypeRow =>
  row(
    name,
    fc.oneof({ weight: 6, arbitrary: upTo(40) }, { weight: 1, arbitrary: upTo(most) }).map((length) => ({
      sql: `${sql}(${length})`,
      arrives: varchar(length * 4),
      values: fc.oneof({ weight: 30, arbitrary: anyText(length) }, { weight: 1, arbitrary: longText(length) }),
      elements: anyText(length),
    })),
  );
const mostlyShort = fc.oneof({ weight: 300, arbitrary: anyText(100) }, { weight: 1, arbitrary: longText(65_535) });

const identity = (sql: string): readonly Drawn[] =>
  ['ALWAYS', 'BY DEFAULT'].map((when) => ({ sql, suffix: `GENERATED ${when} AS IDENTITY`, arrives: sql }));
const serial = (sql: string, arrives: string): Drawn => ({ sql, arrives });
const generated = (kind: string): Drawn => ({
  sql: 'text',
  suffix: `GENERATED ALWAYS AS (E'a,"b"\\n\\\\N') ${kind}`,
  arrives: VARCHAR,
});

/** Objects that have a name or a number. */
const named = (name: string, arrives: string, ...names: readonly string[]): TypeRow =>
  one(name, arrives, fc.constantFrom('0', '4000000000', ...names));
const REGISTERED = varchar(512);

/** Whose values are PostgreSQL's business alone. */
const made: readonly TypeRow[] = [
  row('identity', fc.constantFrom(...['smallint', 'integer', 'bigint'].flatMap(identity))),
  row(
    'serial',
    fc.constantFrom(serial('smallserial', 'smallint'), serial('serial', 'integer'), serial('bigserial', 'bigint')),
  ),
  row('generated', fc.constant(generated('STORED'))),
  row('generated, virtual', fc.constant(generated('VIRTUAL')), 18),
];

/** What nothing can be read as. */
const nullOnly: readonly TypeRow[] = [
  ...['pg_node_tree', 'gtsvector', 'pg_ndistinct', 'pg_dependencies', 'pg_mcv_list'].map((name) =>
    one(name, VARCHAR, fc.constant(null)),
  ),
  ...['pg_brin_bloom_summary', 'pg_brin_minmax_multi_summary'].map((name) => ({
    ...one(name, VARCHAR, fc.constant(null)),
    since: 14,
  })),
];

/** Of PostgreSQL's own types, those that arrays, domains and composites can be made of. */
export const scalars: readonly TypeRow[] = [
  one('int2', 'smallint', any.integers(16)),
  one('int4', 'integer', any.integers(32)),
  one('int8', 'bigint', any.integers(64)),
  one('oid', 'bigint', any.naturals(32)),
  one('xid', 'bigint', any.naturals(32)),
  one('cid', 'bigint', any.naturals(32)),
  one('xid8', 'numeric(20,0)', any.naturals(64)),
  one('float4', 'real', any.real),
  one('float8', 'double precision', any.double, { elements: any.doubleInJson }),
  row('numeric(p,s)', decimals),
  row('numeric(p,s), shifted', fc.oneof(negativeScale, smallFraction), 15),
  row('numeric(p>38)', tooLong),
  one('numeric', VARCHAR, any.unbounded, { under: scaled, elements: any.decimals(19, 19) }),
  one('money', 'numeric(20,2)', any.edged('92233720368547758.07 -92233720368547758.08', any.decimals(10, 2)), {
    expected: (column) => `${column}::numeric`,
  }),
  one('bool', 'boolean', fc.constantFrom('t', 'f')),
  one('date', 'date', any.date),
  toDigits('time', ['time', ''], { arrives: 'time without time zone', values: any.time }),
  toDigits('timetz', ['time', ' with time zone'], {
    arrives: 'time with time zone',
    values: any.timetz,
    // Redshift keeps UTC; the end of a day in UTC stays the end of that day.
    expected: (column) =>
      `CASE ${column}::text WHEN '24:00:00+00' THEN '24:00:00+00' ` +
      `ELSE (${column}::time - make_interval(secs => extract(timezone FROM ${column})))::text || '+00' END`,
  }),
  toDigits('timestamp', ['timestamp', ''], { arrives: 'timestamp without time zone', values: any.timestamp }),
  toDigits('timestamptz', ['timestamp', ' with time zone'], {
    arrives: 'timestamp with time zone',
    values: any.timestamptz,
  }),
  row(
    'interval',
    fc
      .constantFrom('interval', 'interval(3)', 'interval year to month', 'interval day to second')
      .map((sql) => ({ sql, arrives: varchar(128), values: any.interval })),
  ),
  one(
    'uuid',
    'character(36)',
    any.edged('00000000-0000-0000-0000-000000000000 FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF', fc.uuid()),
  ),
  one('text', VARCHAR, mostlyShort, { elements: anyText(100) }),
  one('varchar', VARCHAR, mostlyShort, { elements: anyText(100) }),
  characters('varchar(n)', 'varchar', 16_383),
  characters('char(n)', 'char', 200),
  one('bpchar', VARCHAR, anyText(20)),
  one('"char"', varchar(4), any.byteCharacter),
  one('name', varchar(256), fc.oneof(anyText(15), fc.constant('é'.repeat(31)))),
  one('json', 'super', any.json, { expected: (column) => `${column}::jsonb`, json: true, under: textUnder('json') }),
  one('jsonb', 'super', any.json, { json: true, under: textUnder('json') }),
  one('bytea', 'varbyte(16777216)', any.bytes, { expected: (column) => `encode(${column}, 'hex')` }),
  one('inet', varchar(50), any.inet),
  one('cidr', varchar(50), any.cidr),
  one('macaddr', 'character(17)', any.hexPairs(6)),
  one('macaddr8', 'character(23)', any.hexPairs(8)),
  row(
    'bit(n)',
    upTo(70).map((n) => ({ sql: `bit(${n})`, arrives: varchar(n), values: any.bits(n, n) })),
  ),
  row(
    'varbit(n)',
    upTo(70).map((n) => ({ sql: `bit varying(${n})`, arrives: varchar(n), values: any.bits(n, 0) })),
  ),
  one('varbit', VARCHAR, any.bits(100, 0)),
  one('point', varchar(64), any.point),
  one('line', varchar(128), any.line),
  one('lseg', varchar(128), any.lseg),
  one('box', varchar(128), any.box, { delimiter: ';' }),
  one('path', VARCHAR, any.path),
  one('polygon', VARCHAR, any.polygon),
  one('circle', varchar(128), any.circle),
  one('tsvector', VARCHAR, any.tsvector),
  one('tsquery', VARCHAR, fc.constantFrom('', "'a'", "'a' & !'b' | 'c':*AB", "'x,''y\"' <-> 'z' <3> 'ä'", "'it''s'")),
  one('xml', VARCHAR, any.xml, { expected: asText }),
  one('jsonpath', VARCHAR, fc.constantFrom('$', '$.a[*] ? (@.b > 1 && @.c == "x,\\"y\\"")', 'strict $."a b"', '"\\n"')),
  one('pg_lsn', varchar(32), fc.constantFrom('0/0', 'FFFFFFFF/FFFFFFFF', '16/B374D848')),
  one('tid', varchar(32), fc.constantFrom('(0,1)', '(4294967295,65535)', '(7,0)')),
  one('txid_snapshot', VARCHAR, fc.constantFrom('10:10:', '10:20:10,14,15')),
  one('pg_snapshot', VARCHAR, fc.constantFrom('10:10:', '10:20:10,14,15')),
  one('regclass', REGISTERED, fc.constantFrom('pg_class', 'information_schema.tables', `types."${'""'.repeat(63)}"`)),
  named('regtype', REGISTERED, 'int4', 'text[]', '"char"', 'timestamptz', 'types."mood; swings"[]'),
  named('regproc', REGISTERED, 'now'),
  named('regprocedure', VARCHAR, 'now()', 'lower(text)'),
  named('regoper', REGISTERED, '||/'),
  named('regoperator', VARCHAR, '+(int4,int4)', '-(none,int4)'),
  named('regrole', REGISTERED, 'postgres'),
  named('regnamespace', REGISTERED, 'pg_catalog', 'information_schema'),
  named('regconfig', REGISTERED, 'simple', 'english'),
  named('regdictionary', REGISTERED, 'simple'),
  named('regcollation', REGISTERED, '"C"', '"default"'),
  one('aclitem', varchar(512), fc.constantFrom('postgres=r/postgres', '=arwdDxt/postgres', 'postgres=r*w/postgres')),
  one('refcursor', VARCHAR, anyText(20)),
  ...['int2vector', 'oidvector'].map((name) =>
    one(name, 'super', fc.constantFrom('', '1', '1 2 32767'), {
      ...{ expected: (column) => `to_jsonb(${column})`, json: true, under: textUnder('arrays') },
    }),
  ),
];

/** And those that are columns only. */
export const columnsOnly: readonly TypeRow[] = [...made, ...nullOnly];
