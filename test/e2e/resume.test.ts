// Does a load that failed, or was killed, go on where it stopped: reading no part twice, loading no row twice, and refusing
// where that would be another load?
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { DeleteObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { artifactKeys } from '../../core/artifacts.ts';
import type { Session } from '../../core/ports.ts';
import { createDatabase, openSession, type TestDatabase } from '../support/database.ts';
import { looksLikeStackTrace, pgshift, type Started, start } from './command-line.ts';
import { bucket, region, type Servers, startServers, targetContent } from './servers.ts';

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

let source: TestDatabase;
beforeEach(async () => {
  // An array goes through to_json(), which uses its elements' own cast: this one takes as long as it is told to.
  source = await createDatabase(
    servers.source,
    `CREATE TYPE slow AS ENUM ('x');
     CREATE FUNCTION take_time(slow) RETURNS json LANGUAGE sql AS $$ SELECT '1'::json FROM pg_sleep(600) $$;
     CREATE CAST (slow AS json) WITH FUNCTION take_time(slow);
     CREATE SCHEMA s; CREATE TABLE s.late (id int, s slow[]); INSERT INTO s.late VALUES (1, '{x}');
     CREATE TABLE s.early AS SELECT n AS id, 'old' AS note FROM generate_series(1, 1000) n;`,
  );
  await target.run('CREATE SCHEMA IF NOT EXISTS s; CREATE TABLE s.early (mine int)');
});
afterEach(async () => {
  await target.run('DROP SCHEMA IF EXISTS s CASCADE; DROP SCHEMA IF EXISTS marks CASCADE');
  await source.drop();
});

const hurry = () =>
  source.session.run(`CREATE OR REPLACE FUNCTION take_time(slow) RETURNS json LANGUAGE sql AS $$ SELECT '1'::json $$`);

const load = (...args: string[]) =>
  start(['load', source.uri, servers.target, ...args], servers.env(), { group: true });
const resume = (run: string, ...args: string[]) =>
  pgshift(['load', '--resume', run, source.uri, servers.target, ...args], servers.env());
const runOf = (loading: Started): string => /, run (\S+)/.exec(loading.output().stderr)?.[1] ?? 'no run';

/** Until one table is staged whole, and the other one is being read. */
async function half(loading: Started): Promise<string> {
  const asleep = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`;
  const ledger = `SELECT relname FROM pg_class WHERE relname ~ '^_pgshift_.*_ledger$'`;
  const staged = async () => {
    for (const { relname } of await target.query(ledger)) {
      const [row] = await target.query(`SELECT COALESCE(SUM("rows"), 0) AS n FROM s."${relname}"`).catch(() => []);
      if (row?.n === '1000') return true;
    }
    return false;
  };
  while ((await source.session.query(asleep)).length === 0 || !(await staged())) {
    expect(loading.child.exitCode, loading.output().stderr).toBeNull();
    await pause(20);
  }
  return runOf(loading);
}

/** As the system does it that is out of memory: nothing has time to say or to undo anything. */
async function kill(loading: Started): Promise<void> {
  process.kill(-(loading.child.pid ?? 0), 'SIGKILL');
  await loading.finished;
  // The server would find out when it next sends something: what it does now takes ten minutes.
  await source.session.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name ~ '^pgshift/'`,
  );
}

/** As if a minute had passed. */
async function forgetHeartbeat(run: string): Promise<void> {
  const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '' } = servers.env();
  const credentials = { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY };
  const s3 = new S3Client({ endpoint: servers.s3.endpoint, region, credentials, forcePathStyle: true });
  await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: artifactKeys.heartbeat(run) }));
  s3.destroy();
}

const rowsRead = async (table: string) => {
  const sql = `SELECT seq_tup_read AS n FROM pg_stat_user_tables WHERE relname = '${table}'`;
  return Number((await source.session.query(sql))[0]?.n);
};
const count = async (table: string) => Number((await target.query(`SELECT COUNT(*) AS n FROM ${table}`))[0]?.n);
const tables = async () => (await target.query(targetContent)).map(({ name }) => name);

describe('a load without a snapshot that was killed', () => {
  it('goes on: what was read is not read again, nothing is loaded twice; but as the load that it was', async () => {
    const loading = load('--with', 'no snapshot');
    const run = await half(loading);
    const still = await resume(run, '--with', 'no snapshot');
    expect(still).toMatchObject({ code: 1, stderr: expect.stringContaining(`Run ${run} is still running.`) });
    await kill(loading);
    await hurry();
    const read = await rowsRead('early');

    const other = await resume(run, '--with', 'no snapshot, workers = 2', '--excluding', 'late');
    expect(other).toMatchObject({ code: 1 });
    expect(other.stderr).toMatch(/began with another command: `workers` was 4 and is 2; EXCLUDING is another one/);
    await source.session.run('ALTER TABLE s.early ADD COLUMN more int; ALTER TABLE s.late ALTER id SET NOT NULL');
    const changed = await resume(run, '--with', 'no snapshot');
    expect(changed).toMatchObject({ code: 1 });
    expect(changed.stderr).toMatch(/- s\.early has a column "more" now/);
    expect(changed.stderr).toMatch(/- column "id" of s\.late was integer and is integer NOT NULL/);
    expect(changed.stderr).not.toMatch(looksLikeStackTrace);
    await source.session.run('ALTER TABLE s.early DROP COLUMN more; ALTER TABLE s.late ALTER id DROP NOT NULL');

    const resumed = await resume(run, '--with', 'no snapshot');
    expect(resumed, resumed.stderr).toMatchObject({ code: 0 });
    expect(resumed.stderr).toMatch(/1 of 2 parts are read, 1 of 2 batches loaded, no table is live yet/);
    expect(await rowsRead('early')).toBe(read);
    expect([await count('s.early'), await count('s.late')]).toEqual([1000, 1]);
    expect(await tables()).toEqual(['s.early', 's.late']);

    const again = await resume(run, '--with', 'no snapshot');
    expect(again).toMatchObject({ code: 0, stdout: `Run ${run} is done (succeeded): nothing is left to resume.\n` });
  });

  it('is refused when another load has taken its place meanwhile', async () => {
    const loading = load('--with', 'no snapshot');
    const run = await half(loading);
    await kill(loading);
    await hurry();
    await source.session.run(`UPDATE s.early SET note = 'new'`);
    await forgetHeartbeat(run);
    expect(await load('--with', 'no snapshot').finished).toMatchObject({ code: 0 });
    const late = await resume(run, '--with', 'no snapshot');
    expect(late).toMatchObject({ code: 1, stderr: expect.stringMatching(/What was staged for s\.\w+ is gone/) });
    expect(await target.query('SELECT DISTINCT note FROM s.early')).toEqual([{ note: 'new' }]);
    expect(await tables()).toEqual(['s.early', 's.late']);
  });
});

