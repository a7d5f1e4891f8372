// Into which objects do the rows of one slice go? Into one after the other, each up to its greatest size.
import { once } from 'node:events';
import { PassThrough, type Transform } from 'node:stream';
import { createGzip, createZstdCompress } from 'node:zlib';
import { Upload } from '@aws-sdk/lib-storage';
import { type S3Access, type S3Place, s3Url } from '../s3-access.ts';
import type { UnloadOptions } from '../sql/unload-options.ts';

export interface ResultFile {
  readonly url: string;
  readonly bytes: number;
  /** With the line of names, where there is one. */
  readonly lines: number;
}

/** Lines are handed to the compressor in pieces of 64 KiB. */
const pieceBytes = 64 * 1024;

/** S3 takes no smaller part but the last: 5 MiB. */
const partBytes = 5 * 1024 * 1024;

/** One object that is being written. */
class OpenFile {
  lines = 0;
  /** Before compression, what is gathered included. */
  plainBytes = 0;
  /** As far as they have come out of the compressor. */
  storedBytes = 0;
  private readonly place: S3Place;
  private readonly encoder: Transform;
  private readonly upload: Upload;
  private readonly uploaded: Promise<unknown>;
  private gathered: Buffer[] = [];
  private gatheredBytes = 0;

  constructor(place: S3Place, compression: UnloadOptions['compression'], s3: S3Access) {
    this.place = place;
    this.encoder = encoder(compression);
    const body = new PassThrough();
    this.encoder.on('data', (chunk: Buffer) => {
      this.storedBytes += chunk.length;
    });
    this.encoder.pipe(body);
    const params = { Bucket: place.bucket, Key: place.key, Body: body };
    this.upload = new Upload({ client: s3.client, params, partSize: partBytes, queueSize: 1 });
    this.uploaded = s3.call(() => this.upload.done());
    const stop = () => void this.upload.abort();
    s3.signal.addEventListener('abort', stop);
    const forget = () => s3.signal.removeEventListener('abort', stop);
    this.uploaded.then(forget, forget);
    // Told when it is awaited; until then nothing must wait for a reader that has gone.
    this.uploaded.catch((error: unknown) => this.encoder.destroy(error instanceof Error ? error : undefined));
    this.encoder.on('error', () => {});
  }

  async write(line: Buffer): Promise<void> {
    this.lines++;
    this.plainBytes += line.length;
    this.gathered.push(Buffer.from(line));
    this.gatheredBytes += line.length;
    if (this.gatheredBytes >= pieceBytes) await this.flush();
  }

  private async flush(): Promise<void> {
    const piece = Buffer.concat(this.gathered);
    this.gathered = [];
    this.gatheredBytes = 0;
    if (this.encoder.destroyed) await this.uploaded;
    if (this.encoder.write(piece)) return;
    await Promise.race([once(this.encoder, 'drain'), this.uploaded]);
  }

  async close(): Promise<ResultFile> {
    await this.flush();
    this.encoder.end();
    await this.uploaded;
    return { url: s3Url(this.place), bytes: this.storedBytes, lines: this.lines };
  }

  async abort(): Promise<void> {
    await this.upload.abort();
    await this.uploaded.catch(() => {});
  }
}

function encoder(compression: UnloadOptions['compression']): Transform {
  if (compression === 'gzip') return createGzip();
  return compression === 'zstd' ? createZstdCompress() : new PassThrough();
}

/** The objects of one slice. */
export class SliceFiles {
  readonly done: ResultFile[] = [];
  private readonly place: (part: number) => S3Place;
  private readonly options: UnloadOptions;
  private readonly s3: S3Access;
  private readonly header: Buffer | undefined;
  private current: OpenFile | undefined;
  private opened = 0;

  constructor(
    place: (part: number) => S3Place,
    options: UnloadOptions,
    s3: S3Access,
    /** The first line of each. */
    header: Buffer | undefined,
  ) {
    this.place = place;
    this.options = options;
    this.s3 = s3;
    this.header = header;
  }

  async write(line: Buffer): Promise<void> {
    if (this.current !== undefined && this.isFull(this.current, line)) await this.endFile();
    const file = this.current ?? (await this.open());
    await file.write(line);
  }

  /** Opens one although there may be nothing to write. */
  async open(): Promise<OpenFile> {
    if (this.current !== undefined) return this.current;
    const file = new OpenFile(this.place(this.opened++), this.options.compression, this.s3);
    this.current = file;
    if (this.header !== undefined) await file.write(this.header);
    return file;
  }

  async close(): Promise<void> {
    if (this.current !== undefined) await this.endFile();
  }

  /** What is whole already stays. */
  async abort(): Promise<void> {
    await this.current?.abort();
  }

  /** Without compression a file never is larger; with it, by what the compressor still held. */
  private isFull(file: OpenFile, line: Buffer): boolean {
    const { compression, maxFileBytes } = this.options;
    return compression === 'none' ? file.plainBytes + line.length > maxFileBytes : file.storedBytes >= maxFileBytes;
  }

  private async endFile(): Promise<void> {
    const file = this.current;
    if (file === undefined) return;
    this.done.push(await file.close());
    this.current = undefined;
  }
}
