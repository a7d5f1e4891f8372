// Do multipart uploads become one object, exactly when they are completed?
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { bucket, getBytes, patternBytes, startTestS3, type TestS3 } from '../support/s3-server.ts';

const Bucket = bucket;
const MiB = 1024 * 1024;
let local: TestS3;
let tiny: TestS3;

beforeAll(async () => {
  local = await startTestS3();
  tiny = await startTestS3({ minimumPartBytes: 10 });
});
afterAll(async () => {
  await local.close();
  await tiny.close();
});
afterEach(() => {
  expect(local.files('incoming')).toEqual([]);
});

async function create(on: TestS3, Key: string): Promise<string> {
  const { UploadId } = await on.s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
  return UploadId ?? '';
}

async function sendPart(on: TestS3, Key: string, UploadId: string, PartNumber: number, Body: string) {
  const { ETag } = await on.s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }));
  return { PartNumber, ETag };
}

const complete = (on: TestS3, Key: string, UploadId: string, Parts: CompletedPart[], more = {}) =>
  on.s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts }, ...more }));

const abort = (on: TestS3, Key: string, UploadId: string) =>
  on.s3.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));

describe('completing', () => {
  test('joins a stream that Upload cut into parts of 5 MiB', async () => {
    const big = patternBytes(12 * MiB);
    const pieces = Array.from({ length: 192 }, (_, index) => big.subarray(index * 65_536, (index + 1) * 65_536));
    const params = { Bucket, Key: 'parts', Body: Readable.from(pieces), ContentType: 'text/csv' };
    await new Upload({ client: local.s3, params, partSize: 5 * MiB, queueSize: 4 }).done();
    const head = await local.s3.send(new HeadObjectCommand({ Bucket, Key: 'parts' }));
    expect(head).toMatchObject({ ContentLength: big.length, ContentType: 'text/csv' });
    expect(head.ETag).toMatch(/^"[0-9a-f]{32}-3"$/);
    expect((await getBytes(local.s3, 'parts')).equals(big)).toBe(true);
  });

  test('sends ranges across the seams of parts', async () => {
    const big = patternBytes(11 * MiB);
    await new Upload({ client: local.s3, params: { Bucket, Key: 'seams', Body: big }, partSize: 5 * MiB }).done();
    for (const [start, end] of [
      [5 * MiB - 3, 5 * MiB + 3],
      [100, 10 * MiB + 100],
      [10 * MiB, 11 * MiB],
    ] as const) {
      const range = await getBytes(local.s3, 'seams', { Range: `bytes=${start}-${end - 1}` });
      expect(range.equals(big.subarray(start, end))).toBe(true);
    }
  });

  test('carries 64 MB through Upload and back', async () => {
    const chunk = patternBytes(MiB);
    const Body = Readable.from(Array.from({ length: 64 }, () => chunk));
    await new Upload({
      client: local.s3,
      params: { Bucket, Key: '64', Body },
      partSize: 16 * MiB,
      queueSize: 4,
    }).done();
    const got = await local.s3.send(new GetObjectCommand({ Bucket, Key: '64' }));
    const hash = createHash('sha256');
    for await (const piece of got.Body as Readable) hash.update(piece);
    const sent = createHash('sha256');
    for (let index = 0; index < 64; index++) sent.update(chunk);
    expect(hash.digest('hex')).toBe(sent.digest('hex'));
  });

  test('shows the object only when completed, and frees the parts of an aborted upload', async () => {
    const id = await create(local, 'hidden');
    const part = await sendPart(local, 'hidden', id, 1, 'x');
    const head = () => local.s3.send(new HeadObjectCommand({ Bucket, Key: 'hidden' }));
    await expect(head()).rejects.toMatchObject({ name: 'NotFound' });
    expect(local.files('incoming')).toHaveLength(1);
    await abort(local, 'hidden', id);
    expect(local.files('incoming')).toEqual([]);
    const after = complete(local, 'hidden', id, [part]);
    await expect(after).rejects.toMatchObject({ name: 'NoSuchUpload', $metadata: { httpStatusCode: 404 } });
    await expect(head()).rejects.toMatchObject({ name: 'NotFound' });
  });

  test('refuses parts below 5 MiB before the last', async () => {
    const id = await create(local, 'small');
    const parts = [await sendPart(local, 'small', id, 1, 'x'), await sendPart(local, 'small', id, 2, 'y')];
    const done = complete(local, 'small', id, parts);
    await expect(done).rejects.toMatchObject({ name: 'EntityTooSmall', $metadata: { httpStatusCode: 400 } });
    await abort(local, 'small', id);
  });

  test('takes the parts named, in order, and removes the others', async () => {
    const id = await create(tiny, 'some');
    await sendPart(tiny, 'some', id, 1, 'not this one');
    const parts = [await sendPart(tiny, 'some', id, 2, 'first part '), await sendPart(tiny, 'some', id, 7, 'last')];
    await complete(tiny, 'some', id, parts);
    expect((await getBytes(tiny.s3, 'some')).toString()).toBe('first part last');
    expect(tiny.files('incoming')).toEqual([]);
  });

  test('takes the later of two parts with one number', async () => {
    const id = await create(tiny, 'again');
    await sendPart(tiny, 'again', id, 1, 'a first attempt');
    const part = await sendPart(tiny, 'again', id, 1, 'the second one');
    expect(tiny.files('incoming')).toHaveLength(1);
    await complete(tiny, 'again', id, [part]);
    expect((await getBytes(tiny.s3, 'again')).toString()).toBe('the second one');
  });

  test('refuses unknown parts, other ETags, a wrong order and no parts', async () => {
    const id = await create(tiny, 'wrong');
    const one = await sendPart(tiny, 'wrong', id, 1, 'part number one');
    const two = await sendPart(tiny, 'wrong', id, 2, 'part number two');
    const finish = (parts: CompletedPart[]) => complete(tiny, 'wrong', id, parts);
    await expect(finish([one, { PartNumber: 3, ETag: two.ETag }])).rejects.toMatchObject({ name: 'InvalidPart' });
    await expect(finish([{ ...one, ETag: two.ETag }])).rejects.toMatchObject({ name: 'InvalidPart' });
    await expect(finish([two, one])).rejects.toMatchObject({ name: 'InvalidPartOrder' });
    await expect(finish([])).rejects.toMatchObject({ name: 'MalformedXML' });
    await finish([one, two]);
  });

  test('completes on If-None-Match: * only where nothing is, and keeps the upload otherwise', async () => {
    const id = await create(tiny, 'first-wins');
    const part = await sendPart(tiny, 'first-wins', id, 1, 'from parts');
    await tiny.s3.send(new PutObjectCommand({ Bucket, Key: 'first-wins', Body: 'put' }));
    const finish = () => complete(tiny, 'first-wins', id, [part], { IfNoneMatch: '*' });
    await expect(finish()).rejects.toMatchObject({ name: 'PreconditionFailed' });
    await tiny.s3.send(new DeleteObjectCommand({ Bucket, Key: 'first-wins' }));
    await finish();
    expect((await getBytes(tiny.s3, 'first-wins')).toString()).toBe('from parts');
  });

  test('refuses an object size that is not the sum of the parts', async () => {
    const id = await create(tiny, 'size');
    const part = await sendPart(tiny, 'size', id, 1, '12345');
    const short = complete(tiny, 'size', id, [part], { MpuObjectSize: 4 });
    await expect(short).rejects.toMatchObject({ name: 'InvalidRequest' });
    await complete(tiny, 'size', id, [part], { MpuObjectSize: 5 });
  });

  test('copies a multipart object into one piece with the ETag of its bytes', async () => {
    const big = patternBytes(6 * MiB);
    await new Upload({ client: local.s3, params: { Bucket, Key: 'pieces', Body: big }, partSize: 5 * MiB }).done();
    await local.s3.send(new CopyObjectCommand({ Bucket, Key: 'piece', CopySource: `${Bucket}/pieces` }));
    expect((await getBytes(local.s3, 'piece')).equals(big)).toBe(true);
    expect((await local.s3.send(new HeadObjectCommand({ Bucket, Key: 'piece' }))).ETag).toMatch(/^"[0-9a-f]{32}"$/);
  });
});

