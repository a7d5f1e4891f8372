// Which objects does a COPY read, with whose keys, and what does S3's refusal look like on Redshift?

import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import {
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { RedshiftError, sqlstate } from '../errors.ts';
import type { Compression } from '../sql/copy-options.ts';
import { type CopyStatement, parseUrl } from '../sql/copy-statement.ts';
import { decompressBzip2 } from './bzip2.ts';
import { decompressZstd } from './zstd.ts';

export interface S3Options {
  readonly endpoint?: string;
  /** The cluster's. */
  readonly region: string;
  readonly role?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

export interface SourceFile {
  readonly bucket: string;
  readonly key: string;
}

export function sourceUrl(file: SourceFile): string {
  return `s3://${file.bucket}/${file.key}`;
}

/** The bytes that a decompressor hands on at a time: 256 KiB. */
const chunkBytes = 256 * 1024;

/** S3 as one COPY sees it. */
export class Sources {
  private readonly client: S3Client;
  private readonly region: string;
  private readonly checked = new Set<string>();
  private readonly signal: AbortSignal;

  constructor(copy: CopyStatement, options: S3Options, signal: AbortSignal) {
    const credentials = copy.authorization === 'role' ? options.role : copy.authorization;
    if (credentials === undefined) {
      const detail = 'The stand-in was started without keys for IAM_ROLE.';
      throw new RedshiftError('User is not authorized to assume IAM Role', sqlstate.internal, detail);
    }
    this.region = copy.options.region ?? options.region;
    this.signal = signal;
    this.client = new S3Client({
      region: this.region,
      credentials: { ...credentials },
      ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint, forcePathStyle: true }),
    });
  }

  /** The files to load, in order. */
  async list(copy: CopyStatement): Promise<SourceFile[]> {
    await this.checkRegion(copy.source.bucket);
    return copy.options.manifest ? this.fromManifest(copy.source) : this.withPrefix(copy.source);
  }

  /** The file's bytes, decompressed. Breaking off ends the request. */
  async *read(file: SourceFile, compression: Compression): AsyncGenerator<Buffer> {
    const answer = await this.call(() =>
      this.client.send(new GetObjectCommand({ Bucket: file.bucket, Key: file.key }), { abortSignal: this.signal }),
    );
    const body = answer.Body;
    if (!(body instanceof Readable)) throw new RedshiftError('S3 answered without a body');
    const stop = () => body.destroy(asError(this.signal.reason));
    this.signal.addEventListener('abort', stop);
    try {
      yield* compression === 'none' ? body : decompressed(body, compression);
    } catch (error) {
      throw this.signal.aborted ? asError(this.signal.reason) : readError(error, file);
    } finally {
      this.signal.removeEventListener('abort', stop);
      body.destroy();
    }
  }

  close(): void {
    this.client.destroy();
  }

  private async fromManifest(place: SourceFile): Promise<SourceFile[]> {
    const answer = await this.call(() =>
      this.client.send(new GetObjectCommand({ Bucket: place.bucket, Key: place.key }), { abortSignal: this.signal }),
    );
    const bytes = (await answer.Body?.transformToByteArray()) ?? new Uint8Array();
    const files: SourceFile[] = [];
    for (const entry of readManifest(Buffer.from(bytes), sourceUrl(place))) {
      await this.checkRegion(entry.file.bucket);
      if (await this.exists(entry.file)) files.push(entry.file);
      else if (entry.mandatory) throw missingMandatory(entry.file);
    }
    if (files.length === 0) throw new RedshiftError('No files found in the manifest', sqlstate.internal);
    return files;
  }

  private async withPrefix(place: SourceFile): Promise<SourceFile[]> {
    const files: SourceFile[] = [];
    let token: string | undefined;
    do {
      const page = await this.call(() =>
        this.client.send(
          new ListObjectsV2Command({ Bucket: place.bucket, Prefix: place.key, ContinuationToken: token }),
          { abortSignal: this.signal },
        ),
      );
      for (const object of page.Contents ?? []) if (object.Key) files.push({ bucket: place.bucket, key: object.Key });
      token = page.NextContinuationToken;
    } while (token !== undefined);
    if (files.length === 0) throw new RedshiftError(`The specified S3 prefix '${place.key}' does not exist`);
    return files;
  }

  private async exists(file: SourceFile): Promise<boolean> {
    try {
      const command = new HeadObjectCommand({ Bucket: file.bucket, Key: file.key });
      await this.client.send(command, { abortSignal: this.signal });
      return true;
    } catch (error) {
      if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404) return false;
      // An answer to HEAD says nothing more than its status; GET says why.
      await this.call(() =>
        this.client.send(new GetObjectCommand({ Bucket: file.bucket, Key: file.key, Range: 'bytes=0-0' })),
      );
      throw serviceError(error);
    }
  }

  /** A bucket of another region than the COPY's is refused. */
  private async checkRegion(bucket: string): Promise<void> {
    if (this.checked.has(bucket)) return;
    const real = await this.bucketRegion(bucket);
    if (real !== undefined && real !== this.region) {
      const message =
        'The bucket you are attempting to access must be addressed using the specified endpoint. ' +
        'Please send all future requests to this endpoint.';
      throw new RedshiftError(
        `S3ServiceException:${message},Status 301,Error PermanentRedirect`,
        sqlstate.internal,
        `The bucket ${bucket} is in ${real}, the COPY reads from ${this.region}: say REGION '${real}'.`,
      );
    }
    this.checked.add(bucket);
  }

  private async bucketRegion(bucket: string): Promise<string | undefined> {
    try {
      const answer = await this.client.send(new HeadBucketCommand({ Bucket: bucket }), { abortSignal: this.signal });
      return answer.BucketRegion;
    } catch (error) {
      if (!(error instanceof S3ServiceException)) throw serviceError(error);
      const region = error.$response?.headers['x-amz-bucket-region'];
      if (region !== undefined) return region;
      // Listing tells why: no such bucket, wrong keys, …
      await this.call(() => this.client.send(new ListObjectsV2Command({ Bucket: bucket, MaxKeys: 1 })));
      return undefined;
    }
  }

  private async call<T>(request: () => Promise<T>): Promise<T> {
    try {
      return await request();
    } catch (error) {
      throw this.signal.aborted ? asError(this.signal.reason) : serviceError(error);
    }
  }
}

