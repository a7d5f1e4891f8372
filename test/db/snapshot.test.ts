// Can a snapshot be taken, handed on and joined on every version, by plain roles with odd settings, and on a standby?
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { memoryStore } from '../../adapters/memory-store.ts';
import { openSession } from '../../adapters/session.ts';
import { artifactKeys } from '../../core/artifacts.ts';
import { NO_CLAUSES } from '../../core/command/model.ts';
import type { Holder } from '../../core/pipeline.ts';
import type { Ports, Session } from '../../core/ports.ts';
import type { Snapshot } from '../../core/snapshot.ts';
import { detect } from '../../lambdas/1-detect/detect.ts';
import { trySessions } from '../../lambdas/1-detect/sessions.ts';
import { hold } from '../../lambdas/2-hold/hold.ts';
import { keep } from '../../lambdas/2-keep/keep.ts';
import { openSourceReader } from '../../lambdas/source-reader.ts';
import type { PostgresServer } from '../../local/postgres/server.ts';
import { createDatabase, postgresVersions, startTestPostgres, type TestDatabase } from '../support/database.ts';
import { type StandbyPair, startStandbyPair } from '../support/standby.ts';
import type { Login } from '../support/step-world.ts';

const run = 'r';
const command = { source: { end: 'source', scheme: 'postgresql' }, ...NO_CLAUSES } as const;

/** All that detect asks of a target. */
const redshift = { query: async () => [{ version: 'PostgreSQL 8.0.2, Redshift 1.0.1' }], close: async () => {} };

/** A run of its own, in memory. */
async function world(login: Login): Promise<Ports> {
  const store = memoryStore('in-memory', 'eu-central-1');
  await store.putJson(artifactKeys.command(run), { ...command, options: {} });
  return {
    store,
    connect: async ({ end }, options) =>
      end === 'target'
        ? (redshift as unknown as Session)
        : openSession({ end, host: '127.0.0.1', ...login, tls: 'disable', authorities: [] }, options),
    runs: { signOf: () => '', look: async () => 'unknown' },
    log: { info: () => {} },
    copyAuthorization: async () => ({ role: 'r' }),
    now: () => Date.now(),
    remaining: () => 900_000,
    randomHex: () => '',
  };
}

const turn = (ports: Ports, holder: Holder, seconds = 60) =>
  keep(ports, { run, holder, take: holder === 'first', seconds, until: 0 });
const release = (ports: Ports) => hold(ports, { run, release: true });
const taken = (ports: Ports) => ports.store.getJson<Snapshot>(artifactKeys.snapshot(run));

async function countOf(ports: Ports): Promise<string | null | undefined> {
  const session = await openSourceReader(ports, {
    run,
    step: 'test',
    command: { ...command, settings: [] },
    snapshot: true,
  });
  const [row] = await session.query('SELECT count(*) AS rows FROM public.t');
  await session.close();
  return row?.rows;
}

