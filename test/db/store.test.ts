// Is an object that must not be there twice written once, by S3 and by the store in memory? And what is left of uploads?
import { Readable } from 'node:stream';
import { CreateMultipartUploadCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { memoryStore } from '../../adapters/memory-store.ts';
import { listUnfinished, s3Store } from '../../adapters/s3-store.ts';
import type { Store } from '../../core/ports.ts';
import { bucket, startTestS3, type TestS3 } from '../support/s3-server.ts';

let s3: TestS3;
beforeAll(async () => {
  s3 = await startTestS3();
});
afterAll(() => s3.close());

describe.each<[string, () => Store]>([
  ['S3', () => s3Store(s3.s3, { bucket, owner: async () => undefined })],
  ['memory', () => memoryStore(bucket, 'eu-central-1')],
])('in %s', (_where, storeOf) => {
  test('of many who write a new object at once one does, and it is what he wrote', async () => {
    const store = storeOf();
    const texts = Array.from({ length: 8 }, (_, n) => `written by ${n}`);
    const wrote = await Promise.all(texts.map((text) => store.putNew('new', text)));
    expect(wrote.filter((yes) => yes)).toHaveLength(1);
    expect(await store.getText('new')).toBe(texts[wrote.indexOf(true)]);
    expect(await store.putNew('new', 'later')).toBe(false);
  });
});

test('a bucket that may not be written is told as such', async () => {
  s3.server.faults.add({ operation: 'PutObject', times: 1, answer: { status: 403, code: 'AccessDenied' } });
  const store = s3Store(s3.s3, { bucket, owner: async () => undefined });
  await expect(store.putNew('denied', '')).rejects.toMatchObject({ name: 'BucketDenied' });
  s3.server.faults.clear();
});

test('an upload in parts whose last answer is lost is one to be tried again, though the object is there', async () => {
  // When the client asks again it is told that there is no such upload any more.
  const store = s3Store(s3.client({ maxAttempts: 2 }), { bucket, owner: async () => undefined });
  s3.server.faults.add({ operation: 'CompleteMultipartUpload', times: 1, answer: 'lose-answer' });
  const body = Readable.from([Buffer.alloc(6 * 1024 * 1024)], { objectMode: false });
  await expect(store.putStream('large', body)).rejects.toMatchObject({
    name: 'StorageUnavailable',
    message: expect.stringContaining('NoSuchUpload'),
  });
  expect(await store.list('large')).toEqual([{ key: 'large', bytes: 6 * 1024 * 1024 }]);
});

test('uploads that nobody ended are listed page by page, and gone when they are aborted, once or twice', async () => {
  const store = s3Store(s3.s3, { bucket, owner: async () => undefined });
  const keys = ['runs/r/1', 'runs/r/2', 'runs/r/2', 'runs/r/2', 'runs/s/1'];
  await Promise.all(keys.map((Key) => s3.s3.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key }))));
  const unfinished = await listUnfinished(s3.s3, { Bucket: bucket }, 'runs/', 2);
  expect(unfinished.map(({ key }) => key).sort()).toEqual(keys.sort());
  await store.abortUnfinished(unfinished);
  expect(await store.listUnfinished('runs/')).toEqual([]);
  await store.abortUnfinished(unfinished.slice(0, 1));
});
