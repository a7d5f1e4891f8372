// Did the body arrive whole and as promised? Streams a request's body into a file or a string and compares its length
// and every digest the client named (payload hash, Content-MD5, x-amz-checksum-*). Only what was asked for is hashed.
import { type FileHandle, open, rm } from 'node:fs/promises';
import { type ChecksumAlgorithm, type Checksums, type Digest, isChecksumAlgorithm, startDigest } from './checksums.ts';
import { ChunkedBody } from './chunked-body.ts';
import { badRequest, notImplemented, S3Error } from './errors.ts';
import type { S3Request } from './request.ts';
import type { SignedBy } from './signature.ts';

const largestBodyBytes = 5 * 1024 ** 3; // S3's limit of one PUT
const largestDocumentBytes = 4 * 1024 ** 2; // 10,000 parts of a CompleteMultipartUpload take about 2 MB
const writeBytes = 1024 ** 2; // sockets deliver 64 KiB at most; 16 of them make one write

export interface Received {
  readonly bytes: number;
  /** Hex; the ETag of what was received. */
  readonly md5: string;
  /** Those the client sent, verified. */
  readonly checksums: Checksums;
}

/** Receives the body into a new file, which is gone again when anything is wrong. */
export async function receiveFile(request: S3Request, signedBy: SignedBy, file: string): Promise<Received> {
  if (!request.headers.has('content-length') && !request.headers.has('transfer-encoding'))
    throw new S3Error(411, 'MissingContentLength', 'You must provide the Content-Length HTTP header.');
  return writeFileWhole(file, (write) => receive(request, signedBy, { needsMd5: true, write }));
}

/** Receives a small document, at most 4 MiB. */
export async function receiveText(request: S3Request, signedBy: SignedBy): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  const write = async (piece: Buffer) => {
    bytes += piece.length;
    if (bytes > largestDocumentBytes) throw badRequest('MaxMessageLengthExceeded', 'Your request was too big.');
    pieces.push(piece);
  };
  await receive(request, signedBy, { needsMd5: false, write });
  return Buffer.concat(pieces).toString('utf8');
}

/** Writes a stream into a new file in large writes; a failure of the source or the disk removes the file. */
export async function writeFileWhole<T>(
  file: string,
  fill: (write: (piece: Buffer) => Promise<void>) => Promise<T>,
): Promise<T> {
  const writer = new FileWriter(await open(file, 'wx'));
  try {
    const result = await fill((piece) => writer.write(piece));
    await writer.flush();
    await writer.close();
    return result;
  } catch (error) {
    await writer.close();
    await rm(file, { force: true });
    throw error;
  }
}

// Collects pieces while the previous write is under way: at most two writes' worth of memory.
class FileWriter {
  readonly #handle: FileHandle;
  #pieces: Buffer[] = [];
  #bytes = 0;
  #writing: Promise<void> = Promise.resolve();

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async write(piece: Buffer): Promise<void> {
    this.#pieces.push(piece);
    this.#bytes += piece.length;
    if (this.#bytes >= writeBytes) await this.#startWrite();
  }

  async flush(): Promise<void> {
    await this.#startWrite();
    await this.#writing;
  }

  async close(): Promise<void> {
    await this.#writing.catch(() => undefined);
    await this.#handle.close();
  }

  async #startWrite(): Promise<void> {
    await this.#writing;
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#bytes = 0;
    this.#writing = writeAll(this.#handle, pieces);
    this.#writing.catch(() => undefined); // seen by whoever awaits it next
  }
}

// A nearly full disk takes a part of the bytes without an error; only the next write fails.
async function writeAll(handle: FileHandle, pieces: readonly Buffer[]): Promise<void> {
  if (pieces.length === 0) return;
  const wanted = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const { bytesWritten } = await handle.writev(pieces);
  if (bytesWritten === wanted) return;
  let rest = Buffer.concat(pieces).subarray(bytesWritten);
  while (rest.length > 0) rest = rest.subarray((await handle.write(rest)).bytesWritten);
}

interface Sink {
  readonly needsMd5: boolean;
  readonly write: (piece: Buffer) => Promise<void>;
}

async function receive(request: S3Request, signedBy: SignedBy, sink: Sink): Promise<Received> {
  const promised = promises(request, signedBy);
  const chunked = chunkedBody(request, signedBy);
  const digests = new Map<ChecksumAlgorithm | 'md5', Digest>();
  for (const algorithm of promised.algorithms) digests.set(algorithm, startDigest(algorithm));
  if (sink.needsMd5 || promised.md5 !== undefined) digests.set('md5', startDigest('md5'));
  let bytes = 0;
  for await (const arrived of request.body.read()) {
    for (const piece of chunked ? chunked.push(arrived) : [arrived]) {
      bytes += piece.length;
      for (const digest of digests.values()) digest.update(piece);
      await sink.write(piece);
    }
  }
  chunked?.end();
  const results = new Map([...digests].map(([algorithm, digest]) => [algorithm, digest.digest()]));
  return {
    bytes,
    md5: results.get('md5')?.toString('hex') ?? '',
    checksums: verify(promised, chunked?.trailers, results),
  };
}

