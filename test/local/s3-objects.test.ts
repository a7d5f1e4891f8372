// Do single objects keep their bytes and facts, through the AWS SDK as it is?
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import {
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startS3Server } from '../../local/s3/server.ts';
import { bucket, getBytes, owner, patternBytes, region, startTestS3, type TestS3 } from '../support/s3-server.ts';

const Bucket = bucket;
const body = patternBytes(300_000);
let local: TestS3;

beforeAll(async () => {
  local = await startTestS3();
  await local.s3.send(new PutObjectCommand({ Bucket, Key: 'buffer', Body: body }));
});
afterAll(() => local.close());

describe('putting and getting', () => {
  test('keeps bytes, content type and metadata of a buffer', async () => {
    const facts = {
      ContentType: 'text/csv',
      Metadata: { rows: '12' },
      CacheControl: 'no-store',
      ContentLanguage: 'de',
    };
    await local.s3.send(new PutObjectCommand({ Bucket, Key: 'facts', Body: body, ...facts }));
    const got = await local.s3.send(new GetObjectCommand({ Bucket, Key: 'facts' }));
    expect(got).toMatchObject(facts);
    expect(Buffer.from((await got.Body?.transformToByteArray()) ?? []).equals(body)).toBe(true);
  });

  test('keeps the bytes of a stream, without the framing of its chunks', async () => {
    const Body = Readable.from([body.subarray(0, 100_000), body.subarray(100_000)]);
    await local.s3.send(new PutObjectCommand({ Bucket, Key: 'stream', Body, ContentLength: body.length }));
    expect((await getBytes(local.s3, 'stream')).equals(body)).toBe(true);
    const head = await local.s3.send(new HeadObjectCommand({ Bucket, Key: 'stream' }));
    expect(head.ContentEncoding).toBeUndefined();
  });

  test('keeps the content encoding of a gzip stream, and only that', async () => {
    const gz = gzipSync(body);
    const Body = Readable.from([gz]);
    const put = { Bucket, Key: 'gzip', Body, ContentLength: gz.length, ContentEncoding: 'gzip' };
    await local.s3.send(new PutObjectCommand(put));
    const head = await local.s3.send(new HeadObjectCommand({ Bucket, Key: 'gzip' }));
    expect(head.ContentEncoding).toBe('gzip');
    expect(gunzipSync(await getBytes(local.s3, 'gzip')).equals(body)).toBe(true);
  });

  test('names the MD5 of the bytes as ETag', async () => {
    const head = await local.s3.send(new HeadObjectCommand({ Bucket, Key: 'buffer' }));
    expect(head.ETag).toBe(`"${createHash('md5').update(body).digest('hex')}"`);
    expect(head.ContentLength).toBe(body.length);
  });

  test('keeps an object of no bytes', async () => {
    await local.s3.send(new PutObjectCommand({ Bucket, Key: 'empty', Body: Buffer.alloc(0) }));
    expect(await getBytes(local.s3, 'empty')).toHaveLength(0);
  });

  test('keeps keys of any characters apart', async () => {
    const keys = [
      'sp ace+plus&amp=1',
      'ünï/日本.csv',
      'pct%41%',
      `q'uo"te(1)!*`,
      'a/../b',
      '../../escape',
      'a//b',
      'tab\there',
      '<&>',
    ];
    for (const key of keys) await local.s3.send(new PutObjectCommand({ Bucket, Key: `keys/${key}`, Body: key }));
    for (const key of keys) expect((await getBytes(local.s3, `keys/${key}`)).toString()).toBe(key);
    const plain = await local.s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'keys/' }));
    expect(new Set(plain.Contents?.map(({ Key }) => Key))).toEqual(new Set(keys.map((key) => `keys/${key}`)));
  });

  test('replaces an object whole, and frees the old data', async () => {
    await local.s3.send(new PutObjectCommand({ Bucket, Key: 'replaced', Body: 'old' }));
    const before = local.files('objects').length;
    await local.s3.send(new PutObjectCommand({ Bucket, Key: 'replaced', Body: 'new and longer' }));
    expect((await getBytes(local.s3, 'replaced')).toString()).toBe('new and longer');
    expect(local.files('objects')).toHaveLength(before);
  });

  test('lets a reader finish the object he began, while it is replaced', async () => {
    const large = patternBytes(8 * 1024 * 1024); // more than all buffers on the way hold
    await local.s3.send(new PutObjectCommand({ Bucket, Key: 'read-on', Body: large }));
    const got = await local.s3.send(new GetObjectCommand({ Bucket, Key: 'read-on' }));
    await local.s3.send(new PutObjectCommand({ Bucket, Key: 'read-on', Body: 'other' }));
    const files = local.files('objects').length;
    expect(Buffer.from((await got.Body?.transformToByteArray()) ?? []).equals(large)).toBe(true);
    await expect.poll(() => local.files('objects').length).toBe(files - 1);
  });

  test('refuses a key longer than 1024 bytes', async () => {
    const put = local.s3.send(new PutObjectCommand({ Bucket, Key: 'é'.repeat(513), Body: 'x' }));
    await expect(put).rejects.toMatchObject({ name: 'KeyTooLongError', $metadata: { httpStatusCode: 400 } });
  });

  test('answers fifty puts at once', async () => {
    const keys = Array.from({ length: 50 }, (_, index) => `parallel/${index}`);
    await Promise.all(keys.map((Key) => local.s3.send(new PutObjectCommand({ Bucket, Key, Body: Key.repeat(100) }))));
    const listed = await local.s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'parallel/' }));
    expect(listed.KeyCount).toBe(50);
  });

  test('keeps 300 small objects put one after another', async () => {
    for (let index = 0; index < 300; index++)
      await local.s3.send(
        new PutObjectCommand({ Bucket, Key: `sequence/${index}`, Body: body.subarray(index, 1024 + index) }),
      );
    expect((await getBytes(local.s3, 'sequence/299')).equals(body.subarray(299, 1323))).toBe(true);
    const listed = await local.s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'sequence/' }));
    expect(listed.KeyCount).toBe(300);
  });

  test('keeps a single stream of 32 MB', async () => {
    const chunk = patternBytes(1024 * 1024);
    const Body = Readable.from(Array.from({ length: 32 }, () => chunk));
    await local.s3.send(new PutObjectCommand({ Bucket, Key: 'long', Body, ContentLength: 32 * chunk.length }));
    const got = await getBytes(local.s3, 'long');
    expect(got).toHaveLength(32 * chunk.length);
    expect(got.subarray(-chunk.length).equals(chunk)).toBe(true);
  });

  test('keeps small and empty streams of unknown length sent by Upload', async () => {
    for (const [Key, text] of [
      ['up/small', 'hello'],
      ['up/empty', ''],
    ] as const) {
      const Body = Readable.from(text === '' ? [] : [Buffer.from(text)]);
      await new Upload({ client: local.s3, params: { Bucket, Key, Body } }).done();
      expect((await getBytes(local.s3, Key)).toString()).toBe(text);
    }
  });
});

