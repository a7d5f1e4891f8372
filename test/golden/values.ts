// What arrives? Values of every type by hand: as they are written in PostgreSQL, as they arrive in Redshift. Nothing here is
// computed from the type map. What arrives is the value's text there: a boolean is t or f, SUPER is JSON without blanks,
// VARBYTE its hexadecimal digits. NULL of every type arrives as NULL, and is not listed. Values that Redshift refuses or
// alters stand with the policy that lets them through.

const raw = String.raw;

/** A value as SQL, what arrives, and what is worth to know of it. */
export type Golden = readonly [sql: string, arrives: string | null, note?: string];

export interface GoldenType {
  /** The column's type in PostgreSQL. */
  readonly type: string;
  /** In Redshift. */
  readonly becomes: string;
  /** The first PostgreSQL that has the type, or these values of it. */
  readonly since?: number;
  /** What WITH says, where it is not the default. */
  readonly options?: string;
  readonly values: readonly Golden[];
}

/** What the types below are made of. */
export const GOLDEN_SETUP = `
CREATE EXTENSION hstore; CREATE EXTENSION citext; CREATE EXTENSION ltree; CREATE EXTENSION cube; CREATE EXTENSION isn;
CREATE TYPE mood AS ENUM ('sad', 'so so', 'it''s "great", 😀');
CREATE TYPE pair AS (a int, b text);
CREATE TYPE "Nest" AS ("The pair" pair, list int[], tags hstore, at timestamptz, raw bytea);
CREATE TYPE floats AS RANGE (subtype = float8);
CREATE DOMAIN positive AS int CHECK (value > 0);
CREATE DOMAIN small AS positive CHECK (value < 10);
CREATE DOMAIN code AS varchar(3);
CREATE DOMAIN few AS small[];
CREATE DOMAIN pairs AS pair;
CREATE TABLE "Odd Table" ("id" int);
${['geometry', 'geography', 'vector', 'sparsevec'].map(imitated).join('\n')}`;

/** A type of PostGIS or pgvector, which cannot be had here: one that prints what theirs prints, said to be theirs. */
function imitated(name: string): string {
  const extension = name.startsWith('geo') ? 'postgis' : 'vector';
  return `CREATE TYPE ${name};
CREATE FUNCTION ${name}_in(cstring) RETURNS ${name} LANGUAGE internal IMMUTABLE STRICT AS 'textin';
CREATE FUNCTION ${name}_out(${name}) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
CREATE TYPE ${name} (INPUT = ${name}_in, OUTPUT = ${name}_out, LIKE = text);
SET allow_system_table_mods TO on;
INSERT INTO pg_extension SELECT 99999 - length('${extension}'), '${extension}', 10, 2200, true, '1', NULL, NULL
  WHERE NOT EXISTS (SELECT FROM pg_extension WHERE extname = '${extension}');
INSERT INTO pg_depend SELECT 'pg_type'::regclass, '${name}'::regtype, 0, 'pg_extension'::regclass, oid, 0, 'e'
  FROM pg_extension WHERE extname = '${extension}';
RESET allow_system_table_mods;`;
}

