// Does ListObjectsV2 show every key once, in S3's order, in pages of any size?
import {
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  PutObjectCommand,
  paginateListObjectsV2,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bucket, startTestS3, type TestS3 } from '../support/s3-server.ts';

const Bucket = bucket;
const keys = [
  'l/0',
  'l/2',
  'l/4',
  'l/6',
  'l/x/1',
  'l/x/3',
  'l/x/5',
  'l/y/1',
  'other',
  'u/\u{1F600}',
  'u/\uFF5E',
  'u/a b+c',
];
let local: TestS3;

beforeAll(async () => {
  local = await startTestS3();
  for (const Key of keys.toReversed()) await local.s3.send(new PutObjectCommand({ Bucket, Key, Body: '1' }));
});
afterAll(() => local.close());

const list = (more: Partial<ListObjectsV2CommandInput>) => local.s3.send(new ListObjectsV2Command({ Bucket, ...more }));

async function pages(more: Partial<ListObjectsV2CommandInput>, pageSize: number) {
  const found: string[] = [];
  for await (const page of paginateListObjectsV2({ client: local.s3, pageSize }, { Bucket, ...more })) {
    expect(page.KeyCount).toBeLessThanOrEqual(pageSize);
    found.push(...(page.Contents ?? []).map(({ Key }) => Key ?? ''));
    found.push(...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix ?? ''));
  }
  return found;
}

describe('listing', () => {
  test('orders keys by their UTF-8 bytes, not by UTF-16', async () => {
    const found = (await list({})).Contents?.map(({ Key }) => Key);
    expect(found).toEqual(keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
    expect(found?.slice(-2)).toEqual(['u/\uFF5E', 'u/\u{1F600}']);
  });

  test.each([1, 2, 3, 1000])('shows every key once in pages of %i', async (pageSize) => {
    expect(await pages({ Prefix: 'l/' }, pageSize)).toEqual(keys.filter((key) => key.startsWith('l/')));
  });

  test.each([1, 2, 3, 1000])('shows every group once in pages of %i', async (pageSize) => {
    const found = await pages({ Prefix: 'l/', Delimiter: '/' }, pageSize);
    expect(found.toSorted()).toEqual(['l/0', 'l/2', 'l/4', 'l/6', 'l/x/', 'l/y/']);
  });

  test('counts keys and groups, and says what it was asked', async () => {
    const found = await list({ Prefix: 'l/', Delimiter: '/', MaxKeys: 5 });
    expect(found).toMatchObject({
      KeyCount: 5,
      MaxKeys: 5,
      IsTruncated: true,
      Prefix: 'l/',
      Delimiter: '/',
      Name: Bucket,
    });
    expect(found.CommonPrefixes).toEqual([{ Prefix: 'l/x/' }]);
  });

  test('starts after a key, present or not', async () => {
    expect((await list({ Prefix: 'l/', StartAfter: 'l/4' })).Contents?.[0]?.Key).toBe('l/6');
    expect((await list({ Prefix: 'l/', StartAfter: 'l/5' })).Contents?.[0]?.Key).toBe('l/6');
    expect((await list({ Prefix: 'l/', StartAfter: 'zzz' })).KeyCount).toBe(0);
  });

  test('finds nothing under a prefix that is not there', async () => {
    expect(await list({ Prefix: 'zzz/' })).toMatchObject({ KeyCount: 0, IsTruncated: false });
    expect(await list({ MaxKeys: 0 })).toMatchObject({ KeyCount: 0, IsTruncated: false });
  });

  test('encodes keys when asked to', async () => {
    const found = await list({ Prefix: 'u/a', EncodingType: 'url' });
    expect(found.Contents?.[0]?.Key).toBe('u/a%20b%2Bc');
  });

  test('states size, ETag and time of each object', async () => {
    const [object] = (await list({ Prefix: 'l/0' })).Contents ?? [];
    expect(object).toMatchObject({ Size: 1, ETag: '"c4ca4238a0b923820dcc509a6f75849b"', StorageClass: 'STANDARD' });
    expect(object?.LastModified).toBeInstanceOf(Date);
  });

  test('refuses a token that is not its own', async () => {
    await expect(list({ ContinuationToken: 'made-up' })).rejects.toMatchObject({ name: 'InvalidArgument' });
  });
});
