// Does a load into PostgreSQL leave there what the source has: rows, types, keys, indexes, partitions and sequences?
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Session } from '../../core/ports.ts';
import { postgresVersions } from '../support/database.ts';
import { loadBySteps } from '../support/load-by-steps.ts';
import { type Pair, startTwoPostgres, type TwoPostgres } from '../support/two-postgres.ts';

/** Everything that a table may have; all of it is known to PostgreSQL 13. */
const SOURCE = `
  CREATE TYPE mood AS ENUM ('sad', 'it''s \\ ok');
  CREATE DOMAIN count AS int DEFAULT 3 NOT NULL CHECK (VALUE > 0);
  CREATE TYPE pair AS (a int, m mood[], t text COLLATE "C");
  CREATE TYPE span AS RANGE (subtype = float8, subtype_diff = float8mi);
  COMMENT ON TYPE mood IS 'a mood';
  CREATE EXTENSION citext;
  CREATE SEQUENCE shared START 7;
  CREATE TABLE "My table" (
    id serial PRIMARY KEY, always int GENERATED ALWAYS AS IDENTITY (START 5 INCREMENT 5), m mood DEFAULT 'sad', c count,
    p pair, s span, n int DEFAULT nextval('shared'), "Name" citext COLLATE "C" UNIQUE, paid money, doc jsonb, at timestamptz,
    twice int GENERATED ALWAYS AS (n * 2) STORED, tags mood[], raw bytea, x xml,
    CONSTRAINT positive CHECK (n > 0), CONSTRAINT apart EXCLUDE USING gist (s WITH &&)
  );
  ALTER TABLE "My table" ALTER COLUMN doc SET STORAGE EXTERNAL, ALTER COLUMN n SET STATISTICS 50;
  CREATE INDEX "an index" ON "My table" (lower("Name"), n) INCLUDE (m) WITH (fillfactor = 70) WHERE n > 2;
  COMMENT ON TABLE "My table" IS 'it''s mine';
  COMMENT ON COLUMN "My table"."Name" IS 'of whom';
  COMMENT ON INDEX "an index" IS 'to find it';
  INSERT INTO "My table" (p, s, "Name", paid, doc, at, tags, raw, x) VALUES
    (ROW(1, '{sad}', 'x'), '[1,2)', E'a "b", c\\nd \\\\N', 12.34, '{"a": [1, 2.50]}', '2026-01-01 00:00+02', '{sad,NULL}', '\\x00ff', '<a/>'),
    (NULL, NULL, '', NULL, 'null', 'infinity', '{}', '', 'text only'),
    (NULL, NULL, NULL, -5, NULL, '0044-03-15 00:00 BC', NULL, NULL, NULL);
  CREATE TABLE detail (a int REFERENCES "My table" (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED, b int);
  ALTER TABLE detail ADD CONSTRAINT late CHECK (b > 0) NOT VALID;
  INSERT INTO detail VALUES (1, 1), (2, 2), (2, NULL);
  CREATE UNLOGGED TABLE passing (a int) WITH (fillfactor = 50);
  CREATE TABLE part (a int NOT NULL, b text, PRIMARY KEY (a, b)) PARTITION BY RANGE (a);
  CREATE TABLE part_low PARTITION OF part FOR VALUES FROM (0) TO (10);
  CREATE TABLE part_rest PARTITION OF part DEFAULT PARTITION BY LIST (b);
  CREATE TABLE part_rest_all PARTITION OF part_rest DEFAULT;
  CREATE INDEX part_by_b ON part (b);
  CREATE TABLE animal (name text CHECK (name <> '')); CREATE TABLE cat (lives int) INHERITS (animal);
  INSERT INTO animal VALUES ('worm'); INSERT INTO cat VALUES ('tom', 9);
  INSERT INTO part SELECT n, 'b' || n FROM generate_series(1, 20) n;
`;

/** What there is in a database, as PostgreSQL prints it: one line for each thing. */
const SCHEMA = `
  SELECT 'table ' || c.oid::regclass || ' ' || c.relkind::text || c.relpersistence::text || coalesce(c.reloptions::text, '')
    || coalesce(pg_get_expr(c.relpartbound, c.oid), '') || coalesce(pg_get_partkeydef(c.oid), '')
    || coalesce(obj_description(c.oid, 'pg_class'), '') AS line
  FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'S')
  UNION ALL
  SELECT 'column ' || a.attrelid::regclass || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' '
    || a.attnotnull::text || a.attidentity::text || a.attgenerated::text || a.attstorage::text || coalesce(a.attcollation::regcollation::text, '')
    || coalesce(' ' || pg_get_expr(d.adbin, d.adrelid), '') || coalesce(col_description(a.attrelid, a.attnum), '')
    || CASE WHEN a.attstattarget >= 0 THEN a.attstattarget::text ELSE '' END
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_attrdef d ON (d.adrelid, d.adnum) = (a.attrelid, a.attnum)
  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'c') AND a.attnum > 0
  UNION ALL
  SELECT 'index ' || pg_get_indexdef(i.indexrelid) || i.indisvalid::text || coalesce(obj_description(i.indexrelid, 'pg_class'), '')
    || coalesce(' in ' || p.inhparent::regclass, '')
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid LEFT JOIN pg_inherits p ON p.inhrelid = c.oid
  WHERE c.relnamespace = 'public'::regnamespace
  UNION ALL
  SELECT 'constraint ' || k.conrelid::regclass || '.' || k.conname || ' ' || pg_get_constraintdef(k.oid) || k.convalidated::text
  FROM pg_constraint k WHERE k.connamespace = 'public'::regnamespace
  UNION ALL
  SELECT 'heir ' || i.inhrelid::regclass || ' of ' || i.inhparent::regclass FROM pg_inherits i
  UNION ALL
  SELECT 'sequence ' || s.seqrelid::regclass::text || ' ' || s.seqtypid::regtype::text || s.seqstart::text || '+' || s.seqincrement::text || ' '
    || coalesce(pg_sequence_last_value(s.seqrelid)::text, '-') || coalesce(pg_get_serial_sequence('"My table"', 'id'), '')
  FROM pg_sequence s
  UNION ALL
  SELECT 'type ' || t.oid::regtype || t.typtype::text || coalesce(obj_description(t.oid, 'pg_type'), '')
    || coalesce((SELECT string_agg(enumlabel, ',' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid), '')
  FROM pg_type t WHERE t.typnamespace = 'public'::regnamespace AND t.typtype <> 'm'
  ORDER BY 1`;

