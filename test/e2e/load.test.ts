// Does `pgshift load` bring a database into the stand-in, once, and as its options say?
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { compareDatabases } from '../../cli/demo/compare.ts';
import { createSample } from '../../cli/demo/sample.ts';
import type { Session } from '../../core/ports.ts';
import { qualified } from '../../core/sql/quote.ts';
import {
  createDatabase,
  openSession,
  postgresVersions,
  startTestPostgres,
  type TestDatabase,
} from '../support/database.ts';
import { looksLikeStackTrace, pgshift, start } from './command-line.ts';
import { type Servers, startServers, targetContent } from './servers.ts';

let servers: Servers;
let target: Session;
beforeAll(async () => {
  servers = await startServers();
  target = await openSession(servers.target);
});
afterAll(async () => {
  await target.close();
  await servers.stop();
});

/** Names of the target's tables. */
const tables = async () => (await target.query(targetContent)).map(({ name }) => name);

const rowsOf = (table: string) => target.query(`SELECT * FROM ${table} ORDER BY 1`);

async function emptyTarget(): Promise<void> {
  for (const name of await tables()) {
    const [schema = '', table = ''] = name?.split('.') ?? [];
    await target.run(`DROP TABLE ${qualified(schema, table)} CASCADE`);
  }
}

const load = (source: TestDatabase, ...args: string[]) =>
  pgshift(['load', source.uri, servers.target, ...args], servers.env());

describe('a whole database', () => {
  it('arrives equal, row for row, and a second load leaves one copy', async () => {
    const source = await createDatabase(servers.source);
    await createSample(source.uri, 0.0001);
    const first = await load(source);
    expect(first.stderr).not.toMatch(looksLikeStackTrace);
    expect(first).toMatchObject({ code: 0 });
    expect(first.stdout).toMatch(/Total import time/);
    const once = await compareDatabases(source.uri, servers.target);
    expect(once.differences).toEqual([]);
    expect(once.tables).toBe(19);

    expect(await load(source)).toMatchObject({ code: 0 });
    expect(await compareDatabases(source.uri, servers.target)).toEqual(once);
    await source.drop();
    await emptyTarget();
  });
});

describe.each(postgresVersions.filter(({ binaries }) => binaries !== undefined))('from $name', (version) => {
  it('a whole database arrives equal, its large table in ranges of its key', async () => {
    const server = await startTestPostgres(version);
    // Larger than a part: 2,500 rows of 64 kB, which PostgreSQL keeps beside the table's own few pages.
    const source = await createDatabase(
      server,
      `CREATE TABLE large (id int PRIMARY KEY, note text); ALTER TABLE large ALTER note SET STORAGE EXTERNAL;
       INSERT INTO large SELECT n, repeat(md5(n::text), 2000) FROM generate_series(1, 2500) n;
       CREATE TABLE small (id int, note text); INSERT INTO small VALUES (1, NULL), (2, '');`,
    );
    const planned = await pgshift(['plan', source.uri, servers.target, '--json'], servers.env());
    expect(JSON.parse(planned.stdout).tables[0]).toMatchObject({ source: 'public.large', parts: 2 });
    expect(await load(source)).toMatchObject({ code: 0 });
    const compared = await compareDatabases(source.uri, servers.target);
    expect(compared).toMatchObject({ tables: 2, rows: 2502, differences: [] });
    await source.drop();
    await server.stop();
    await emptyTarget();
  });
});

