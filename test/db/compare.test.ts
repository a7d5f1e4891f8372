// Does `pgshift compare` find each kind of difference, with its place, and none where there is none? For each pair of ends:
// one comparison of what is equal, then one after everything was changed at once, each thing in a table or a row of its own.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CompareOptions, compareDatabases } from '../../cli/compare/databases.ts';
import { castToRedshift } from '../../core/cast/postgresql-to-redshift.ts';
import type { Table } from '../../core/catalog/model.ts';
import { parseCommands } from '../../core/command/parser.ts';
import { wayBack } from '../../core/compare/families.ts';
import type { Comparison } from '../../core/compare/model.ts';
import { tokenOf } from '../../core/plan/names.ts';
import type { Ports } from '../../core/ports.ts';
import { identifier, qualified } from '../../core/sql/quote.ts';
import { PIN_POSTGRESQL_SOURCE } from '../../core/sql/session.ts';
import { readCatalog } from '../../lambdas/3-discover/discover.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { loadBySteps } from '../support/load-by-steps.ts';
import { PROFILES, portsBetween, startTwoEnds, type TwoEnds } from '../support/two-ends.ts';
import { type Pair as LoadedPair, startTwoPostgres, type TwoPostgres } from '../support/two-postgres.ts';

interface Kind {
  readonly type: string;
  readonly values: readonly string[];
  /** What the value of a row is changed to: in Redshift, and in PostgreSQL where it is written otherwise there. */
  readonly changed: string;
  readonly inPostgresql?: string;
  /** Whether it is compared as less than it is when it went into Redshift. */
  readonly weaker?: true;
}

/** A column of each, whose values take turns. */
const KINDS: Readonly<Record<string, Kind>> = {
  tiny: { type: 'smallint', values: ['-32768', '0'], changed: '1' },
  big: { type: 'bigint', values: ['9223372036854775807', '-7'], changed: '1' },
  price: { type: 'numeric(10,2)', values: ['-0.01', '1.10'], changed: '-1.10' },
  free: {
    type: 'numeric',
    values: ['1.50', '-12345678901234567890.123', '0.000'],
    changed: `'0.0001'`,
    inPostgresql: '0.0001',
  },
  ratio: {
    type: 'double precision',
    values: ['0.1', '1.7976931348623157e308', '5e-324', '-0', '1e15', '0.00001'],
    changed: `'0.10000000000000002'::float8`,
  },
  part: { type: 'real', values: ['0.1', '3.4028235e38', '16777217', '1e-45'], changed: `'0.10000001'::float4` },
  flag: { type: 'boolean', values: ['true'], changed: 'false' },
  day: { type: 'date', values: [`'1999-12-31'`, `'0001-01-01'`], changed: `'1999-12-30'` },
  at: {
    type: 'timestamp',
    values: [`'2024-02-29 12:00:00.1'`, `'9999-12-31 23:59:59.999999'`],
    changed: `'2024-02-29 12:00:00.100001'`,
  },
  zoned: { type: 'timestamptz', values: [`'2024-02-29 12:00+02'`], changed: `'2024-02-29 10:00:00.000001+00'` },
  clock: { type: 'time', values: [`'24:00'`, `'12:30:00.5'`, `'00:00'`], changed: `'12:30:00.500001'` },
  zclock: {
    type: 'timetz',
    values: [`'24:00+00'`, `'12:30+02'`, `'00:00:00.120-03'`],
    changed: `'12:30:00+00'`,
    weaker: true,
  },
  note: { type: 'text', values: [`''`, `'NULL'`, `E'a\\n"b"\\\\ é🦉'`], changed: `'null'` },
  code: { type: 'char(5)', values: [`'ab'`, `''`, `'abcde'`], changed: `'x'`, weaker: true },
  label: { type: 'varchar(20)', values: [`' '`, `'x|y'`], changed: `'  '` },
  raw: { type: 'bytea', values: [`'\\x00ff'`, `''`], changed: `from_hex('00')`, inPostgresql: `'\\x00'` },
  long: {
    type: 'bytea',
    values: [`convert_to(repeat('0123456789', 7000), 'UTF8')`],
    changed: `to_varbyte(repeat('0123456789', 6999) || '012345678x', 'utf8')`,
    inPostgresql: `convert_to(repeat('0123456789', 6999) || '012345678x', 'UTF8')`,
  },
  doc: {
    type: 'jsonb',
    values: [`'{"b": [1, null], "a": "x  y", "n": 1.10, "u": "é\\u0001"}'`, `'null'`],
    changed: `json_parse('"null"')`,
    inPostgresql: `'"null"'`,
    weaker: true,
  },
  spelled: {
    type: 'json',
    values: [`'{"b":1 , "a":2}'`, `'[]'`],
    changed: `json_parse('[null]')`,
    inPostgresql: `'[null]'`,
    weaker: true,
  },
  list: {
    type: 'int[]',
    values: [`'{1,NULL,3}'`, `'{}'`, `'{{1,2},{3,4}}'`],
    changed: `json_parse('[0]')`,
    inPostgresql: `'{0}'`,
    weaker: true,
  },
  mood: { type: 'shop.mood', values: [`'fine'`, `'so so'`], changed: `'fine'` },
  uid: {
    type: 'uuid',
    values: [`'00000000-0000-0000-0000-00000000abcd'`],
    changed: `'00000000-0000-0000-0000-00000000abce'`,
  },
  span: { type: 'interval', values: [`'1 mon -2 days 00:00:01.5'`], changed: `'1 mon'`, weaker: true },
  net: { type: 'inet', values: [`'10.0.0.1'`, `'10.0.0.0/8'`, `'::1'`], changed: `'10.0.0.2'` },
  reach: { type: 'int4range', values: [`'[1,5)'`, `'empty'`, `'(,)'`], changed: `'[1,2)'` },
};
const KIND_NAMES = Object.keys(KINDS);

