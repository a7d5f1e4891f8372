// Which servers do tests of loads share: a source, S3 with strangers and read-only users, and the Redshift stand-in?
import { mkdirSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { type PostgresServer, startPostgres } from '../../local/postgres/server.ts';
import { startRedshift } from '../../local/redshift/server.ts';
import { type S3Server, startS3Server } from '../../local/s3/server.ts';
import { type Environment, ownEnvironment, temporaryFolder } from './command-line.ts';

/** Of everybody who has keys to the S3 server. */
export type Who = 'owner' | 'stranger' | 'reader';

export interface Servers {
  readonly folder: string;
  readonly source: PostgresServer;
  readonly s3: S3Server;
  /** The stand-in's connection string, with its password. */
  readonly target: string;
  /** What pgshift needs to use the bucket. */
  env(who?: Who): Environment;
  stop(): Promise<void>;
}

export interface ServersOptions {
  readonly targetPassword?: string;
  /** AWS makes 40 characters of A-Z, a-z, 0-9, + and /. */
  readonly secretAccessKey?: string;
}

export const bucket = 'pgshift-e2e';
export const owner = '111122223333';
export const stranger = '444455556666';
export const region = 'eu-west-1';
const keyIds: Readonly<Record<Who, string>> = { owner: 'AKIAOWNER', stranger: 'AKIASTRANGER', reader: 'AKIAREADER' };

/** Starts all of them; `stop` removes what they wrote. */
export async function startServers(options: ServersOptions = {}): Promise<Servers> {
  const folder = temporaryFolder();
  // Started by root, the servers run as another account.
  await chmod(folder.path, 0o711);
  const home = join(folder.path, 'home');
  mkdirSync(home);
  const secretAccessKey = options.secretAccessKey ?? 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
  const s3 = await startS3Server({
    directory: join(folder.path, 's3'),
    region,
    accounts: {
      [keyIds.owner]: { secretAccessKey, accountId: owner },
      [keyIds.stranger]: { secretAccessKey, accountId: stranger },
      [keyIds.reader]: { secretAccessKey, accountId: owner, readOnly: true },
    },
  });
  s3.createBucket(bucket, owner);
  const [source, backend] = await Promise.all(
    ['source', 'backend'].map((name) => startPostgres({ directory: join(folder.path, name) })),
  );
  if (source === undefined || backend === undefined) throw new Error('no servers');
  const redshift = await startRedshift({
    backend: { host: '127.0.0.1', port: backend.port, user: backend.user, password: backend.password },
    user: 'loader',
    password: options.targetPassword ?? 'Standin-0-password',
    database: 'dev',
    s3: { endpoint: s3.endpoint, region },
  });
  return {
    folder: folder.path,
    source,
    s3,
    target: redshift.uri(),
    env: (who = 'owner') => ({
      ...ownEnvironment(home),
      AWS_ENDPOINT_URL_S3: s3.endpoint,
      AWS_ACCESS_KEY_ID: keyIds[who],
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_DEFAULT_REGION: region,
      AWS_S3_BUCKET_NAME: bucket,
    }),
    stop: async () => {
      await redshift.close();
      await Promise.all([source.stop(), backend.stop(), s3.close()]);
      folder.remove();
    },
  };
}

/** Every table of the target with its rows, as one text: to see whether anything changed. */
export const targetContent = `
SELECT table_schema || '.' || table_name AS name FROM information_schema.tables
WHERE table_type = 'BASE TABLE' AND table_schema <> 'information_schema' AND table_schema NOT LIKE 'pg\\_%' ORDER BY 1`;
