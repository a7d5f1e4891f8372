// Does discover read both ends as of one moment, with as many queries for 300 tables as for 3?
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Endpoint, LoadCommand } from '../../core/command/model.ts';
import type { Capabilities } from '../../core/dialect/capabilities.ts';
import type { Ports, Session, SessionOptions } from '../../core/ports.ts';
import { type Catalogs, discover } from '../../lambdas/3-discover/discover.ts';
import type { PostgresServer } from '../../local/postgres/server.ts';
import { createDatabase, openSession, startTestPostgres, type TestDatabase } from '../support/database.ts';

const run = 'run-1';
let server: PostgresServer;
beforeAll(async () => {
  server = await startTestPostgres();
});
afterAll(() => server.stop());

interface World {
  readonly ports: Ports;
  readonly queries: { readonly end: Endpoint['end']; readonly sql: string }[];
  readonly sessions: { readonly options: SessionOptions; closed: boolean }[];
  readonly objects: Map<string, unknown>;
}

const refuse = () => {
  throw new Error('discover has no need of this');
};

/** Both ends as databases of the test server, and a bucket in memory. `after` runs after each query. */
function world(source: TestDatabase, target: TestDatabase, after = async (_sql: string) => {}): World {
  const endpoint = (end: Endpoint['end'], database: TestDatabase): Endpoint => ({
    end,
    scheme: 'postgresql',
    database: database.name,
  });
  const dialect = { dialect: 'postgresql', major: 18, label: 'PostgreSQL 18' } as const;
  const command = { source: endpoint('source', source), target: endpoint('target', target) };
  const objects = new Map<string, unknown>([
    [`runs/${run}/command.json`, command satisfies Partial<LoadCommand>],
    [
      `runs/${run}/capabilities.json`,
      { source: dialect, target: dialect } satisfies Partial<Record<keyof Capabilities, unknown>>,
    ],
  ]);
  const queries: World['queries'] = [];
  const sessions: World['sessions'] = [];
  const connect = async (to: Endpoint, options: SessionOptions): Promise<Session> => {
    const session = await openSession(server.uri(to.database));
    const opened = { options, closed: false };
    sessions.push(opened);
    const counted = async <Result>(sql: string, work: Promise<Result>): Promise<Result> => {
      queries.push({ end: to.end, sql });
      const result = await work;
      await after(sql);
      return result;
    };
    return {
      ...session,
      query: (sql) => counted(sql, session.query(sql)),
      run: (sql) => counted(sql, session.run(sql)),
      close: () => {
        opened.closed = true;
        return session.close();
      },
    };
  };
  const store = {
    bucket: 'in memory',
    putText: refuse,
    putJson: async (key: string, value: unknown) => void objects.set(key, value),
    getText: refuse,
    findText: refuse,
    getJson: async (key: string) => objects.get(key),
    putStream: refuse,
    list: refuse,
    remove: refuse,
    region: refuse,
  } as Ports['store'];
  const ports: Ports = {
    store,
    connect,
    log: { info: () => {} },
    copyAuthorization: refuse,
    now: refuse,
    remaining: () => 900_000,
    randomHex: refuse,
  };
  return { ports, queries, sessions, objects };
}

const catalogsOf = ({ objects }: World) => objects.get(`runs/${run}/catalog.json`) as Catalogs;

describe('discover', () => {
  let source: TestDatabase;
  let target: TestDatabase;
  beforeAll(async () => {
    source = await createDatabase(server, 'CREATE TABLE a (x int); CREATE TABLE b (y int); CREATE VIEW v AS SELECT 1');
    target = await createDatabase(server, 'CREATE TABLE c (z int)');
  });
  afterAll(async () => {
    await source.drop();
    await target.drop();
  });

  it('stores the catalogs of both ends and counts the tables of the source', async () => {
    const here = world(source, target);
    expect(await discover(here.ports, { run })).toEqual({ tables: 2 });
    const catalogs = catalogsOf(here);
    expect(catalogs.source).toMatchObject({
      database: source.name,
      tables: [{ name: 'a' }, { name: 'b' }],
      views: [{}],
    });
    expect(catalogs.target).toMatchObject({ database: target.name, tables: [{ name: 'c' }], views: [] });
  });

  it('asks as many queries for 300 tables as for 3', async () => {
    const count = async (tables: number) => {
      const each = Array.from({ length: tables }, (_, n) => `CREATE TABLE t${n} (id int PRIMARY KEY)`);
      const database = await createDatabase(server, each.join(';'));
      const here = world(database, target);
      expect(await discover(here.ports, { run })).toEqual({ tables });
      await database.drop();
      return here.queries.length;
    };
    expect(await count(300)).toBe(await count(3));
  });

  it('sees the source as of one moment, whatever others change meanwhile', async () => {
    const other = await openSession(source.uri);
    const change = async (sql: string) => {
      // The first query fixes the moment, not BEGIN.
      if (!sql.includes('current_database')) return;
      await other.run('ALTER TABLE a ADD COLUMN IF NOT EXISTS late int; CREATE TABLE IF NOT EXISTS late (x int)');
    };
    const here = world(source, target, change);
    await discover(here.ports, { run });
    const [a, ...others] = catalogsOf(here).source.tables;
    expect(a?.columns.map((column) => column.name)).toEqual(['x']);
    expect(others.map((table) => table.name)).toEqual(['b']);
    await other.run('ALTER TABLE a DROP COLUMN late; DROP TABLE late');
    await other.close();
  });

  it('reads only, names itself, and closes both sessions', async () => {
    const here = world(source, target);
    await discover(here.ports, { run });
    expect(here.queries[0]?.sql).toMatch(/^BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY/);
    expect(here.sessions).toMatchObject([
      { options: { applicationName: 'pgshift discover run-1', statementTimeoutMs: 840_000 }, closed: true },
      { options: { applicationName: 'pgshift discover run-1' }, closed: true },
    ]);
  });

  it('stores nothing and closes its session when a query fails', async () => {
    const fail = async (sql: string) => {
      if (/pg_get_viewdef/.test(sql)) throw new Error('the server went away');
    };
    const here = world(source, target, fail);
    await expect(discover(here.ports, { run })).rejects.toThrow('the server went away');
    expect(catalogsOf(here)).toBeUndefined();
    expect(here.sessions.every((session) => session.closed)).toBe(true);
  });
});
