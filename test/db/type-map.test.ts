// Has every type that a column can have an entry in the type map, on the newest PostgreSQL and the oldest?
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { castToRedshift, entryOf } from '../../core/cast/postgresql-to-redshift.ts';
import type { Table } from '../../core/catalog/model.ts';
import { PIN_POSTGRESQL_SOURCE } from '../../core/sql/session.ts';
import { readCatalog } from '../../lambdas/3-discover/discover.ts';
import { createDatabase, postgresVersions, startTestPostgres, type TestDatabase } from '../support/database.ts';

/** All that is built in, with the arrays of it. Which of them a column can have, only the server can say. */
const BUILT_IN = `
SELECT format_type(oid, NULL) AS sql FROM pg_type
WHERE typnamespace IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace) AND (typtype <> 'c' OR typname = 'pg_class')
  AND typname !~ '^_pg_' ORDER BY oid`;

/** Of extensions that come with PostgreSQL, and of the users' own. */
const OTHERS = `
CREATE SCHEMA extra;
CREATE EXTENSION hstore SCHEMA extra; CREATE EXTENSION citext SCHEMA extra; CREATE EXTENSION ltree SCHEMA extra;
CREATE TYPE mood AS ENUM ('fine');
CREATE TYPE pair AS (a int, b text);
CREATE TYPE floats AS RANGE (subtype = float8);
CREATE DOMAIN positive AS int CHECK (value > 0);
CREATE DOMAIN small AS positive CHECK (value < 9);
CREATE DOMAIN few AS small[];
CREATE DOMAIN pairs AS pair;
CREATE TABLE others (a extra.hstore, b extra.citext, c extra.ltree, d extra.lquery, e extra.ltxtquery, f mood, g pair,
  h floats, i small, j few, k pairs, l extra.hstore[], m pair[], n mood[], o floats[], p few[])`;

describe.each(postgresVersions)('$name', (version) => {
  let server: Awaited<ReturnType<typeof startTestPostgres>>;
  let database: TestDatabase;
  let tables: readonly Table[];
  beforeAll(async () => {
    server = await startTestPostgres(version);
    database = await createDatabase(server, OTHERS);
    const { session } = database;
    await session.run('CREATE TABLE built_in ()');
    for (const [number, { sql }] of (await session.query(BUILT_IN)).entries()) {
      await session.run(`ALTER TABLE built_in ADD COLUMN c${number} ${sql}`).catch((error: Error) => {
        expect(error.message).toMatch(/pseudo-type/);
      });
    }
    await session.run('INSERT INTO built_in SELECT (NULL::built_in).*; INSERT INTO others DEFAULT VALUES');
    await session.run(PIN_POSTGRESQL_SOURCE);
    tables = (await readCatalog(session, { dialect: 'postgresql', major: version.major })).tables;
  });
  afterAll(() => server.stop());

  test('no built-in type that a column can have is left to the entry of unknown types', () => {
    const types = tables.find(({ name }) => name === 'built_in')?.columns.map(({ type }) => type) ?? [];
    expect(types.length).toBeGreaterThan(140);
    expect(types.filter((type) => entryOf(type).kind === 'base').map(({ sql }) => sql)).toEqual([]);
  });

  test('domains, enums, composites, ranges, arrays of them and known extensions have entries', () => {
    const types = tables.find(({ name }) => name === 'others')?.columns.map(({ type }) => type) ?? [];
    expect(types.map((type) => castToRedshift(type, 'c').type)).toEqual([
      ...['SUPER', 'VARCHAR(65535)', 'VARCHAR(65535)', 'VARCHAR(65535)', 'VARCHAR(65535)', 'VARCHAR(4)', 'SUPER'],
      ...['VARCHAR(65535)', 'INTEGER', 'SUPER', 'SUPER', 'SUPER', 'SUPER', 'SUPER', 'SUPER', 'SUPER'],
    ]);
    expect(types.filter((type) => entryOf(type).kind === 'base').map(({ sql }) => sql)).toEqual([]);
  });

  test('NULL of every type is NULL by its expression', async () => {
    for (const { name, columns } of tables) {
      const list = columns.map(
        (column, at) => `${castToRedshift(column.type, `"${column.name}"`).expression} AS "${at}"`,
      );
      const rows = await database.session.query(`SELECT ${list.join(', ')} FROM public.${name}`);
      expect(rows.map((row) => Object.entries(row).filter(([, value]) => value !== null))).toEqual([[]]);
    }
  });
});