/** Row n holds NULL everywhere where n is 0. */
const thingsRow = (id: number): string => {
  const values = Object.values(KINDS).map(({ values }) => (id === 0 ? 'NULL' : values[id % values.length]));
  return `(${[id, ...values].join(', ')})`;
};
const thingsRows = KIND_NAMES.length + 1;

const TABLES = `
CREATE TABLE things (id int PRIMARY KEY, ${KIND_NAMES.map((name) => `${name} ${KINDS[name]?.type}`).join(', ')});
INSERT INTO things VALUES ${Array.from({ length: thingsRows }, (_, id) => thingsRow(id)).join(', ')};
CREATE TABLE missing_row (id bigint PRIMARY KEY, note text);
INSERT INTO missing_row SELECT n, 'note ' || n FROM generate_series(1, 5000) n;
CREATE TABLE extra_row (id int PRIMARY KEY, note text);
INSERT INTO extra_row VALUES (1, 'one');
CREATE TABLE keyless (a int, b int);
INSERT INTO keyless SELECT n % 7, n % 5 FROM generate_series(1, 200) n;
CREATE TABLE between_rows (id int PRIMARY KEY, note text);
INSERT INTO between_rows VALUES (1, 'one'), (2, 'two'), (3, 'three');
CREATE TABLE null_to_empty (id int PRIMARY KEY, note text);
INSERT INTO null_to_empty VALUES (1, NULL), (2, '');
CREATE TABLE empty_to_null (id int PRIMARY KEY, note text);
INSERT INTO empty_to_null VALUES (1, NULL), (2, '');
CREATE TABLE swapped_values (a int, b int);
INSERT INTO swapped_values SELECT n, n * 3 FROM generate_series(1, 20) n;
CREATE TABLE swapped_names (a int, b int);
INSERT INTO swapped_names SELECT n, n * 3 FROM generate_series(1, 20) n;
CREATE TABLE missing (id int);
CREATE TABLE missing_column (id int, note text);
CREATE TABLE extra_column (id int);
CREATE TABLE other_type (id int);
CREATE TABLE nullable (id int NOT NULL);
CREATE TABLE "Untouched" (id int, "K" int) PARTITION BY HASH ("K");
CREATE TABLE leaf_0 PARTITION OF "Untouched" FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE leaf_1 PARTITION OF "Untouched" FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO "Untouched" SELECT n, n FROM generate_series(1, 50) n;
CREATE TABLE parent (id int);
CREATE TABLE child () INHERITS (parent);
INSERT INTO parent VALUES (1);
INSERT INTO child VALUES (2), (3);
`;
const DATABASE = `CREATE SCHEMA shop; CREATE TYPE shop.mood AS ENUM ('fine', 'so so'); SET search_path TO shop; ${TABLES}`;

