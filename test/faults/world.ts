// What do schedules of faults run on? A source, S3, and for each isolation level a stand-in and a database of PostgreSQL,
// started once: a schedule costs its run and no more.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Session } from '../../core/ports.ts';
import { findAssembly } from '../../local/assembly.ts';
import { type PostgresServer, startPostgres } from '../../local/postgres/server.ts';
import { type RedshiftServer, startRedshift } from '../../local/redshift/server.ts';
import { type S3Server, startS3Server } from '../../local/s3/server.ts';
import { openSession } from '../support/database.ts';
import { Killables } from './killed.ts';
import type { Isolation, Schedule } from './model.ts';

export interface Target {
  readonly uri: string;
  /** A user's session. */
  readonly session: Session;
}

export interface World {
  readonly source: PostgresServer;
  readonly sourceSession: Session;
  readonly backend: PostgresServer;
  /** A superuser's, who sees all sessions of all targets. */
  readonly backendSession: Session;
  readonly targets: Readonly<Record<Isolation, Target & { readonly redshift: RedshiftServer }>>;
  readonly postgresql: Readonly<Record<Isolation, Target>>;
  readonly s3: S3Server;
  readonly killables: Killables;
  readonly assembly: string;
  readonly bucket: string;
  readonly region: string;
  /** What steps see. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

const bucket = 'pgshift-faults';
const region = 'eu-west-1';
const account = '111122223333';
const keyId = 'AKIAFAULTS0000000001';

/** Also sets what the SDK of this process looks for, and `pgshift clean`. */
export async function startWorld(): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'pgshift-faults-'));
  // Started by root, the servers run as another account.
  await chmod(folder, 0o711);
  const secretAccessKey = randomBytes(30).toString('base64');
  const s3 = await startS3Server({
    directory: join(folder, 's3'),
    region,
    accounts: { [keyId]: { secretAccessKey, accountId: account } },
  });
  s3.createBucket(bucket, account);
  const [source, backend] = await Promise.all([
    startPostgres({ directory: join(folder, 'source') }),
    startPostgres({ directory: join(folder, 'backend') }),
  ]);
  const password = randomBytes(18).toString('base64url');
  const standIn = async (isolation: Isolation) => {
    const redshift = await startRedshift({
      backend: { host: '127.0.0.1', port: backend.port, user: backend.user, password: backend.password },
      ...{ user: 'loader', password, database: isolation, isolation },
      s3: { endpoint: s3.endpoint, region },
    });
    return { redshift, uri: redshift.uri(), session: stubborn(await openSession(redshift.uri())) };
  };
  const targets = { snapshot: await standIn('snapshot'), serializable: await standIn('serializable') };
  const environment = {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ENDPOINT_URL_S3: s3.endpoint,
    AWS_ACCESS_KEY_ID: keyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_DEFAULT_REGION: region,
    AWS_S3_BUCKET_NAME: bucket,
    PGSHIFT_BUCKET: bucket,
    PGSHIFT_LAPTOP: 'yes',
    PGSHIFT_SECRET_SOURCE: JSON.stringify({ password: source.password }),
    PGSHIFT_SECRET_TARGET: JSON.stringify({ password }),
  };
  for (const name of Object.keys(process.env)) if (/^(PG|AWS_)/.test(name)) delete process.env[name];
  Object.assign(process.env, environment);
  const sourceSession = await openSession(source.uri());
  const backendSession = await openSession(backend.uri());
  const database = async (name: string): Promise<Target> => {
    await backendSession.run(`CREATE DATABASE ${name} OWNER loader`);
    const uri = new URL(backend.uri(name));
    uri.username = 'loader';
    uri.password = password;
    return { uri: uri.href, session: stubborn(await openSession(uri.href)) };
  };
  const postgresql = { snapshot: await database('plain'), serializable: await database('strict') };
  await backendSession.run('ALTER DATABASE strict SET default_transaction_isolation TO serializable');
  const killables = new Killables();
  return {
    ...{ source, sourceSession, backend, backendSession, targets, postgresql },
    ...{ s3, killables, bucket, region, environment },
    assembly: await findAssembly(() => {}),
    async stop() {
      await killables.close();
      for (const { session } of [...Object.values(targets), ...Object.values(postgresql)]) await session.close();
      for (const { redshift } of Object.values(targets)) await redshift.close();
      await Promise.all([sourceSession.close(), backendSession.close()]);
      await Promise.all([source.stop(), backend.stop(), s3.close()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export const targetOf = ({ targets, postgresql }: World, { target, isolation }: Schedule): Target =>
  ({ redshift: targets, postgresql })[target][isolation];

/** Runs and reads under serializable isolation come between each other; what a test does itself is tried again. */
function stubborn(session: Session): Session {
  const insist = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof Error && (error.message === '1023' || Reflect.get(error, 'code') === '40001')))
          throw error;
        await session.run('ROLLBACK');
      }
    }
  };
  return {
    ...session,
    query: (sql, values) => insist(() => session.query(sql, values)),
    run: (sql) => insist(() => session.run(sql)),
  };
}

/** As a command names an end: the password is elsewhere. */
export function referenceTo(uri: string, secret: 'SOURCE' | 'TARGET'): string {
  const reference = new URL(uri);
  reference.password = '';
  reference.searchParams.set('secret', `env:PGSHIFT_SECRET_${secret}`);
  return reference.href;
}
