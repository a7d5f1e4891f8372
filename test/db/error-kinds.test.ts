// Is every kind of error really thrown? Those of servers, bucket and secrets here, by what causes them; those of the steps
// where the steps are tested.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { knownError } from '../../adapters/lambda.ts';
import { memoryStore } from '../../adapters/memory-store.ts';
import { s3Store } from '../../adapters/s3-store.ts';
import { secretReader } from '../../adapters/secrets.ts';
import { openSession } from '../../adapters/session.ts';
import { artifactKeys } from '../../core/artifacts.ts';
import { ERROR_KINDS, type ErrorKind } from '../../core/errors.ts';
import type { Ports, Session } from '../../core/ports.ts';
import { plan } from '../../lambdas/4-plan/plan.ts';
import type { PostgresServer } from '../../local/postgres/server.ts';
import { createDatabase, startTestPostgres, type TestDatabase } from '../support/database.ts';
import { bucket, reader, startTestS3, strangersBucket, type TestS3 } from '../support/s3-server.ts';
import { catalog, commandOf, table } from '../unit/core/plan/planning.ts';

let server: PostgresServer;
let database: TestDatabase;
let s3: TestS3;
beforeAll(async () => {
  [server, s3] = await Promise.all([startTestPostgres(), startTestS3()]);
  database = await createDatabase(
    server,
    `CREATE TABLE t (i int); CREATE VIEW v AS SELECT i FROM t;
    CREATE ROLE nobody LOGIN PASSWORD 'nobody'; CREATE ROLE crowd LOGIN PASSWORD 'crowd' CONNECTION LIMIT 0`,
  );
});
afterAll(async () => {
  await database.drop();
  await Promise.all([server.stop(), s3.close()]);
});

interface Login {
  readonly port?: number;
  readonly user?: string;
  readonly password?: string;
  readonly database?: string;
  readonly tls?: 'disable' | 'verify-full';
}

const open = (login: Login = {}): Promise<Session> => {
  const { port, user, password } = server;
  const where = { port, user, password, database: database.name, tls: 'disable' as const, ...login };
  const options = { applicationName: 't', firstContact: true, statementTimeoutMs: 0 };
  return openSession({ end: 'source', host: '127.0.0.1', authorities: [], ...where }, options);
};

/** In a session of its own, which is closed whatever happens. */
async function run(sql: string, login?: Login): Promise<void> {
  const session = await open(login);
  try {
    await session.run(sql);
  } finally {
    await session.close();
  }
}

/** What no test can cause here in good time is raised by the server itself, with the code that it has for it. */
const raise = (state: string) => run(`DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '${state}'; END $$`);

const storeIn = (name: string, credentials?: { accessKeyId: string; secretAccessKey: string }, owner?: string) =>
  s3Store(s3.client(credentials === undefined ? {} : { credentials }), { bucket: name, owner: async () => owner });

async function unavailable(): Promise<void> {
  s3.server.faults.add({ operation: 'GetObject', times: 1, answer: { status: 503, code: 'SlowDown' } });
  await storeIn(bucket).getText('x');
}

/** Filters that leave nothing to load. */
async function refusedPlan(): Promise<void> {
  const store = memoryStore(bucket, 'eu-central-1');
  const command = commandOf({ including: [{ tables: [{ kind: 'exact', name: 'nothing' }] }] });
  const target = { dialect: 'redshift', major: 8, label: 'Redshift 1.0.1', database: 'dev' };
  const source = { ...target, dialect: 'postgresql', freeConnections: 9, standby: false };
  const where = { bucket: { name: bucket, region: 'eu-central-1' }, copy: 'role' };
  await store.putJson(artifactKeys.command('r'), command);
  await store.putJson(artifactKeys.capabilities('r'), { source, target, ...where });
  await store.putJson(artifactKeys.catalog('r'), {
    source: catalog([table('t')]),
    target: catalog([], { dialect: 'redshift' }),
  });
  const ports: Pick<Ports, 'store' | 'now' | 'randomHex'> = { store, now: () => 0, randomHex: () => '0' };
  await plan(ports as Ports, { run: 'r' });
}

const CAUSES: Readonly<Partial<Record<ErrorKind, () => Promise<unknown>>>> = {
  SecretMissing: () => secretReader({})('env:PGSHIFT_SECRET_NONE'),
  ServerUnreachable: () => open({ port: 1 }),
  TlsRefused: () => open({ tls: 'verify-full' }),
  AuthenticationFailed: () => open({ password: 'wrong' }),
  DatabaseMissing: () => open({ database: 'nowhere' }),
  TooManyConnections: () => open({ user: 'crowd', password: 'crowd' }),
  PermissionDenied: () => run('SELECT * FROM t', { user: 'nobody', password: 'nobody' }),
  DependentsExist: () => run('DROP TABLE t'),
  StatementTimeout: () => run('SET statement_timeout TO 1; SELECT pg_sleep(60)'),
  StatementRefused: () => run('SELECT * FROM nowhere'),
  ConnectionLost: () => run('SELECT pg_terminate_backend(pg_backend_pid())'),
  LockTimeout: () => raise('55P03'),
  SerializationConflict: () => raise('40001'),
  DiskFull: () => raise('53100'),
  BucketMissing: () => storeIn('nowhere').region(),
  BucketForeign: () => storeIn(strangersBucket, undefined, '111122223333').region(),
  BucketDenied: () => storeIn(bucket, reader).putText('x', 'x'),
  CredentialsInvalid: () => storeIn(bucket, { ...reader, secretAccessKey: 'wrong' }).getText('x'),
  StorageUnavailable: unavailable,
  PlanRefused: refusedPlan,
  // What is no error of ours comes out of a step as a defect.
  Unexpected: async () => {
    throw knownError(new TypeError('x is not a function'));
  },
};

/** Kinds that need a whole run behind them, and the test that causes them. */
const ELSEWHERE: Readonly<Partial<Record<ErrorKind, string>>> = {
  CommandInvalid: 'db/detect',
  ConfigurationInvalid: 'db/detect',
  InputHoldsSecret: 'db/detect',
  DialectUnsupported: 'db/detect',
  CopyDenied: 'db/copy-and-publish',
  TableClaimed: 'db/claims',
  SnapshotLost: 'db/snapshot',
  TableRewritten: 'db/hold-still',
  SourceChanged: 'db/copy-and-publish',
  RowRefused: 'db/copy-and-publish',
  TooManyRejects: 'db/reject-files',
  ValueRefused: 'db/value-policies',
  SentinelCollision: 'db/extract',
  ChecksumMismatch: 'db/compare',
  CountMismatch: 'db/copy-and-publish',
  Unfinished: 'db/pieces',
  RefusalUntold: 'db/rejects',
};

describe('what servers, bucket and secrets fail with is told', () => {
  test.each(Object.entries(CAUSES))('as %s', async (kind, cause) => {
    await expect(cause()).rejects.toMatchObject({ name: kind });
  });
});

test.each(Object.entries(ELSEWHERE))('%s is thrown in test/%s.test.ts', (kind, file) => {
  const source = readFileSync(new URL(`../${file}.test.ts`, import.meta.url), 'utf8');
  expect(new RegExp(`['"\`/^]${kind}\\b`).test(source)).toBe(true);
});

test('no kind of error is without its cause', () => {
  expect([...Object.keys(CAUSES), ...Object.keys(ELSEWHERE)].toSorted()).toEqual(Object.keys(ERROR_KINDS).toSorted());
});