/** What is done to the target, and what of it is said, where. Names in it are folded. */
const SEEDED: readonly (readonly [what: string, change: string, place: string, says: RegExp])[] = [
  [
    'a missing row',
    'DELETE FROM shop.missing_row WHERE id = 4711',
    'shop.missing_row',
    /^has 5000 rows in the source and 4999 in the target; they differ in 1 of 4096 ranges of the key’s digest: 1 row is missing$/,
  ],
  ['an extra row', `INSERT INTO shop.extra_row VALUES (2, 'new')`, 'shop.extra_row', /: 1 row is in the target only$/],
  [
    'a row that came once more, and another not at all',
    'UPDATE shop.keyless SET a = 1 WHERE a = 2 AND b = 2',
    'shop.keyless',
    /ranges of the row’s digest: 6 rows are missing, 6 rows are in the target only$/,
  ],
  [
    'values that changed rows',
    `UPDATE shop.between_rows SET note = CASE id WHEN 1 THEN 'two' ELSE 'one' END WHERE id < 3`,
    'shop.between_rows.note',
    /^has the same values in the target, but in other rows$/,
  ],
  [
    'NULL that became an empty text',
    `UPDATE shop.null_to_empty SET note = '' WHERE id = 1`,
    'shop.null_to_empty.note',
    /: 1 are NULL in the source, 0 in the target$/,
  ],
  [
    'an empty text that became NULL',
    `UPDATE shop.empty_to_null SET note = NULL WHERE id = 2`,
    'shop.empty_to_null.note',
    /: 1 are NULL in the source, 2 in the target$/,
  ],
  [
    'columns whose values were swapped',
    'UPDATE shop.swapped_values SET a = b, b = a',
    'shop.swapped_values.a',
    /^has the values of "b" in the target$/,
  ],
  [
    'columns whose names were swapped',
    'ALTER TABLE shop.swapped_names RENAME COLUMN a TO x; ALTER TABLE shop.swapped_names RENAME COLUMN b TO a; ALTER TABLE shop.swapped_names RENAME COLUMN x TO b',
    'shop.swapped_names.b',
    /^has the values of "a" in the target$/,
  ],
  ['a missing table', 'DROP TABLE shop.missing', 'shop.missing', /^is missing in the target \(shop\.missing\)$/],
  [
    'a missing column',
    'ALTER TABLE shop.missing_column DROP COLUMN note',
    'shop.missing_column.note',
    /^is missing in the target$/,
  ],
  [
    'a column too many',
    'ALTER TABLE shop.extra_column ADD COLUMN more int',
    'shop.extra_column.more',
    /^is in the target only$/,
  ],
  [
    'another type',
    'DROP TABLE shop.other_type; CREATE TABLE shop.other_type (id bigint)',
    'shop.other_type.id',
    /^is bigint in the target, not integer$/,
  ],
  [
    'a lost NOT NULL',
    'DROP TABLE shop.nullable; CREATE TABLE shop.nullable (id int)',
    'shop.nullable.id',
    /^is not NOT NULL in the target$/,
  ],
];

/** Of things, the column that is changed in row n is the nth. */
const changedThings = (isRedshift: boolean): string[] =>
  KIND_NAMES.map((name, at) => {
    const { changed = '', inPostgresql = changed } = KINDS[name] ?? {};
    return `UPDATE shop.things SET ${name} = ${isRedshift ? changed : inPostgresql} WHERE id = ${at + 1}`;
  });

let ends: TwoEnds;
beforeAll(async () => {
  ends = await startTwoEnds();
});
afterAll(() => ends.stop());

async function compared(ports: Ports, text: string, options: Partial<CompareOptions> = {}): Promise<Comparison> {
  const [parsed] = parseCommands(text, 'test').commands;
  if (parsed === undefined) throw new Error('no command');
  return compareDatabases(ports, parsed.command, { strict: false, showKeys: true, limit: 100, ...options });
}

const all = ({ differences, tables }: Comparison) => [...differences, ...tables.flatMap((table) => table.differences)];
const counting = (result: Comparison) => all(result).filter(({ counts }) => counts);

interface Pair {
  compare(options?: Partial<CompareOptions>): Promise<Comparison>;
  change(sql: string): Promise<void>;
  readonly isRedshift: boolean;
}

