// Do faults strike as planned: the right requests, as often as planned, and in the way planned?
import { once } from 'node:events';
import { connect } from 'node:net';
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { bucket, getBytes, owner, patternBytes, startTestS3, type TestS3 } from '../support/s3-server.ts';

const Bucket = bucket;
let local: TestS3;

beforeAll(async () => {
  local = await startTestS3();
  await local.s3.send(new PutObjectCommand({ Bucket, Key: 'there', Body: patternBytes(300_000) }));
});
afterEach(() => local.server.faults.clear());
afterAll(() => local.close());

const put = (Key: string, s3 = local.s3) => s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));
const head = (Key: string) => local.s3.send(new HeadObjectCommand({ Bucket, Key }));
const presigned = async (Key: string) => new URL(await getSignedUrl(local.s3, new GetObjectCommand({ Bucket, Key })));
const slowDown = { status: 503, code: 'SlowDown' };

test('an error answer strikes as often as planned, and nothing is done', async () => {
  const planned = local.server.faults.add({ operation: 'PutObject', times: 2, answer: slowDown });
  const struck = { name: 'SlowDown', $metadata: { httpStatusCode: 503 } };
  await expect(put('slow')).rejects.toMatchObject(struck);
  await expect(put('slow')).rejects.toMatchObject(struck);
  await expect(head('slow')).rejects.toMatchObject({ name: 'NotFound' });
  await put('slow');
  expect(planned.struck).toBe(2);
});

test('a fault strikes only its operation and its keys', async () => {
  local.server.faults.add({ operation: 'PutObject', key: /^bad/g, times: 9, answer: slowDown });
  await put('good');
  await getBytes(local.s3, 'there');
  for (let n = 0; n < 3; n++) await expect(put('bad')).rejects.toMatchObject({ name: 'SlowDown' });
});

test('a fault is not used up by a request without a right signature', async () => {
  const planned = local.server.faults.add({ operation: 'any', times: 1, answer: slowDown });
  const wrong = local.client({ credentials: { ...owner, secretAccessKey: 'wrong' } });
  await expect(put('a', wrong)).rejects.toMatchObject({ name: 'SignatureDoesNotMatch' });
  expect(planned.struck).toBe(0);
  await expect(put('a')).rejects.toMatchObject({ name: 'SlowDown' });
});

test('a retrying client gets over two faults', async () => {
  local.server.faults.add({ operation: 'PutObject', times: 1, answer: slowDown });
  local.server.faults.add({ operation: 'PutObject', times: 1, answer: 'cut-connection' });
  await put('retried', local.client({ maxAttempts: 3 }));
  await head('retried');
});

test('a cut connection does nothing', async () => {
  local.server.faults.add({ operation: 'PutObject', times: 1, answer: 'cut-connection' });
  await expect(put('cut')).rejects.toMatchObject({ code: 'ECONNRESET' });
  await expect(head('cut')).rejects.toMatchObject({ name: 'NotFound' });
});

test('a connection is cut also while an answer on it is under way', async () => {
  local.server.faults.add({ operation: 'GetObject', key: /^there$/, times: 1, answer: 'hold' });
  local.server.faults.add({ operation: 'GetObject', key: /^cut$/, times: 1, answer: 'cut-connection' });
  const asked = await Promise.all(['there', 'cut'].map(presigned));
  const socket = connect(local.server.port, '127.0.0.1').resume();
  socket.write(
    asked.map(({ pathname, search, host }) => `GET ${pathname}${search} HTTP/1.1\r\nhost: ${host}\r\n\r\n`).join(''),
  );
  await once(socket, 'close');
});

test('a lost answer comes after everything was done', async () => {
  local.server.faults.add({ operation: 'PutObject', times: 1, answer: 'lose-answer' });
  await expect(put('lost')).rejects.toMatchObject({ code: 'ECONNRESET' });
  await head('lost');
});

test('an object breaks off where planned', async () => {
  local.server.faults.add({ operation: 'GetObject', times: 1, answer: { cutAfterBytes: 100_000 } });
  const { Body } = await local.s3.send(new GetObjectCommand({ Bucket, Key: 'there' }));
  let bytes = 0;
  const read = async () => {
    for await (const chunk of Body as AsyncIterable<Buffer>) bytes += chunk.length;
  };
  await expect(read()).rejects.toThrow(/aborted/);
  expect(bytes).toBeLessThanOrEqual(100_000);
  expect(await getBytes(local.s3, 'there')).toHaveLength(300_000);
});

test('a held request waits until the plan is cleared, then goes on', async () => {
  const held = local.server.faults.add({ operation: 'PutObject', times: 1, answer: 'hold' });
  const sent = put('held');
  await held.firstStrike;
  await expect(head('held')).rejects.toMatchObject({ name: 'NotFound' });
  local.server.faults.clear();
  await sent;
  await head('held');
});

test('a held request ends with its client', async () => {
  const held = local.server.faults.add({ operation: 'PutObject', times: 1, answer: 'hold' });
  const gone = new AbortController();
  const sent = local.s3.send(new PutObjectCommand({ Bucket, Key: 'gone', Body: 'x' }), { abortSignal: gone.signal });
  const failed = expect(sent).rejects.toThrow();
  await held.firstStrike;
  gone.abort();
  await failed;
  await expect(head('gone')).rejects.toMatchObject({ name: 'NotFound' });
});

test('closing the server ends held requests', async () => {
  const other = await startTestS3();
  const held = other.server.faults.add({ operation: 'any', times: 1, answer: 'hold' });
  const sent = expect(put('never', other.s3)).rejects.toThrow();
  await held.firstStrike;
  await other.server.close();
  await sent;
  await other.close();
});

test('a part that fails ends a multipart upload, which leaves nothing', async () => {
  local.server.faults.add({ operation: 'UploadPart', times: 1, answer: { status: 403, code: 'AccessDenied' } });
  const params = { Bucket, Key: 'broken', Body: patternBytes(12 * 1024 * 1024) };
  const upload = new Upload({ client: local.s3, params, queueSize: 1 }).done();
  await expect(upload).rejects.toMatchObject({ name: 'AccessDenied' });
  await expect.poll(() => local.files('incoming')).toEqual([]);
  await expect(head('broken')).rejects.toMatchObject({ name: 'NotFound' });
});

test('a cut in the data is refused for operations that send none', () => {
  const add = () => local.server.faults.add({ operation: 'PutObject', times: 1, answer: { cutAfterBytes: 1 } });
  expect(add).toThrow(/only GetObject/);
});