interface Promises {
  readonly payloadSha256: string | undefined; // hex
  readonly md5: string | undefined; // base64
  readonly checksums: ReadonlyMap<ChecksumAlgorithm, string>;
  readonly trailer: ChecksumAlgorithm | undefined;
  /** All digests that verifying takes. */
  readonly algorithms: ReadonlySet<ChecksumAlgorithm>;
}

function promises(request: S3Request, signedBy: SignedBy): Promises {
  if (Number(request.headers.get('content-length') ?? 0) > largestBodyBytes)
    throw badRequest('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size');
  const checksums = new Map<ChecksumAlgorithm, string>();
  for (const [name, value] of request.headers) {
    const algorithm = /^x-amz-checksum-(\w+)$/.exec(name)?.[1];
    if (algorithm === undefined || algorithm === 'algorithm' || algorithm === 'type') continue;
    if (!isChecksumAlgorithm(algorithm)) throw notImplemented(`the checksum ${algorithm}`);
    checksums.set(algorithm, value);
  }
  const trailer = promisedTrailer(request);
  const payloadSha256 = /^[0-9a-f]{64}$/.test(signedBy.payload) ? signedBy.payload : undefined;
  const algorithms = new Set(checksums.keys());
  if (trailer !== undefined) algorithms.add(trailer);
  if (payloadSha256 !== undefined) algorithms.add('sha256');
  return { payloadSha256, md5: request.headers.get('content-md5'), checksums, trailer, algorithms };
}

function promisedTrailer(request: S3Request): ChecksumAlgorithm | undefined {
  const name = request.headers.get('x-amz-trailer')?.toLowerCase();
  if (name === undefined) return undefined;
  const algorithm = /^x-amz-checksum-(\w+)$/.exec(name)?.[1] ?? '';
  if (!isChecksumAlgorithm(algorithm)) throw notImplemented(`the trailer ${name}`);
  return algorithm;
}

function chunkedBody(request: S3Request, { payload, chunks }: SignedBy): ChunkedBody | undefined {
  if (/^[0-9a-f]{64}$/.test(payload) || payload === 'UNSIGNED-PAYLOAD') {
    if (request.headers.has('x-amz-trailer'))
      throw badRequest('InvalidRequest', `x-amz-trailer cannot come with x-amz-content-sha256: ${payload}`);
    if (request.headers.has('transfer-encoding')) throw notImplemented('Transfer-Encoding without an aws-chunked body');
    return undefined;
  }
  const signed = payload === 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD';
  if (!signed && payload !== 'STREAMING-UNSIGNED-PAYLOAD-TRAILER')
    throw notImplemented(`x-amz-content-sha256: ${payload}`);
  const decoded = request.headers.get('x-amz-decoded-content-length') ?? '';
  if (!/^\d{1,15}$/.test(decoded))
    throw new S3Error(411, 'MissingContentLength', 'You must provide the x-amz-decoded-content-length HTTP header.');
  return new ChunkedBody({ decodedBytes: Number(decoded), ...(signed && { signing: chunks }) });
}

function verify(
  promised: Promises,
  trailers: ReadonlyMap<string, string> | undefined,
  results: ReadonlyMap<ChecksumAlgorithm | 'md5', Buffer>,
): Checksums {
  if (promised.payloadSha256 !== undefined && results.get('sha256')?.toString('hex') !== promised.payloadSha256) {
    const message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
    throw badRequest('XAmzContentSHA256Mismatch', message);
  }
  if (promised.md5 !== undefined && results.get('md5')?.toString('base64') !== promised.md5)
    throw badRequest('BadDigest', 'The Content-MD5 you specified did not match what we received.');
  const wanted = new Map(promised.checksums);
  if (promised.trailer !== undefined) {
    const value = trailers?.get(`x-amz-checksum-${promised.trailer}`);
    if (value === undefined)
      throw badRequest('MalformedTrailerError', `The promised trailer x-amz-checksum-${promised.trailer} is missing.`);
    wanted.set(promised.trailer, value);
  }
  for (const [algorithm, value] of wanted) {
    if (results.get(algorithm)?.toString('base64') === value) continue;
    const name = algorithm.toUpperCase();
    throw badRequest('BadDigest', `The ${name} you specified did not match the calculated checksum.`);
  }
  return Object.fromEntries(wanted);
}
