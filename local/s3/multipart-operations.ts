// What do the operations of a multipart upload do? Create, upload a part, complete, abort. Completing copies no data:
// the object keeps the parts' files in their order.
import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { requestedBucket } from './access.ts';
import { type Answer, type Call, emptyAnswer, xmlAnswer } from './call.ts';
import {
  type ChecksumAlgorithm,
  type Checksums,
  checksumHeaders,
  compositeChecksum,
  isChecksumAlgorithm,
} from './checksums.ts';
import { checkWriteConditions } from './conditions.ts';
import { badRequest, invalidArgument, malformedXml, notImplemented, S3Error } from './errors.ts';
import { objectHeaders } from './object-operations.ts';
import { receiveFile, receiveText } from './receive.ts';
import { parameter, type S3Request } from './request.ts';
import type { MultipartUpload, Part } from './uploads.ts';
import { branch, childText, type Element, leaf, readXml } from './xml.ts';

const mostParts = 10_000;

export async function createMultipartUpload(call: Call): Promise<Answer> {
  const { request } = call;
  const bucket = requestedBucket(call);
  await receiveText(request, call.signedBy);
  const checksumAlgorithm = chosenAlgorithm(request);
  const headers = objectHeaders(request);
  const upload = call.uploads.create({ bucket: bucket.name, key: request.key, headers, checksumAlgorithm });
  const chosen: Record<string, string> =
    checksumAlgorithm === undefined
      ? {}
      : { 'x-amz-checksum-algorithm': checksumAlgorithm.toUpperCase(), 'x-amz-checksum-type': 'COMPOSITE' };
  return xmlAnswer(
    branch('InitiateMultipartUploadResult', [
      leaf('Bucket', upload.bucket),
      leaf('Key', upload.key),
      leaf('UploadId', upload.id),
    ]),
    chosen,
  );
}

// A checksum of the whole object would take combining the parts' CRCs.
function chosenAlgorithm(request: S3Request): ChecksumAlgorithm | undefined {
  const name = request.headers.get('x-amz-checksum-algorithm')?.toLowerCase();
  const type = request.headers.get('x-amz-checksum-type') ?? 'COMPOSITE';
  if (name === undefined) {
    if (request.headers.has('x-amz-checksum-type'))
      throw badRequest(
        'InvalidRequest',
        'The x-amz-checksum-type header can only be used with x-amz-checksum-algorithm.',
      );
    return undefined;
  }
  if (!isChecksumAlgorithm(name) || name === 'crc64nvme' || type !== 'COMPOSITE')
    throw notImplemented(`${type} checksums of ${name} on multipart uploads`);
  return name;
}

const requestedUpload = (call: Call): MultipartUpload =>
  call.uploads.find(parameter(call.request, 'uploadId') ?? '', requestedBucket(call).name, call.request.key);