const NUMBERS: readonly GoldenType[] = [
  {
    type: 'smallint',
    becomes: 'SMALLINT',
    values: [
      ['0', '0'],
      ['-1', '-1'],
      ['32767', '32767', 'the greatest'],
      ['-32768', '-32768', 'the least'],
    ],
  },
  {
    type: 'integer',
    becomes: 'INTEGER',
    values: [
      ['0', '0'],
      ["'007'", '7'],
      ['2147483647', '2147483647', 'the greatest'],
      ['-2147483648', '-2147483648', 'the least'],
    ],
  },
  {
    type: 'bigint',
    becomes: 'BIGINT',
    values: [
      ['0', '0'],
      ['9007199254740993', '9007199254740993', 'no double holds it'],
      ['9223372036854775807', '9223372036854775807', 'the greatest'],
      ['-9223372036854775808', '-9223372036854775808', 'the least'],
    ],
  },
  {
    type: 'numeric(10,2)',
    becomes: 'DECIMAL(10,2)',
    values: [
      ['0', '0.00'],
      ['99999999.99', '99999999.99', 'the greatest'],
      ['-99999999.99', '-99999999.99', 'the least'],
      ['0.005', '0.01', 'rounded by PostgreSQL, on its way into the table'],
      ['1e3', '1000.00'],
    ],
  },
  {
    type: 'numeric(5,0)',
    becomes: 'DECIMAL(5,0)',
    values: [
      ['99999', '99999'],
      ['-0.4', '0'],
    ],
  },
  {
    type: 'numeric(18,18)',
    becomes: 'DECIMAL(18,18)',
    values: [
      ['0.999999999999999999', '0.999999999999999999'],
      ['-0.000000000000000001', '-0.000000000000000001'],
    ],
  },
  {
    type: 'numeric(19,0)',
    becomes: 'DECIMAL(20,0)',
    values: [
      ['9223372036854775807', '9223372036854775807', 'as far as DECIMAL(19) goes'],
      ['9223372036854775808', '9223372036854775808', 'one more'],
      ['9999999999999999999', '9999999999999999999'],
      ['-9999999999999999999', '-9999999999999999999'],
    ],
  },
  { type: 'numeric(19,4)', becomes: 'DECIMAL(20,4)', values: [['999999999999999.9999', '999999999999999.9999']] },
  {
    type: 'numeric(38,10)',
    becomes: 'DECIMAL(38,10)',
    values: [
      ['9999999999999999999999999999.9999999999', '9999999999999999999999999999.9999999999'],
      ['-9999999999999999999999999999.9999999999', '-9999999999999999999999999999.9999999999'],
      ['0.1', '0.1000000000'],
    ],
  },
  {
    type: 'numeric(38,37)',
    becomes: 'DECIMAL(38,37)',
    values: [['9.0000000000000000000000000000000000001', '9.0000000000000000000000000000000000001']],
  },
  {
    type: 'numeric(38,38)',
    becomes: 'VARCHAR(41)',
    values: [
      [
        '0.00000000000000000000000000000000000001',
        '0.00000000000000000000000000000000000001',
        'Redshift has 37 digits after the point',
      ],
    ],
  },
  {
    type: 'numeric(39,0)',
    becomes: 'VARCHAR(42)',
    values: [
      ['999999999999999999999999999999999999999', '999999999999999999999999999999999999999', '39 digits: as text'],
      ['-999999999999999999999999999999999999999', '-999999999999999999999999999999999999999'],
    ],
  },
  {
    type: 'numeric(3,5)',
    becomes: 'DECIMAL(5,5)',
    since: 15,
    values: [['0.00999', '0.00999']],
  },
  {
    type: 'numeric(3,-2)',
    becomes: 'DECIMAL(5,0)',
    since: 15,
    values: [
      ['12345', '12300'],
      ['-99900', '-99900'],
    ],
  },
  {
    type: 'numeric',
    becomes: 'VARCHAR(65535)',
    values: [
      ['0', '0'],
      ['0.1', '0.1'],
      ['1.500', '1.500', 'with its zeros'],
      ['-0.0', '0.0'],
      ['1e-20', '0.00000000000000000001'],
      ['1e20', '100000000000000000000'],
      ['1234567890123456789012345678901234567890.5', '1234567890123456789012345678901234567890.5'],
      ["'NaN'", 'NaN', 'as text it is no refusal'],
    ],
  },
  {
    type: 'numeric',
    becomes: 'VARCHAR(65535)',
    since: 14,
    values: [
      ["'Infinity'", 'Infinity'],
      ["'-Infinity'", '-Infinity'],
    ],
  },
  {
    type: 'numeric',
    options: 'bare numeric scale = 10',
    becomes: 'DECIMAL(38,10)',
    values: [
      ['0.1', '0.1000000000'],
      ['-1234567890123456789012345678', '-1234567890123456789012345678.0000000000'],
      ['1e-10', '0.0000000001'],
    ],
  },
  {
    type: 'numeric',
    options: 'bare numeric scale = 0',
    becomes: 'DECIMAL(38,0)',
    values: [['1e37', `1${'0'.repeat(37)}`]],
  },
  {
    type: 'real',
    becomes: 'REAL',
    values: [
      ['0', '0'],
      ["'-0'", '-0', 'its sign stays'],
      ['0.1', '0.1'],
      ['1.0 / 3', '0.33333334'],
      ['16777216', '1.6777216e+07'],
      ["'3.4028235e38'", '3.4028235e+38', 'the greatest'],
      ["'1.17549435e-38'", '1.1754944e-38'],
      ["'1e-45'", '1e-45', 'the smallest'],
    ],
  },
  {
    type: 'double precision',
    becomes: 'DOUBLE PRECISION',
    values: [
      ['0', '0'],
      ["'-0'", '-0'],
      ['0.1', '0.1'],
      ['1::float8 / 3', '0.3333333333333333'],
      ['9007199254740993', '9.007199254740992e+15', 'rounded by PostgreSQL'],
      ['100000', '100000'],
      ['1e15', '1e+15'],
      ["'1.7976931348623157e308'", '1.7976931348623157e+308', 'the greatest'],
      ["'-1.7976931348623157e308'", '-1.7976931348623157e+308'],
      ["'2.2250738585072014e-308'", '2.2250738585072014e-308'],
      ["'5e-324'", '5e-324', 'the smallest'],
      ["'NaN'", 'NaN'],
      ["'-Infinity'", '-Infinity'],
    ],
  },
  {
    type: 'money',
    becomes: 'DECIMAL(20,2)',
    values: [
      ['0', '0.00'],
      ["'1234.56'", '1234.56', 'without its sign'],
      ["'-0.01'", '-0.01'],
      ["'92233720368547758.07'", '92233720368547758.07', 'the greatest'],
      ["'-92233720368547758.08'", '-92233720368547758.08', 'the least'],
    ],
  },
  {
    type: 'boolean',
    becomes: 'BOOLEAN',
    values: [
      ['true', 't'],
      ['false', 'f'],
      ["'yes'", 't'],
    ],
  },
  {
    type: 'oid',
    becomes: 'BIGINT',
    values: [
      ['0', '0'],
      ["'4294967295'", '4294967295', 'past INTEGER'],
    ],
  },
  { type: 'xid', becomes: 'BIGINT', values: [["'4294967295'", '4294967295']] },
  { type: 'cid', becomes: 'BIGINT', values: [["'4294967295'", '4294967295']] },
  {
    type: 'xid8',
    becomes: 'DECIMAL(20,0)',
    values: [
      ["'0'", '0'],
      ["'18446744073709551615'", '18446744073709551615', 'past BIGINT'],
    ],
  },
];

