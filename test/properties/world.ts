// What do loads of random data run on? Sources of each PostgreSQL that is installed, both profiles of the stand-in, S3 and
// the synthesized state machine, started once: a case costs its load and no more.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { awsSettings } from '../../cli/aws-settings.ts';
import { temporaryFolder } from '../../cli/laptop.ts';
import type { Lifetime } from '../../cli/lifetime.ts';
import { startMachine } from '../../cli/machine.ts';
import type { Machine } from '../../cli/run-command.ts';
import { type PostgresServer, startPostgres } from '../../local/postgres/server.ts';
import { startRedshift } from '../../local/redshift/server.ts';
import { startS3Server } from '../../local/s3/server.ts';
import { type PostgresVersion, postgresVersions } from '../support/database.ts';

export type Profile = 'pessimistic' | 'optimistic';

/** One end, as we connect to it, and as a command names it: without its password. */
export interface End {
  uri(database?: string): string;
  reference(database?: string): string;
}

export interface World {
  readonly life: Lifetime;
  /** By major version. */
  readonly sources: ReadonlyMap<number, End>;
  readonly targets: Readonly<Record<Profile, End>>;
  readonly machine: Machine;
  /** What the references of the ends stand for. */
  readonly secrets: Readonly<Record<string, string>>;
}

const region = 'eu-west-1';
const bucket = 'pgshift-properties';
const account = '111122223333';

/** Nothing of the caller's settings may reach a server's client here. */
function forgetTheCaller(): void {
  for (const name of Object.keys(process.env)) if (/^(PG|AWS_)/.test(name)) delete process.env[name];
  Object.assign(process.env, { AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' });
}

/** `secret` is the name of the variable that holds the password. */
function endOf(uriOf: (database?: string) => string, secret: string): End {
  const reference = (database?: string) => {
    const uri = new URL(uriOf(database));
    uri.password = '';
    uri.searchParams.set('secret', `env:${secret}`);
    return uri.href;
  };
  return { uri: uriOf, reference };
}

/** Starts everything; it ends with `life`. */
export async function startWorld(life: Lifetime, log: (line: string) => void): Promise<World> {
  forgetTheCaller();
  const folder = await temporaryFolder(life);
  const keys = { accessKeyId: 'AKIAPROPERTIES000001', secretAccessKey: randomBytes(30).toString('base64') };
  const s3 = await startS3Server({
    directory: join(folder, 's3'),
    region,
    accounts: { [keys.accessKeyId]: { secretAccessKey: keys.secretAccessKey, accountId: account } },
  });
  await life.defer(() => s3.close());
  s3.createBucket(bucket, account);

  const secrets: Record<string, string> = {};
  const postgres = async (name: string, version?: PostgresVersion): Promise<PostgresServer> => {
    life.check();
    const server = await startPostgres({
      directory: join(folder, name),
      ...(version?.binaries !== undefined && { binaries: version.binaries }),
    });
    await life.defer(() => server.stop());
    return server;
  };
  const sources = new Map<number, End>();
  for (const version of postgresVersions) {
    const server = await postgres(`source-${version.major}`, version);
    const secret = `PGSHIFT_SECRET_SOURCE_${version.major}`;
    secrets[secret] = JSON.stringify({ password: server.password });
    sources.set(version.major, endOf(server.uri, secret));
  }
  const backend = await postgres('redshift');
  const password = randomBytes(18).toString('base64url');
  secrets.PGSHIFT_SECRET_TARGET = JSON.stringify({ password });
  const target = async (profile: Profile): Promise<End> => {
    const server = await startRedshift({
      backend: { host: '127.0.0.1', port: backend.port, user: backend.user, password: backend.password },
      ...{ user: 'loader', password, database: profile, profile },
      s3: { endpoint: s3.endpoint, region, role: keys },
    });
    await life.defer(() => server.close());
    return endOf(() => server.uri(), 'PGSHIFT_SECRET_TARGET');
  };
  const targets = { pessimistic: await target('pessimistic'), optimistic: await target('optimistic') };

  const environment = {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    AWS_ENDPOINT_URL_S3: s3.endpoint,
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    AWS_DEFAULT_REGION: region,
    AWS_S3_BUCKET_NAME: bucket,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  Object.assign(process.env, environment);
  const machine = await startMachine(life, {
    aws: await awsSettings(environment),
    environment: { ...environment, ...secrets },
    log,
  });
  return { life, sources, targets, machine, secrets };
}
