// What is promised for types that are made of others, and for those of extensions: arrays, composites, enums, domains,
// ranges and multiranges?
import fc from 'fast-check';
import { literal } from '../../../core/sql/quote.ts';
import { bytes, date, double, doubleInJson, edged, integers, json, type Texts, timestamp } from './generators.ts';
import { withinArrays } from './offences.ts';
import { scalars, type TypeRow, textUnder, VARCHAR, varchar } from './scalars.ts';
import { anyText, word } from './texts.ts';

const asJson = { arrives: 'super', expected: (column: string) => `to_jsonb(${column})`, json: true } as const;

const quote = (text: string): string => `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
/** An array's text. */
export const items = (texts: readonly (string | null)[], delimiter = ','): string =>
  `{${texts.map((text) => (text === null ? 'NULL' : quote(text))).join(delimiter)}}`;
/** A composite value's text; NULL is nothing at all. */
const composite = (texts: readonly (string | null)[]): string =>
  `(${texts.map((text) => (text === null ? '' : quote(text))).join(',')})`;
const maybe = (values: fc.Arbitrary<string | null>): fc.Arbitrary<string | null> => fc.option(values, { freq: 5 });

/** Arrays of up to three dimensions, and with bounds of their own. */
function arrays(element: fc.Arbitrary<string | null>, delimiter = ','): Texts {
  const list = (count: number) => fc.array(maybe(element), { minLength: count, maxLength: count });
  const flat = fc.array(maybe(element), { maxLength: 5 }).map((texts) => items(texts, delimiter));
  const deep = fc
    .tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 3 }))
    .chain(([high, wide]) => fc.array(list(wide), { minLength: high, maxLength: high }))
    .map((lines) => `{${lines.map((line) => items(line, delimiter)).join(delimiter)}}`);
  return fc.oneof(
    { weight: 1, arbitrary: fc.constant('{}') },
    { weight: 5, arbitrary: flat },
    { weight: 2, arbitrary: deep },
    { weight: 1, arbitrary: deep.map((plane) => `{${plane}${delimiter}${plane}}`) },
    { weight: 1, arbitrary: list(2).map((texts) => `[-1:0]=${items(texts, delimiter)}`) },
  );
}

/** Arrays hold also what Redshift refuses by itself. */
const arrayOf = ({ name, drawn }: TypeRow): TypeRow => ({
  name: `${name}[]`,
  drawn: drawn.map(({ sql, values = fc.constant(null), elements = values, delimiter }) => {
    const beyond = withinArrays(name);
    const all =
      beyond.length === 0 ? elements : fc.oneof({ weight: 4, arbitrary: elements }, fc.constantFrom(...beyond));
    return { sql: `${sql}[]`, ...asJson, values: arrays(all, delimiter), under: textUnder('arrays') };
  }),
});

/** Domains over each of the scalar types, always the same. */
const domains = scalars.flatMap(({ name: base, drawn, since = 0 }, number) =>
  fc
    .sample(drawn, { seed: number, numRuns: 1 })
    .map((over) => ({ name: `types."d ${number}"`, since, over: { ...over, base } })),
);
const domain: TypeRow = {
  name: 'domain',
  drawn: fc
    .constantFrom(...domains.filter(({ since }) => since === 0))
    .map(({ name, over }) => ({ ...over, sql: name })),
};

const labels = ['a', ' ', 'a,b', '"', "it's", 'NULL', '\\N', 'ä🦉', '\n', 'x'.repeat(63)];
const mood = fc.constantFrom(...labels);
const pair = fc.tuple(maybe(integers(32)), maybe(anyText(12))).map(composite);
const record = fc
  .tuple(
    ...[maybe(pair), maybe(arrays(anyText(8))), maybe(doubleInJson), maybe(json)],
    ...[maybe(date), maybe(bytes), maybe(mood), maybe(timestamp)],
  )
  .map(composite);
const compositeType = (sql: string, values: Texts): TypeRow => ({
  name: sql,
  drawn: fc.constant({ sql, ...asJson, values, under: textUnder('composites') }),
});
const own: readonly TypeRow[] = [
  { name: 'enum', drawn: fc.constant({ sql: 'types."mood; swings"', arrives: varchar(63), values: mood }) },
  compositeType('types."Pair"', pair),
  compositeType('types.record', record),
];

type Ends = fc.Arbitrary<readonly [low: string, high: string]>;
const ordered = (values: Texts, isBefore: (a: string, b: string) => boolean): Ends =>
  fc.tuple(values, values).map(([a, b]) => (isBefore(b, a) ? [b, a] : [a, b]));
const byNumber = (a: string, b: string): boolean => Number(a) < Number(b);
const byText = (a: string, b: string): boolean => a < b;
const whole = (most: string, least: string): Ends =>
  ordered(
    edged([most, least], fc.integer({ min: -1_000_000, max: 1_000_000 }).map(String)),
    (a, b) => BigInt(a) < BigInt(b),
  );
const rangeText = (ends: Ends, longest: readonly string[]): Texts =>
  fc.oneof(
    { weight: 2, arbitrary: fc.constantFrom('empty', '(,)', ...longest) },
    { weight: 1, arbitrary: ends.map(([low]) => `[${quote(low)},)`) },
    { weight: 4, arbitrary: ends.map(([low, high]) => `[${quote(low)},${quote(high)})`) },
  );
const ancient = '4714-11-24 00:00:00.123456 BC';
const far = '294276-12-31 23:59:59.999999';
const ranges = [
  { sql: 'int4range', arrives: varchar(32), values: rangeText(whole('2147483647', '-2147483648'), []) },
  {
    ...{ sql: 'int8range', arrives: varchar(64) },
    values: rangeText(whole('9223372036854775807', '-9223372036854775808'), []),
  },
  {
    sql: 'numrange',
    arrives: VARCHAR,
    values: rangeText(
      ordered(
        date.map((day) => `${day.slice(0, 4)}.50`),
        byNumber,
      ),
      [],
    ),
  },
  {
    ...{ sql: 'daterange', arrives: varchar(64) },
    values: rangeText(ordered(date, byText), ['[4714-11-24 BC,5874897-12-31)', '[-infinity,infinity]']),
  },
  { sql: 'tsrange', arrives: varchar(128), values: rangeText(ordered(timestamp, byText), [`["${ancient}","${far}")`]) },
  {
    ...{ sql: 'tstzrange', arrives: varchar(128) },
    values: rangeText(
      ordered(
        timestamp.map((at) => `${at}+00`),
        byText,
      ),
      [`["${ancient.replace(' BC', '+00 BC')}","${far}+00"]`],
    ),
  },
  {
    ...{ sql: 'types."float range"', arrives: VARCHAR },
    values: rangeText(
      ordered(
        double.filter((number) => /\d/.test(number)),
        byNumber,
      ),
      ['[-Infinity,NaN]'],
    ),
  },
];
const rangeRows: readonly TypeRow[] = ranges.map((range) => ({ name: range.sql, drawn: fc.constant(range) }));
const multirangeRows: readonly TypeRow[] = ranges.map(({ sql, values }) => {
  const name = sql.replace('range', 'multirange');
  const list = fc.array(values, { maxLength: 3 }).map((members) => `{${members.join(',')}}`);
  return { name, since: 14, drawn: fc.constant({ sql: name, arrives: VARCHAR, values: list }) };
});

const extensions = ['hstore', 'citext', 'cube', 'seg', 'ltree', 'isn', 'intarray', 'lo'];
const extension = (name: string, values: Texts): TypeRow => ({
  name: `ext.${name}`,
  drawn: fc.constant({ sql: `ext.${name}`, arrives: VARCHAR, values }),
});
const hstoreEntry = fc
  .tuple(anyText(8), maybe(anyText(8)))
  .map(([key, value]) => `${quote(key)}=>${value === null ? 'NULL' : quote(value)}`);
const hstore = fc.array(hstoreEntry, { maxLength: 3 }).map((entries) => entries.join(','));
const labelPath = fc.array(word, { maxLength: 4 }).map((words) => words.join('.'));
const ofExtensions: readonly TypeRow[] = [
  compositeType('ext.hstore', hstore),
  extension('citext', anyText(20)),
  extension('cube', fc.constantFrom('(0)', '(1, 2),(3, 4)', '(1e300)')),
  extension('seg', fc.constantFrom('1.50', '1 .. 2.5', '~5', '<1 .. 3')),
  extension('ltree', labelPath),
  extension('lquery', fc.constantFrom('*', 'a.*{1,2}.!b|c@*')),
  extension('ltxtquery', fc.constantFrom('a & !b*@', 'a | b')),
  extension('isbn', fc.constantFrom('978-0-393-04002-9', '0-13-211467-4')),
  extension('query_int', fc.constantFrom('1', '1&(2|!3)')),
];

const elementTypes = [...scalars, ...rangeRows, ...own, domain, ...ofExtensions];

export const nested: readonly TypeRow[] = [
  ...own,
  ...rangeRows,
  ...multirangeRows,
  ...ofExtensions,
  {
    name: 'ext.lo',
    drawn: fc.constant({ sql: 'ext.lo', arrives: 'bigint', values: fc.constantFrom('1', '4294967295') }),
  },
  domain,
  ...elementTypes.filter(({ since }) => since === undefined).map(arrayOf),
];

/** What makes these types in a database of that version, statement by statement. */
export function typeStatements(version: number): readonly string[] {
  return [
    'CREATE SCHEMA types',
    'CREATE SCHEMA ext',
    ...extensions.map((name) => `CREATE EXTENSION ${name} SCHEMA ext`),
    `CREATE TYPE types."mood; swings" AS ENUM (${labels.map(literal).join(', ')})`,
    'CREATE TYPE types."Pair" AS (a int, "b ""c" text)',
    'CREATE TYPE types.record AS (p types."Pair", list text[], "f,8" float8, j json, d date, b bytea, m types."mood; swings", t timestamp(3))',
    'CREATE TYPE types."float range" AS RANGE (subtype = float8)',
    // A name as long as they come, all of it quotes; no table that is loaded.
    `CREATE VIEW types."${'""'.repeat(63)}" AS SELECT 1 AS one`,
    ...domains.filter(({ since }) => since <= version).map(({ name, over }) => `CREATE DOMAIN ${name} AS ${over.sql}`),
  ];
}
