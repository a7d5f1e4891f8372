// What does a client see when the disk is full, and what is left behind? The server runs in a process that may write
// files of 1 MiB at most (EFBIG), which fails in the same places as a full disk (ENOSPC) and needs no rights.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { asS3Error } from '../../local/s3/errors.ts';
import { bucket, getBytes, owner, patternBytes, region } from '../support/s3-server.ts';

const Bucket = bucket;
const child = path.join(import.meta.dirname, '../support/s3-child.ts');
const large = patternBytes(8 * 1024 * 1024);
let directory: string;
let server: ChildProcess;
let s3: S3Client;

beforeAll(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'pgshift-s3-full-'));
  const command = 'ulimit -f 2048 && exec "$0" "$@"'; // blocks of 512 bytes: 1 MiB
  server = spawn('sh', ['-c', command, process.execPath, child, directory], { stdio: ['pipe', 'pipe', 'inherit'] });
  if (server.stdout === null) throw new Error('no output of the server');
  const [port] = await once(server.stdout.setEncoding('utf8'), 'data');
  const endpoint = `http://127.0.0.1:${Number(port)}`;
  s3 = new S3Client({ endpoint, region, credentials: owner, maxAttempts: 3 });
});
afterAll(async () => {
  s3.destroy();
  const exited = once(server, 'exit');
  server.stdin?.end();
  await exited;
  rmSync(directory, { recursive: true, force: true });
});

const full = () => ({
  name: 'InsufficientStorage',
  message: expect.stringContaining(directory),
  $metadata: { httpStatusCode: 507 },
});

async function expectNothingLeft(Key: string) {
  await expect(s3.send(new HeadObjectCommand({ Bucket, Key }))).rejects.toMatchObject({ name: 'NotFound' });
  await expect.poll(() => readdirSync(path.join(directory, 'incoming'))).toEqual([]);
}

test('names the directory, stores nothing and goes on, for a buffer', async () => {
  const put = s3.send(new PutObjectCommand({ Bucket, Key: 'large', Body: large }));
  await expect(put).rejects.toMatchObject({ ...full(), $metadata: { httpStatusCode: 507, attempts: 1 } });
  await expectNothingLeft('large');
  await s3.send(new PutObjectCommand({ Bucket, Key: 'small', Body: 'fits' }));
  expect((await getBytes(s3, 'small')).toString()).toBe('fits');
});

test('names the directory and stores nothing, for a stream', async () => {
  const put = s3.send(
    new PutObjectCommand({ Bucket, Key: 'large', Body: Readable.from([large]), ContentLength: large.length }),
  );
  await expect(put).rejects.toMatchObject(full());
  await expectNothingLeft('large');
});

test('answers while the client is still sending, and reads on so that it gets the answer', async () => {
  const url = new URL(await getSignedUrl(s3, new PutObjectCommand({ Bucket, Key: 'large' })));
  const socket = connect(Number(url.port), '127.0.0.1');
  socket.write(
    `PUT ${url.pathname}${url.search} HTTP/1.1\r\nHost: ${url.host}\r\nContent-Length: ${2 * large.length}\r\n\r\n`,
  );
  socket.write(large);
  const [answer] = await once(socket.setEncoding('utf8'), 'data');
  expect(answer).toMatch(/^HTTP\/1.1 507 /);
  const sent = new Promise((resolve) => socket.write(large, resolve));
  await expect(sent).resolves.toBeFalsy();
  socket.write(`GET /${Bucket}/x HTTP/1.1\r\nHost: ${url.host}\r\n\r\n`);
  const [next] = await once(socket, 'data');
  expect(next).toMatch(/^HTTP\/1.1 403 /);
  socket.destroy();
  await expectNothingLeft('large');
});

test('names the directory and stores nothing, for parts', async () => {
  const params = { Bucket, Key: 'large', Body: large };
  const upload = new Upload({ client: s3, params, partSize: 5 * 1024 * 1024 }).done();
  await expect(upload).rejects.toMatchObject(full());
  await expectNothingLeft('large');
});

test.each(['ENOSPC', 'EDQUOT', 'EFBIG'])('takes %s for a full disk, and other errors not', (code) => {
  const error = asS3Error(Object.assign(new Error('write'), { code }), '/data');
  expect(error).toMatchObject({ status: 507, code: 'InsufficientStorage', message: expect.stringContaining('/data') });
  expect(asS3Error(Object.assign(new Error('write'), { code: 'EIO' }), '/data')).toMatchObject({ status: 500 });
});
