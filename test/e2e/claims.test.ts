// Does a load that is under way keep another one out of its tables, and does one that ended stand in nobody's way?
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Session } from '../../core/ports.ts';
import { createDatabase, openSession, type TestDatabase } from '../support/database.ts';
import { looksLikeStackTrace, type Started, start } from './command-line.ts';
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

let slow: TestDatabase;
let quick: TestDatabase;
beforeEach(async () => {
  // An array goes through to_json(), which uses its elements' own cast, and this one takes its time.
  slow = await createDatabase(
    servers.source,
    `CREATE TYPE slow AS ENUM ('x');
     CREATE FUNCTION take_time(slow) RETURNS json LANGUAGE sql AS $$ SELECT '1'::json FROM pg_sleep(600) $$;
     CREATE CAST (slow AS json) WITH FUNCTION take_time(slow);
     CREATE SCHEMA s; CREATE TABLE s.t (id int, s slow[]); INSERT INTO s.t VALUES (1, '{x}');`,
  );
  quick = await createDatabase(
    servers.source,
    'CREATE SCHEMA s; CREATE TABLE s.t (id int); INSERT INTO s.t VALUES (2);',
  );
  await target.run('CREATE SCHEMA IF NOT EXISTS s; CREATE TABLE s.t (mine int)');
});
afterEach(async () => {
  await target.run('DROP SCHEMA IF EXISTS s CASCADE');
  await slow.drop();
  await quick.drop();
});

/** Resolves when the load reads rows: by then it has made all that it makes before. */
async function reading(loading: Started): Promise<void> {
  const asleep = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`;
  while ((await slow.session.query(asleep)).length === 0) {
    expect(loading.child.exitCode, loading.output().stderr).toBeNull();
    await pause(20);
  }
}

const load = (source: TestDatabase) => start(['load', source.uri, servers.target], servers.env());
const runOf = (loading: Started): string => /, run (\S+)/.exec(loading.output().stderr)?.[1] ?? 'no run';
const tables = async () => (await target.query(targetContent)).map(({ name }) => name);

it('is refused while another load has its table, and takes over what that one left when it was stopped', async () => {
  const first = load(slow);
  await reading(first);
  const refused = await load(quick).finished;
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(
    new RegExp(`s\\.t is claimed by run ${runOf(first)} since .* UTC, which is still running\\.`),
  );
  expect(refused.stderr).toMatch(/Wait for that run, or stop it/);
  expect(refused.stderr).not.toMatch(looksLikeStackTrace);

  first.child.kill('SIGINT');
  expect(await first.finished).toMatchObject({ code: 130 });
  expect(await tables()).toHaveLength(4);
  expect(await load(quick).finished).toMatchObject({ code: 0 });
  expect(await tables()).toEqual(['s.t']);
  expect(await target.query('SELECT id FROM s.t')).toEqual([{ id: '2' }]);
});