describe('ranges and conditions', () => {
  test.each([
    ['bytes=10-19', 10, 20],
    ['bytes=-5', 299_995, 300_000],
    ['bytes=299990-', 299_990, 300_000],
    ['bytes=299990-999999', 299_990, 300_000],
    ['bytes=-999999', 0, 300_000],
  ])('sends %s and says what it sent', async (Range, start, end) => {
    const got = await local.s3.send(new GetObjectCommand({ Bucket, Key: 'buffer', Range }));
    expect(got.ContentRange).toBe(`bytes ${start}-${end - 1}/${body.length}`);
    expect(got.ContentLength).toBe(end - start);
    expect((await getBytes(local.s3, 'buffer', { Range })).equals(body.subarray(start, end))).toBe(true);
  });

  test.each(['bytes=300000-', 'bytes=-0'])('refuses %s, where nothing is', async (Range) => {
    const get = local.s3.send(new GetObjectCommand({ Bucket, Key: 'buffer', Range }));
    await expect(get).rejects.toMatchObject({ name: 'InvalidRange', $metadata: { httpStatusCode: 416 } });
  });

  test('refuses several ranges at once as not implemented', async () => {
    const get = local.s3.send(new GetObjectCommand({ Bucket, Key: 'buffer', Range: 'bytes=0-1,5-6' }));
    await expect(get).rejects.toMatchObject({ name: 'NotImplemented', $metadata: { httpStatusCode: 501 } });
  });

  test('sends on If-Match only the object meant', async () => {
    const { ETag } = await local.s3.send(new HeadObjectCommand({ Bucket, Key: 'buffer' }));
    await local.s3.send(new HeadObjectCommand({ Bucket, Key: 'buffer', IfMatch: ETag }));
    const get = local.s3.send(new GetObjectCommand({ Bucket, Key: 'buffer', IfMatch: '"other"' }));
    await expect(get).rejects.toMatchObject({ name: 'PreconditionFailed', $metadata: { httpStatusCode: 412 } });
  });

  test('answers 304 on If-None-Match for the object the client has', async () => {
    const { ETag } = await local.s3.send(new HeadObjectCommand({ Bucket, Key: 'buffer' }));
    const get = local.s3.send(new GetObjectCommand({ Bucket, Key: 'buffer', IfNoneMatch: ETag }));
    await expect(get).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } });
    await local.s3.send(new HeadObjectCommand({ Bucket, Key: 'buffer', IfNoneMatch: '"other"' }));
  });

  test('puts on If-None-Match: * only where nothing is', async () => {
    const put = () => local.s3.send(new PutObjectCommand({ Bucket, Key: 'once', Body: 'x', IfNoneMatch: '*' }));
    await put();
    await expect(put()).rejects.toMatchObject({ name: 'PreconditionFailed', $metadata: { httpStatusCode: 412 } });
  });

  test('lets one of ten conditional puts at once win', async () => {
    const put = (n: number) =>
      local.s3.send(new PutObjectCommand({ Bucket, Key: 'race', Body: String(n), IfNoneMatch: '*' }));
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, (_, n) => put(n)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(local.files('incoming')).toEqual([]);
  });

  test('puts on If-Match only over the object meant', async () => {
    const { ETag } = await local.s3.send(new PutObjectCommand({ Bucket, Key: 'swap', Body: 'one' }));
    await local.s3.send(new PutObjectCommand({ Bucket, Key: 'swap', Body: 'two', IfMatch: ETag }));
    const again = local.s3.send(new PutObjectCommand({ Bucket, Key: 'swap', Body: 'three', IfMatch: ETag }));
    await expect(again).rejects.toMatchObject({ name: 'PreconditionFailed' });
    expect((await getBytes(local.s3, 'swap')).toString()).toBe('two');
  });
});