const MOMENTS: readonly GoldenType[] = [
  {
    type: 'date',
    becomes: 'DATE',
    values: [
      ["'2000-02-29'", '2000-02-29'],
      ["'1970-01-01'", '1970-01-01'],
      ["'0001-01-01'", '0001-01-01', 'the first'],
      ["'9999-12-31'", '9999-12-31', 'the last of four digits'],
      ["'1582-10-10'", '1582-10-10', 'a day that Rome skipped'],
    ],
  },
  {
    type: 'time',
    becomes: 'TIME',
    values: [
      ["'00:00'", '00:00:00'],
      ["'12:34:56.7'", '12:34:56.7'],
      ["'23:59:59.999999'", '23:59:59.999999'],
      ["'24:00'", '24:00:00', 'the day’s end'],
      ["'04:05 PM'", '16:05:00'],
    ],
  },
  { type: 'time(0)', becomes: 'TIME', values: [["'12:34:56.6'", '12:34:57', 'rounded by PostgreSQL']] },
  {
    type: 'timetz',
    becomes: 'TIMETZ',
    values: [
      ["'12:00+00'", '12:00:00+00'],
      ["'12:00+02'", '10:00:00+00', 'in UTC'],
      ["'00:30+02'", '22:30:00+00', 'of the day before'],
      ["'23:00-08'", '07:00:00+00'],
      ["'12:00:00.5+05:30'", '06:30:00.5+00'],
      ["'12:00+05:30:15'", '06:29:45+00', 'an offset of seconds'],
      ["'24:00+00'", '24:00:00+00', 'the day’s end'],
    ],
  },
  {
    type: 'timestamp',
    becomes: 'TIMESTAMP',
    values: [
      ["'2024-02-29 23:59:59.999999'", '2024-02-29 23:59:59.999999'],
      ["'2024-01-01'", '2024-01-01 00:00:00'],
      ["'2024-01-01 12:00:00.100'", '2024-01-01 12:00:00.1'],
      ["'1999-12-31 23:59:60'", '2000-01-01 00:00:00', 'a leap second'],
      ["'2024-01-01 12:00+05'", '2024-01-01 12:00:00', 'a zone that PostgreSQL ignores'],
      ["'0001-01-01 00:00:00'", '0001-01-01 00:00:00', 'the first'],
      ["'9999-12-31 23:59:59.999999'", '9999-12-31 23:59:59.999999', 'the last of four digits'],
    ],
  },
  {
    type: 'timestamp(3)',
    becomes: 'TIMESTAMP',
    values: [["'2024-01-01 00:00:00.1235'", '2024-01-01 00:00:00.124', 'rounded by PostgreSQL']],
  },
  {
    type: 'timestamptz',
    becomes: 'TIMESTAMPTZ',
    values: [
      ["'2024-05-06 07:08:09.000001+00'", '2024-05-06 07:08:09.000001+00'],
      ["'2024-05-06 07:08:09+02'", '2024-05-06 05:08:09+00', 'in UTC'],
      ["'2024-05-06 07:08:09-03:30'", '2024-05-06 10:38:09+00'],
      ["'2024-03-31 02:30 Europe/Berlin'", '2024-03-31 01:30:00+00', 'an hour that was skipped'],
      ["'2024-10-27 02:30 Europe/Berlin'", '2024-10-27 01:30:00+00', 'an hour that was twice'],
      ["'1900-01-01 00:00:00+00:19:32'", '1899-12-31 23:40:28+00', 'an offset of seconds'],
      ["'0001-01-01 00:00+00'", '0001-01-01 00:00:00+00', 'the first'],
      ["'9999-12-31 23:59:59.999999+00'", '9999-12-31 23:59:59.999999+00', 'the last of four digits'],
    ],
  },
  {
    type: 'interval',
    becomes: 'VARCHAR(128)',
    values: [
      ["'0'", '00:00:00'],
      ["'1 day'", '1 day'],
      ["'1 year 2 months 3 days 4 hours 5 minutes 6.789 seconds'", '1 year 2 mons 3 days 04:05:06.789'],
      ["'P1Y2M3DT4H5M6S'", '1 year 2 mons 3 days 04:05:06'],
      ["'1 month -1 day'", '1 mon -1 days'],
      ["'-1 day 2 hours'", '-1 days +02:00:00'],
      ["'90 minutes'", '01:30:00'],
      ["'-178000000 years'", '-178000000 years'],
      [
        "'-178956970 years -8 mons -2147483648 days -2147483647:59:59.999999'",
        '-178956970 years -8 mons -2147483648 days -2147483647:59:59.999999',
        'more than 64 bytes',
      ],
    ],
  },
  { type: 'interval', becomes: 'VARCHAR(128)', since: 17, values: [["'infinity'", 'infinity']] },
  { type: 'interval year to month', becomes: 'VARCHAR(128)', values: [["'14 months'", '1 year 2 mons']] },
];

const NULLS = 'on infinity null, on date out of range null, on nan null';
const NEAREST = 'on infinity clamp, on date out of range clamp';
const ROUNDED = 'bare numeric scale = 2, on extra digits clamp, on number out of range clamp';
const CUT = 'bare numeric scale = 2, on extra digits truncate, on infinity clamp';

/** What Redshift does not hold, or not as it is. Where the command says nothing, the run fails. */
const REFUSED: readonly GoldenType[] = [
  {
    type: 'date',
    options: NULLS,
    becomes: 'DATE',
    values: [
      ["'infinity'", null],
      ["'-infinity'", null],
      ["'0044-03-15 BC'", null],
      ["'10000-01-01'", null],
      ["'9999-12-31'", '9999-12-31', 'the last that stays'],
    ],
  },
  {
    type: 'date',
    options: NEAREST,
    becomes: 'DATE',
    values: [
      ["'infinity'", '9999-12-31'],
      ["'-infinity'", '0001-01-01'],
      ["'4713-01-01 BC'", '0001-01-01'],
      ["'5874897-12-31'", '9999-12-31'],
      ["'2024-02-29'", '2024-02-29'],
    ],
  },
  {
    type: 'timestamp',
    options: NEAREST,
    becomes: 'TIMESTAMP',
    values: [
      ["'infinity'", '9999-12-31 23:59:59.999999'],
      ["'-infinity'", '0001-01-01 00:00:00'],
      ["'0001-12-31 23:59:59 BC'", '0001-01-01 00:00:00'],
      ["'294276-12-31 23:59:59.999999'", '9999-12-31 23:59:59.999999'],
    ],
  },
  {
    type: 'timestamptz',
    options: NEAREST,
    becomes: 'TIMESTAMPTZ',
    values: [
      ["'infinity'", '9999-12-31 23:59:59.999999+00'],
      ["'-infinity'", '0001-01-01 00:00:00+00'],
      ["'9999-12-31 23:59:59-01'", '9999-12-31 23:59:59.999999+00', 'past the last year in UTC'],
    ],
  },
  {
    type: 'numeric(10,2)',
    options: NULLS,
    becomes: 'DECIMAL(10,2)',
    values: [
      ["'NaN'", null],
      ['1.5', '1.50'],
    ],
  },
  {
    type: 'numeric',
    options: ROUNDED,
    becomes: 'DECIMAL(38,2)',
    values: [
      ['1.005', '1.01'],
      ['-1.005', '-1.01'],
      ['1.004', '1.00'],
      ['1e40', '999999999999999999999999999999999999.99', 'the greatest'],
      ['-1e40', '-999999999999999999999999999999999999.99', 'the least'],
    ],
  },
  {
    type: 'numeric',
    options: CUT,
    becomes: 'DECIMAL(38,2)',
    values: [
      ['1.009', '1.00'],
      ['-1.009', '-1.00'],
    ],
  },
  {
    type: 'numeric',
    options: CUT,
    becomes: 'DECIMAL(38,2)',
    since: 14,
    values: [["'Infinity'", '999999999999999999999999999999999999.99']],
  },
];