function findsAll(pair: () => Pair): void {
  let before: Comparison;
  let after: Comparison;
  let strictly: Comparison;
  beforeAll(async () => {
    const { compare, change, isRedshift } = pair();
    before = await compare();
    await change('CREATE TABLE shop.left_over (id int); CREATE TABLE shop._pgshift_0123456789ab_0 (id int)');
    strictly = await compare({ strict: true });
    const changes = [...SEEDED.map(([, sql]) => sql), ...changedThings(isRedshift)];
    await change(changes.join('; '));
    after = await compare();
  });

  test('finds equal what is equal', () => {
    expect(counting(before)).toEqual([]);
    expect(before.result).toBe('equal');
    const counts = before.tables.map(({ source, rows }) => [source, rows.source, rows.target]);
    expect(counts).toContainEqual(['shop.things', thingsRows, thingsRows]);
    expect(counts).toContainEqual(['shop.Untouched', 50, 50]);
    expect(counts).toContainEqual(['shop.parent', 1, 1]);
    expect(counts).toContainEqual(['shop.child', 2, 2]);
  });

  test('tells a table that the target alone has, which counts with --strict', () => {
    const told = all(strictly).filter(({ kind }) => kind === 'table');
    const message = 'is in the target only';
    expect(told).toEqual([{ kind: 'table', place: 'shop.left_over', message, counts: false }]);
    expect(strictly.result).toBe('different');
  });

  test.each(SEEDED)('finds %s', (_what, _change, place, says) => {
    expect(counting(after)).toContainEqual(expect.objectContaining({ place, message: expect.stringMatching(says) }));
    expect(after.result).toBe('different');
  });

  test.each(KIND_NAMES)('finds a changed value of %s', (name) => {
    const places = counting(after).map(({ place }) => place);
    expect(places).toContain(`shop.things.${name}`);
    const rows = after.tables.find(({ source }) => source === 'shop.things')?.differingRows;
    const id = String(KIND_NAMES.indexOf(name) + 1);
    expect(rows).toContainEqual({ what: 'changed', columns: [name], key: { id } });
  });

  test('names the rows by their keys, and nothing that was not changed', () => {
    const rowsOf = (table: string) => after.tables.find(({ source }) => source === table)?.differingRows;
    expect(rowsOf('shop.missing_row')).toEqual([{ what: 'missing', columns: [], key: { id: '4711' } }]);
    expect(rowsOf('shop.extra_row')).toEqual([{ what: 'extra', columns: [], key: { id: '2' } }]);
    const touched = new Set(SEEDED.map(([, , place]) => place.split('.')[1]));
    const said = new Set(counting(after).map(({ place }) => place.split('.')[1]));
    expect([...said].filter((table) => !touched.has(table))).toEqual(['things']);
  });
}

describe.each(PROFILES)('PostgreSQL and the stand-in, %s', (profile) => {
  let source: TestDatabase;
  let ports: Ports;
  let compare: Pair['compare'];
  beforeAll(async () => {
    source = await createDatabase(ends.source, DATABASE);
    ports = ends.ports(source, profile);
    // Whose sums agree for all of these types, too.
    await loadBySteps(ports, `compare-${profile}`, ends.command(source, profile, 'WITH verify checksums'));
    compare = (options) => compared(ports, ends.command(source, profile), options);
  });
  afterAll(() => source.drop());

  findsAll(() => ({
    compare,
    isRedshift: true,
    change: async (sql) => {
      await ends.arrived(profile, `BEGIN; ${sql}; COMMIT`);
    },
  }));

  test('says which columns are compared as less than they are', async () => {
    const { tables } = await compare();
    const things = tables.find(({ source }) => source === 'shop.things');
    const weaker = new Set(things?.weaker.map(({ column }) => column));
    expect([...weaker]).toEqual(KIND_NAMES.filter((name) => KINDS[name]?.weaker === true));
  });
});