describe('checksums of parts', () => {
  test('makes a checksum of checksums, and wants it for every part', async () => {
    const Key = 'sums';
    const ChecksumAlgorithm = 'SHA256' as const;
    const { UploadId } = await tiny.s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ChecksumAlgorithm }));
    const send = (PartNumber: number, more: object) =>
      tiny.s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body: 'ten bytes!', ...more }));
    await expect(send(1, { ChecksumAlgorithm: 'CRC32' })).rejects.toMatchObject({ name: 'InvalidRequest' });
    const { ETag, ChecksumSHA256 } = await send(1, { ChecksumAlgorithm });
    const finish = (part: CompletedPart) => complete(tiny, Key, UploadId ?? '', [part]);
    await expect(finish({ PartNumber: 1, ETag })).rejects.toMatchObject({ name: 'InvalidRequest' });
    await expect(finish({ PartNumber: 1, ETag, ChecksumSHA256: 'AAAA' })).rejects.toMatchObject({
      name: 'InvalidPart',
    });
    const done = await finish({ PartNumber: 1, ETag, ChecksumSHA256 });
    expect(done.ChecksumSHA256).toMatch(/=-1$/);
    const head = await tiny.s3.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }));
    expect(head).toMatchObject({ ChecksumSHA256: done.ChecksumSHA256, ChecksumType: 'COMPOSITE' });
  });

  test('refuses checksums over a whole multipart object as not implemented', async () => {
    const wish = { Bucket, Key: 'whole', ChecksumAlgorithm: 'CRC64NVME' as const };
    const made = tiny.s3.send(new CreateMultipartUploadCommand(wish));
    await expect(made).rejects.toMatchObject({ name: 'NotImplemented', $metadata: { httpStatusCode: 501 } });
  });
});

