// Which multipart uploads are under way? Each keeps its received parts until it is completed or aborted. They live as
// long as the server: a new one starts without them, and their files are gone.
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import type { ChecksumAlgorithm, Checksums } from './checksums.ts';
import { noSuchUpload } from './errors.ts';

export interface Part {
  readonly number: number;
  readonly path: string;
  readonly bytes: number;
  /** Hex of the MD5. */
  readonly etag: string;
  readonly checksums: Checksums;
  readonly modifiedMs: number;
}

export interface MultipartUpload {
  readonly id: string;
  readonly bucket: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  /** What every part must carry, when the upload was created with one. */
  readonly checksumAlgorithm: ChecksumAlgorithm | undefined;
  readonly initiatedMs: number;
  readonly parts: Map<number, Part>;
}

export class Uploads {
  readonly minimumPartBytes: number;
  readonly #uploads = new Map<string, MultipartUpload>();

  /** Every part but the last has at least that many bytes. */
  constructor(minimumPartBytes: number) {
    this.minimumPartBytes = minimumPartBytes;
  }

  create(facts: Pick<MultipartUpload, 'bucket' | 'key' | 'headers' | 'checksumAlgorithm'>): MultipartUpload {
    const id = randomBytes(24).toString('base64url');
    const upload = { ...facts, id, initiatedMs: Date.now(), parts: new Map() };
    this.#uploads.set(id, upload);
    return upload;
  }

  /** Throws NoSuchUpload, also for the id of another key's upload. */
  find(id: string, bucket: string, key: string): MultipartUpload {
    const upload = this.#uploads.get(id);
    if (upload?.bucket !== bucket || upload.key !== key) throw noSuchUpload(id);
    return upload;
  }

  /** Takes the part in, in the place of an earlier one of its number. Throws NoSuchUpload when it ended meanwhile. */
  async addPart(upload: MultipartUpload, part: Part): Promise<void> {
    this.find(upload.id, upload.bucket, upload.key);
    const before = upload.parts.get(part.number);
    upload.parts.set(part.number, part);
    if (before !== undefined) await rm(before.path, { force: true });
  }

  /** Ends the upload: its id is no longer known, the files still in place are removed. */
  async end(upload: MultipartUpload): Promise<void> {
    this.#uploads.delete(upload.id);
    await Promise.all([...upload.parts.values()].map((part) => rm(part.path, { force: true })));
  }

  /** By key, then by time, as S3 lists them. */
  ofBucket(bucket: string): MultipartUpload[] {
    return [...this.#uploads.values()]
      .filter((upload) => upload.bucket === bucket)
      .sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)) || a.initiatedMs - b.initiatedMs);
  }
}
