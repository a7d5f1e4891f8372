// Which objects, uploads and parts are there? The three listings, in pages, in S3's order.
import { requestedBucket } from './access.ts';
import { type Answer, type Call, xmlAnswer } from './call.ts';
import { invalidArgument, notImplemented } from './errors.ts';
import type { Bucket } from './objects.ts';
import { parameter, type S3Request } from './request.ts';
import { encodeStrictly } from './signature.ts';
import { branch, type Element, leaf } from './xml.ts';

const largestPage = 1000;

export function listObjectsV2(call: Call): Answer {
  const { request } = call;
  const bucket = requestedBucket(call);
  if (parameter(request, 'list-type') !== '2') throw notImplemented('any other list-type than 2');
  const prefix = parameter(request, 'prefix') ?? '';
  const delimiter = parameter(request, 'delimiter') ?? '';
  const token = parameter(request, 'continuation-token');
  const startAfter = parameter(request, 'start-after');
  const limit = pageSize(request, 'max-keys');
  const start = token === undefined ? { after: startAfter ?? '', wholeGroup: false } : readToken(token);
  const page = takePage(bucket.sortedKeys(), { prefix, delimiter, limit, ...start });
  const write = keyWriter(request);
  return xmlAnswer(
    branch('ListBucketResult', [
      leaf('Name', bucket.name),
      leaf('Prefix', write(prefix)),
      delimiter !== '' && leaf('Delimiter', write(delimiter)),
      leaf('MaxKeys', limit),
      leaf('KeyCount', page.keys.length + page.groups.length),
      parameter(request, 'encoding-type') === 'url' && leaf('EncodingType', 'url'),
      startAfter !== undefined && leaf('StartAfter', write(startAfter)),
      token !== undefined && leaf('ContinuationToken', token),
      leaf('IsTruncated', page.next !== undefined),
      page.next !== undefined && leaf('NextContinuationToken', page.next),
      ...page.keys.map((key) => contents(bucket, key, write)),
      ...page.groups.map((group) => branch('CommonPrefixes', [leaf('Prefix', write(group))])),
    ]),
  );
}

function contents(bucket: Bucket, key: string, write: (key: string) => string): Element | undefined {
  const object = bucket.objects.get(key);
  if (object === undefined) return undefined;
  const algorithms = Object.keys(object.checksums).map((name) => leaf('ChecksumAlgorithm', name.toUpperCase()));
  return branch('Contents', [
    leaf('Key', write(key)),
    leaf('LastModified', new Date(object.modifiedMs).toISOString()),
    leaf('ETag', `"${object.etag}"`),
    ...algorithms,
    algorithms.length > 0 && leaf('ChecksumType', object.checksumType),
    leaf('Size', object.bytes),
    leaf('StorageClass', 'STANDARD'),
  ]);
}

interface PageRules {
  readonly prefix: string;
  readonly delimiter: string;
  readonly limit: number;
  readonly after: string;
  /** `after` is a group of keys that was listed already. */
  readonly wholeGroup: boolean;
}

interface Page {
  readonly keys: string[];
  readonly groups: string[];
  readonly next?: string;
}

function takePage(sortedKeys: readonly string[], rules: PageRules): Page {
  const keys: string[] = [];
  const groups: string[] = [];
  const done = rules.wholeGroup ? rules.after : undefined;
  let last = '';
  for (let index = firstAfter(sortedKeys, rules.after, rules.prefix); index < sortedKeys.length; index++) {
    const key = sortedKeys[index] ?? '';
    if (!key.startsWith(rules.prefix)) break; // keys of one prefix stand together
    const group = groupOf(key, rules);
    if (group !== undefined && (group === groups.at(-1) || group === done)) continue;
    if (keys.length + groups.length >= rules.limit) return { keys, groups, ...(rules.limit > 0 && { next: last }) };
    if (group === undefined) keys.push(key);
    else groups.push(group);
    last = writeToken(group ?? key, group !== undefined);
  }
  return { keys, groups };
}

function groupOf(key: string, { prefix, delimiter }: PageRules): string | undefined {
  const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
  return end < 0 ? undefined : key.slice(0, end + delimiter.length);
}

// The first key behind `after` and not before `prefix`, by bisection.
function firstAfter(sortedKeys: readonly string[], after: string, prefix: string): number {
  const afterBytes = Buffer.from(after);
  const prefixBytes = Buffer.from(prefix);
  let low = 0;
  let high = sortedKeys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const key = Buffer.from(sortedKeys[middle] ?? '');
    if (Buffer.compare(key, afterBytes) > 0 && Buffer.compare(key, prefixBytes) >= 0) high = middle;
    else low = middle + 1;
  }
  return low;
}

