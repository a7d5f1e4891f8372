// How does a statement of Redshift's use S3? With the keys it brought or the role's, in the region it names, and with
// S3's refusals in Redshift's words.
import { Readable } from 'node:stream';
import {
  GetObjectCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { RedshiftError, sqlstate } from './errors.ts';
import type { Keys } from './sql/copy-authorization.ts';

export interface S3Options {
  readonly endpoint?: string;
  /** The cluster's. */
  readonly region: string;
  readonly role?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

export interface S3Place {
  readonly bucket: string;
  readonly key: string;
}

export function s3Url(place: S3Place): string {
  return `s3://${place.bucket}/${place.key}`;
}

export function parseUrl(url: string): S3Place | undefined {
  const match = /^s3:\/\/([^/]+)\/(.*)$/s.exec(url);
  return match?.[1] === undefined || match[2] === undefined ? undefined : { bucket: match[1], key: match[2] };
}

/** What a statement says of S3. */
export interface S3Claim {
  /** COPY or UNLOAD. */
  readonly statement: string;
  readonly authorization: 'role' | Keys;
  readonly region: string | undefined;
}

/** S3 as one statement sees it. */
export class S3Access {
  readonly client: S3Client;
  readonly signal: AbortSignal;
  private readonly statement: string;
  private readonly region: string;
  private readonly checked = new Set<string>();

  constructor(claim: S3Claim, options: S3Options, signal: AbortSignal) {
    const credentials = claim.authorization === 'role' ? options.role : claim.authorization;
    if (credentials === undefined) {
      const detail = 'The stand-in was started without keys for IAM_ROLE.';
      throw new RedshiftError('User is not authorized to assume IAM Role', sqlstate.internal, detail);
    }
    this.statement = claim.statement;
    this.region = claim.region ?? options.region;
    this.signal = signal;
    this.client = new S3Client({
      region: this.region,
      credentials: { ...credentials },
      ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint, forcePathStyle: true }),
    });
  }

  close(): void {
    this.client.destroy();
  }

  /** The keys with this prefix, page by page. */
  async *keys(place: S3Place): AsyncGenerator<readonly string[]> {
    let token: string | undefined;
    do {
      const command = new ListObjectsV2Command({
        Bucket: place.bucket,
        Prefix: place.key,
        ContinuationToken: token,
      });
      const page = await this.call(() => this.client.send(command, { abortSignal: this.signal }));
      yield (page.Contents ?? []).flatMap(({ Key }) => (Key ? [Key] : []));
      token = page.NextContinuationToken;
    } while (token !== undefined);
  }

  /** The object's bytes as they come. */
  async get(place: S3Place): Promise<Readable> {
    const command = new GetObjectCommand({ Bucket: place.bucket, Key: place.key });
    const { Body } = await this.call(() => this.client.send(command, { abortSignal: this.signal }));
    if (!(Body instanceof Readable)) throw new RedshiftError('S3 answered without a body');
    return Body;
  }

  /** A bucket of another region than the statement's is refused. */
  async checkRegion(bucket: string): Promise<void> {
    if (this.checked.has(bucket)) return;
    const real = await this.bucketRegion(bucket);
    if (real !== undefined && real !== this.region) {
      const message =
        'The bucket you are attempting to access must be addressed using the specified endpoint. ' +
        'Please send all future requests to this endpoint.';
      throw new RedshiftError(
        `S3ServiceException:${message},Status 301,Error PermanentRedirect`,
        sqlstate.internal,
        `The bucket ${bucket} is in ${real}, the ${this.statement} goes to ${this.region}: say REGION '${real}'.`,
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

  /** Throws what S3 refuses in Redshift's words. */
  async call<T>(request: () => Promise<T>): Promise<T> {
    try {
      return await request();
    } catch (error) {
      throw this.signal.aborted ? asError(this.signal.reason) : serviceError(error);
    }
  }
}

export function serviceError(error: unknown): RedshiftError {
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

export function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