const linesOf = async (session: Session, sql: string): Promise<unknown[]> =>
  (await session.query(sql)).map((row) => Object.values(row)[0]);

const TABLES = ['animal', 'ONLY animal', 'cat', '"My table"', 'detail', 'passing', 'part', 'part_low', 'part_rest_all'];
const rowsOf = async (session: Session): Promise<unknown> => {
  const all: Record<string, unknown> = {};
  for (const table of TABLES) all[table] = await linesOf(session, `SELECT t::text FROM ${table} AS t ORDER BY 1`);
  return all;
};

describe.each(postgresVersions)('from $name into $name', (version) => {
  let two: TwoPostgres;
  beforeAll(async () => {
    two = await startTwoPostgres(version);
  });
  afterAll(() => two.stop());

  async function loaded(inSource: string, clauses = '', inTarget = ''): Promise<Pair> {
    const pair = await two.pair(inSource, inTarget);
    await loadBySteps(pair.ports(), pair.target.name, pair.command(clauses));
    return pair;
  }

  test('everything that a table has arrives as it is, and again when it is there already', async () => {
    const pair = await loaded(SOURCE);
    const schema = await linesOf(pair.source.session, SCHEMA);
    expect(await linesOf(pair.target.session, SCHEMA)).toEqual(schema);
    expect(await rowsOf(pair.target.session)).toEqual(await rowsOf(pair.source.session));
    await loadBySteps(pair.ports(), `${pair.target.name}_again`, pair.command());
    expect(await linesOf(pair.target.session, SCHEMA)).toEqual(schema);
    expect(await rowsOf(pair.target.session)).toEqual(await rowsOf(pair.source.session));
    await pair.drop();
  });

  test('sequences go on behind what arrived', async () => {
    const pair = await loaded(SOURCE);
    const made = await pair.target.session.query('INSERT INTO "My table" DEFAULT VALUES RETURNING id, always, n');
    expect(made).toEqual([{ id: '4', always: '20', n: '10' }]);
    await pair.drop();
  });

  test('names are written as the command wants them, and expressions follow', async () => {
    const pair = await loaded(
      `CREATE TABLE "Big" ("Id" int PRIMARY KEY, "Value" int CHECK ("Value" > 1), "Twice" int GENERATED ALWAYS AS ("Value" * 2) STORED);
       CREATE INDEX "By value" ON "Big" (("Value" + 1)) WHERE "Value" > 3;
       INSERT INTO "Big" VALUES (1, 2), (2, 5)`,
      'WITH downcase identifiers, uniquify index names',
    );
    const { session } = pair.target;
    expect(await session.query('SELECT * FROM big ORDER BY id')).toEqual([
      { id: '1', value: '2', twice: '4' },
      { id: '2', value: '5', twice: '10' },
    ]);
    const [index] = await linesOf(session, `SELECT indexdef FROM pg_indexes WHERE indexname LIKE 'idx%By value'`);
    expect(index).toMatch(/ON public\.big USING btree \(\(\(value \+ 1\)\)\) WHERE \(value > 3\)$/);
    await pair.drop();
  });
});

/** What PostgreSQL 13 does not know, beside what it does. */
const NEWER_WORDS = `
  CREATE TABLE k (a int PRIMARY KEY REFERENCES k, b int UNIQUE NULLS NOT DISTINCT, v int GENERATED ALWAYS AS (a + 1) VIRTUAL,
    CONSTRAINT unkept CHECK (b > 0) NOT ENFORCED, UNIQUE (a, b), FOREIGN KEY (a, b) REFERENCES k (a, b) ON DELETE SET NULL (b))`;

const [newest, oldest] = postgresVersions;
const pairs =
  oldest === undefined || newest === undefined
    ? []
    : [
        { from: oldest, into: newest },
        { from: newest, into: oldest },
      ];

test.each(pairs)('rows and sequences from $from.name into $into.name', async ({ from, into }) => {
  const two = await startTwoPostgres(from, into);
  const pair = await two.pair(SOURCE);
  await loadBySteps(pair.ports(), 'across', pair.command());
  expect(await rowsOf(pair.target.session)).toEqual(await rowsOf(pair.source.session));
  const made = await pair.target.session.query('INSERT INTO "My table" DEFAULT VALUES RETURNING id, always, n, twice');
  expect(made).toEqual([{ id: '4', always: '20', n: '10', twice: '20' }]);
  await pair.drop();
  const newer = await two.pair(from.major < 18 ? 'CREATE TABLE k (a int)' : NEWER_WORDS);
  await loadBySteps(newer.ports(), 'newer', newer.command());
  const left = await linesOf(
    newer.target.session,
    `SELECT conname FROM pg_constraint WHERE conrelid = 'k'::regclass ORDER BY 1`,
  );
  expect(left).toEqual(from.major < 18 ? [] : ['k_a_b_key', 'k_a_fkey', 'k_pkey']);
  await newer.drop();
  await two.stop();
});
