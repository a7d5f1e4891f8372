// Who may do what to which bucket, and what does the server refuse because it does not do it?
import {
  AbortMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketAclCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startS3Server } from '../../local/s3/server.ts';
import {
  bucket,
  getBytes,
  owner,
  reader,
  region,
  startTestS3,
  stranger,
  strangersBucket,
  type TestS3,
} from '../support/s3-server.ts';

const Bucket = bucket;
const denied = { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } };
const headDenied = { $metadata: { httpStatusCode: 403 } };
let local: TestS3;
let s3: S3Client;
let strangers: S3Client;

beforeAll(async () => {
  local = await startTestS3();
  s3 = local.s3;
  strangers = local.client({ credentials: stranger });
  await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'mine' }));
  await strangers.send(new PutObjectCommand({ Bucket: strangersBucket, Key: 'k', Body: 'theirs' }));
});
afterAll(() => local.close());

describe('owners', () => {
  test('have their bucket to themselves', async () => {
    const their = { Bucket: strangersBucket, Key: 'k' };
    await expect(s3.send(new GetObjectCommand(their))).rejects.toMatchObject(denied);
    await expect(s3.send(new PutObjectCommand({ ...their, Body: 'x' }))).rejects.toMatchObject(denied);
    await expect(s3.send(new DeleteObjectCommand(their))).rejects.toMatchObject(denied);
    await expect(s3.send(new CreateMultipartUploadCommand(their))).rejects.toMatchObject(denied);
    await expect(s3.send(new ListObjectsV2Command({ Bucket: strangersBucket }))).rejects.toMatchObject(denied);
    await expect(s3.send(new GetBucketLocationCommand({ Bucket: strangersBucket }))).rejects.toMatchObject(denied);
    await expect(s3.send(new DeleteBucketCommand({ Bucket: strangersBucket }))).rejects.toMatchObject(denied);
    const copy = { Bucket, Key: 'stolen', CopySource: `${strangersBucket}/k` };
    await expect(s3.send(new CopyObjectCommand(copy))).rejects.toMatchObject(denied);
    await expect(s3.send(new HeadObjectCommand(their))).rejects.toMatchObject(headDenied);
  });

  test('see the region of a bucket that is not theirs, and nothing else', async () => {
    const error = await s3.send(new HeadBucketCommand({ Bucket: strangersBucket })).catch((thrown) => thrown);
    expect(error.$metadata.httpStatusCode).toBe(403);
    expect(error.$response.headers['x-amz-bucket-region']).toBe(region);
  });

  test('are checked when the caller names the one he expects', async () => {
    const mine = { Bucket, Key: 'k', ExpectedBucketOwner: owner.accountId };
    await s3.send(new GetObjectCommand(mine));
    await s3.send(new PutObjectCommand({ ...mine, Key: 'expected', Body: 'x' }));
    const other = { ...mine, ExpectedBucketOwner: stranger.accountId };
    await expect(s3.send(new GetObjectCommand(other))).rejects.toMatchObject(denied);
    await expect(s3.send(new PutObjectCommand({ ...other, Body: 'x' }))).rejects.toMatchObject(denied);
    await expect(s3.send(new ListObjectsV2Command(other))).rejects.toMatchObject(denied);
    await expect(s3.send(new HeadBucketCommand(other))).rejects.toMatchObject(headDenied);
    expect((await getBytes(s3, 'k')).toString()).toBe('mine');
  });

  test('are checked in presigned URLs too', async () => {
    const command = new GetObjectCommand({ Bucket, Key: 'k', ExpectedBucketOwner: stranger.accountId });
    expect((await fetch(await getSignedUrl(s3, command))).status).toBe(403);
  });

  test('are checked of the bucket copied from', async () => {
    const copy = { Bucket, Key: 'copied', CopySource: `${Bucket}/k`, ExpectedBucketOwner: owner.accountId };
    await s3.send(new CopyObjectCommand({ ...copy, ExpectedSourceBucketOwner: owner.accountId }));
    const other = new CopyObjectCommand({ ...copy, ExpectedSourceBucketOwner: stranger.accountId });
    await expect(s3.send(other)).rejects.toMatchObject(denied);
  });
});

describe('a read-only account', () => {
  test('reads and does not write', async () => {
    const reading = local.client({ credentials: reader });
    expect((await getBytes(reading, 'k')).toString()).toBe('mine');
    await reading.send(new ListObjectsV2Command({ Bucket }));
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'u' }));
    const upload = { Bucket, Key: 'u', UploadId };
    const writes = [
      () => reading.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' })),
      () => reading.send(new DeleteObjectCommand({ Bucket, Key: 'k' })),
      () => reading.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'k' }] } })),
      () => reading.send(new CopyObjectCommand({ Bucket, Key: 'k2', CopySource: `${Bucket}/k` })),
      () => reading.send(new CreateMultipartUploadCommand({ Bucket, Key: 'k' })),
      () => reading.send(new UploadPartCommand({ ...upload, PartNumber: 1, Body: 'x' })),
      () => reading.send(new AbortMultipartUploadCommand(upload)),
      () => reading.send(new CreateBucketCommand({ Bucket: 'new-one' })),
      () => reading.send(new DeleteBucketCommand({ Bucket })),
    ];
    for (const write of writes) await expect(write()).rejects.toMatchObject(denied);
    expect((await getBytes(s3, 'k')).toString()).toBe('mine');
    await s3.send(new AbortMultipartUploadCommand(upload));
  });
});

