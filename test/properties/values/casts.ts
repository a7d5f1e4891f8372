// What is promised of CAST rules: what arrives where a rule chooses a type, or a transform?
import * as any from './generators.ts';
import { type Offence, ofRules } from './offences.ts';
import { asText, type Drawn, VARCHAR, varchar } from './scalars.ts';
import { anyText } from './texts.ts';

export interface CastCase {
  /** Rows of our table of types. */
  readonly of: readonly string[];
  /** What follows the column in the rule. */
  readonly rule: string;
  readonly gives: Partial<Drawn>;
  /** Values that the rule's type does not hold. */
  readonly offences?: readonly Offence[];
  /** What becomes of NOT NULL; it stays as it is when absent. */
  readonly notNull?: boolean;
}

const cast = (of: string, rule: string, gives: Partial<Drawn>): CastCase => ({ of: of.split(' '), rule, gives });
const json = (column: string): string => `to_jsonb(${column})`;
const as = (type: string) => (column: string) => `${column}::${type}`;

/** Some so large that PostgreSQL prints them with an exponent. */
const wholeDoubles = any.edged('0 -0 1e+15 -1e+18 123456789012345', any.integers(32));

export const casts: readonly CastCase[] = [
  cast('int2 int4 int8', 'to bigint', { arrives: 'bigint' }),
  cast('int2 int4 oid', 'to decimal(20,3)', { arrives: 'numeric(20,3)', expected: as('bigint::numeric(20,3)') }),
  cast('int8 numeric(p,s) float8 uuid date timestamp inet interval', 'to varchar(200)', { arrives: varchar(200) }),
  cast('json jsonb citext xml', 'to varchar(65535)', { arrives: VARCHAR, expected: asText, json: false }),
  cast('bool', 'to varchar(5)', { arrives: varchar(5), expected: asText }),
  cast('bool', 'to smallint', { arrives: 'smallint', expected: as('int') }),
  cast('date', 'to timestamp', { arrives: 'timestamp without time zone', expected: as('timestamp') }),
  cast('timestamp', 'to date', { arrives: 'date', expected: as('date') }),
  // Sessions are in UTC.
  cast('timestamptz', 'to timestamp', { arrives: 'timestamp without time zone', expected: as('timestamp') }),
  cast('numeric(p,s)', 'to double precision', { arrives: 'double precision', expected: as('float8') }),
  // The text of a real is read as it stands: 0.1 stays 0.1.
  {
    ...cast('float4', 'to double precision', { arrives: 'double precision', expected: as('text::float8') }),
    offences: ofRules['float4 to double precision'],
  },
  cast('text varchar(n) int4 date uuid bool bytea', 'to super', {
    arrives: 'super',
    expected: json,
    json: true,
  }),
  cast('float8', 'to super', { arrives: 'super', expected: json, json: true, values: any.doubleInJson }),
  cast('varchar(n)', 'drop typemod', { arrives: VARCHAR }),
  cast('text', 'using right-trim', { expected: (column) => `rtrim(${column}, ' ')` }),
  cast('bytea', 'using byte-vector-to-hexstring', { arrives: VARCHAR }),
  cast('varbit(n)', 'using bits-to-hex-bitstring', { arrives: VARCHAR }),
  {
    ...cast('text varchar', 'drop not null using empty-string-to-null', {
      expected: (column) => `nullif(${column}, '')`,
    }),
    notNull: false,
  },
  { ...cast('text int4 date "char"', 'drop not null', {}), notNull: false },
  {
    ...cast('int8', 'to smallint', { arrives: 'smallint', values: any.integers(16) }),
    offences: ofRules['int8 to smallint'],
  },
  {
    ...cast('float8', 'to integer', { arrives: 'integer', values: any.integers(32), expected: as('int') }),
    offences: ofRules['float8 to integer'],
  },
  {
    ...cast('float8', 'to bigint', { arrives: 'bigint', values: wholeDoubles, expected: as('bigint') }),
    offences: ofRules['float8 to bigint'],
  },
  {
    ...cast('float8', 'to real', { arrives: 'real', values: any.normalReal, expected: as('real') }),
    offences: ofRules['float8 to real'],
  },
  {
    ...cast('float8', 'to decimal(38,10)', {
      ...{ arrives: 'numeric(38,10)', values: wholeDoubles, expected: as('text::numeric(38,10)') },
    }),
    offences: ofRules['float8 to decimal(38,10)'],
  },
  {
    ...cast('float4', 'to decimal(12,4)', {
      ...{ arrives: 'numeric(12,4)', expected: as('text::numeric(12,4)') },
      values: any.edged('0 -0 0.1 1e+06 12345.6 -0.0001 9.9e+06', any.integers(16)),
    }),
    offences: ofRules['float4 to decimal(12,4)'],
  },
  {
    ...cast('numeric(p,s)', 'to decimal(10,2)', {
      ...{ sql: 'numeric(20,6)', values: any.decimals(8, 2) },
      ...{ arrives: 'numeric(10,2)', expected: as('numeric(10,2)') },
    }),
    offences: ofRules['numeric(20,6) to decimal(10,2)'],
  },
  {
    ...cast('text varchar', 'to varchar(10)', { arrives: varchar(10), values: anyText(2) }),
    offences: ofRules['text to varchar(10)'],
  },
  {
    // A CHAR prints the blanks that fill it up.
    ...cast('text varchar', 'to char(10)', {
      ...{ arrives: 'character(10)', values: any.edged(['', ' ', 'a ', '"', '\\N', 'a,b\n'], any.digits(10)) },
      expected: (column) => `rpad(${column}, 10)`,
    }),
    offences: ofRules['text to char(10)'],
  },
  {
    // They fill up the column as well; Redshift cuts them.
    ...cast('char(n)', 'to char(10)', {
      ...{ sql: 'char(20)', arrives: 'character(10)', values: any.digits(10), expected: as('char(10)') },
    }),
    offences: [],
  },
  {
    ...cast('bytea', 'to varbyte(4)', {
      ...{ arrives: 'varbyte(4)', expected: (column) => `encode(${column}, 'hex')` },
      values: any.edged(
        '\\x \\x00 \\x01020304',
        any.hexPairs(2).map((pairs) => `\\x${pairs.replace(':', '')}`),
      ),
    }),
    offences: ofRules['bytea to varbyte(4)'],
  },
  cast('text varchar(n)', 'to varbyte(100000)', {
    ...{ arrives: 'varbyte(100000)', expected: (column) => `encode(convert_to(${column}, 'UTF8'), 'hex')` },
  }),
];
