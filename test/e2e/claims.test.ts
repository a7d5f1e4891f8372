// Does a load that is under way keep another one out of its tables, and does one that ended stand in nobody's way?
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Session } from '../../core/ports.ts';
import { createDatabase, openSession, type TestDatabase } from '../support/database.ts';
import { looksLikeStackTrace, pgshift, type Started, start } from './command-line.ts';
import { bucket, type Servers, startServers, targetContent } from './servers.ts';

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

const clean = (...flags: string[]) => pgshift(['clean', servers.target, ...flags], servers.env());

async function keysOf(run: string): Promise<string[]> {
  const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '', AWS_DEFAULT_REGION = '' } = servers.env();
  const s3 = new S3Client({
    endpoint: servers.s3.endpoint,
    region: AWS_DEFAULT_REGION,
    credentials: { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY },
    forcePathStyle: true,
  });
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: `runs/${run}/` }));
  s3.destroy();
  return Contents.flatMap(({ Key }) => Key ?? []);
}

describe('clean', () => {
  it('removes what a failed load left, and neither live tables nor its report and reject files', async () => {
    await quick.session.run(`CREATE TABLE s.bad (note text); INSERT INTO s.bad VALUES ('too long'), ('so is this')`);
    const file = join(servers.folder, 'fails.load');
    writeFileSync(
      file,
      `LOAD DATABASE FROM ${quick.uri} INTO ${servers.target} WITH on error resume next, max rejects = 1
       CAST column bad.note to varchar(3) BEFORE LOAD DO $$ SELECT 1 $$;`,
    );
    const failing = start(['load', file], servers.env());
    const failed = await failing.finished;
    expect(failed.code).toBe(1);
    expect(failed.stderr).toMatch(/`pgshift clean TARGET` removes them\./);
    const run = runOf(failing);
    const before = await tables();
    const keys = await keysOf(run);
    const parts = keys.filter((key) => key.includes('/parts/'));
    expect(parts.length).toBeGreaterThan(0);
    expect(before.filter((name) => name?.includes('_pgshift_'))).toHaveLength(7);

    const planned = await clean('--dry-run');
    expect(planned).toMatchObject({ code: 0 });
    expect(planned.stdout).toContain(
      `Would remove what run ${run} left: 5 tables, 3 claims, ${parts.length} data objects.`,
    );
    expect(planned.stdout).toMatch(/^ {2}public\._pgshift_\w+_blocks$/m);
    expect(await tables()).toEqual(before);
    expect(await keysOf(run)).toEqual(keys);

    const cleaned = await clean();
    expect(cleaned).toMatchObject({ code: 0 });
    expect(cleaned.stdout).toContain(`Removed what run ${run} left: 5 tables`);
    expect(await tables()).toEqual(['s.t']);
    expect(await target.query('SELECT * FROM s.t')).toEqual([]);
    const blocksOver = `runs/${run}/blocks/over.json`;
    expect(await keysOf(run)).toEqual([...keys.filter((key) => !parts.includes(key)), blocksOver].sort());
    expect(await keysOf(run)).toEqual(expect.arrayContaining([expect.stringMatching(/rejects\/s\.bad\.csv$/)]));
    expect((await clean()).stdout).toBe('Nothing is left of any run.\n');
  });

  it('leaves a load that runs alone, unless it is named', async () => {
    const loading = load(slow);
    await reading(loading);
    const before = await tables();
    const run = runOf(loading);
    const left = await clean();
    expect(left).toMatchObject({ code: 0 });
    expect(left.stdout).toMatch(
      new RegExp(`^Left what run ${run} has, 2 tables, 1 claim: it is still running\\.$`, 'm'),
    );
    expect(await tables()).toEqual(before);
    expect((await clean('--run', 'another')).stdout).toBe('Nothing is left of run another.\n');
    expect((await clean('--run', run)).stdout).toContain(`Removed what run ${run} left: 2 tables, 1 claim`);
    expect(await tables()).toEqual(['s.t']);
    loading.child.kill('SIGINT');
    await loading.finished;
  });

  it('keeps what belongs to no run that it knows, and says so', async () => {
    await target.run('CREATE TABLE s._pgshift_0123456789ab_0 (id int)');
    const left = await clean();
    expect(left).toMatchObject({ code: 0 });
    expect(left.stdout).toContain('Left s._pgshift_0123456789ab_0: nothing says which run made it.');
    expect(await tables()).toContain('s._pgshift_0123456789ab_0');
  });

  it('says what is wrong with its arguments', async () => {
    const wrong = await pgshift(['clean', 'nowhere'], servers.env());
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toMatch(/TARGET: /);
    expect(await clean('--run', '../..')).toMatchObject({ code: 2 });
  });
});
