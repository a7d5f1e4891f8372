// Which operation of S3 is this request? A table of everything the server does, with every query parameter and
// x-amz-* header each operation takes. What is not in the table is refused, so that nothing is silently ignored.
import { checksumAlgorithms } from './checksums.ts';
import { notImplemented } from './errors.ts';
import { parameter, type S3Request } from './request.ts';

interface Shape {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  readonly on: 'service' | 'bucket' | 'object';
  /** The query parameter or header whose presence tells this operation from others of its method. */
  readonly mark?: string;
  readonly writes?: true;
  readonly parameters?: readonly string[];
  readonly headers?: readonly string[];
}

const checksums = checksumAlgorithms.map((algorithm) => `x-amz-checksum-${algorithm}`);
const bodyHeaders = ['x-amz-decoded-content-length', 'x-amz-trailer', 'x-amz-sdk-checksum-algorithm', ...checksums];
const overrides = [
  'response-cache-control',
  'response-expires',
  'response-content-type',
  'response-content-language',
  'response-content-disposition',
  'response-content-encoding',
];
const copyHeaders = ['x-amz-copy-source', 'x-amz-source-expected-bucket-owner', 'x-amz-metadata-directive'];

const operations = {
  ListBuckets: { method: 'GET', on: 'service' },
  CreateBucket: { method: 'PUT', on: 'bucket', writes: true, headers: bodyHeaders },
  HeadBucket: { method: 'HEAD', on: 'bucket' },
  DeleteBucket: { method: 'DELETE', on: 'bucket', writes: true },
  GetBucketLocation: { method: 'GET', on: 'bucket', mark: 'location' },
  ListObjectsV2: {
    method: 'GET',
    on: 'bucket',
    mark: 'list-type',
    parameters: ['prefix', 'delimiter', 'max-keys', 'continuation-token', 'start-after', 'encoding-type'],
  },
  ListMultipartUploads: {
    method: 'GET',
    on: 'bucket',
    mark: 'uploads',
    parameters: ['prefix', 'max-uploads', 'key-marker', 'upload-id-marker'],
  },
  DeleteObjects: { method: 'POST', on: 'bucket', mark: 'delete', writes: true, headers: bodyHeaders },
  GetObject: { method: 'GET', on: 'object', parameters: overrides, headers: ['x-amz-checksum-mode'] },
  HeadObject: { method: 'HEAD', on: 'object', parameters: overrides, headers: ['x-amz-checksum-mode'] },
  PutObject: { method: 'PUT', on: 'object', writes: true, headers: [...bodyHeaders, 'x-amz-meta-*'] },
  CopyObject: {
    method: 'PUT',
    on: 'object',
    mark: 'x-amz-copy-source',
    writes: true,
    headers: [...copyHeaders, 'x-amz-meta-*'],
  },
  DeleteObject: { method: 'DELETE', on: 'object', writes: true },
  CreateMultipartUpload: {
    method: 'POST',
    on: 'object',
    mark: 'uploads',
    writes: true,
    headers: ['x-amz-checksum-algorithm', 'x-amz-checksum-type', 'x-amz-meta-*'],
  },
  UploadPart: {
    method: 'PUT',
    on: 'object',
    mark: 'uploadId',
    writes: true,
    parameters: ['partNumber'],
    headers: bodyHeaders,
  },
  CompleteMultipartUpload: {
    method: 'POST',
    on: 'object',
    mark: 'uploadId',
    writes: true,
    headers: ['x-amz-mp-object-size'],
  },
  AbortMultipartUpload: { method: 'DELETE', on: 'object', mark: 'uploadId', writes: true },
  ListParts: { method: 'GET', on: 'object', mark: 'uploadId', parameters: ['max-parts', 'part-number-marker'] },
} as const satisfies Record<string, Shape>;

export type OperationName = keyof typeof operations;

const shapes: readonly (readonly [OperationName, Shape])[] = (Object.keys(operations) as OperationName[]).map(
  (name) => [name, operations[name]],
);

const commonHeaders = new Set([
  'x-amz-content-sha256',
  'x-amz-date',
  'x-amz-user-agent',
  'x-amz-expected-bucket-owner',
]);
const commonParameters = new Set([
  'x-id',
  ...['Algorithm', 'Credential', 'Date', 'Expires', 'SignedHeaders', 'Signature', 'Content-Sha256'].map(
    (name) => `X-Amz-${name}`,
  ),
]);
// Conditions and ranges by standard headers; each operation that honours one says so here.
const conditionHeaders: Readonly<Record<string, readonly OperationName[]>> = {
  range: ['GetObject', 'HeadObject'],
  'if-match': ['GetObject', 'HeadObject', 'PutObject', 'CompleteMultipartUpload'],
  'if-none-match': ['GetObject', 'HeadObject', 'PutObject', 'CompleteMultipartUpload'],
  'if-modified-since': [],
  'if-unmodified-since': [],
  'if-range': [],
};

/** The operation asked for. Throws NotImplemented for all that this server does not do. */
export function operationOf(request: S3Request): OperationName {
  const on = request.bucket === '' ? 'service' : request.key === '' ? 'bucket' : 'object';
  const candidates = shapes.filter(([, shape]) => shape.method === request.method && shape.on === on);
  const marked = candidates.find(([, shape]) => shape.mark !== undefined && isPresent(request, shape.mark));
  const found = marked ?? candidates.find(([, shape]) => shape.mark === undefined);
  const asked = `${request.method} on ${on === 'service' ? 'the service' : on === 'bucket' ? 'a bucket' : 'an object'}`;
  if (found === undefined) throw notImplemented(`${asked} with ${describeQuery(request)}`);
  const [name, shape] = found;
  for (const [given] of request.query)
    if (given !== shape.mark && !commonParameters.has(given) && !shape.parameters?.includes(given))
      throw notImplemented(`${asked} with the query parameter '${given}'`);
  for (const given of request.headers.keys())
    if (!takesHeader(name, shape, given)) throw notImplemented(`the header ${given} on ${name}`);
  return name;
}

/** Whether the operation changes anything. */
export const writes = (operation: OperationName): boolean => 'writes' in operations[operation];

const isPresent = (request: S3Request, mark: string): boolean =>
  mark.startsWith('x-amz-') ? request.headers.has(mark) : parameter(request, mark) !== undefined;

function takesHeader(name: OperationName, shape: Shape, header: string): boolean {
  const condition = conditionHeaders[header];
  if (condition !== undefined) return condition.includes(name);
  if (!header.startsWith('x-amz-') || commonHeaders.has(header)) return true;
  const known = header.startsWith('x-amz-meta-') ? 'x-amz-meta-*' : header;
  return shape.headers?.includes(known) ?? false;
}

const describeQuery = (request: S3Request): string =>
  request.query.length === 0 ? 'no query parameters' : `?${request.query.map(([name]) => name).join('&')}`;
