// Which S3 server do the tests talk to? One of our own on a free port over a fresh directory, two accounts and a
// read-only one, a bucket for each owner, and clients for them.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { GetObjectCommand, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { type S3Server, type S3ServerOptions, startS3Server } from '../../local/s3/server.ts';

export const region = 'us-east-1';
export const owner = { accessKeyId: 'AKIDOWNER', secretAccessKey: 'owner/secret+1', accountId: '111122223333' };
export const stranger = { accessKeyId: 'AKIDSTRANGER', secretAccessKey: 'stranger/secret', accountId: '444455556666' };
export const reader = { accessKeyId: 'AKIDREADER', secretAccessKey: 'reader/secret', accountId: owner.accountId };

const accounts: S3ServerOptions['accounts'] = {
  [owner.accessKeyId]: owner,
  [stranger.accessKeyId]: stranger,
  [reader.accessKeyId]: { ...reader, readOnly: true },
};

export const bucket = 'staging';
export const strangersBucket = 'not-ours';

export interface TestS3 {
  readonly server: S3Server;
  readonly directory: string;
  /** Of the owner, without retries. */
  readonly s3: S3Client;
  client(config?: S3ClientConfig): S3Client;
  /** Names of what is being received, and of the data files of objects. */
  files(folder: 'incoming' | 'objects'): string[];
  close(): Promise<void>;
}

export async function startTestS3(options: Partial<S3ServerOptions> = {}): Promise<TestS3> {
  const directory = mkdtempSync(path.join(tmpdir(), 'pgshift-s3-'));
  const server = await startS3Server({ directory, region, accounts, ...options });
  server.createBucket(bucket, owner.accountId);
  server.createBucket(strangersBucket, stranger.accountId);
  const clients: S3Client[] = [];
  const client = (config: S3ClientConfig = {}) => {
    const defaults = {
      endpoint: server.endpoint,
      region: options.region ?? region,
      credentials: owner,
      maxAttempts: 1,
    };
    const made = new S3Client({ ...defaults, ...config });
    clients.push(made);
    return made;
  };
  return {
    server,
    directory,
    s3: client(),
    client,
    files: (folder) => readdirSync(path.join(directory, folder)),
    async close() {
      for (const made of clients) made.destroy();
      await server.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** The bytes of an object. */
export async function getBytes(s3: S3Client, key: string, options: { Range?: string } = {}): Promise<Buffer> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key, ...options }));
  if (Body === undefined) throw new Error(`no body for ${key}`);
  return Buffer.from(await Body.transformToByteArray());
}

/** Bytes that look random and are the same on every run. */
export function patternBytes(bytes: number): Buffer {
  const pattern = Buffer.alloc(bytes);
  let state = 1;
  for (let index = 0; index + 4 <= bytes; index += 4) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    pattern.writeInt32LE(state, index);
  }
  return pattern;
}