export async function uploadPart(call: Call): Promise<Answer> {
  const { request, store, uploads } = call;
  const upload = requestedUpload(call);
  const number = parameter(request, 'partNumber') ?? '';
  if (!/^[1-9]\d{0,4}$/.test(number) || Number(number) > mostParts)
    throw invalidArgument('partNumber', number, `Part number must be an integer between 1 and ${mostParts}, inclusive`);
  const path = store.incomingFile();
  const { bytes, md5, checksums } = await receiveFile(request, call.signedBy, path);
  try {
    checkPartChecksums(upload, checksums);
    await uploads.addPart(upload, {
      number: Number(number),
      path,
      bytes,
      etag: md5,
      checksums,
      modifiedMs: Date.now(),
    });
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
  return emptyAnswer(200, { etag: `"${md5}"`, ...checksumHeaders(checksums) });
}

function checkPartChecksums({ checksumAlgorithm }: MultipartUpload, checksums: Checksums): void {
  if (checksumAlgorithm === undefined || checksums[checksumAlgorithm] !== undefined) return;
  const sent = Object.keys(checksums).join(', ') || 'null';
  const message = `Checksum Type mismatch occurred, expected checksum Type: ${checksumAlgorithm}, actual checksum Type: ${sent}`;
  throw badRequest('InvalidRequest', message);
}

export async function completeMultipartUpload(call: Call): Promise<Answer> {
  const { request, store, uploads } = call;
  const bucket = requestedBucket(call);
  requestedUpload(call);
  const wanted = readComplete(await receiveText(request, call.signedBy));
  const upload = requestedUpload(call); // it may have ended while the document came in
  const parts = wanted.map((part) => findPart(upload, part));
  refuseSmallParts(parts, uploads.minimumPartBytes);
  refuseOtherSize(request, parts);
  const checksums = objectChecksums(upload, parts, wanted);
  const md5s = Buffer.concat(parts.map((part) => Buffer.from(part.etag, 'hex')));
  const etag = `${createHash('md5').update(md5s).digest('hex')}-${parts.length}`;
  const facts = { key: upload.key, etag, headers: upload.headers, checksums, checksumType: 'COMPOSITE' } as const;
  await store.commit(bucket, facts, parts, (present) => checkWriteConditions(request, present));
  await uploads.end(upload);
  return xmlAnswer(
    branch('CompleteMultipartUploadResult', [
      leaf('Location', `http://${request.headers.get('host') ?? ''}${request.path}`),
      leaf('Bucket', bucket.name),
      leaf('Key', upload.key),
      leaf('ETag', `"${etag}"`),
      ...Object.entries(checksums).map(([name, value]) => leaf(`Checksum${name.toUpperCase()}`, value)),
      upload.checksumAlgorithm !== undefined && leaf('ChecksumType', 'COMPOSITE'),
    ]),
  );
}

interface WantedPart {
  readonly number: number;
  readonly etag: string;
  readonly checksums: Checksums;
}

function readComplete(document: string): WantedPart[] {
  const parts = readXml(document, 'CompleteMultipartUpload').children.map(readPart);
  if (parts.length === 0 || parts.length > mostParts) throw malformedXml(`${parts.length} parts`);
  parts.forEach((part, index) => {
    if (part.number <= (parts[index - 1]?.number ?? 0))
      throw badRequest(
        'InvalidPartOrder',
        'The list of parts was not in ascending order. Parts must be ordered by part number.',
      );
  });
  return parts;
}

function readPart(element: Element): WantedPart {
  if (element.name !== 'Part') throw malformedXml(`unexpected ${element.name}`);
  const number = childText(element, 'PartNumber') ?? '';
  const etag = childText(element, 'ETag');
  if (!/^\d{1,5}$/.test(number) || etag === undefined) throw malformedXml('a Part without PartNumber or ETag');
  const checksums: Checksums = {};
  for (const { name, text } of element.children) {
    if (name === 'PartNumber' || name === 'ETag') continue;
    const algorithm = name.replace(/^Checksum/, '').toLowerCase();
    if (!isChecksumAlgorithm(algorithm)) throw malformedXml(`unexpected ${name}`);
    checksums[algorithm] = text;
  }
  return { number: Number(number), etag: etag.replaceAll('"', ''), checksums };
}

function findPart(upload: MultipartUpload, wanted: WantedPart): Part {
  const part = upload.parts.get(wanted.number);
  const differs = Object.entries(wanted.checksums).some(
    ([name, value]) => isChecksumAlgorithm(name) && part?.checksums[name] !== value,
  );
  if (part !== undefined && part.etag === wanted.etag && !differs) return part;
  const message =
    'One or more of the specified parts could not be found. The part may not have been uploaded, ' +
    "or the specified entity tag may not match the part's entity tag.";
  const elements = { UploadId: upload.id, PartNumber: String(wanted.number), ETag: wanted.etag };
  throw new S3Error(400, 'InvalidPart', message, { elements });
}

function refuseSmallParts(parts: readonly Part[], minimumBytes: number): void {
  const small = parts.slice(0, -1).find((part) => part.bytes < minimumBytes);
  if (small === undefined) return;
  throw new S3Error(400, 'EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', {
    elements: {
      ProposedSize: String(small.bytes),
      MinSizeAllowed: String(minimumBytes),
      PartNumber: String(small.number),
      ETag: small.etag,
    },
  });
}

function refuseOtherSize(request: S3Request, parts: readonly Part[]): void {
  const promised = request.headers.get('x-amz-mp-object-size');
  const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
  if (promised !== undefined && promised !== String(bytes))
    throw badRequest('InvalidRequest', `The parts have ${bytes} bytes, x-amz-mp-object-size says ${promised}.`);
}

// An upload created with a checksum algorithm is completed by naming every part's checksum.
function objectChecksums(upload: MultipartUpload, parts: readonly Part[], wanted: readonly WantedPart[]): Checksums {
  const algorithm = upload.checksumAlgorithm;
  if (algorithm === undefined) return {};
  const missing = wanted.find((part) => part.checksums[algorithm] === undefined);
  if (missing !== undefined) {
    throw badRequest(
      'InvalidRequest',
      `The upload was created using a ${algorithm} checksum. The complete request must include the checksum for each part. ` +
        `It was missing for part ${missing.number} in the request.`,
    );
  }
  return {
    [algorithm]: compositeChecksum(
      algorithm,
      parts.map((part) => part.checksums[algorithm] ?? ''),
    ),
  };
}

export async function abortMultipartUpload(call: Call): Promise<Answer> {
  await call.uploads.end(requestedUpload(call));
  return emptyAnswer(204);
}
