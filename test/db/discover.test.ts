// Does discover read both ends as of one moment, with as many queries for 300 tables as for 3?
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryStore } from '../../adapters/memory-store.ts';
import { openSession } from '../../adapters/session.ts';
import { artifactKeys } from '../../core/artifacts.ts';
import { type Endpoint, type LoadCommand, NO_CLAUSES } from '../../core/command/model.ts';
import { DEFAULT_OPTIONS } from '../../core/command/options.ts';
import type { Server } from '../../core/dialect/version.ts';
import type { Ports, SessionOptions } from '../../core/ports.ts';
import { type Catalogs, discover } from '../../lambdas/3-discover/discover.ts';
import type { PostgresServer } from '../../local/postgres/server.ts';
import { createDatabase, startTestPostgres, type TestDatabase } from '../support/database.ts';

const run = 'run-1';
let server: PostgresServer;
beforeAll(async () => {
  server = await startTestPostgres();
});
afterAll(() => server.stop());

interface World {
  readonly ports: Ports;
  /** Every statement that discover sent. */
  readonly sent: string[];
  readonly sessions: { readonly options: SessionOptions; closed: boolean }[];
  /** What discover stored, or undefined. */
  catalogs(): Promise<Catalogs | undefined>;
  record(): Promise<unknown>;
}

const refuse = () => {
  throw new Error('discover has no need of this');
};

/** Both ends as databases of the test server, and a bucket in memory. `after` runs after each statement. */
async function world(source: TestDatabase, target: TestDatabase, after = async (_sql: string) => {}): Promise<World> {
  const store = memoryStore('in-memory', 'eu-central-1');
  const endpoint = (end: Endpoint['end'], { name }: TestDatabase): Endpoint => ({
    end,
    scheme: 'postgresql',
    database: name,
  });
  const ends = { source: endpoint('source', source), target: endpoint('target', target) };
  const command = { ...ends, ...NO_CLAUSES, options: DEFAULT_OPTIONS } satisfies Partial<LoadCommand>;
  await store.putJson(artifactKeys.command(run), command);
  const dialect = { dialect: 'postgresql', major: 18, label: 'PostgreSQL 18' } satisfies Server;
  await store.putJson(artifactKeys.capabilities(run), { source: dialect, target: dialect });
  const sent: string[] = [];
  const sessions: World['sessions'] = [];
  const connect: Ports['connect'] = async ({ end, database = '' }, options) => {
    const { port, user, password } = server;
    const where = { end, host: '127.0.0.1', port, user, password, database, tls: 'disable', authorities: [] } as const;
    const session = await openSession(where, options);
    const opened = { options, closed: false };
    sessions.push(opened);
    const watched = async <Result>(sql: string, work: Promise<Result>): Promise<Result> => {
      sent.push(sql);
      const result = await work;
      await after(sql);
      return result;
    };
    return {
      ...session,
      query: (sql) => watched(sql, session.query(sql)),
      run: (sql) => watched(sql, session.run(sql)),
      close: () => {
        opened.closed = true;
        return session.close();
      },
    };
  };
  const ports: Ports = {
    store,
    runs: { signOf: refuse, look: refuse },
    connect,
    log: { info: () => {} },
    copyAuthorization: refuse,
    now: () => 0,
    remaining: () => 900_000,
    randomHex: refuse,
  };
  const catalogs = async () => {
    const text = await store.findText(artifactKeys.catalog(run));
    return text === undefined ? undefined : (JSON.parse(text) as Catalogs);
  };
  const record = () => store.getJson(artifactKeys.stepRecord(run, 'discover'));
  return { ports, sent, sessions, catalogs, record };
}

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
    const here = await world(source, target);
    expect(await discover(here.ports, { run, snapshot: false })).toEqual({ tables: 2 });
    const catalogs = await here.catalogs();
    expect(catalogs?.source).toMatchObject({
      database: source.name,
      tables: [{ name: 'a' }, { name: 'b' }],
      views: [{}],
    });
    expect(catalogs?.target).toMatchObject({ database: target.name, tables: [{ name: 'c' }], views: [] });
    expect(await here.record()).toEqual({ step: 'discover', startedAt: 0, endedAt: 0, count: 2 });
  });

  it('asks as many queries for 300 tables as for 3', async () => {
    const count = async (tables: number) => {
      const each = Array.from({ length: tables }, (_, n) => `CREATE TABLE t${n} (id int PRIMARY KEY)`);
      const database = await createDatabase(server, each.join(';'));
      const here = await world(database, target);
      expect(await discover(here.ports, { run, snapshot: false })).toEqual({ tables });
      await database.drop();
      return here.sent.length;
    };
    expect(await count(300)).toBe(await count(3));
  });

  it('sees the source as of one moment, whatever others change meanwhile', async () => {
    const other = source.session;
    const change = async (sql: string) => {
      // The first query fixes the moment, not BEGIN.
      if (!sql.includes('current_database')) return;
      await other.run('ALTER TABLE a ADD COLUMN IF NOT EXISTS late int; CREATE TABLE IF NOT EXISTS late (x int)');
    };
    const here = await world(source, target, change);
    await discover(here.ports, { run, snapshot: false });
    const [a, ...others] = (await here.catalogs())?.source.tables ?? [];
    expect(a?.columns.map((column) => column.name)).toEqual(['x']);
    expect(others.map((table) => table.name)).toEqual(['b']);
    await other.run('ALTER TABLE a DROP COLUMN late; DROP TABLE late');
  });

  it('reads only, names itself, and closes both sessions', async () => {
    const here = await world(source, target);
    await discover(here.ports, { run, snapshot: false });
    expect(here.sent[1]).toMatch(/BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY/);
    expect(here.sessions).toMatchObject([
      { options: { applicationName: 'pgshift/discover/run-1', statementTimeoutMs: 840_000 }, closed: true },
      { options: { applicationName: 'pgshift/discover/run-1' }, closed: true },
    ]);
  });

  it('stores nothing and closes its session when a query fails', async () => {
    const fail = async (sql: string) => {
      if (/pg_get_viewdef/.test(sql)) throw new Error('the server went away');
    };
    const here = await world(source, target, fail);
    await expect(discover(here.ports, { run, snapshot: false })).rejects.toThrow('the server went away');
    expect(await here.catalogs()).toBeUndefined();
    expect(here.sessions.every((session) => session.closed)).toBe(true);
  });
});
