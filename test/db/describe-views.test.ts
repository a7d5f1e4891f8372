// Do views and queries of MATERIALIZE VIEWS get the columns that PostgreSQL would give a table made of them?
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSession } from '../../adapters/session.ts';
import type { Catalog, Table } from '../../core/catalog/model.ts';
import { type LoadCommand, type MaterializedView, NO_CLAUSES, type Setting } from '../../core/command/model.ts';
import { DEFAULT_OPTIONS, DEFAULT_ORIGINS } from '../../core/command/options.ts';
import type { Session } from '../../core/ports.ts';
import { BEGIN_READING, PIN_POSTGRESQL_SOURCE } from '../../core/sql/session.ts';
import { describeViews } from '../../lambdas/3-discover/describe-views.ts';
import { readCatalog } from '../../lambdas/3-discover/discover.ts';
import type { PostgresServer } from '../../local/postgres/server.ts';
import { createDatabase, postgresVersions, startTestPostgres, type TestDatabase } from '../support/database.ts';

const QUERY = `SELECT id, note::varchar(7) AS short, amount, mood, tags, '{1}'::int[] AS "Odd ""name""", positive, pair, NULL AS nothing FROM things`;

describe.each(postgresVersions)('in $name', (version) => {
  let server: PostgresServer;
  let database: TestDatabase;
  let session: Session;
  let catalog: Catalog;
  beforeAll(async () => {
    server = await startTestPostgres(version);
    database = await createDatabase(
      server,
      `CREATE SCHEMA shop;
       CREATE TYPE shop.mood AS ENUM ('good', 'very good'); CREATE DOMAIN shop.positive AS numeric(9,3) CHECK (VALUE > 0);
       CREATE TYPE shop.pair AS (a int, b text);
       CREATE TABLE shop.things (id int NOT NULL, note text, amount numeric(10,2), mood shop.mood, tags text[], positive shop.positive, pair shop.pair);
       CREATE VIEW shop.v AS SELECT id, note FROM shop.things; COMMENT ON VIEW shop.v IS 'a view';
       CREATE VIEW public.w AS SELECT 1 AS one; CREATE TABLE public.things (other int);
       SET search_path TO shop; CREATE TABLE shop.made AS ${QUERY}`,
    );
    const where = { end: 'source', host: '127.0.0.1', tls: 'disable', authorities: [] } as const;
    const { port, user, password } = server;
    session = await openSession(
      { ...where, port, user, password, database: database.name },
      { applicationName: 'test', statementTimeoutMs: 10_000 },
    );
    await session.run(PIN_POSTGRESQL_SOURCE);
    catalog = await readCatalog(session, { dialect: 'postgresql', major: version.major });
  });
  afterAll(async () => {
    await session.close();
    await database.drop();
    await server.stop();
  });

  async function described(
    views: readonly MaterializedView[],
    over: { all?: boolean; settings?: readonly Setting[]; excluding?: LoadCommand['excluding'] } = {},
  ): Promise<Table[]> {
    const { all = false, ...clauses } = over;
    const command: LoadCommand = {
      kind: 'load database',
      source: { end: 'source', scheme: 'postgresql' },
      target: { end: 'target', scheme: 'redshift' },
      options: DEFAULT_OPTIONS,
      origins: DEFAULT_ORIGINS,
      ...NO_CLAUSES,
      materialize: { all, views },
      ...clauses,
    };
    await session.run(BEGIN_READING);
    try {
      return await describeViews(session, catalog, command);
    } finally {
      await session.run('ROLLBACK');
    }
  }

  const shop = [{ name: 'search_path', value: 'shop' }];

  test('a query has the types that a table made of it has, domains as what they are made of', async () => {
    const [table] = await described([{ schema: 'out', name: 'copy', query: QUERY }], { settings: shop });
    const made = catalog.tables.find(({ name }) => name === 'made');
    expect(table).toMatchObject({ schema: 'out', name: 'copy', kind: 'view', query: QUERY, heaps: [], keys: [] });
    expect(table?.columns).toEqual(
      made?.columns.map(({ name, type }) => ({ name, type: type.base ?? type, notNull: false })),
    );
  });

  test('a query without SET search_path sees what everybody sees', async () => {
    const [table] = await described([{ name: 'copy', query: 'SELECT * FROM things -- all' }]);
    expect(table).toMatchObject({ schema: 'public', columns: [{ name: 'other' }] });
  });

  test('a view of the source is read by its name, in any schema unless one is named', async () => {
    const [view] = await described([{ name: 'v' }]);
    expect(view).toMatchObject({ schema: 'shop', name: 'v', comment: 'a view', query: 'SELECT * FROM "shop"."v"' });
    expect(view?.columns.map(({ name }) => name)).toEqual(['id', 'note']);
    expect(await described([{ schema: 'public', name: 'v' }])).toEqual([]);
  });

  test('all views are those that are not excluded, and a query of the command stands before a view', async () => {
    const names = (tables: readonly Table[]) => tables.map(({ schema, name }) => `${schema}.${name}`);
    expect(names(await described([], { all: true }))).toEqual(['public.w', 'shop.v']);
    const excluding = [{ tables: [{ kind: 'exact' as const, name: 'w' }] }];
    expect(names(await described([], { all: true, excluding }))).toEqual(['shop.v']);
    const own = await described([{ schema: 'shop', name: 'v', query: 'SELECT 1 AS mine' }], { all: true });
    expect(own.map(({ columns }) => columns.map(({ name }) => name))).toEqual([['mine'], ['one']]);
  });

  test.each([
    ['SELECT * FROM nowhere', /^MATERIALIZE VIEWS "public"\."x": .*relation "nowhere" does not exist/],
    ['SELECT FROM WHERE', /syntax error/],
    ['SELECT 1; DROP TABLE public.things', /syntax error/],
    ['WITH gone AS (DELETE FROM public.things RETURNING *) SELECT * FROM gone', /0A000/],
  ])('a query that PostgreSQL refuses is told: %s', async (query, message) => {
    await expect(described([{ name: 'x', query }])).rejects.toMatchObject({
      name: 'CommandInvalid',
      message: expect.stringMatching(message),
    });
  });
});