async function* decompressed(body: Readable, compression: Exclude<Compression, 'none'>): AsyncGenerator<Buffer> {
  if (compression === 'bzip2') {
    yield* decompressBzip2(body);
    return;
  }
  if (compression === 'zstd') {
    yield* decompressZstd(body, chunkBytes);
    return;
  }
  const decoder = createGunzip({ chunkSize: chunkBytes });
  const feeding = pipeline(body, decoder);
  // A failure comes out of the decoder too.
  feeding.catch(() => {});
  yield* decoder;
}

interface ManifestEntry {
  readonly file: SourceFile;
  readonly mandatory: boolean;
}

function readManifest(bytes: Buffer, url: string): ManifestEntry[] {
  const invalid = (why: string) =>
    new RedshiftError(`Problem reading manifest file - ${url}: ${why}`, sqlstate.internal);
  let parsed: unknown;
  try {
    parsed = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw invalid('not JSON');
  }
  const entries = field(parsed, 'entries');
  if (!Array.isArray(entries)) throw invalid('no list "entries"');
  return entries.map((entry: unknown) => {
    const target = field(entry, 'url');
    if (typeof target !== 'string') throw invalid('an entry without "url"');
    const file = parseUrl(target);
    if (file === undefined || file.key === '') {
      throw new RedshiftError(
        `COPY with MANIFEST parameter requires full path of an S3 object.`,
        sqlstate.internal,
        'code: 8001',
      );
    }
    const mandatory = field(entry, 'mandatory') ?? false;
    if (typeof mandatory !== 'boolean') throw invalid('"mandatory" is neither true nor false');
    return { file, mandatory };
  });
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;
}

function missingMandatory(file: SourceFile): RedshiftError {
  return new RedshiftError(`Mandatory url is not present in manifest file: ${sourceUrl(file)} does not exist`);
}

function serviceError(error: unknown): RedshiftError {
  if (error instanceof RedshiftError) return error;
  if (error instanceof S3ServiceException) {
    const { httpStatusCode, requestId } = error.$metadata;
    const message = error.message === 'UnknownError' ? error.name : error.message;
    return new RedshiftError(
      `S3ServiceException:${message},Status ${httpStatusCode ?? 0},Error ${error.name},Rid ${requestId ?? ''},CanRetry 0`,
    );
  }
  return new RedshiftError(`S3 cannot be reached: ${asError(error).message || String(error)}`);
}

function readError(error: unknown, file: SourceFile): Error {
  const problem = asError(error);
  const code = 'code' in problem ? String(problem.code) : '';
  if (/^(Z_|ZSTD_|BZIP2_|ERR_)/.test(code)) {
    return new RedshiftError(`${sourceUrl(file)} cannot be decompressed: ${problem.message}`);
  }
  return serviceError(error);
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