describe('a load whose snapshot went with it', () => {
  it('stops while parts are unread, and reads everything again when it is told to', async () => {
    await target.run('CREATE SCHEMA marks; CREATE TABLE marks.begun (n int)');
    const file = join(servers.folder, 'snapshot.load');
    writeFileSync(
      file,
      `LOAD DATABASE FROM ${source.uri} INTO ${servers.target} BEFORE LOAD DO $$ INSERT INTO marks.begun VALUES (1) $$;`,
    );
    const loading = start(['load', file], servers.env(), { group: true });
    const run = await half(loading);
    await kill(loading);
    await hurry();
    await source.session.run(`UPDATE s.early SET note = 'new'; INSERT INTO s.early VALUES (0, 'new')`);

    const lost = await pgshift(['load', '--resume', run, file], servers.env());
    expect(lost).toMatchObject({ code: 1 });
    expect(lost.stderr).toMatch(/snapshot of the source is lost: both sessions that held it have ended/);
    expect(lost.stderr).toContain(`1 of 2 parts are not read. \`--resume ${run} --new-snapshot\` empties`);
    expect(await target.query('SELECT * FROM s.early')).toEqual([]);

    const resumed = await pgshift(['load', '--resume', run, '--new-snapshot', file], servers.env());
    expect(resumed, resumed.stderr).toMatchObject({ code: 0 });
    expect(resumed.stderr).toMatch(/it reads everything again, as of now/);
    expect(await target.query('SELECT note, COUNT(*) AS n FROM s.early GROUP BY note')).toEqual([
      { note: 'new', n: '1001' },
    ]);
    expect(await count('marks.begun')).toBe(1);
    expect(await tables()).toEqual(['marks.begun', 's.early', 's.late']);
  });

  it('needs none any more when all parts are read', async () => {
    await hurry();
    const file = join(servers.folder, 'fails.load');
    const command = (after: string) =>
      `LOAD DATABASE FROM ${source.uri} INTO ${servers.target} AFTER LOAD DO $$ ${after} $$;`;
    writeFileSync(file, command('INSERT INTO marks.ended VALUES (1)'));
    const failing = start(['load', file], servers.env());
    const failed = await failing.finished;
    expect(failed).toMatchObject({ code: 1 });
    expect(failed.stderr).toMatch(/the run can be resumed or redriven from here/);
    expect(failed.stderr).toContain(`\`pgshift load --resume ${runOf(failing)}\` and the same arguments go on`);
    await target.run('CREATE SCHEMA marks; CREATE TABLE marks.ended (n int)');
    const resumed = await pgshift(['load', '--resume', runOf(failing), file], servers.env());
    expect(resumed, resumed.stderr).toMatchObject({ code: 0 });
    expect(resumed.stderr).toMatch(/2 of 2 parts are read, 2 of 2 batches loaded, 2 of 2 tables are live/);
    expect(await count('marks.ended')).toBe(1);
    expect(await tables()).toEqual(['marks.ended', 's.early', 's.late']);
  });
});

describe('publish table by table', () => {
  it('leaves a run partly published that fails on its way, which is told, and ended by resuming it', async () => {
    await hurry();
    await target.run('CREATE TABLE s.late (mine int); CREATE VIEW s.v AS SELECT mine FROM s.late');
    const failing = load('--with', 'publish table by table');
    const failed = await failing.finished;
    const run = runOf(failing);
    expect(failed, failed.stderr).toMatchObject({ code: 5 });
    expect(failed.stderr).toMatch(/The view s\.v does not fit/);
    expect(failed.stderr).toMatch(/1 of 2 tables are live already; the report names the others/);
    expect([await count('s.early'), await count('s.late')]).toEqual([1000, 0]);
    await target.run('DROP VIEW s.v');
    const resumed = await resume(run, '--with', 'publish table by table');
    expect(resumed, resumed.stderr).toMatchObject({ code: 0 });
    expect([await count('s.early'), await count('s.late')]).toEqual([1000, 1]);
    expect(await tables()).toEqual(['s.early', 's.late']);
  });
});

it('says that there is no such run', async () => {
  const unknown = await pgshift(['load', '--resume', 'never-was'], servers.env());
  expect(unknown).toMatchObject({ code: 1, stderr: expect.stringMatching(/There is no run never-was in the bucket/) });
});
