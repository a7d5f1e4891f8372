// Which objects does a COPY read, and what are their bytes?
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { GetObjectCommand, HeadObjectCommand, S3ServiceException } from '@aws-sdk/client-s3';
import { RedshiftError, sqlstate } from '../errors.ts';
import { asError, parseUrl, S3Access, type S3Options, type S3Place, s3Url, serviceError } from '../s3-access.ts';
import type { Compression } from '../sql/copy-options.ts';
import type { CopyStatement } from '../sql/copy-statement.ts';
import { decompressBzip2 } from './bzip2.ts';
import { decompressZstd } from './zstd.ts';

/** The bytes that a decompressor hands on at a time: 256 KiB. */
const chunkBytes = 256 * 1024;

/** S3 as one COPY sees it. */
export class Sources {
  private readonly s3: S3Access;

  constructor(copy: CopyStatement, options: S3Options, signal: AbortSignal) {
    const { authorization } = copy;
    this.s3 = new S3Access({ statement: 'COPY', authorization, region: copy.options.region }, options, signal);
  }

  /** The files to load, in order. */
  async list(copy: CopyStatement): Promise<S3Place[]> {
    await this.s3.checkRegion(copy.source.bucket);
    return copy.options.manifest ? this.fromManifest(copy.source) : this.withPrefix(copy.source);
  }

  /** The file's bytes, decompressed. Breaking off ends the request. */
  async *read(file: S3Place, compression: Compression): AsyncGenerator<Buffer> {
    const { signal } = this.s3;
    const body = await this.s3.get(file);
    const stop = () => body.destroy(asError(signal.reason));
    signal.addEventListener('abort', stop);
    try {
      yield* compression === 'none' ? body : decompressed(body, compression);
    } catch (error) {
      throw signal.aborted ? asError(signal.reason) : readError(error, file);
    } finally {
      signal.removeEventListener('abort', stop);
      body.destroy();
    }
  }

  close(): void {
    this.s3.close();
  }

  private async fromManifest(place: S3Place): Promise<S3Place[]> {
    const pieces: Buffer[] = [];
    const body = await this.s3.get(place);
    await this.s3.call(async () => {
      for await (const piece of body) pieces.push(piece);
    });
    const files: S3Place[] = [];
    for (const entry of readManifest(Buffer.concat(pieces), s3Url(place))) {
      await this.s3.checkRegion(entry.file.bucket);
      if (await this.exists(entry.file)) files.push(entry.file);
      else if (entry.mandatory) throw missingMandatory(entry.file);
    }
    if (files.length === 0) throw new RedshiftError('No files found in the manifest', sqlstate.internal);
    return files;
  }

  private async withPrefix(place: S3Place): Promise<S3Place[]> {
    const files: S3Place[] = [];
    for await (const keys of this.s3.keys(place)) files.push(...keys.map((key) => ({ bucket: place.bucket, key })));
    if (files.length === 0) throw new RedshiftError(`The specified S3 prefix '${place.key}' does not exist`);
    return files;
  }

  private async exists(file: S3Place): Promise<boolean> {
    const { client, signal } = this.s3;
    try {
      const command = new HeadObjectCommand({ Bucket: file.bucket, Key: file.key });
      await client.send(command, { abortSignal: signal });
      return true;
    } catch (error) {
      if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404) return false;
      // An answer to HEAD says nothing more than its status; GET says why.
      await this.s3.call(() =>
        client.send(new GetObjectCommand({ Bucket: file.bucket, Key: file.key, Range: 'bytes=0-0' })),
      );
      throw serviceError(error);
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
  readonly file: S3Place;
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

function missingMandatory(file: S3Place): RedshiftError {
  return new RedshiftError(`Mandatory url is not present in manifest file: ${s3Url(file)} does not exist`);
}

function readError(error: unknown, file: S3Place): Error {
  const problem = asError(error);
  const code = 'code' in problem ? String(problem.code) : '';
  if (/^(Z_|ZSTD_|BZIP2_|ERR_)/.test(code)) {
    return new RedshiftError(`${s3Url(file)} cannot be decompressed: ${problem.message}`);
  }
  return serviceError(error);
}
