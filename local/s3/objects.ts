// Where do buckets and objects live, and when is an object there? Data lies in files with random names, beside one
// record (JSON) an object; an object comes into being by the rename of its record, after all of its data is in place.
//
//   incoming/<random>                     what is being received, and the parts of unfinished uploads
//   objects/<random>                      data of objects; a multipart object keeps its parts as they are
//   buckets/<bucket>/bucket.json          owner
//   buckets/<bucket>/<sha256(key)>.json   the record of an object: key, size, headers, files
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Checksums } from './checksums.ts';
import { badRequest, noSuchBucket } from './errors.ts';

export interface ObjectFacts {
  readonly key: string;
  /** Without quotes. */
  readonly etag: string;
  /** Content-Type and the like, x-amz-meta-*. */
  readonly headers: Readonly<Record<string, string>>;
  readonly checksums: Checksums;
  readonly checksumType: 'FULL_OBJECT' | 'COMPOSITE';
}

export interface StoredObject extends ObjectFacts {
  readonly bytes: number;
  readonly modifiedMs: number;
  /** In order; their concatenation is the object. */
  readonly files: readonly DataFile[];
}

export interface DataFile {
  readonly name: string;
  readonly bytes: number;
}

/** A file in incoming/. */
export interface ReceivedFile {
  readonly path: string;
  readonly bytes: number;
}

export class Bucket {
  readonly name: string;
  readonly ownerAccountId: string;
  readonly createdMs: number;
  readonly objects = new Map<string, StoredObject>();
  #sortedKeys: readonly string[] | undefined;

  constructor(name: string, ownerAccountId: string, createdMs: number) {
    this.name = name;
    this.ownerAccountId = ownerAccountId;
    this.createdMs = createdMs;
  }

  put(object: StoredObject): void {
    if (!this.objects.has(object.key)) this.#sortedKeys = undefined;
    this.objects.set(object.key, object);
  }

  delete(key: string): void {
    if (this.objects.delete(key)) this.#sortedKeys = undefined;
  }

  /** In S3's order, that of their UTF-8 bytes. */
  sortedKeys(): readonly string[] {
    this.#sortedKeys ??= [...this.objects.keys()]
      .map((key) => Buffer.from(key))
      .sort(Buffer.compare)
      .map((bytes) => bytes.toString());
    return this.#sortedKeys;
  }
}

const markerName = 'local-s3.json';
const marker = `${JSON.stringify({ format: 1 })}\n`;

/** The store in one directory, which belongs to one server at a time. */
export class ObjectStore {
  readonly directory: string;
  readonly buckets = new Map<string, Bucket>();
  readonly #readers = new Map<StoredObject, number>();
  readonly #discarded = new Set<StoredObject>();