describe('copying and deleting', () => {
  test('copies bytes and facts', async () => {
    await local.s3.send(new PutObjectCommand({ Bucket, Key: 'from/ä b', Body: body, Metadata: { a: '1' } }));
    const CopySource = `${Bucket}/${encodeURIComponent('from/ä b')}`;
    const copied = await local.s3.send(new CopyObjectCommand({ Bucket, Key: 'to', CopySource }));
    expect((await getBytes(local.s3, 'to')).equals(body)).toBe(true);
    const head = await local.s3.send(new HeadObjectCommand({ Bucket, Key: 'to', ChecksumMode: 'ENABLED' }));
    expect(head).toMatchObject({ Metadata: { a: '1' }, ETag: copied.CopyObjectResult?.ETag });
    expect(head.ChecksumCRC32).toBe(copied.CopyObjectResult?.ChecksumCRC32);
  });

  test('replaces metadata when told to, and refuses a copy onto itself that changes nothing', async () => {
    await local.s3.send(new PutObjectCommand({ Bucket, Key: 'self', Body: 'x', Metadata: { a: '1' } }));
    const copy = { Bucket, Key: 'self', CopySource: `${Bucket}/self` };
    await expect(local.s3.send(new CopyObjectCommand(copy))).rejects.toMatchObject({ name: 'InvalidRequest' });
    await local.s3.send(new CopyObjectCommand({ ...copy, MetadataDirective: 'REPLACE', Metadata: { b: '2' } }));
    expect((await local.s3.send(new HeadObjectCommand({ Bucket, Key: 'self' }))).Metadata).toEqual({ b: '2' });
  });

  test('deletes many, present or not, and then they are gone', async () => {
    for (const Key of ['d/0', 'd/<&>']) await local.s3.send(new PutObjectCommand({ Bucket, Key, Body: '1' }));
    const Objects = [{ Key: 'd/0' }, { Key: 'd/<&>' }, { Key: 'd/never' }];
    const { Deleted, Errors } = await local.s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect(Deleted?.map(({ Key }) => Key)).toEqual(['d/0', 'd/<&>', 'd/never']);
    expect(Errors ?? []).toEqual([]);
    expect((await local.s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'd/' }))).KeyCount).toBe(0);
  });

  test('deletes one, twice the same', async () => {
    await local.s3.send(new PutObjectCommand({ Bucket, Key: 'gone', Body: '1' }));
    const files = local.files('objects').length;
    await local.s3.send(new DeleteObjectCommand({ Bucket, Key: 'gone' }));
    await local.s3.send(new DeleteObjectCommand({ Bucket, Key: 'gone' }));
    expect(local.files('objects')).toHaveLength(files - 1);
    const get = local.s3.send(new GetObjectCommand({ Bucket, Key: 'gone' }));
    await expect(get).rejects.toMatchObject({ name: 'NoSuchKey', $metadata: { httpStatusCode: 404 } });
  });

  test('tells a missing key from a missing bucket', async () => {
    const get = (of: string) => local.s3.send(new GetObjectCommand({ Bucket: of, Key: 'none' }));
    await expect(get(Bucket)).rejects.toMatchObject({ name: 'NoSuchKey' });
    await expect(get('nowhere')).rejects.toMatchObject({ name: 'NoSuchBucket', $metadata: { httpStatusCode: 404 } });
    const put = local.s3.send(new PutObjectCommand({ Bucket: 'nowhere', Key: 'none', Body: 'x' }));
    await expect(put).rejects.toMatchObject({ name: 'NoSuchBucket', $metadata: { httpStatusCode: 404 } });
    const head = local.s3.send(new HeadObjectCommand({ Bucket, Key: 'none' }));
    await expect(head).rejects.toMatchObject({ name: 'NotFound', $metadata: { httpStatusCode: 404 } });
  });
});

