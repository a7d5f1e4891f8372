// Which servers stand in for AWS on this machine: S3 with a bucket, and the Redshift stand-in before its own PostgreSQL?
import { randomBytes, randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '../local/postgres/server.ts';
import { startRedshift } from '../local/redshift/server.ts';
import { startS3Server } from '../local/s3/server.ts';
import type { Lifetime } from './lifetime.ts';

export interface LaptopOptions {
  /** Free ports when absent. */
  readonly portS3?: number;
  readonly portRedshift?: number;
}

export interface Laptop {
  /** What a user sets to reach the S3 server: no more is needed. */
  readonly env: {
    readonly AWS_ENDPOINT_URL_S3: string;
    readonly AWS_ACCESS_KEY_ID: string;
    readonly AWS_SECRET_ACCESS_KEY: string;
    readonly AWS_DEFAULT_REGION: string;
    readonly AWS_S3_BUCKET_NAME: string;
  };
  /** The stand-in's connection string, with its password. */
  readonly redshift: string;
  /** A folder for more of the same; removed at the end. */
  readonly folder: string;
  /** Where the objects lie on disk. */
  readonly objects: string;
}

const region = 'eu-west-1';
const bucket = 'pgshift-local';
const account = '111122223333'; // as AWS's documentation writes an account that is nobody's
const database = 'dev';
const user = 'awsuser';

/** An access key id as AWS makes them: AKIA and sixteen of A-Z and 2-7. */
function accessKeyId(): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  return `AKIA${Array.from({ length: 16 }, () => letters[randomInt(letters.length)]).join('')}`;
}

/** A folder under the system's own for temporary files, gone when the command ends. */
export async function temporaryFolder(life: Lifetime): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'pgshift-'));
  await life.defer(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  // Started by root, the servers run as another account and have to get to their own folders, which are closed.
  await chmod(folder, 0o711);
  return folder;
}

/** Starts everything anew and empty. Resolves once every server accepts connections. */
export async function startLaptop(life: Lifetime, options: LaptopOptions = {}): Promise<Laptop> {
  const folder = await temporaryFolder(life);
  const objects = join(folder, 's3');
  const keys = { id: accessKeyId(), secret: randomBytes(30).toString('base64') };
  const s3 = await startS3Server({
    directory: objects,
    region,
    accounts: { [keys.id]: { secretAccessKey: keys.secret, accountId: account } },
    ...(options.portS3 !== undefined && { port: options.portS3 }),
  });
  await life.defer(() => s3.close());
  await s3.createBucket(bucket, account);
  life.check();
  const backend = await startPostgres({ directory: join(folder, 'redshift') });
  await life.defer(() => backend.stop());
  life.check();
  const redshift = await startRedshift({
    backend: { host: '127.0.0.1', port: backend.port, user: backend.user, password: backend.password },
    user,
    password: randomBytes(18).toString('base64url'),
    database,
    // Whatever role a COPY names: it reads with these keys.
    s3: { endpoint: s3.endpoint, region, role: { accessKeyId: keys.id, secretAccessKey: keys.secret } },
    ...(options.portRedshift !== undefined && { port: options.portRedshift }),
  });
  await life.defer(() => redshift.close());
  return {
    folder,
    objects,
    redshift: redshift.uri(),
    env: {
      AWS_ENDPOINT_URL_S3: s3.endpoint,
      AWS_ACCESS_KEY_ID: keys.id,
      AWS_SECRET_ACCESS_KEY: keys.secret,
      AWS_DEFAULT_REGION: region,
      AWS_S3_BUCKET_NAME: bucket,
    },
  };
}