describe('verify checksums', () => {
  let source: TestDatabase;
  beforeAll(async () => {
    source = await createDatabase(
      ends.source,
      `CREATE TABLE verified (id int PRIMARY KEY, note text, at timestamp, amount numeric(10,3), day date, raw bytea);
       INSERT INTO verified VALUES (1, 'one', 'infinity', 1.005, '2024-01-01', ''), (2, repeat('é', 40), '2024-01-01', NULL, '-infinity', '\\x01'),
         (3, NULL, '10000-01-01', 0.1, NULL, NULL);
       CREATE TABLE verified_empty (id int);`,
    );
  });
  afterAll(async () => {
    await ends.arrived(
      'pessimistic',
      'DROP TABLE IF EXISTS public.verified; DROP TABLE IF EXISTS public.verified_empty',
    );
    await source.drop();
  });

  const policies = `WITH verify checksums, on infinity null, on date out of range clamp, on long text truncate, on extra digits clamp
    CAST column verified.note to varchar(21) drop typemod, column verified.amount to decimal(10,2) drop typemod`;
  const load = (run: string, beforePublish?: () => Promise<void>) =>
    loadBySteps(ends.ports(source, 'pessimistic'), run, ends.command(source, 'pessimistic', policies), beforePublish);
  const arrived = () =>
    ends.arrived('pessimistic', 'SELECT id, note, at, amount, day FROM public.verified ORDER BY id');

  test('sums what is sent: with what policies put in the place of values', async () => {
    await load('verify-good');
    expect(await arrived()).toEqual([
      ['1', 'one', null, '1.01', '2024-01-01'],
      ['2', 'é'.repeat(10), '2024-01-01 00:00:00', null, null],
      ['3', null, '9999-12-31 23:59:59.999999', '0.10', null],
    ]);
  });

  test.each([
    ['a value', `note = 'two' WHERE id = 1`, 'differ in note'],
    ['NULL and an empty text', `note = '' WHERE id = 3`, 'differ in note'],
    ['two columns', `amount = 7, day = '2024-01-02' WHERE id = 1`, 'differ in amount, day'],
    ['rows', 'id = 3 - id WHERE id < 3', 'have the same values, but not in the same rows'],
  ])('publishes nothing where %s changed on the way', async (_what, change, says) => {
    await ends.arrived('pessimistic', `DROP TABLE IF EXISTS public.verified`);
    const run = `verify-${says.length}-${change.length}`;
    const tamper = async () => {
      const sql = `SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relname LIKE '_pgshift_%' AND a.attname = 'note' AND pg_table_is_visible(c.oid)`;
      const [[staging] = []] = await ends.arrived('pessimistic', sql);
      await ends.arrived('pessimistic', `UPDATE public.${staging} SET ${change}`);
    };
    await expect(load(run, tamper)).rejects.toMatchObject({
      name: 'ChecksumMismatch',
      message: expect.stringMatching(new RegExp(`^public\\.verified: .*${says}\\.$`)),
    });
    await expect(arrived()).rejects.toMatchObject({ code: '42P01' });
  });
});

describe('PostgreSQL and PostgreSQL', () => {
  let two: TwoPostgres;
  let pair: LoadedPair;
  let compare: Pair['compare'];
  beforeAll(async () => {
    two = await startTwoPostgres();
    pair = await two.pair(DATABASE);
    await loadBySteps(pair.ports(), 'compare-postgresql', pair.command('WITH verify checksums'));
    const [ports, command] = portsBetween(pair.source, pair.target);
    compare = (options) => compared(ports, command, options);
  });
  afterAll(async () => {
    await pair.drop();
    await two.stop();
  });
  findsAll(() => ({ compare, isRedshift: false, change: (sql) => pair.target.session.run(sql) }));

  test('sums what casts make, and publishes nothing where a value changed on the way', async () => {
    const casts = await two.pair(`CREATE TABLE t (id int, n numeric(10,2), note text, paid money);
      INSERT INTO t VALUES (1, 1.50, '', 12.34), (2, NULL, NULL, -1)`);
    const clauses = `WITH verify checksums CAST column t.id to text, column t.n to "double precision", column t.note to varchar(9)`;
    try {
      await loadBySteps(casts.ports(), 'casts-good', casts.command(clauses));
      const [ports, command] = portsBetween(casts.source, casts.target, clauses);
      expect(counting(await compared(ports, command))).toEqual([]);
      const tamper = () =>
        casts.target.session.run(`UPDATE _pgshift_${tokenOf('casts-bad')}_0 SET note = 'x' WHERE id = '1'`);
      await expect(loadBySteps(casts.ports(), 'casts-bad', casts.command(clauses), tamper)).rejects.toMatchObject({
        name: 'ChecksumMismatch',
        message: 'public.t: what was read and what is staged differ in note.',
      });
    } finally {
      await casts.drop();
    }
  });
});

