// What do the operations on single objects do? Put, get, head, copy, delete one, delete many.
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { requestedBucket, sourceBucket } from './access.ts';
import { type Answer, type Call, type DataBody, emptyAnswer, xmlAnswer } from './call.ts';
import { checksumHeaders, isChecksumAlgorithm, startDigest } from './checksums.ts';
import { checkReadConditions, checkWriteConditions, type Range, requestedRange } from './conditions.ts';
import { badRequest, invalidArgument, malformedXml, noSuchKey, notImplemented } from './errors.ts';
import type { ObjectStore, StoredObject } from './objects.ts';
import { receiveFile, receiveText, writeFileWhole } from './receive.ts';
import type { S3Request } from './request.ts';
import { branch, childText, leaf, readXml } from './xml.ts';

const readBytes = 1024 ** 2;
const mostKeysToDelete = 1000;

export async function putObject(call: Call): Promise<Answer> {
  const { request, store } = call;
  const bucket = requestedBucket(call);
  checkWriteConditions(request, bucket.objects.get(request.key)); // before the body, to spare sending it
  const file = store.incomingFile();
  const { bytes, md5, checksums } = await receiveFile(request, call.signedBy, file);
  const facts = {
    key: request.key,
    etag: md5,
    headers: objectHeaders(request),
    checksums,
    checksumType: 'FULL_OBJECT',
  } as const;
  try {
    await store.commit(bucket, facts, [{ path: file, bytes }], (present) => checkWriteConditions(request, present));
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
  return emptyAnswer(200, { etag: `"${md5}"`, ...storedChecksums({ checksums, checksumType: 'FULL_OBJECT' }) });
}

/** The headers of a request that are kept with the object and sent with it. */
export function objectHeaders(request: S3Request): Record<string, string> {
  const kept: Record<string, string> = { 'content-type': 'binary/octet-stream' };
  for (const name of ['content-type', 'cache-control', 'content-disposition', 'content-language', 'expires']) {
    const value = request.headers.get(name);
    if (value !== undefined) kept[name] = value;
  }
  // aws-chunked is how the body travelled, not what it is.
  const encodings = (request.headers.get('content-encoding') ?? '').split(',').map((encoding) => encoding.trim());
  const encoding = encodings.filter((name) => name !== '' && name !== 'aws-chunked').join(',');
  if (encoding !== '') kept['content-encoding'] = encoding;
  for (const [name, value] of request.headers) if (name.startsWith('x-amz-meta-')) kept[name] = value;
  return kept;
}

const storedChecksums = (object: Pick<StoredObject, 'checksums' | 'checksumType'>): Record<string, string> =>
  Object.keys(object.checksums).length === 0
    ? {}
    : { ...checksumHeaders(object.checksums), 'x-amz-checksum-type': object.checksumType };

export function getObject(call: Call): Answer {
  const { answer, object, range } = describeObject(call);
  return answer.status === 304 ? answer : { ...answer, body: objectBody(call.store, object, range) };
}

export const headObject = (call: Call): Answer => describeObject(call).answer;

function describeObject(call: Call): { answer: Answer; object: StoredObject; range: Range } {
  const { request } = call;
  const object = requestedBucket(call).objects.get(request.key);
  if (object === undefined) throw noSuchKey(request.key);
  const headers: Record<string, string | number> = {
    ...object.headers,
    'accept-ranges': 'bytes',
    'last-modified': new Date(object.modifiedMs).toUTCString(),
    etag: `"${object.etag}"`,
  };
  for (const [name, value] of request.query)
    if (name.startsWith('response-')) headers[name.slice('response-'.length)] = value;
  const whole = { start: 0, end: object.bytes };
  if (!checkReadConditions(request, object))
    return { answer: { status: 304, headers: { etag: `"${object.etag}"` } }, object, range: whole };
  const part = requestedRange(request, object.bytes);
  const range = part ?? whole;
  headers['content-length'] = range.end - range.start;
  if (part !== undefined) headers['content-range'] = `bytes ${part.start}-${part.end - 1}/${object.bytes}`;
  else if (request.headers.get('x-amz-checksum-mode')?.toUpperCase() === 'ENABLED')
    Object.assign(headers, storedChecksums(object));
  return { answer: { status: part === undefined ? 200 : 206, headers }, object, range };
}

const objectBody = (store: ObjectStore, object: StoredObject, range: Range): DataBody => ({
  chunks: objectChunks(store, object, range),
  release: store.hold(object),
});

async function* objectChunks(store: ObjectStore, object: StoredObject, range: Range): AsyncGenerator<Buffer> {
  let fileStart = 0;
  for (const file of object.files) {
    const start = Math.max(range.start - fileStart, 0);
    const end = Math.min(range.end - fileStart, file.bytes);
    if (start < end) {
      const options = { start, end: end - 1, highWaterMark: readBytes };
      yield* createReadStream(store.dataPath(file), options);
    }
    fileStart += file.bytes;
  }
}

export async function copyObject(call: Call): Promise<Answer> {
  const { request, store } = call;
  const bucket = requestedBucket(call);
  await receiveText(request, call.signedBy);
  const source = copySource(call);
  const directive = request.headers.get('x-amz-metadata-directive') ?? 'COPY';
  if (directive !== 'COPY' && directive !== 'REPLACE')
    throw invalidArgument('x-amz-metadata-directive', directive, 'Unknown metadata directive.');
  if (source === bucket.objects.get(request.key) && directive === 'COPY') {
    const message =
      'This copy request is illegal because it is trying to copy an object to itself without changing it.';
    throw badRequest('InvalidRequest', message);
  }
  const headers = directive === 'REPLACE' ? objectHeaders(request) : source.headers;
  const file = store.incomingFile();
  const copied = await copyData(store, source, file);
  try {
    const facts = { key: request.key, headers, checksumType: 'FULL_OBJECT', ...copied } as const;
    const object = await store.commit(bucket, facts, [{ path: file, bytes: source.bytes }], () => undefined);
    return xmlAnswer(
      branch('CopyObjectResult', [
        leaf('LastModified', new Date(object.modifiedMs).toISOString()),
        leaf('ETag', `"${object.etag}"`),
        ...Object.entries(object.checksums).map(([name, value]) => leaf(`Checksum${name.toUpperCase()}`, value)),
      ]),
    );
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
}

function copySource(call: Call): StoredObject {
  const header = call.request.headers.get('x-amz-copy-source') ?? '';
  const match = /^\/?([^/?]+)\/([^?]+)$/.exec(header);
  if (match === null) throw notImplemented(`x-amz-copy-source: ${header}; expected bucket/key`);
  const [bucket = '', key = ''] = match.slice(1).map((text) => decodeSource(text));
  const object = sourceBucket(call, bucket).objects.get(key);
  if (object === undefined) throw noSuchKey(key);
  return object;
}

function decodeSource(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalidArgument('x-amz-copy-source', text, 'Invalid copy source encoding.');
  }
}

// A copy is one file with the ETag and checksums of its own bytes, also when its source came in parts.
async function copyData(
  store: ObjectStore,
  source: StoredObject,
  file: string,
): Promise<Pick<StoredObject, 'etag' | 'checksums'>> {
  const release = store.hold(source);
  try {
    const md5 = startDigest('md5');
    const algorithms = Object.keys(source.checksums).filter(isChecksumAlgorithm);
    const digests = algorithms.map((algorithm) => [algorithm, startDigest(algorithm)] as const);
    await writeFileWhole(file, async (write) => {
      for await (const chunk of objectChunks(store, source, { start: 0, end: source.bytes })) {
        md5.update(chunk);
        for (const [, digest] of digests) digest.update(chunk);
        await write(chunk);
      }
    });
    const checksums = digests.map(([algorithm, digest]) => [algorithm, digest.digest().toString('base64')]);
    return { etag: md5.digest().toString('hex'), checksums: Object.fromEntries(checksums) };
  } finally {
    release();
  }
}

export async function deleteObject(call: Call): Promise<Answer> {
  await call.store.remove(requestedBucket(call), call.request.key);
  return emptyAnswer(204);
}

export async function deleteObjects(call: Call): Promise<Answer> {
  const { request } = call;
  const bucket = requestedBucket(call);
  const names = [...request.headers.keys()];
  if (!names.some((name) => name === 'content-md5' || name === 'x-amz-trailer' || /^x-amz-checksum-/.test(name)))
    throw badRequest('InvalidRequest', 'Missing required header for this request: Content-MD5 OR x-amz-checksum-*');
  const { keys, quiet } = readDelete(await receiveText(request, call.signedBy));
  for (const key of keys) await call.store.remove(bucket, key);
  const deleted = keys.map((key) => branch('Deleted', [leaf('Key', key)]));
  return xmlAnswer(branch('DeleteResult', quiet ? [] : deleted));
}

function readDelete(document: string): { keys: string[]; quiet: boolean } {
  const root = readXml(document, 'Delete');
  const keys: string[] = [];
  for (const child of root.children) {
    if (child.name === 'Quiet') continue;
    if (child.name !== 'Object') throw malformedXml(`unexpected ${child.name}`);
    for (const { name } of child.children) if (name !== 'Key') throw notImplemented(`${name} in DeleteObjects`);
    const key = childText(child, 'Key');
    if (key === undefined || key === '') throw malformedXml('an Object without Key');
    keys.push(key);
  }
  if (keys.length === 0 || keys.length > mostKeysToDelete)
    throw malformedXml(`${keys.length} keys, expected 1 to 1000`);
  return { keys, quiet: childText(root, 'Quiet') === 'true' };
}
