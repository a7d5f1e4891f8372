// The run's bucket on S3. Every call says who must own it; what breaks leaves nothing that could be taken for whole.

import { Readable, Transform } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { PgshiftError } from '../core/errors.ts';
import type { Store, StoredObject, UnfinishedUpload } from '../core/ports.ts';
import { storageError } from './s3-errors.ts';

/**
 * S3's smallest piece: 5 MiB. 10,000 of them are 52 GB, more than an Extract can move. Two in flight and one that fills
 * hold 15 MiB; at 100 ms a piece that is still 100 MB/s of compressed bytes, more than one vCPU makes.
 */
const UPLOAD_PART_BYTES = 5 * 1024 * 1024;
const UPLOADS_IN_FLIGHT = 2;
/** What a stream may hold before its source waits. */
const STREAM_BYTES = 256 * 1024;
/** The bucket is looked at once, before anything else: an S3 that does not answer in this time is a wrong setting. */
const FIRST_CONTACT_MS = 6_000;
/** S3 deletes at most this many in one call. */
const DELETE_AT_ONCE = 1_000;
/** And tells of as many unfinished uploads. */
const UPLOADS_AT_ONCE = 1_000;

export interface BucketOptions {
  readonly bucket: string;
  /** The account that must own it; undefined where no account can be known (an S3 that is not AWS's). */
  readonly owner: () => Promise<string | undefined>;
}

export function s3Store(client: S3Client, { bucket, owner }: BucketOptions): Store {
  const place = async () => {
    const account = await owner();
    return { Bucket: bucket, ...(account === undefined ? {} : { ExpectedBucketOwner: account }) };
  };
  const attempt = async <Value>(doing: string, act: () => Promise<Value>): Promise<Value> => {
    try {
      return await act();
    } catch (error) {
      throw storageError(error, bucket, doing);
    }
  };
  const findText = (key: string) =>
    attempt(`reading ${key}`, async () => {
      try {
        const answer = await client.send(new GetObjectCommand({ ...(await place()), Key: key }));
        return await answer.Body?.transformToString();
      } catch (error) {
        if (error instanceof Error && error.name === 'NoSuchKey') return undefined;
        throw error;
      }
    });
  const getText = async (key: string) => {
    const text = await findText(key);
    if (text === undefined) throw new PgshiftError('Unexpected', `The bucket "${bucket}" has no object ${key}.`);
    return text;
  };
  const putText = (key: string, text: string) =>
    attempt(`writing ${key}`, async () => {
      await client.send(new PutObjectCommand({ ...(await place()), Key: key, Body: text }));
    });
  return {
    bucket,
    findText,
    getText,
    putText,
    putJson: (key, value) => putText(key, JSON.stringify(value)),
    putNew: (key, text) =>
      attempt(`writing ${key}`, async () => putNew(client, { ...(await place()), Key: key, Body: text })),
    getJson: async (key) => JSON.parse(await getText(key)),
    getStream: (key) =>
      attempt(`reading ${key}`, async () => {
        const { Body } = await client.send(new GetObjectCommand({ ...(await place()), Key: key }));
        if (!(Body instanceof Readable)) throw new Error('no body');
        return Readable.from(
          told(Body, (error) => storageError(error, bucket, `reading ${key}`)),
          { objectMode: false },
        );
      }),
    putStream: (key, body) =>
      attempt(`writing ${key}`, async () => upload(client, { ...(await place()), Key: key }, body)),
    list: (prefix) => attempt(`listing ${prefix}`, async () => listAll(client, await place(), prefix)),
    remove: (keys) =>
      attempt('deleting objects', async () => {
        for (let from = 0; from < keys.length; from += DELETE_AT_ONCE) {
          const Objects = keys.slice(from, from + DELETE_AT_ONCE).map((Key) => ({ Key }));
          await client.send(new DeleteObjectsCommand({ ...(await place()), Delete: { Objects, Quiet: true } }));
        }
      }),
    listUnfinished: (prefix) =>
      attempt(`listing uploads under ${prefix}`, async () => listUnfinished(client, await place(), prefix)),
    abortUnfinished: (uploads) =>
      attempt('aborting uploads', async () => {
        for (const each of uploads) await abortUnfinished(client, await place(), each);
      }),
    region: async () => bucketRegion(client, await place(), bucket),
  };
}

/** A connection that breaks in the middle fails with an error of ours. */
async function* told(body: Readable, as: (error: unknown) => PgshiftError): AsyncGenerator<Buffer> {
  try {
    yield* body;
  } catch (error) {
    throw as(error);
  }
}

type Place = { Bucket: string; ExpectedBucketOwner?: string };