  /** Opens or creates the directory. Throws when it holds something else. */
  constructor(directory: string) {
    this.directory = directory;
    mkdirSync(directory, { recursive: true });
    const present = readdirSync(directory);
    if (
      present.length > 0 &&
      !(present.includes(markerName) && readFileSync(this.#path(markerName), 'utf8') === marker)
    )
      throw new Error(`${directory} is not empty and was not made by this S3 server: give it a directory of its own`);
    writeFileSync(this.#path(markerName), marker);
    rmSync(this.#path('incoming'), { recursive: true, force: true });
    for (const folder of ['incoming', 'objects', 'buckets']) mkdirSync(this.#path(folder), { recursive: true });
    for (const name of readdirSync(this.#path('buckets'))) this.#loadBucket(name);
    this.#removeUnreferencedFiles();
  }

  /** The path of a new file to receive into. */
  incomingFile(): string {
    return this.#path('incoming', randomBytes(16).toString('hex'));
  }

  dataPath(file: DataFile): string {
    return this.#path('objects', file.name);
  }

  /** Throws InvalidBucketName. The caller has seen to it that the name is free. */
  createBucket(name: string, ownerAccountId: string): void {
    // S3's rules; they also keep the name a plain file name.
    if (!/^[a-z0-9](?:[a-z0-9-]|\.(?!\.)){1,61}[a-z0-9]$/.test(name) || /^\d+\.\d+\.\d+\.\d+$/.test(name))
      throw badRequest('InvalidBucketName', `The specified bucket is not valid: ${name}`);
    const bucket = new Bucket(name, ownerAccountId, Date.now());
    mkdirSync(this.#path('buckets', name));
    this.#writeRecord(name, 'bucket.json', { ownerAccountId, createdMs: bucket.createdMs });
    this.buckets.set(name, bucket);
  }

  /** Throws NoSuchBucket. */
  bucket(name: string): Bucket {
    const bucket = this.buckets.get(name);
    if (bucket === undefined) throw noSuchBucket(name);
    return bucket;
  }

  deleteBucket(bucket: Bucket): void {
    rmSync(this.#path('buckets', bucket.name), { recursive: true });
    this.buckets.delete(bucket.name);
  }

  /**
   * Makes received files an object, all at once; what had its key before is gone. When this fails, nothing has changed
   * and the files are still the caller's. `check` runs in the same instant as the object appears; it refuses by throwing.
   */
  async commit(
    bucket: Bucket,
    facts: ObjectFacts,
    received: readonly ReceivedFile[],
    check: (present: StoredObject | undefined) => void,
  ): Promise<StoredObject> {
    if (this.buckets.get(bucket.name) !== bucket) throw noSuchBucket(bucket.name);
    const before = bucket.objects.get(facts.key);
    check(before);
    const files = received.map((file) => ({ name: path.basename(file.path), bytes: file.bytes }));
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    const object: StoredObject = { ...facts, bytes, modifiedMs: Date.now(), files };
    for (const file of received) renameSync(file.path, this.#path('objects', path.basename(file.path)));
    try {
      this.#writeRecord(bucket.name, recordName(facts.key), object);
    } catch (error) {
      for (const file of received) renameSync(this.#path('objects', path.basename(file.path)), file.path);
      throw error;
    }
    bucket.put(object);
    if (before !== undefined) await this.#discard(before);
    return object;
  }

  /** Removes the object of that key, if there is one. */
  async remove(bucket: Bucket, key: string): Promise<void> {
    const object = bucket.objects.get(key);
    if (object === undefined) return;
    rmSync(this.#path('buckets', bucket.name, recordName(key)), { force: true });
    bucket.delete(key);
    await this.#discard(object);
  }

  /** Keeps the data of an object in place, even when it is overwritten or removed, until the returned function is called. */
  hold(object: StoredObject): () => void {
    this.#readers.set(object, (this.#readers.get(object) ?? 0) + 1);
    return () => {
      const left = (this.#readers.get(object) ?? 0) - 1;
      if (left > 0) {
        this.#readers.set(object, left);
        return;
      }
      this.#readers.delete(object);
      if (this.#discarded.delete(object)) for (const file of object.files) rmSync(this.dataPath(file), { force: true });
    };
  }

  async #discard(object: StoredObject): Promise<void> {
    if (this.#readers.has(object)) this.#discarded.add(object);
    else await Promise.all(object.files.map((file) => rm(this.dataPath(file), { force: true })));
  }

  #path(...parts: string[]): string {
    return path.join(this.directory, ...parts);
  }

  #writeRecord(bucket: string, name: string, record: object): void {
    const draft = this.incomingFile();
    try {
      writeFileSync(draft, JSON.stringify(record));
      renameSync(draft, this.#path('buckets', bucket, name));
    } catch (error) {
      rmSync(draft, { force: true });
      throw error;
    }
  }

  #loadBucket(name: string): void {
    const folder = this.#path('buckets', name);
    const read = (file: string) => JSON.parse(readFileSync(path.join(folder, file), 'utf8'));
    const records = readdirSync(folder);
    if (!records.includes('bucket.json')) {
      rmSync(folder, { recursive: true }); // stopped half-way through creating it
      return;
    }
    const { ownerAccountId, createdMs } = read('bucket.json');
    const bucket = new Bucket(name, ownerAccountId, createdMs);
    for (const record of records) if (record !== 'bucket.json') bucket.put(read(record));
    this.buckets.set(name, bucket);
  }

  // Left behind when a server was killed between the renames of data and record.
  #removeUnreferencedFiles(): void {
    const referenced = new Set<string>();
    for (const bucket of this.buckets.values())
      for (const object of bucket.objects.values()) for (const file of object.files) referenced.add(file.name);
    for (const name of readdirSync(this.#path('objects')))
      if (!referenced.has(name)) rmSync(this.#path('objects', name));
  }
}

const recordName = (key: string): string => `${createHash('sha256').update(key).digest('hex')}.json`;