describe('from Redshift, and back by way of it', () => {
  let source: TestDatabase;
  let back: TestDatabase;
  beforeAll(async () => {
    source = await createDatabase(ends.source, DATABASE);
    for (const profile of PROFILES) {
      await ends.arrived(profile, 'DROP SCHEMA IF EXISTS shop CASCADE');
      await loadBySteps(ends.ports(source, profile), `back-${profile}`, ends.command(source, profile));
    }
    back = await createDatabase(ends.source, DATABASE);
    await back.session.run(PIN_POSTGRESQL_SOURCE);
    const { tables } = await readCatalog(back.session, { dialect: 'postgresql', major: 18 });
    for (const table of tables) await back.session.run(wentBack(table));
  });
  afterAll(async () => {
    await source.drop();
    await back.drop();
  });

  const standIn = (profile: (typeof PROFILES)[number]) => ({ uri: ends.uris[profile] });

  test('what a CAST makes of texts and numbers of Redshift is equal to them, and a changed value is found', async () => {
    await ends.arrived('pessimistic', 'CREATE SCHEMA papers');
    await ends.arrived(
      'pessimistic',
      'CREATE TABLE papers.t (m DECIMAL(20,2), x VARCHAR(90), at TIMESTAMP, c VARCHAR(20))',
    );
    const xml = '<?xml version="1.0" encoding="UTF-8"?><a/>';
    await ends.arrived('pessimistic', `INSERT INTO papers.t VALUES (-1.50, '${xml}', '2026-11-29 01:02:03', 'é    ')`);
    const target = await createDatabase(
      ends.source,
      `CREATE SCHEMA papers; CREATE TABLE papers.t (m money, x xml, at date, c char(5)); INSERT INTO papers.t VALUES ('-1.50', '${xml}', '2026-11-29', 'é')`,
    );
    const clauses = `INCLUDING ONLY TABLE NAMES LIKE '%' IN SCHEMA 'papers' CAST column t.m to money, column t.x to xml, column t.at to date, column t.c to char(5)`;
    const different = async () => counting(await compared(...portsBetween(standIn('pessimistic'), target, clauses)));
    expect(await different()).toEqual([]);
    await target.session.run(
      `UPDATE papers.t SET m = '1.50', x = '<?xml version="1.0"?><a/>', at = '2026-11-28', c = 'e'`,
    );
    expect((await different()).map(({ place }) => place)).toEqual([
      'papers.t',
      'papers.t.m',
      'papers.t.x',
      'papers.t.at',
      'papers.t.c',
    ]);
    await target.drop();
    await ends.arrived('pessimistic', 'DROP SCHEMA papers CASCADE');
  });

  const between = (from: { readonly uri: string }, into: { readonly uri: string }) =>
    compared(...portsBetween(from, into));

  test.each([
    ['Redshift and Redshift', () => between(standIn('pessimistic'), standIn('optimistic'))],
    ['Redshift and PostgreSQL', () => between(standIn('pessimistic'), back)],
    ['PostgreSQL and what came back', () => between(source, back)],
  ])('%s are equal, and a changed value is found', async (_ends, compare) => {
    expect(counting(await compare())).toEqual([]);
    const change = async (value: string) => {
      await ends.arrived('optimistic', `UPDATE shop.things SET raw = from_hex('${value}') WHERE id = 1`);
      await back.session.run(`UPDATE shop.things SET raw = '\\x${value}' WHERE id = 1`);
    };
    await change('00');
    try {
      const places = counting(await compare()).map(({ place }) => place);
      expect(places).toEqual(['shop.things', 'shop.things.raw']);
    } finally {
      // As row 1 has it: the second of two values.
      await change('');
    }
  });
});

/** The table as it is when Redshift has given it back: with folded names, and each type as the map says. */
function wentBack(table: Table): string {
  const values = table.columns.map(({ name, type }) => {
    const { type: there, expression } = castToRedshift(type, identifier(name));
    const sql = wayBack(there) ?? '';
    const text = `CASE WHEN (${expression}) IS NOT NULL THEN format('%s', ${expression}) END`;
    const value =
      sql === 'bytea'
        ? identifier(name)
        : sql.startsWith('character')
          ? `(${text})::${sql}`
          : `(${expression})::${sql}`;
    return `${value} AS ${identifier(name.toLowerCase())}`;
  });
  const own = qualified(table.schema, table.name);
  const name = qualified(table.schema, table.name.toLowerCase());
  const kept = table.columns.filter(({ notNull }) => notNull);
  return [
    `CREATE TABLE shop.went_back AS SELECT ${values.join(', ')} FROM ${table.kind === 'partitioned' ? '' : 'ONLY '}${own}`,
    `DROP TABLE ${own} CASCADE`,
    `ALTER TABLE shop.went_back RENAME TO ${identifier(table.name.toLowerCase())}`,
    ...kept.map((column) => `ALTER TABLE ${name} ALTER COLUMN ${identifier(column.name)} SET NOT NULL`),
  ].join('; ');
}
