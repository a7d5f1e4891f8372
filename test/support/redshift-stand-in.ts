// The Redshift stand-in with its PostgreSQL and an S3 server, for the tests of the stand-in itself.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { GetObjectCommand, PutObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import pg from 'pg';
import { type PostgresServer, startPostgres } from '../../local/postgres/server.ts';
import { type RedshiftOptions, type RedshiftServer, startRedshift } from '../../local/redshift/server.ts';
import { type S3Server, startS3Server } from '../../local/s3/server.ts';

export const region = 'eu-west-1';
export const bucket = 'stage';
export const foreignBucket = 'not-ours';
export const keys = { accessKeyId: 'AKIASTANDIN000000001', secretAccessKey: 'a/secret+key' };
const accountId = '111122223333';
const strangerId = '444455556666';

/** What stands in most COPYs of the tests. */
export const role = `IAM_ROLE 'arn:aws:iam::${accountId}:role/load'`;
export const auto = `${role} FORMAT CSV DATEFORMAT 'auto' TIMEFORMAT 'auto'`;

export interface StandIn {
  readonly redshift: RedshiftServer;
  readonly postgres: PostgresServer;
  readonly s3: S3Server;
  /** A new session; closed at the end when it still is open. */
  session(config?: pg.ClientConfig): Promise<pg.Client>;
  /** Another stand-in before the same PostgreSQL and S3, with a database of its own. */
  another(database: string, options: Partial<RedshiftOptions>): Promise<RedshiftServer>;
  put(key: string, body: string | Buffer): Promise<void>;
  /** The objects of the bucket whose keys begin so, in their order. */
  objects(prefix: string): Promise<Map<string, Buffer>>;
  /** Writes a manifest of objects of the bucket. */
  manifest(key: string, entries: readonly (string | { url: string; mandatory?: boolean })[]): Promise<void>;
  close(): Promise<void>;
}

export async function startStandIn(options: Partial<RedshiftOptions> = {}): Promise<StandIn> {
  const folder = mkdtempSync(join(tmpdir(), 'pgshift-stand-in-'));
  const s3 = await startS3Server({
    directory: join(folder, 's3'),
    region,
    accounts: { [keys.accessKeyId]: { secretAccessKey: keys.secretAccessKey, accountId } },
  });
  s3.createBucket(bucket, accountId);
  s3.createBucket(foreignBucket, strangerId);
  const postgres = await startPostgres({ directory: join(folder, 'postgres') });
  const backend = { host: '127.0.0.1', port: postgres.port, user: postgres.user, password: postgres.password };
  const common = {
    backend,
    user: 'awsuser',
    password: `pass'word\\ %@"`,
    s3: { endpoint: s3.endpoint, region, role: keys },
  };
  const redshift = await startRedshift({ ...common, database: 'dev', ...options });
  const servers = [redshift];
  const sessions: pg.Client[] = [];
  const client = new S3Client({ endpoint: s3.endpoint, region, credentials: keys, forcePathStyle: true });
  const put = async (key: string, body: string | Buffer) => {
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: Buffer.from(body) }));
  };
  return {
    redshift,
    postgres,
    s3,
    put,
    objects: async (prefix) => {
      const found = new Map<string, Buffer>();
      for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix })) {
        for (const { Key = '' } of page.Contents ?? []) {
          const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key }));
          found.set(Key, Buffer.from((await Body?.transformToByteArray()) ?? []));
        }
      }
      return found;
    },
    session: async (config) => {
      const { hostname, port, username, password, pathname } = new URL(redshift.uri());
      const session = new pg.Client({
        host: hostname,
        port: Number(port),
        user: decodeURIComponent(username),
        password: decodeURIComponent(password),
        database: pathname.slice(1),
        ...config,
      });
      session.on('error', () => {});
      sessions.push(session);
      await session.connect();
      return session;
    },
    another: async (database, other) => {
      const server = await startRedshift({ ...common, database, ...other });
      servers.push(server);
      return server;
    },
    manifest: (key, entries) =>
      put(
        key,
        JSON.stringify({
          entries: entries.map((entry) =>
            typeof entry === 'string' ? { url: `s3://${bucket}/${entry}`, mandatory: true } : entry,
          ),
        }),
      ),
    close: async () => {
      for (const session of sessions) await session.end().catch(() => {});
      for (const server of servers) await server.close();
      client.destroy();
      await s3.close();
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export const gzip = (body: string): Buffer => gzipSync(Buffer.from(body));
export const zstd = (body: string): Buffer => zstdCompressSync(Buffer.from(body));

/** The rows of a query as arrays. */
export async function rows(session: pg.Client, text: string, values: unknown[] = []): Promise<unknown[][]> {
  return (await session.query({ text, values, rowMode: 'array' })).rows;
}

/** What a query fails with; fails itself when the query succeeds. */
export async function failure(session: pg.Client, sql: string): Promise<pg.DatabaseError> {
  try {
    await session.query(sql);
  } catch (error) {
    if (error instanceof pg.DatabaseError) return error;
    throw error;
  }
  throw new Error(`no error: ${sql}`);
}