describe('buckets', () => {
  test('are created, listed to their owner, and deleted when empty', async () => {
    await s3.send(new CreateBucketCommand({ Bucket: 'another' }));
    const names = async (client: S3Client) =>
      (await client.send(new ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name);
    expect(await names(s3)).toEqual(['another', bucket]);
    expect(await names(strangers)).toEqual([strangersBucket]);
    await s3.send(new PutObjectCommand({ Bucket: 'another', Key: 'k', Body: 'x' }));
    const remove = () => s3.send(new DeleteBucketCommand({ Bucket: 'another' }));
    await expect(remove()).rejects.toMatchObject({ name: 'BucketNotEmpty', $metadata: { httpStatusCode: 409 } });
    await s3.send(new DeleteObjectCommand({ Bucket: 'another', Key: 'k' }));
    await remove();
    const head = s3.send(new HeadBucketCommand({ Bucket: 'another' }));
    await expect(head).rejects.toMatchObject({ name: 'NotFound', $metadata: { httpStatusCode: 404 } });
  });

  test('belong to whoever came first', async () => {
    const create = s3.send(new CreateBucketCommand({ Bucket: strangersBucket }));
    await expect(create).rejects.toMatchObject({ name: 'BucketAlreadyExists', $metadata: { httpStatusCode: 409 } });
    await s3.send(new CreateBucketCommand({ Bucket })); // us-east-1 does not mind
    expect((await getBytes(s3, 'k')).toString()).toBe('mine');
  });

  test.each(['No', 'ab', 'a..b', '1.2.3.4', 'under_score', '-dash'])('are not called %s', async (name) => {
    expect(() => local.server.createBucket(name, owner.accountId)).toThrow(/not valid/);
  });

  test('name their region', async () => {
    const head = await s3.send(new HeadBucketCommand({ Bucket }));
    expect(head.BucketRegion).toBe(region);
    expect((await s3.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint).toBeUndefined();
  });

  test('stand in the region of the server, elsewhere than in us-east-1 too', async () => {
    const elsewhere = await startTestS3({ region: 'eu-central-1' });
    const create = (more: object) => elsewhere.s3.send(new CreateBucketCommand({ Bucket: 'fresh', ...more }));
    const wrong = { CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' as const } };
    await expect(create(wrong)).rejects.toMatchObject({ name: 'IllegalLocationConstraintException' });
    await create({});
    await expect(create({})).rejects.toMatchObject({ name: 'BucketAlreadyOwnedByYou' });
    const { LocationConstraint } = await elsewhere.s3.send(new GetBucketLocationCommand({ Bucket: 'fresh' }));
    expect(LocationConstraint).toBe('eu-central-1');
    await elsewhere.close();
  });
});

describe('what is not there', () => {
  const notImplemented = { name: 'NotImplemented', $metadata: { httpStatusCode: 501 } };

  test.each([
    ['ACLs', (on: S3Client) => on.send(new GetBucketAclCommand({ Bucket }))],
    [
      'versioning',
      (on: S3Client) =>
        on.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } })),
    ],
    ['versions', (on: S3Client) => on.send(new GetObjectCommand({ Bucket, Key: 'k', VersionId: 'v' }))],
    ['reading one part', (on: S3Client) => on.send(new GetObjectCommand({ Bucket, Key: 'k', PartNumber: 1 }))],
    [
      'times as conditions',
      (on: S3Client) => on.send(new GetObjectCommand({ Bucket, Key: 'k', IfModifiedSince: new Date(0) })),
    ],
    ['the old listing', (on: S3Client) => on.send(new ListObjectsCommand({ Bucket }))],
    [
      'encryption with a key',
      (on: S3Client) => on.send(new PutObjectCommand({ Bucket, Key: 'e', Body: 'x', ServerSideEncryption: 'aws:kms' })),
    ],
    ['tags', (on: S3Client) => on.send(new PutObjectCommand({ Bucket, Key: 'e', Body: 'x', Tagging: 'a=b' }))],
    [
      'storage classes',
      (on: S3Client) => on.send(new PutObjectCommand({ Bucket, Key: 'e', Body: 'x', StorageClass: 'GLACIER' })),
    ],
    ['conditional deletes', (on: S3Client) => on.send(new DeleteObjectCommand({ Bucket, Key: 'k', IfMatch: '"x"' }))],
    [
      'copying parts',
      (on: S3Client) =>
        on.send(
          new UploadPartCopyCommand({ Bucket, Key: 'e', UploadId: 'u', PartNumber: 1, CopySource: `${Bucket}/k` }),
        ),
    ],
  ])('answers 501 for %s', async (_what, send) => {
    await expect(send(s3)).rejects.toMatchObject(notImplemented);
    expect((await getBytes(s3, 'k')).toString()).toBe('mine');
  });

  test('answers 501 for a bucket in the host name', async () => {
    const virtual = local.client({ endpoint: `http://localhost:${local.server.port}`, forcePathStyle: false });
    virtual.middlewareStack.add(
      (next) => async (args) => {
        const request = args.request as { hostname: string };
        if (request.hostname === `${bucket}.localhost`) request.hostname = '127.0.0.1';
        return next(args);
      },
      { step: 'finalizeRequest', priority: 'low' },
    );
    await expect(virtual.send(new GetObjectCommand({ Bucket, Key: 'k' }))).rejects.toMatchObject(notImplemented);
  });
});

describe('the server', () => {
  test('listens on the port it was given, on loopback', async () => {
    const { port } = local.server;
    expect(local.server.endpoint).toBe(`http://127.0.0.1:${port}`);
    const directory = `${local.directory}/second`;
    await expect(startS3Server({ directory, region, accounts: {}, port })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
  });

  test('logs requests without their query', async () => {
    const lines: string[] = [];
    const logging = await startTestS3({ log: (line) => lines.push(line) });
    await fetch(await getSignedUrl(logging.s3, new GetObjectCommand({ Bucket, Key: 'none' })));
    await expect.poll(() => lines).toEqual([`GET /${Bucket}/none 404`]);
    await logging.close();
  });
});