/** S3 answers 412 where something is, and 409 to one of two that come at the same time: the other has it then. */
async function putNew(client: S3Client, object: Place & { Key: string; Body: string }): Promise<boolean> {
  try {
    await client.send(new PutObjectCommand({ ...object, IfNoneMatch: '*' }));
    return true;
  } catch (error) {
    if (error instanceof Error && [409, 412].includes(statusOf(error) ?? 0)) return false;
    throw error;
  }
}

/** Gives the bytes stored. A body that breaks aborts the upload, so that no part of it stays. */
async function upload(client: S3Client, target: Place & { Key: string }, body: Readable): Promise<number> {
  let bytes = 0;
  const counted = new Transform({
    highWaterMark: STREAM_BYTES,
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  body.on('error', (error) => counted.destroy(error));
  counted.on('close', () => body.destroy());
  const sending = new Upload({
    client,
    params: { ...target, Body: body.pipe(counted) },
    partSize: UPLOAD_PART_BYTES,
    queueSize: UPLOADS_IN_FLIGHT,
    leavePartsOnError: false,
  });
  try {
    await sending.done();
  } catch (error) {
    counted.destroy();
    // What broke the body is the reason; what the upload says of it is an echo.
    throw body.errored ?? error;
  }
  return bytes;
}

async function listAll(client: S3Client, place: Place, prefix: string): Promise<StoredObject[]> {
  const objects: StoredObject[] = [];
  let token: string | undefined;
  do {
    const page = await client.send(
      new ListObjectsV2Command({
        ...place,
        Prefix: prefix,
        ...(token === undefined ? {} : { ContinuationToken: token }),
      }),
    );
    for (const { Key, Size } of page.Contents ?? [])
      if (Key !== undefined) objects.push({ key: Key, bytes: Size ?? 0 });
    token = page.NextContinuationToken;
  } while (token !== undefined);
  return objects;
}

/** What a killed process leaves of an upload in parts: no object, and what it costs is that of one. */
export async function listUnfinished(
  client: S3Client,
  place: Place,
  prefix: string,
  page = UPLOADS_AT_ONCE,
): Promise<UnfinishedUpload[]> {
  const uploads: UnfinishedUpload[] = [];
  let found: ListMultipartUploadsCommandOutput | undefined;
  do {
    const after: { KeyMarker?: string; UploadIdMarker?: string } = {};
    if (found?.NextKeyMarker !== undefined) after.KeyMarker = found.NextKeyMarker;
    if (found?.NextUploadIdMarker !== undefined) after.UploadIdMarker = found.NextUploadIdMarker;
    const asked = { ...place, Prefix: prefix, MaxUploads: page, ...after };
    found = await client.send(new ListMultipartUploadsCommand(asked));
    for (const { Key: key, UploadId: id } of found.Uploads ?? [])
      if (key !== undefined && id !== undefined) uploads.push({ key, id });
  } while (found.IsTruncated === true && found.NextKeyMarker !== undefined);
  return uploads;
}

/** One that has ended since it was listed is passed over. */
async function abortUnfinished(client: S3Client, place: Place, { key, id }: UnfinishedUpload): Promise<void> {
  try {
    await client.send(new AbortMultipartUploadCommand({ ...place, Key: key, UploadId: id }));
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'NoSuchUpload') throw error;
  }
}

/** HEAD answers a refusal without a body, so that a refused one is asked again in ways that say why. */
async function bucketRegion(client: S3Client, place: Place, bucket: string): Promise<string> {
  try {
    const answer = await client.send(new HeadBucketCommand(place), {
      abortSignal: AbortSignal.timeout(FIRST_CONTACT_MS),
    });
    return answer.BucketRegion ?? (await client.config.region());
  } catch (error) {
    const status = error instanceof Error ? statusOf(error) : undefined;
    if (status !== 403) throw storageError(error, bucket, 'looking at the bucket', { firstContact: true });
  }
  try {
    await client.send(new ListObjectsV2Command({ ...place, MaxKeys: 1 }));
  } catch (error) {
    const refused = storageError(error, bucket, 'looking at the bucket', { firstContact: true });
    if (refused.kind !== 'BucketDenied' || (await isOurs(client, bucket)) !== false) throw refused;
    throw new PgshiftError('BucketForeign', `The bucket "${bucket}" belongs to another account.`);
  }
  return client.config.region();
}

/** Undefined when we may not ask. */
async function isOurs(client: S3Client, bucket: string): Promise<boolean | undefined> {
  try {
    const answer = await client.send(new ListBucketsCommand({}));
    return (answer.Buckets ?? []).some(({ Name }) => Name === bucket);
  } catch {
    return undefined;
  }
}

function statusOf(error: Error): number | undefined {
  const metadata: unknown = Reflect.get(error, '$metadata');
  const status: unknown =
    metadata !== null && typeof metadata === 'object' ? Reflect.get(metadata, 'httpStatusCode') : undefined;
  return typeof status === 'number' ? status : undefined;
}
