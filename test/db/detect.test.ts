// Does detect find out who is at each end and what they bear, and refuse what cannot work, before anything is changed?
import { S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { s3Store } from '../../adapters/s3-store.ts';
import { openSession } from '../../adapters/session.ts';
import { artifactKeys } from '../../core/artifacts.ts';
import type { Capabilities } from '../../core/dialect/capabilities.ts';
import type { ExecutionInput } from '../../core/pipeline.ts';
import type { Ports } from '../../core/ports.ts';
import { detect } from '../../lambdas/1-detect/detect.ts';
import type { PostgresServer } from '../../local/postgres/server.ts';
import { createDatabase, startTestPostgres, type TestDatabase } from '../support/database.ts';
import { type PoolerOptions, startPooler } from '../support/pooler.ts';
import { bucket, keys, region, type StandIn, startStandIn } from '../support/redshift-stand-in.ts';

const run = 'r';
let standIn: StandIn;
let source: PostgresServer;
let database: TestDatabase;
let s3: S3Client;

beforeAll(async () => {
  standIn = await startStandIn();
  source = await startTestPostgres();
  database = await createDatabase(
    source,
    `CREATE ROLE plain LOGIN PASSWORD 'plain' CONNECTION LIMIT 7; CREATE ROLE narrow LOGIN PASSWORD 'narrow' CONNECTION LIMIT 3`,
  );
  s3 = new S3Client({ endpoint: standIn.s3.endpoint, region, credentials: keys, forcePathStyle: true });
});
afterAll(async () => {
  s3.destroy();
  await database.drop();
  await source.stop();
  await standIn.close();
});

interface Logins {
  /** Of the source. */
  readonly port?: number;
  readonly user?: string;
  readonly password?: string;
  /** Connects the source to the stand-in. */
  readonly swapped?: boolean;
}

function ports({
  port = source.port,
  user = source.user,
  password = source.password,
  swapped = false,
}: Logins = {}): Ports {
  const redshift = new URL(standIn.redshift.uri());
  const target = {
    port: standIn.redshift.port,
    user: decodeURIComponent(redshift.username),
    password: decodeURIComponent(redshift.password),
    database: 'dev',
  };
  const login = { port, user, password, database: database.name };
  return {
    store: s3Store(s3, { bucket, owner: async () => undefined }),
    runs: { signOf: () => '', look: async () => 'unknown' },
    connect: ({ end }, options) => {
      const where = (end === 'source') === swapped ? target : login;
      return openSession({ end, host: '127.0.0.1', ...where, tls: 'disable', authorities: [] }, options);
    },
    log: { info: () => {} },
    now: () => 0,
    remaining: () => 60_000,
    copyAuthorization: async () => keys,
    randomHex: () => '',
  };
}

const command = 'LOAD DATABASE FROM postgresql://u@h/d INTO redshift://h/d;';
const detected = (input: ExecutionInput, logins?: Logins) => detect(ports(logins), { run, input });

test('stores the command and what both ends and the bucket are', async () => {
  expect(await detected({ command })).toEqual({ source: 'postgresql', target: 'redshift', snapshot: true });
  const { store } = ports();
  const found = await store.getJson<Capabilities>(artifactKeys.capabilities(run));
  expect(found.source).toMatchObject({ dialect: 'postgresql', major: 18, database: database.name, standby: false });
  expect(found.target).toMatchObject({ dialect: 'redshift', database: 'dev' });
  expect(found).toMatchObject({ bucket: { name: bucket, region }, copy: 'keys' });
  expect(await store.getJson(artifactKeys.command(run))).toMatchObject({ source: { user: 'u', host: 'h' } });
  expect(await store.list('runs/r/probe/')).toEqual([]);
});

test('reads the command from the bucket where the input names its key', async () => {
  await ports().store.putText('commands/nightly.load', command);
  expect(await detected({ commandKey: 'commands/nightly.load' })).toEqual({
    source: 'postgresql',
    target: 'redshift',
    snapshot: true,
  });
});

test('counts the connections that are left to a plain user, whoever holds the others', async () => {
  const free = async (logins?: Logins) => {
    await detected({ command }, logins);
    return (await ports().store.getJson<Capabilities>(artifactKeys.capabilities(run))).source.freeConnections;
  };
  const plain = { user: 'plain', password: 'plain' };
  expect(await free(plain)).toBe(6);
  const before = await free();
  const others = await Promise.all(Array.from({ length: 5 }, () => createDatabase(source)));
  expect(await free()).toBeLessThanOrEqual(before - 5);
  for (const other of others) await other.drop();
});

describe('a pooler', () => {
  const through = async (options: Omit<PoolerOptions, 'uri'>, text = command) => {
    const pooler = await startPooler({ uri: database.uri, ...options });
    const found = await detected({ command: text }, { port: pooler.port }).catch((error) => error);
    await pooler.close();
    return found;
  };
  const refused = { name: 'ConfigurationInvalid', message: expect.stringMatching(/pooler.*session mode/) };

  test.each<[string, Omit<PoolerOptions, 'uri'>]>([
    ['one session', { mode: 'transaction', sessions: 1 }],
    ['several', { mode: 'transaction', sessions: 3 }],
    ['several, by turns', { mode: 'transaction', sessions: 3, takes: 'first' }],
  ])('that gives statements of one session to others is refused, whether it has %s', async (_what, options) => {
    expect(await through(options)).toMatchObject(refused);
    // What pgshift sets in a session would reach other people's.
    expect(await through(options, command.replace(';', ' WITH no snapshot;'))).toMatchObject(refused);
  });

  test('that leaves a session to whoever has it is none', async () => {
    expect(await through({ mode: 'session', sessions: 3 })).toMatchObject({ snapshot: true });
  });
});

describe('refuses', () => {
  test.each([
    ['no command', {}, 'CommandInvalid', /neither "command" nor "commandKey"/],
    ['a key that is not there', { commandKey: 'commands/none' }, 'CommandInvalid', /no object commands\/none/],
    ['text that is no command', { command: 'LOAD NOTHING' }, 'CommandInvalid', /command:1:6/],
    ['two commands', { command: `${command}\n${command}` }, 'CommandInvalid', /holds 2/],
    ['a password', { command: command.replace('u@h', 'u:hunter2@h') }, 'InputHoldsSecret', /password of the source/],
    [
      'two passwords',
      { command: command.replace('u@h', 'u:hunter2@h').replace('//h', '//v:hunter3@h') },
      'InputHoldsSecret',
      /source and the target/,
    ],
  ])('%s', async (_what, input, name, message) => {
    const failure = detected(input);
    await expect(failure).rejects.toMatchObject({ name, message: expect.stringMatching(message) });
    await expect(failure).rejects.not.toMatchObject({ message: expect.stringMatching(/hunter/) });
  });

  test('a snapshot where it would take the last connections', async () => {
    const narrow = { user: 'narrow', password: 'narrow' };
    await expect(detected({ command }, narrow)).rejects.toMatchObject({
      name: 'ConfigurationInvalid',
      message: expect.stringMatching(/2 connections left for this user, and a snapshot takes 2/),
    });
    expect(await detected({ command: command.replace(';', ' WITH no snapshot;') }, narrow)).toMatchObject({
      snapshot: false,
    });
  });

  test.each([
    ['an old PostgreSQL', 'PostgreSQL 12.22 on x86_64', /The source is PostgreSQL 12\.22.*oldest that is read is 13/],
    ['what is neither PostgreSQL nor Redshift', 'Another 1.0', /source is neither PostgreSQL nor Redshift/],
  ])('%s', async (_what, version, message) => {
    const says = (body: string) =>
      database.session.run(`CREATE OR REPLACE FUNCTION pg_catalog.version() RETURNS text ${body}`);
    await says(`LANGUAGE sql STABLE AS $$ SELECT '${version}'::text $$`);
    try {
      await expect(detected({ command })).rejects.toMatchObject({
        name: 'DialectUnsupported',
        message: expect.stringMatching(message),
      });
    } finally {
      await says(`LANGUAGE internal STABLE STRICT AS 'pgsql_version'`);
    }
  });

  test('a wrong password, in words', async () => {
    await expect(detected({ command }, { password: 'hunter2' })).rejects.toMatchObject({
      name: 'AuthenticationFailed',
      message: expect.stringMatching(/refuses user "postgres"/),
    });
  });

  test('a bucket that may not be written, and leaves nothing', async () => {
    standIn.s3.faults.add({ operation: 'PutObject', times: 99, answer: { status: 403, code: 'AccessDenied' } });
    await expect(detected({ command })).rejects.toMatchObject({ name: 'BucketDenied' });
    standIn.s3.faults.clear();
  });
});