describe('listing uploads', () => {
  test('lists uploads under way in pages, and none that ended', async () => {
    const ids = [await create(tiny, 'list/a'), await create(tiny, 'list/a'), await create(tiny, 'list/b')];
    const list = (more: object) =>
      tiny.s3.send(new ListMultipartUploadsCommand({ Bucket, Prefix: 'list/', MaxUploads: 2, ...more }));
    const first = await list({});
    expect(first).toMatchObject({ IsTruncated: true, NextKeyMarker: 'list/a' });
    const rest = await list({ KeyMarker: first.NextKeyMarker, UploadIdMarker: first.NextUploadIdMarker });
    expect([...(first.Uploads ?? []), ...(rest.Uploads ?? [])].map(({ UploadId }) => UploadId)).toEqual(ids);
    await abort(tiny, 'list/a', ids[0] ?? '');
    expect((await list({ MaxUploads: 10 })).Uploads).toHaveLength(2);
  });

  test('lists the parts of an upload in pages', async () => {
    const id = await create(tiny, 'parts');
    for (const number of [3, 1, 2]) await sendPart(tiny, 'parts', id, number, 'x'.repeat(number));
    const list = (more: object) =>
      tiny.s3.send(new ListPartsCommand({ Bucket, Key: 'parts', UploadId: id, MaxParts: 2, ...more }));
    const first = await list({});
    expect(first.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([
      [1, 1],
      [2, 2],
    ]);
    const rest = await list({ PartNumberMarker: first.NextPartNumberMarker });
    expect(rest.Parts?.map(({ PartNumber }) => PartNumber)).toEqual([3]);
    expect([first.IsTruncated, rest.IsTruncated]).toEqual([true, false]);
  });

  test('knows an upload only under its own key', async () => {
    const id = await create(tiny, 'mine');
    const other = sendPart(tiny, 'other', id, 1, 'x');
    await expect(other).rejects.toMatchObject({ name: 'NoSuchUpload' });
    const tooHigh = sendPart(tiny, 'mine', id, 10_001, 'x');
    await expect(tooHigh).rejects.toMatchObject({ name: 'InvalidArgument' });
  });
});