const TEXTS: readonly GoldenType[] = [
  {
    type: 'text',
    becomes: 'VARCHAR(65535)',
    values: [
      ["''", '', 'an empty text is no NULL'],
      ["' '", ' ', 'nor is a blank'],
      ["'   both   '", '   both   ', 'blanks stay'],
      ["'NULL'", 'NULL', 'the word'],
      ["'null'", 'null'],
      ["'Null'", 'Null'],
      ["'nil'", 'nil'],
      [raw`'\N'`, raw`\N`, 'what COPY takes for NULL by itself'],
      [raw`'\n'`, raw`\n`, 'a backslash and a letter'],
      [raw`'\.'`, raw`\.`, 'what ends the data of PostgreSQL’s COPY'],
      [raw`'\'`, '\\'],
      [raw`'\\'`, raw`\\`],
      [raw`'C:\'`, raw`C:\ `.trim()],
      [raw`'a\'',b'`, raw`a\',b`],
      [`'"'`, '"'],
      [`'""'`, '""', 'an empty text, written out'],
      [`'"""'`, '"""'],
      [`'"quoted"'`, '"quoted"'],
      [`'a"b'`, 'a"b'],
      [`'",'`, '",'],
      [`','`, ','],
      [`',,,'`, ',,,'],
      [`'1,"a",'`, '1,"a",', 'like a row of CSV'],
      ["''''", "'"],
      ["'it''s'", "it's"],
      ["'''; DROP TABLE x; --'", "'; DROP TABLE x; --"],
      ["'$$'", '$$'],
      ["'|'", '|'],
      ["';'", ';'],
      [raw`E'\n'`, '\n', 'a newline alone'],
      [raw`E'a\nb'`, 'a\nb'],
      [raw`E'\na\n'`, '\na\n'],
      [raw`E'\r'`, '\r'],
      [raw`E'a\r\nb'`, 'a\r\nb'],
      [raw`E'a\r'`, 'a\r'],
      [raw`E'a\n\r\nb'`, 'a\n\r\nb'],
      [raw`E'\t'`, '\t'],
      [raw`E'a\tb'`, 'a\tb'],
      [raw`E'\x01\x02\x1f'`, '\x01\x02\x1f', 'control characters'],
      [raw`E'\x7f'`, '\x7f'],
      [raw`E'\x1b[31m'`, '\x1b[31m'],
      [raw`E'\u0085'`, '\u0085', 'a newline of Unicode'],
      [raw`E'\u2028\u2029'`, '\u2028\u2029', 'two more'],
      [raw`E'\u00a0'`, '\u00a0', 'a blank that does not break'],
      [raw`E'\u200b'`, '\u200b', 'a blank without width'],
      [raw`E'\ufeff'`, '\ufeff', 'a byte order mark'],
      [raw`E'\ufffd'`, '\ufffd', 'the replacement character itself'],
      [raw`E'\ufffe\uffff'`, '\ufffe\uffff', 'no characters, and yet text'],
      [raw`E'\U0010ffff'`, '\u{10ffff}', 'the last code point'],
      ["'é'", 'é'],
      [raw`E'e\u0301'`, 'e\u0301', 'the same to the eye, and not made one'],
      ["'ß ſ İ ı'", 'ß ſ İ ı'],
      ["'Ω漢字かな한글'", 'Ω漢字かな한글'],
      ["'😀'", '😀', 'four bytes'],
      ["'👩‍👩‍👧‍👦🏳️‍🌈'", '👩‍👩‍👧‍👦🏳️‍🌈', 'many code points each'],
      ["'שלום עולם'", 'שלום עולם', 'from right to left'],
      ["'مرحبا'", 'مرحبا'],
      [raw`E'\u202eabc'`, '\u202eabc'],
      ["'0'", '0'],
      ["'-1.50'", '-1.50'],
      ["'true'", 'true'],
      ["'NaN'", 'NaN'],
      ["'2024-01-01'", '2024-01-01'],
      [`'{"a": 1}'`, '{"a": 1}', 'text stays text'],
      ["'@NULL@'", '@NULL@', 'like a sentinel'],
      ["'@N0000000000000001@'", '@N0000000000000001@', 'the sentinel of this run'],
      ["'x@N0000000000000001@y'", 'x@N0000000000000001@y', 'and within a text'],
      ["repeat('x', 65535)", 'x'.repeat(65_535), 'as many bytes as VARCHAR has'],
      ["repeat('ü', 32767) || '.'", `${'ü'.repeat(32_767)}.`, 'likewise'],
      ["repeat(E'0123456789\\n', 5000)", '0123456789\n'.repeat(5000), 'five thousand lines'],
    ],
  },
  {
    type: 'varchar(10)',
    becomes: 'VARCHAR(40)',
    values: [
      ["''", ''],
      ["'  '", '  '],
      ["'1234567890'", '1234567890'],
      ["'😀😀😀😀😀😀😀😀😀😀'", '😀😀😀😀😀😀😀😀😀😀', 'ten characters, forty bytes'],
      ["'a         '", 'a         ', 'with its blanks'],
    ],
  },
  {
    type: 'varchar(20000)',
    becomes: 'VARCHAR(65535)',
    values: [["repeat('漢', 20000)", '漢'.repeat(20_000), 'three bytes each']],
  },
  { type: 'varchar', becomes: 'VARCHAR(65535)', values: [["'any length'", 'any length']] },
  {
    type: 'char(5)',
    becomes: 'VARCHAR(20)',
    values: [
      ["''", '     ', 'filled up by PostgreSQL'],
      ["'ab'", 'ab   '],
      ["'12345'", '12345'],
      ["'é'", 'é    '],
      ["'😀😀😀😀😀'", '😀😀😀😀😀'],
    ],
  },
  {
    type: 'bpchar',
    becomes: 'VARCHAR(65535)',
    values: [
      ["'a'", 'a'],
      ["'a  '", 'a  '],
    ],
  },
  {
    type: '"char"',
    becomes: 'VARCHAR(4)',
    values: [
      ["'a'", 'a'],
      ["' '", ' '],
      ["''", ''],
      [`'"'`, '"'],
    ],
  },
  {
    type: 'name',
    becomes: 'VARCHAR(256)',
    values: [
      ["'pg_class'", 'pg_class'],
      [`'Odd "name"'`, 'Odd "name"'],
      ["repeat('ü', 31)", 'ü'.repeat(31)],
    ],
  },
  {
    type: 'citext',
    becomes: 'VARCHAR(65535)',
    values: [
      ["'AbC'", 'AbC', 'its letters stay as they are'],
      ["''", ''],
    ],
  },
  {
    type: 'mood',
    becomes: 'VARCHAR(18)',
    values: [
      ["'sad'", 'sad'],
      ["'so so'", 'so so'],
      [`'it''s "great", 😀'`, `it's "great", 😀`, '18 bytes: the longest label'],
    ],
  },
  {
    type: 'uuid',
    becomes: 'CHAR(36)',
    values: [
      ["'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'", 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
      ["'{A0EEBC999C0B4EF8BB6D6BB9BD380A11}'", 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
      ["'00000000-0000-0000-0000-000000000000'", '00000000-0000-0000-0000-000000000000'],
      ["'ffffffff-ffff-ffff-ffff-ffffffffffff'", 'ffffffff-ffff-ffff-ffff-ffffffffffff'],
    ],
  },
  {
    type: 'xml',
    becomes: 'VARCHAR(65535)',
    values: [
      [`'<a b="c">ü &amp; 😀</a>'`, '<a b="c">ü &amp; 😀</a>'],
      ["'only text'", 'only text'],
      [
        `'<?xml version="1.0" encoding="latin1"?><a/>'`,
        '<?xml version="1.0" encoding="latin1"?><a/>',
        'with its declaration',
      ],
    ],
  },
  { type: 'refcursor', becomes: 'VARCHAR(65535)', values: [["'c1'", 'c1']] },
];

const BYTES: readonly GoldenType[] = [
  {
    type: 'bytea',
    becomes: 'VARBYTE(16777216)',
    values: [
      ["''", '', 'empty, and no NULL'],
      [raw`'\x00'`, '00'],
      [raw`'\x0000'`, '0000'],
      [raw`'\xdeadBEEF'`, 'deadbeef'],
      [raw`'\x5c4e'`, '5c4e', 'the bytes of \\N'],
      [raw`'\x220a0d2c'`, '220a0d2c', 'quote, newline, return and comma'],
      [raw`'\xff00ff'`, 'ff00ff', 'no text in any encoding'],
      ["'abc'", '616263'],
      [raw`E'\\000\\377'`, '00ff', 'written in octal'],
      ["convert_to('ü😀', 'UTF8')", 'c3bcf09f9880'],
      [raw`decode(repeat('00ff', 50000), 'hex')`, '00ff'.repeat(50_000), 'longer than any text'],
    ],
  },
  {
    type: 'bit(4)',
    becomes: 'VARCHAR(4)',
    values: [
      ["B'0000'", '0000'],
      ["B'1010'", '1010'],
      ["X'F'", '1111'],
    ],
  },
  { type: 'bit', becomes: 'VARCHAR(1)', values: [["B'1'", '1']] },
  {
    type: 'varbit(8)',
    becomes: 'VARCHAR(8)',
    values: [
      ["B''", '', 'no bits are no NULL'],
      ["B'00000001'", '00000001'],
    ],
  },
  { type: 'varbit', becomes: 'VARCHAR(65535)', values: [["repeat('10', 50)::varbit", '10'.repeat(50)]] },
  {
    type: 'inet',
    becomes: 'VARCHAR(50)',
    values: [
      ["'192.168.0.1'", '192.168.0.1', 'without /32'],
      ["'192.168.0.1/24'", '192.168.0.1/24', 'an address in its network'],
      ["'0.0.0.0/0'", '0.0.0.0/0'],
      ["'::1'", '::1'],
      ["'::ffff:1.2.3.4'", '::ffff:1.2.3.4'],
      ["'2001:DB8:0:0:0:0:0:1/64'", '2001:db8::1/64'],
      ["'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/127'", 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/127'],
    ],
  },
  {
    type: 'cidr',
    becomes: 'VARCHAR(50)',
    values: [
      ["'10'", '10.0.0.0/8'],
      ["'192.168.0.1'", '192.168.0.1/32'],
      ["'2001:db8::/32'", '2001:db8::/32'],
    ],
  },
  { type: 'macaddr', becomes: 'CHAR(17)', values: [["'08-00-2B-01-02-03'", '08:00:2b:01:02:03']] },
  { type: 'macaddr8', becomes: 'CHAR(23)', values: [["'08:00:2b:01:02:03'", '08:00:2b:ff:fe:01:02:03']] },
];

const DOCUMENTS: readonly GoldenType[] = [
  {
    type: 'json',
    becomes: 'SUPER',
    values: [
      ["'{}'", '{}'],
      ["'[]'", '[]'],
      [`'{"a" :  1}'`, '{"a":1}', 'without its blanks'],
      [`' [1, "two", null, true, {"x": []}] '`, '[1,"two",null,true,{"x":[]}]'],
      ["'null'", 'null', 'of JSON: no NULL of SQL'],
      ["'true'", 'true'],
      ["'-1.50'", '-1.50'],
      [`'""'`, '""'],
      [`'"text"'`, '"text"'],
      [raw`'"\u00e9\n\"\\\/"'`, raw`"é\n\"\\/"`],
      [raw`'"\ud83d\ude00"'`, '"😀"'],
      [`'{"": {"": ""}}'`, '{"":{"":""}}'],
      ["'12345678901234567890123456789012345678'", '12345678901234567890123456789012345678', '38 digits'],
    ],
  },
  {
    type: 'json',
    options: 'json as varchar',
    becomes: 'VARCHAR(65535)',
    values: [
      [`'{"b" :  1, "a": 2, "b": 3}'`, '{"b" :  1, "a": 2, "b": 3}', 'as it was written'],
      [raw`'"\u00e9"'`, raw`"\u00e9"`],
      ["'1e1000'", '1e1000'],
    ],
  },
  {
    type: 'jsonb',
    becomes: 'SUPER',
    values: [
      ["'{}'", '{}'],
      [`'{"a": {"b": [1, 2.50, null]}}'`, '{"a":{"b":[1,2.50,null]}}'],
      ["'null'", 'null'],
      [`'"ü😀"'`, '"ü😀"'],
      [raw`'"a\tb\\c"'`, raw`"a\tb\\c"`],
      [`'{"k": "NULL", "l": "\\\\N"}'`, raw`{"k":"NULL","l":"\\N"}`],
      [`to_jsonb(repeat('x', 65535))`, `"${'x'.repeat(65_535)}"`, 'the longest string of SUPER'],
    ],
  },
  {
    type: 'jsonb',
    options: 'json as varchar',
    becomes: 'VARCHAR(65535)',
    values: [[`'{"b":1,"a":2}'`, '{"a": 2, "b": 1}', 'PostgreSQL’s own text']],
  },
  {
    type: 'hstore',
    becomes: 'SUPER',
    values: [
      ["''", '{}'],
      ["'a=>1'", '{"a":"1"}'],
      [`'a=>NULL, b=>"", c=>"NULL"'`, '{"a":null,"b":"","c":"NULL"}'],
      [raw`'"a b"=>"\"\\"'`, raw`{"a b":"\"\\"}`],
    ],
  },
  {
    type: 'hstore',
    options: 'composites as varchar',
    becomes: 'VARCHAR(65535)',
    values: [["'a=>1,b=>NULL'", '"a"=>"1", "b"=>NULL']],
  },
  {
    type: 'integer[]',
    becomes: 'SUPER',
    values: [
      ["'{}'", '[]'],
      ["'{1,NULL,-3}'", '[1,null,-3]'],
      ["'{{1,2},{3,4}}'", '[[1,2],[3,4]]', 'two dimensions'],
      ["'{{{1}},{{2}}}'", '[[[1]],[[2]]]'],
      ["'[5:6]={1,2}'", '[1,2]', 'its lower bound is lost'],
    ],
  },
  {
    type: 'integer[]',
    options: 'arrays as varchar',
    becomes: 'VARCHAR(65535)',
    values: [
      ["'{}'", '{}'],
      ["'[5:6]={1,NULL}'", '[5:6]={1,NULL}'],
      ["'{{1,2},{3,4}}'", '{{1,2},{3,4}}'],
    ],
  },
  {
    type: 'text[]',
    becomes: 'SUPER',
    values: [
      [
        raw`ARRAY['', NULL, 'NULL', 'a,b', 'c"d', '\N', E'e\nf', '😀']`,
        raw`["",null,"NULL","a,b","c\"d","\\N","e\nf","😀"]`,
      ],
      ["ARRAY['{}', '[]']", '["{}","[]"]'],
    ],
  },
  {
    type: 'text[]',
    options: 'arrays as varchar',
    becomes: 'VARCHAR(65535)',
    values: [[raw`ARRAY['', NULL, 'NULL', 'a b', 'c"d', '\N']`, raw`{"",NULL,"NULL","a b","c\"d","\\N"}`]],
  },
  { type: 'boolean[]', becomes: 'SUPER', values: [["'{t,f,NULL}'", '[true,false,null]']] },
  { type: 'bigint[]', becomes: 'SUPER', values: [["'{9223372036854775807}'", '[9223372036854775807]']] },
  {
    type: 'double precision[]',
    becomes: 'SUPER',
    values: [
      ["'{0.1,-2.5}'", '[0.1,-2.5]'],
      ["'{NaN,Infinity}'", '["NaN","Infinity"]', 'JSON has no such numbers: strings'],
    ],
  },
  {
    type: 'numeric[]',
    becomes: 'SUPER',
    values: [
      ["'{1.50,-0.001}'", '[1.50,-0.001]'],
      ["'{NaN}'", '["NaN"]'],
    ],
  },
  { type: 'numeric(5,2)[]', becomes: 'SUPER', values: [["'{1,2.345}'", '[1.00,2.35]']] },
  { type: 'char(3)[]', becomes: 'SUPER', values: [["'{a,bcd}'", '["a  ","bcd"]']] },
  {
    type: 'date[]',
    becomes: 'SUPER',
    values: [
      ["'{2024-02-29,NULL}'", '["2024-02-29",null]'],
      ["'{infinity,0044-03-15 BC}'", '["infinity","0044-03-15 BC"]', 'as strings they are no refusal'],
    ],
  },
  {
    type: 'timestamp[]',
    becomes: 'SUPER',
    values: [["ARRAY['2024-01-01 12:00'::timestamp]", '["2024-01-01T12:00:00"]', 'as ISO 8601']],
  },
  {
    type: 'timestamptz[]',
    becomes: 'SUPER',
    values: [["ARRAY['2024-01-01 12:00:00.5+02'::timestamptz]", '["2024-01-01T10:00:00.5+00:00"]', 'in UTC']],
  },
  { type: 'interval[]', becomes: 'SUPER', values: [["ARRAY['1 day'::interval]", '["1 day"]']] },
  { type: 'bytea[]', becomes: 'SUPER', values: [[raw`ARRAY['\xdead'::bytea, '']`, raw`["\\xdead","\\x"]`]] },
  {
    type: 'uuid[]',
    becomes: 'SUPER',
    values: [["'{A0EEBC999C0B4EF8BB6D6BB9BD380A11}'", '["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"]']],
  },
  {
    type: 'json[]',
    becomes: 'SUPER',
    values: [[`ARRAY['{"a": 1}'::json, 'null', NULL]`, '[{"a":1},null,null]', 'an array of documents']],
  },
  { type: 'jsonb[]', becomes: 'SUPER', values: [[`ARRAY['[1, 2]'::jsonb]`, '[[1,2]]']] },
  { type: 'oid[]', becomes: 'SUPER', values: [["'{4294967295}'", '["4294967295"]', 'a string']] },
  { type: 'inet[]', becomes: 'SUPER', values: [["'{10.0.0.1}'", '["10.0.0.1"]']] },
  { type: 'point[]', becomes: 'SUPER', values: [[`'{"(1,2)"}'`, '["(1,2)"]']] },
  { type: 'int4range[]', becomes: 'SUPER', values: [[`'{"[1,3)"}'`, '["[1,3)"]']] },
  { type: 'mood[]', becomes: 'SUPER', values: [["'{sad,NULL}'", '["sad",null]']] },
  { type: 'citext[]', becomes: 'SUPER', values: [["'{AbC}'", '["AbC"]']] },
  { type: 'hstore[]', becomes: 'SUPER', values: [["ARRAY['a=>1'::hstore]", '[{"a":"1"}]']] },
  { type: 'positive[]', becomes: 'SUPER', values: [['ARRAY[1, 2]', '[1,2]']] },
  { type: 'pair[]', becomes: 'SUPER', values: [[`ARRAY[(1, 'x'), NULL]::pair[]`, '[{"a":1,"b":"x"},null]']] },
  { type: 'int2vector', becomes: 'SUPER', values: [["'1 2 3'", '[1,2,3]']] },
  { type: 'oidvector', becomes: 'SUPER', values: [["'1 2'", '["1","2"]']] },
  { type: 'int2vector', options: 'arrays as varchar', becomes: 'VARCHAR(65535)', values: [["'1 2 3'", '1 2 3']] },
  {
    type: 'pair',
    becomes: 'SUPER',
    values: [
      ["(1, 'x')", '{"a":1,"b":"x"}'],
      ["(NULL, '')", '{"a":null,"b":""}'],
      [raw`(-1, E'"\\,\n')`, raw`{"a":-1,"b":"\"\\,\n"}`],
      ['(NULL, NULL)', '{"a":null,"b":null}', 'a row of NULLs is no NULL'],
    ],
  },
  {
    type: 'pair',
    options: 'composites as varchar',
    becomes: 'VARCHAR(65535)',
    values: [
      [`(1, 'a "b"')`, '(1,"a ""b""")'],
      ['(NULL, NULL)', '(,)'],
      ["(NULL, '')", '(,"")'],
    ],
  },
  {
    type: '"Nest"',
    becomes: 'SUPER',
    values: [
      [
        raw`((1, 'x'), '{1,2}', 'k=>v', '2024-01-01 00:00+00', '\xff')`,
        raw`{"at":"2024-01-01T00:00:00+00:00","raw":"\\xff","list":[1,2],"tags":{"k":"v"},"The pair":{"a":1,"b":"x"}}`,
        'fields of every kind; their order is not kept',
      ],
    ],
  },
  { type: 'positive', becomes: 'INTEGER', values: [['5', '5', 'a domain is what its base is']] },
  { type: 'small', becomes: 'INTEGER', values: [['9', '9', 'and a domain of it']] },
  { type: 'code', becomes: 'VARCHAR(12)', values: [["'a😀'", 'a😀', 'with its length']] },
  { type: 'few', becomes: 'SUPER', values: [["'{1,2}'", '[1,2]']] },
  { type: 'few', options: 'arrays as varchar', becomes: 'VARCHAR(65535)', values: [["'[0:1]={1,2}'", '[0:1]={1,2}']] },
  { type: 'few[]', becomes: 'SUPER', values: [["ARRAY['{1,2}'::few]", '[[1,2]]']] },
  { type: 'pairs', becomes: 'SUPER', values: [["(2, 'y')", '{"a":2,"b":"y"}']] },
];

const SHAPES: readonly GoldenType[] = [
  {
    type: 'int4range',
    becomes: 'VARCHAR(32)',
    values: [
      ["'[1,10)'", '[1,10)'],
      ["'[1,10]'", '[1,11)', 'PostgreSQL’s own form'],
      ["'(,5)'", '(,5)'],
      ["'empty'", 'empty'],
      ["'[-2147483648,2147483647)'", '[-2147483648,2147483647)'],
    ],
  },
  {
    type: 'int8range',
    becomes: 'VARCHAR(64)',
    values: [["'[-9223372036854775808,9223372036854775807)'", '[-9223372036854775808,9223372036854775807)']],
  },
  {
    type: 'numrange',
    becomes: 'VARCHAR(65535)',
    values: [
      ["'[1.50,2)'", '[1.50,2)'],
      ["'(,)'", '(,)'],
    ],
  },
  {
    type: 'daterange',
    becomes: 'VARCHAR(64)',
    values: [
      ["'[2024-01-01,2024-01-31]'", '[2024-01-01,2024-02-01)'],
      ["'[-infinity,infinity]'", '[-infinity,infinity]'],
      ["'[4713-01-01 BC,5874897-12-31)'", '["4713-01-01 BC",5874897-12-31)'],
    ],
  },
  {
    type: 'tsrange',
    becomes: 'VARCHAR(128)',
    values: [["'[2024-01-01 12:00,2024-01-01 13:00:00.5)'", '["2024-01-01 12:00:00","2024-01-01 13:00:00.5")']],
  },
  {
    type: 'tstzrange',
    becomes: 'VARCHAR(128)',
    values: [["'[2024-01-01 12:00+02,)'", '["2024-01-01 10:00:00+00",)', 'in UTC']],
  },
  { type: 'floats', becomes: 'VARCHAR(65535)', values: [["'[0.1,1e300]'", '[0.1,1e+300]', 'a range of one’s own']] },
  {
    type: 'int4multirange',
    becomes: 'VARCHAR(65535)',
    since: 14,
    values: [
      ["'{}'", '{}'],
      ["'{[1,3),[5,7)}'", '{[1,3),[5,7)}'],
    ],
  },
  {
    type: 'datemultirange',
    becomes: 'VARCHAR(65535)',
    since: 14,
    values: [["'{[2024-01-01,2024-01-03)}'", '{[2024-01-01,2024-01-03)}']],
  },
  {
    type: 'point',
    becomes: 'VARCHAR(64)',
    values: [
      ["'(1.5,-2)'", '(1.5,-2)'],
      ["'(-2.2250738585072014e-308,-1.7976931348623157e308)'", '(-2.2250738585072014e-308,-1.7976931348623157e+308)'],
    ],
  },
  { type: 'line', becomes: 'VARCHAR(128)', values: [["'{1,2,3}'", '{1,2,3}']] },
  { type: 'lseg', becomes: 'VARCHAR(128)', values: [["'[(0,0),(1,1)]'", '[(0,0),(1,1)]']] },
  { type: 'box', becomes: 'VARCHAR(128)', values: [["'(0,0),(1,2)'", '(1,2),(0,0)', 'PostgreSQL’s own order']] },
  {
    type: 'path',
    becomes: 'VARCHAR(65535)',
    values: [
      ["'[(0,0),(1,1)]'", '[(0,0),(1,1)]', 'open'],
      ["'((0,0),(1,1))'", '((0,0),(1,1))', 'closed'],
    ],
  },
  { type: 'polygon', becomes: 'VARCHAR(65535)', values: [["'((0,0),(1,1),(1,0))'", '((0,0),(1,1),(1,0))']] },
  { type: 'circle', becomes: 'VARCHAR(128)', values: [["'<(1,2),3.5>'", '<(1,2),3.5>']] },
  {
    type: 'geometry',
    becomes: 'GEOMETRY',
    values: [
      ["'0101000000000000000000F03F0000000000000040'", '0101000000000000000000F03F0000000000000040', 'POINT(1 2)'],
      [
        "'0101000020E6100000000000000000F03F0000000000000040'",
        '0101000020E6100000000000000000F03F0000000000000040',
        'the same with its SRID, 4326',
      ],
    ],
  },
  {
    type: 'geography',
    becomes: 'GEOGRAPHY',
    values: [
      ["'0101000020E6100000000000000000F03F0000000000000040'", '0101000020E6100000000000000000F03F0000000000000040'],
    ],
  },
  {
    type: 'vector',
    becomes: 'SUPER',
    values: [["'[1,2.5,-3e-07]'", '[1,2.5,-0.0000003]', 'a list of numbers']],
  },
  {
    type: 'vector',
    options: 'arrays as varchar',
    becomes: 'VARCHAR(65535)',
    values: [["'[1,2.5,-3e-07]'", '[1,2.5,-3e-07]']],
  },
  { type: 'sparsevec', becomes: 'VARCHAR(65535)', values: [["'{1:1.5,3:2}/5'", '{1:1.5,3:2}/5']] },
  {
    type: 'cube',
    becomes: 'VARCHAR(65535)',
    values: [["'(1,2),(3,4)'", '(1, 2),(3, 4)', 'a type that is not known: its text']],
  },
];

const SYSTEM: readonly GoldenType[] = [
  {
    type: 'tsvector',
    becomes: 'VARCHAR(65535)',
    values: [
      ["'a:1 fat:2A cat'", "'a':1 'cat' 'fat':2A"],
      ["''", ''],
    ],
  },
  { type: 'tsquery', becomes: 'VARCHAR(65535)', values: [["'fat & !rat'", "'fat' & !'rat'"]] },
  { type: 'jsonpath', becomes: 'VARCHAR(65535)', values: [["'$.a[*] ? (@ > 1)'", '$."a"[*]?(@ > 1)']] },
  { type: 'ltree', becomes: 'VARCHAR(65535)', values: [["'Top.Science.Astronomy'", 'Top.Science.Astronomy']] },
  { type: 'lquery', becomes: 'VARCHAR(65535)', values: [["'*.a@*{1,2}'", '*.a@*{1,2}']] },
  { type: 'ltxtquery', becomes: 'VARCHAR(65535)', values: [["'a & b'", 'a & b']] },
  { type: 'isbn13', becomes: 'VARCHAR(65535)', values: [["'9780306406157'", '978-0-306-40615-7']] },
  {
    type: 'pg_lsn',
    becomes: 'VARCHAR(32)',
    values: [
      ["'16/B374D848'", '16/B374D848'],
      ["'FFFFFFFF/FFFFFFFF'", 'FFFFFFFF/FFFFFFFF'],
    ],
  },
  { type: 'tid', becomes: 'VARCHAR(32)', values: [["'(4294967295,65535)'", '(4294967295,65535)']] },
  { type: 'pg_snapshot', becomes: 'VARCHAR(65535)', values: [["'10:20:10,14,15'", '10:20:10,14,15']] },
  { type: 'txid_snapshot', becomes: 'VARCHAR(65535)', values: [["'10:20:'", '10:20:']] },
  {
    type: 'regclass',
    becomes: 'VARCHAR(512)',
    values: [
      ["'pg_class'", 'pg_class'],
      [`'"Odd Table"'`, 'public."Odd Table"', 'with its schema'],
      ['1', '1', 'what is gone is its number'],
    ],
  },
  {
    type: 'regtype',
    becomes: 'VARCHAR(512)',
    values: [
      ["'mood'", 'public.mood'],
      ["'timestamptz'", 'timestamp with time zone'],
    ],
  },
  {
    type: 'regproc',
    becomes: 'VARCHAR(512)',
    values: [["'array_to_json(anyarray)'::regprocedure::oid::regproc", 'pg_catalog.array_to_json']],
  },
  { type: 'regprocedure', becomes: 'VARCHAR(65535)', values: [["'lower(text)'", 'lower(text)']] },
  { type: 'regoper', becomes: 'VARCHAR(512)', values: [["'||/'", '||/']] },
  { type: 'regoperator', becomes: 'VARCHAR(65535)', values: [["'+(integer,integer)'", '+(integer,integer)']] },
  { type: 'regrole', becomes: 'VARCHAR(512)', values: [["'pg_monitor'", 'pg_monitor']] },
  { type: 'regnamespace', becomes: 'VARCHAR(512)', values: [["'public'", 'public']] },
  { type: 'regconfig', becomes: 'VARCHAR(512)', values: [["'english'", 'english']] },
  { type: 'regdictionary', becomes: 'VARCHAR(512)', values: [["'simple'", 'simple']] },
  { type: 'regcollation', becomes: 'VARCHAR(512)', values: [[`'"C"'`, '"C"']] },
  { type: 'aclitem', becomes: 'VARCHAR(512)', values: [["'pg_monitor=r*/postgres'", 'pg_monitor=r*/postgres']] },
];

export const GOLDEN: readonly (readonly GoldenType[])[] = [
  NUMBERS,
  MOMENTS,
  REFUSED,
  TEXTS,
  BYTES,
  DOCUMENTS,
  SHAPES,
  SYSTEM,
];