const writeToken = (after: string, wholeGroup: boolean): string =>
  Buffer.from(`${wholeGroup ? 'group' : 'key'}:${after}`).toString('base64url');

function readToken(token: string): { after: string; wholeGroup: boolean } {
  const match = /^(key|group):(.+)$/su.exec(Buffer.from(token, 'base64url').toString());
  if (match?.[2] === undefined)
    throw invalidArgument('continuation-token', token, 'The continuation token provided is incorrect');
  return { after: match[2], wholeGroup: match[1] === 'group' };
}

function keyWriter(request: S3Request): (key: string) => string {
  const encoding = parameter(request, 'encoding-type');
  if (encoding !== undefined && encoding !== 'url')
    throw invalidArgument('encoding-type', encoding, 'Invalid Encoding Method specified in Request');
  return encoding === 'url' ? (key) => encodeStrictly(key).replaceAll('%2F', '/') : (key) => key;
}

function pageSize(request: S3Request, name: string): number {
  const text = parameter(request, name) ?? String(largestPage);
  if (!/^\d{1,9}$/.test(text))
    throw invalidArgument(name, text, `Provided ${name} not an integer or within integer range`);
  return Math.min(Number(text), largestPage);
}

export function listMultipartUploads(call: Call): Answer {
  const { request } = call;
  const bucket = requestedBucket(call);
  const prefix = parameter(request, 'prefix') ?? '';
  const keyMarker = parameter(request, 'key-marker') ?? '';
  const idMarker = parameter(request, 'upload-id-marker') ?? '';
  const limit = pageSize(request, 'max-uploads');
  const all = call.uploads.ofBucket(bucket.name).filter((upload) => upload.key.startsWith(prefix));
  const markedAt = all.findIndex((upload) => upload.key === keyMarker && upload.id === idMarker);
  const isBehind = (key: string) => Buffer.compare(Buffer.from(key), Buffer.from(keyMarker)) > 0;
  const rest = markedAt < 0 ? all.filter((upload) => isBehind(upload.key)) : all.slice(markedAt + 1);
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  const truncated = rest.length > page.length && last !== undefined;
  return xmlAnswer(
    branch('ListMultipartUploadsResult', [
      leaf('Bucket', bucket.name),
      leaf('Prefix', prefix),
      leaf('KeyMarker', keyMarker),
      leaf('UploadIdMarker', idMarker),
      truncated && leaf('NextKeyMarker', last.key),
      truncated && leaf('NextUploadIdMarker', last.id),
      leaf('MaxUploads', limit),
      leaf('IsTruncated', truncated),
      ...page.map((upload) =>
        branch('Upload', [
          leaf('Key', upload.key),
          leaf('UploadId', upload.id),
          leaf('StorageClass', 'STANDARD'),
          leaf('Initiated', new Date(upload.initiatedMs).toISOString()),
        ]),
      ),
    ]),
  );
}

export function listParts(call: Call): Answer {
  const { request } = call;
  requestedBucket(call);
  const upload = call.uploads.find(parameter(request, 'uploadId') ?? '', request.bucket, request.key);
  const limit = pageSize(request, 'max-parts');
  const marker = Number(parameter(request, 'part-number-marker') ?? 0);
  if (!Number.isInteger(marker)) throw invalidArgument('part-number-marker', String(marker), 'Not an integer');
  const rest = [...upload.parts.values()].filter((part) => part.number > marker).sort((a, b) => a.number - b.number);
  const page = rest.slice(0, limit);
  return xmlAnswer(
    branch('ListPartsResult', [
      leaf('Bucket', upload.bucket),
      leaf('Key', upload.key),
      leaf('UploadId', upload.id),
      leaf('PartNumberMarker', marker),
      leaf('NextPartNumberMarker', page.at(-1)?.number ?? 0),
      leaf('MaxParts', limit),
      leaf('IsTruncated', rest.length > page.length),
      upload.checksumAlgorithm !== undefined && leaf('ChecksumAlgorithm', upload.checksumAlgorithm.toUpperCase()),
      ...page.map((part) =>
        branch('Part', [
          leaf('PartNumber', part.number),
          leaf('LastModified', new Date(part.modifiedMs).toISOString()),
          leaf('ETag', `"${part.etag}"`),
          leaf('Size', part.bytes),
          ...Object.entries(part.checksums).map(([name, value]) => leaf(`Checksum${name.toUpperCase()}`, value)),
        ]),
      ),
    ]),
  );
}