describe.each(postgresVersions)('on $name', (version) => {
  let server: PostgresServer;
  let database: TestDatabase;
  const me = (): Login => ({
    port: server.port,
    user: server.user,
    password: server.password,
    database: database.name,
  });

  beforeAll(async () => {
    server = await startTestPostgres(version);
    database = await createDatabase(
      server,
      `CREATE TABLE t AS SELECT n FROM generate_series(1, 10) n; GRANT SELECT ON t TO PUBLIC;
       CREATE ROLE plain LOGIN PASSWORD 'plain';`,
    );
  });
  afterAll(async () => {
    await database.drop();
    await server.stop();
  });

  test('one holder takes it, the other takes it over, and both let go within seconds of its release', async () => {
    const ports = await world(me());
    const turns = [turn(ports, 'first'), turn(ports, 'second')];
    const { takenAt } = await hold(ports, { run, release: false });
    expect(takenAt).toBeGreaterThan(0);
    await database.session.run('INSERT INTO t VALUES (0)');
    expect(await countOf(ports)).toBe('10');
    await database.session.run('DELETE FROM t WHERE n = 0');
    await release(ports);
    expect(await Promise.all(turns)).toEqual([{ over: true }, { over: true }]);
    const [left] = await database.session.query(
      `SELECT count(*) AS n FROM pg_stat_activity WHERE application_name LIKE 'pgshift/keep/%'`,
    );
    expect(left).toEqual({ n: '0' });
  });

  test('neither a role without rights nor limits on how long its sessions may live are in the way', async () => {
    const limits = ['statement_timeout', 'idle_in_transaction_session_timeout'];
    if (version.major >= 14) limits.push('idle_session_timeout');
    if (version.major >= 17) limits.push('transaction_timeout');
    for (const limit of limits) await database.session.run(`ALTER ROLE plain SET ${limit} TO '300ms'`);
    await database.session.run('REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC');
    const ports = await world({ ...me(), user: 'plain', password: 'plain' });
    const turns = [turn(ports, 'first'), turn(ports, 'second')];
    await hold(ports, { run, release: false });
    await pause(1000);
    expect(await countOf(ports)).toBe('10');
    expect(await taken(ports)).toMatchObject({ systemIdentifier: null });
    await release(ports);
    expect(await Promise.all(turns)).toEqual([{ over: true }, { over: true }]);
    await database.session.run('GRANT EXECUTE ON FUNCTION pg_control_system() TO PUBLIC');
  });

  // What follows is the same on every version.
  if (version !== postgresVersions[0]) return;

  test('of two calls of the first holder one takes it, and the other takes it over', async () => {
    const ports = await world(me());
    const twins = [turn(ports, 'first'), turn(ports, 'first')];
    await hold(ports, { run, release: false });
    const { id, snapshot } = await taken(ports);
    await pause(300);
    expect(await taken(ports)).toMatchObject({ id, snapshot });
    expect(await countOf(ports)).toBe('10');
    await release(ports);
    expect(await Promise.all(twins)).toEqual([{ over: true }, { over: true }]);
  });

  test('once there was one, a new one is never taken, not even when every record of it is gone', async () => {
    const ports = await world(me());
    expect(await keep(ports, { run, holder: 'first', take: false, seconds: 60, until: 0 })).toEqual({ over: true });
    expect(await ports.store.findText(artifactKeys.snapshot(run))).toBeUndefined();
  });

  test('what keeps the relay from taking one is told by the run that waits for it', async () => {
    const ports = await world({ ...me(), password: 'wrong' });
    const waiting = expect(hold(ports, { run, release: false })).rejects.toMatchObject({
      name: 'AuthenticationFailed',
    });
    await expect(turn(ports, 'first')).rejects.toMatchObject({ name: 'AuthenticationFailed' });
    await waiting;
    expect(await turn(ports, 'second')).toEqual({ over: true });
  });

  test('so is what keeps it from beginning to', async () => {
    const ports = await world(me());
    await ports.store.remove([artifactKeys.command(run)]);
    const waiting = expect(hold(ports, { run, release: false })).rejects.toMatchObject({ name: 'Unexpected' });
    await expect(turn(ports, 'second')).rejects.toMatchObject({ name: 'Unexpected' });
    await waiting;
  });

  test('a release is heard though each look of a holder takes longer than the next one waits for', async () => {
    const ports = await world(me());
    const { store } = ports;
    let answerLast = () => {};
    const findText: typeof store.findText = async (key) => {
      const text = await store.findText(key);
      const holds = (await store.findText(artifactKeys.snapshotHolder(run, 'first'))) !== undefined;
      if (key !== artifactKeys.snapshotOver(run) || !holds) return text;
      answerLast();
      await new Promise<void>((resolve) => {
        answerLast = resolve;
      });
      return text;
    };
    const holder = turn({ ...ports, store: { ...store, findText } }, 'first', 600);
    await hold(ports, { run, release: false });
    await release(ports);
    expect(await holder).toEqual({ over: true });
  });

  test('a server that was started again has lost it, and says so', async () => {
    const ports = await world(me());
    const holder = turn(ports, 'first');
    await hold(ports, { run, release: false });
    const lost = expect(holder).rejects.toMatchObject({ name: 'ConnectionLost' });
    await database.session.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'pgshift/keep/%'`,
    );
    await lost;
    // As if it had been started now.
    await ports.store.putJson(artifactKeys.snapshot(run), { ...(await taken(ports)), startedAt: '1' });
    await expect(countOf(ports)).rejects.toMatchObject({
      name: 'SnapshotLost',
      message: expect.stringMatching(/the server was started again/),
    });
    await expect(turn(ports, 'first')).rejects.toMatchObject({ name: 'SnapshotLost' });
  });
});

describe.each(postgresVersions.slice(0, 1))('on a standby, $name', (version) => {
  let pair: StandbyPair;
  let primary: Session;
  const me = (): Login => {
    const { port, user, password } = pair.standby;
    return { port, user, password, database: 'postgres' };
  };
  const detected = async (options = '') => {
    const input = { command: `LOAD DATABASE FROM postgresql://h/d INTO redshift://h/d ${options};` };
    return detect(await world(me()), { run, input });
  };

  beforeAll(async () => {
    pair = await startStandbyPair(version);
    const { port, user, password } = pair.primary;
    const where = {
      end: 'source',
      host: '127.0.0.1',
      port,
      user,
      password,
      database: 'postgres',
      tls: 'disable',
    } as const;
    primary = await openSession({ ...where, authorities: [] }, { applicationName: 'test', statementTimeoutMs: 0 });
  });
  afterAll(async () => {
    await primary.close();
    await pair.stop();
  });

  test('sessions on different servers are told from one server’s', async () => {
    const standby = await (await world(me())).connect(command.source, {
      applicationName: 'test',
      statementTimeoutMs: 0,
    });
    await expect(trySessions(primary, standby, true)).rejects.toMatchObject({
      name: 'ConfigurationInvalid',
      message: expect.stringMatching(/one host name stands for several servers/),
    });
    await standby.close();
    await primary.run('ROLLBACK');
  });

  test('detect wants hot_standby_feedback for a snapshot, and nothing of the kind without one', async () => {
    await expect(detected()).rejects.toMatchObject({
      name: 'ConfigurationInvalid',
      message: expect.stringMatching(/standby whose hot_standby_feedback is off/),
    });
    expect(await detected('WITH no snapshot')).toMatchObject({ snapshot: false });
  });

  test('with it, the snapshot outlives what vacuum removes on the primary', async () => {
    const ports = await world(me());
    const standby = await ports.connect(command.source, { applicationName: 'test', statementTimeoutMs: 0 });
    await standby.run('ALTER SYSTEM SET hot_standby_feedback TO on');
    await standby.run('SELECT pg_reload_conf()');
    await primary.run('CREATE TABLE t AS SELECT n FROM generate_series(1, 10) n');
    while ((await standby.query(`SELECT 1 FROM pg_class WHERE relname = 't'`)).length === 0) await pause(20);
    expect(await detected()).toMatchObject({ snapshot: true });
    const turns = [turn(ports, 'first'), turn(ports, 'second')];
    await hold(ports, { run, release: false });
    // Until the primary has heard of it, the rows would be gone.
    while ((await primary.query('SELECT 1 FROM pg_stat_replication WHERE backend_xmin IS NOT NULL')).length === 0)
      await pause(20);
    await primary.run('DELETE FROM t');
    await primary.run('VACUUM t');
    while ((await standby.query('SELECT 1 FROM t')).length > 0) await pause(20);
    expect(await countOf(ports)).toBe('10');
    await release(ports);
    expect(await Promise.all(turns)).toEqual([{ over: true }, { over: true }]);
    await standby.close();
  });
});