describe('the directory', () => {
  test('holds no key as a file name', async () => {
    await local.s3.send(new PutObjectCommand({ Bucket, Key: 'secret-name/../../x', Body: '1' }));
    const names = [...local.files('objects'), ...local.files('incoming')];
    expect(names.every((name) => /^[0-9a-f]{32}$/.test(name))).toBe(true);
  });

  test('keeps objects for the next server, and neither unfinished uploads nor data of no object', async () => {
    const first = await startTestS3();
    await first.s3.send(new PutObjectCommand({ Bucket, Key: 'kept', Body: 'still here', Metadata: { a: '1' } }));
    const { UploadId } = await first.s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'unfinished' }));
    const part = { Bucket, Key: 'unfinished', UploadId, PartNumber: 1, Body: 'x' };
    await first.s3.send(new UploadPartCommand(part));
    await first.server.close();
    writeFileSync(path.join(first.directory, 'objects', 'left-by-a-killed-server'), 'x');
    const options = { directory: first.directory, region, accounts: { [owner.accessKeyId]: owner } };
    const second = await startS3Server(options);
    const s3 = first.client({ endpoint: second.endpoint });
    expect((await getBytes(s3, 'kept')).toString()).toBe('still here');
    expect((await s3.send(new HeadObjectCommand({ Bucket, Key: 'kept' }))).Metadata).toEqual({ a: '1' });
    await expect(s3.send(new UploadPartCommand(part))).rejects.toMatchObject({ name: 'NoSuchUpload' });
    expect([first.files('incoming'), first.files('objects').length]).toEqual([[], 1]);
    await second.close();
    await first.close();
  });

  test('is refused when something else lies there', async () => {
    const directory = import.meta.dirname;
    await expect(startS3Server({ directory, region, accounts: {} })).rejects.toThrow(/not empty/);
  });
});