describe('a table', () => {
  let source: TestDatabase;
  beforeEach(async () => {
    source = await createDatabase(
      servers.source,
      `CREATE SCHEMA s; CREATE TABLE s.t (id int, note text); INSERT INTO s.t VALUES (1, ''), (2, NULL), (3, 'x');`,
    );
  });
  afterEach(async () => {
    await source.drop();
    await emptyTarget();
  });
  const copied = [
    { id: '1', note: '' },
    { id: '2', note: null },
    { id: '3', note: 'x' },
  ];

  it('that exists with other columns is replaced', async () => {
    await target.run(
      `CREATE SCHEMA IF NOT EXISTS s; CREATE TABLE s.t (other date); INSERT INTO s.t VALUES ('2024-01-01')`,
    );
    expect(await load(source)).toMatchObject({ code: 0 });
    expect(await rowsOf('s.t')).toEqual(copied);
  });

  it('that exists and lacks a column is refused by include no drop, before anything changed', async () => {
    await target.run(
      `CREATE SCHEMA IF NOT EXISTS s; CREATE TABLE s.t (other date); INSERT INTO s.t VALUES ('2024-01-01')`,
    );
    await source.session.run('CREATE TABLE s.another (id int)');
    const { code, stderr } = await load(source, '--with', 'include no drop');
    expect(code).toBe(1);
    expect(stderr).toMatch(/s\.t: the target's table has no column "id"/);
    expect(await tables()).toEqual(['s.t']);
    expect(await rowsOf('s.t')).toEqual([{ other: '2024-01-01' }]);
  });

  it('that exists with the same columns is added to by include no drop', async () => {
    expect(await load(source)).toMatchObject({ code: 0 });
    expect(await load(source, '--with', 'include no drop')).toMatchObject({ code: 0 });
    expect(await rowsOf('s.t')).toEqual(copied.flatMap((row) => [row, row]));
  });

  it('that exists with wider types and further columns is added to by include no drop, and keeps them', async () => {
    await target.run(
      'CREATE SCHEMA IF NOT EXISTS s; CREATE TABLE s.t (id bigint, note varchar(9), more int DEFAULT 7)',
    );
    const { code, stderr } = await load(source, '--with', 'include no drop');
    expect(code).toBe(0);
    expect(stderr).toMatch(/TYPES_DIFFER {2}s\.t\.id: goes into bigint/);
    expect(await rowsOf('s.t')).toEqual(copied.map((row) => ({ ...row, more: '7' })));
  });

  it('that the source lacks stays as it is', async () => {
    await target.run('CREATE SCHEMA IF NOT EXISTS s; CREATE TABLE s.mine (id int); INSERT INTO s.mine VALUES (7)');
    expect(await load(source)).toMatchObject({ code: 0 });
    expect(await rowsOf('s.mine')).toEqual([{ id: '7' }]);
  });

  it('is planned without changing anything', async () => {
    const text = await pgshift(['plan', source.uri, servers.target], servers.env());
    expect(text).toMatchObject({ code: 0, stderr: '' });
    expect(text.stdout).toMatch(/s\.t: about .* rows/);
    expect(text.stdout).toMatch(/"note" VARCHAR\(65535\)/);
    const json = await pgshift(['plan', source.uri, servers.target, '--json'], servers.env());
    expect(JSON.parse(json.stdout)).toMatchObject({ tables: [{ source: 's.t', target: 's.t' }] });
    expect(json.stdout + text.stdout).not.toContain(servers.source.password);
    expect(await tables()).toEqual([]);
  });

  it('comes by the commands of a file, up to the first that fails', async () => {
    const command = (database: string) => `LOAD DATABASE FROM ${database} INTO ${servers.target};\n`;
    const missing = servers.source.uri('not_there');
    const third = await createDatabase(servers.source, 'CREATE TABLE public.third (id int)');
    const file = join(servers.folder, 'three.load');
    writeFileSync(file, command(source.uri) + command(missing) + command(third.uri));
    const { code, stderr } = await pgshift(['load', file], servers.env());
    expect(code).toBe(1);
    expect(stderr).toMatch(/Command 2 of 3/);
    expect(stderr).toMatch(/not_there/);
    expect(stderr).not.toMatch(/Command 3 of 3/);
    expect(await tables()).toEqual(['s.t']);
    await third.drop();
  });

  it('takes what a connection string leaves out from PG* variables', async () => {
    const { hostname, port, username, password, pathname } = new URL(source.uri);
    const variables = { PGHOST: hostname, PGPORT: port, PGUSER: username, PGPASSWORD: decodeURIComponent(password) };
    const env = { ...servers.env(), ...variables, PGDATABASE: pathname.slice(1) };
    expect(await pgshift(['load', 'pgsql:///', servers.target], env)).toMatchObject({ code: 0 });
    expect(await rowsOf('s.t')).toEqual(copied);
  });
});

describe('Ctrl-C during a load', () => {
  it('stops it within 2 s, leaves live tables as they were, and lets go of the snapshot', async () => {
    // An array goes through to_json(), which uses its elements' own cast, and this one takes its time.
    const source = await createDatabase(
      servers.source,
      `CREATE TYPE slow AS ENUM ('x');
       CREATE FUNCTION take_time(slow) RETURNS json LANGUAGE sql AS $$ SELECT '1'::json FROM pg_sleep(60) $$;
       CREATE CAST (slow AS json) WITH FUNCTION take_time(slow);
       CREATE TABLE public.t (id int, s slow[]); INSERT INTO public.t VALUES (1, '{x}');`,
    );
    await target.run('CREATE TABLE public.t (mine int); INSERT INTO public.t VALUES (42)');
    const loading = start(['load', source.uri, servers.target], servers.env());
    const extracting = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`;
    while ((await source.session.query(extracting)).length === 0) {
      expect(loading.child.exitCode, loading.output().stderr).toBeNull();
      await pause(20);
    }
    const holding = `SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'pgshift/keep/%' AND xact_start IS NOT NULL`;
    while ((await source.session.query(holding)).length < 2) await pause(20);
    const told = performance.now();
    loading.child.kill('SIGINT');
    loading.child.kill('SIGINT');
    const { code, stderr } = await loading.finished;
    expect(performance.now() - told).toBeLessThan(2000);
    expect(code).toBe(130);
    expect(stderr).toMatch(/interrupted\. No live table was changed\./);
    expect(stderr).not.toMatch(looksLikeStackTrace);
    expect(await rowsOf('public.t')).toEqual([{ mine: '42' }]);
    while ((await source.session.query(holding)).length > 0) await pause(20);
    await source.drop();
    await emptyTarget();
  });
});
