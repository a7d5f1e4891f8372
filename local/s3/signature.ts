// Who signed this request, and is the signature right? AWS Signature Version 4 for S3: in the Authorization header, in
// the query of a presigned URL, and chunk by chunk in a signed aws-chunked body.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { accessDenied, badRequest, S3Error } from './errors.ts';
import { parameter, type S3Request } from './request.ts';

const longestSkewMs = 15 * 60 * 1000;
const longestPresignedSeconds = 7 * 24 * 60 * 60;

/** What a checked signature leaves behind for the body. */
export interface SignedBy {
  readonly accessKeyId: string;
  /** x-amz-content-sha256: 64 hex digits, UNSIGNED-PAYLOAD or STREAMING-… */
  readonly payload: string;
  readonly chunks: ChunkSigning;
}

/** What the signatures of aws-chunked chunks are computed from; the first chunk's predecessor is the request's own. */
export interface ChunkSigning {
  readonly signingKey: Buffer;
  readonly date: string;
  readonly scope: string;
  readonly seedSignature: string;
}

export interface SignatureRules {
  readonly region: string;
  /** The secret of an access key id; undefined for an unknown one. */
  readonly secretOf: (accessKeyId: string) => string | undefined;
  readonly nowMs: number;
}

interface Claim {
  readonly accessKeyId: string;
  readonly day: string;
  readonly region: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly date: string;
  readonly payload: string;
}

/** Throws what S3 answers: AccessDenied, InvalidAccessKeyId, SignatureDoesNotMatch, RequestTimeTooSkewed, … */
export function verifySignature(request: S3Request, rules: SignatureRules): SignedBy {
  if (request.headers.has('x-amz-security-token') || parameter(request, 'X-Amz-Security-Token') !== undefined)
    throw badRequest('InvalidToken', 'The provided token is malformed or otherwise invalid.');
  const claim = readClaim(request, rules.nowMs);
  const secret = rules.secretOf(claim.accessKeyId);
  if (secret === undefined) {
    throw new S3Error(403, 'InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.', {
      elements: { AWSAccessKeyId: claim.accessKeyId },
    });
  }
  if (claim.region !== rules.region) throw wrongRegion(claim.region, rules.region);
  refuseUnsignedHeaders(request, claim.signedHeaders);
  const scope = `${claim.day}/${claim.region}/s3/aws4_request`;
  const signingKey = deriveSigningKey(secret, claim.day, claim.region);
  const toSign = ['AWS4-HMAC-SHA256', claim.date, scope, sha256Hex(canonicalRequest(request, claim))].join('\n');
  if (!sameSignature(hmac(signingKey, toSign), claim.signature)) throw signatureDoesNotMatch();
  const chunks = { signingKey, date: claim.date, scope, seedSignature: claim.signature };
  return { accessKeyId: claim.accessKeyId, payload: claim.payload, chunks };
}

/** The signature a chunk must carry: hex. */
export function chunkSignature(signing: ChunkSigning, previousSignature: string, chunkSha256Hex: string): string {
  const lines = [
    'AWS4-HMAC-SHA256-PAYLOAD',
    signing.date,
    signing.scope,
    previousSignature,
    emptySha256,
    chunkSha256Hex,
  ];
  return hmac(signing.signingKey, lines.join('\n')).toString('hex');
}

/** The key that one day's requests to S3 in one region are signed with. */
export const deriveSigningKey = (secretAccessKey: string, day: string, region: string): Buffer =>
  ['s3', 'aws4_request'].reduce(hmac, hmac(hmac(`AWS4${secretAccessKey}`, day), region));

export const signatureDoesNotMatch = () =>
  new S3Error(
    403,
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
  );

function readClaim(request: S3Request, nowMs: number): Claim {
  const authorization = request.headers.get('authorization');
  const presigned = parameter(request, 'X-Amz-Signature') !== undefined;
  if (authorization !== undefined && presigned)
    throw badRequest('InvalidArgument', 'Only one auth mechanism allowed: the header or the query, not both.');
  if (authorization !== undefined) return headerClaim(request, authorization, nowMs);
  if (presigned) return presignedClaim(request, nowMs);
  throw accessDenied();
}

function headerClaim(request: S3Request, authorization: string, nowMs: number): Claim {
  const match = /^AWS4-HMAC-SHA256 Credential=([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/.exec(
    authorization,
  );
  const [, credential = '', signedHeaders = '', signature = ''] = match ?? [];
  if (match === null) throw malformed('The authorization header is malformed.');
  const payload = request.headers.get('x-amz-content-sha256');
  if (payload === undefined)
    throw badRequest('InvalidRequest', 'Missing required header for this request: x-amz-content-sha256');
  const date = request.headers.get('x-amz-date') ?? '';
  if (Math.abs(timeOf(date) - nowMs) > longestSkewMs) {
    const message = 'The difference between the request time and the current time is too large.';
    throw new S3Error(403, 'RequestTimeTooSkewed', message);
  }
  return { ...readCredential(credential, date), signedHeaders: signedHeaders.split(';'), signature, date, payload };
}

function presignedClaim(request: S3Request, nowMs: number): Claim {
  const read = (name: string) => parameter(request, name) ?? '';
  const refuse = (message: string) => badRequest('AuthorizationQueryParametersError', message);
  if (read('X-Amz-Algorithm') !== 'AWS4-HMAC-SHA256') throw refuse('X-Amz-Algorithm only supports "AWS4-HMAC-SHA256"');
  const expires = read('X-Amz-Expires');
  if (!/^[1-9]\d{0,5}$/.test(expires) || Number(expires) > longestPresignedSeconds)
    throw refuse(`X-Amz-Expires must be between 1 and ${longestPresignedSeconds} seconds`);
  const signature = read('X-Amz-Signature');
  if (!/^[0-9a-f]{64}$/.test(signature)) throw refuse('X-Amz-Signature must be 64 hex digits');
  const date = read('X-Amz-Date');
  if (nowMs > timeOf(date) + Number(expires) * 1000) throw accessDenied('Request has expired');
  if (timeOf(date) - nowMs > longestSkewMs) throw accessDenied('Request is not yet valid');
  const payload =
    parameter(request, 'X-Amz-Content-Sha256') ?? request.headers.get('x-amz-content-sha256') ?? 'UNSIGNED-PAYLOAD';
  const signedHeaders = read('X-Amz-SignedHeaders').split(';');
  return { ...readCredential(read('X-Amz-Credential'), date), signedHeaders, signature, date, payload };
}

function readCredential(credential: string, date: string): Pick<Claim, 'accessKeyId' | 'day' | 'region'> {
  const [accessKeyId = '', day = '', region = '', service, end, more] = credential.split('/');
  if (service !== 's3' || end !== 'aws4_request' || more !== undefined || day !== date.slice(0, 8))
    throw malformed('The credential must read <access key id>/<date of the request>/<region>/s3/aws4_request.');
  return { accessKeyId, day, region };
}

function timeOf(date: string): number {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date);
  if (match === null) throw accessDenied('AWS authentication requires a valid Date or x-amz-date header');
  const [, year, month, day, hour, minute, second] = match;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

// In a presigned URL the payload's hash may also come unsigned: it only ever narrows what the body may be.
function refuseUnsignedHeaders(request: S3Request, signed: readonly string[]): void {
  if (!signed.includes('host')) throw accessDenied("'Host' must be a signed header");
  const presigned = !request.headers.has('authorization');
  for (const name of request.headers.keys()) {
    if (!name.startsWith('x-amz-') || signed.includes(name)) continue;
    if (presigned && name === 'x-amz-content-sha256') continue;
    throw accessDenied(`There were headers present in the request which were not signed: ${name}`);
  }
}

function canonicalRequest(request: S3Request, claim: Claim): string {
  const query = request.query
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [encodeStrictly(name), encodeStrictly(value)] as const)
    .sort(([nameA, valueA], [nameB, valueB]) => compare(nameA, nameB) || compare(valueA, valueB))
    .map((pair) => pair.join('='))
    .join('&');
  const headers = claim.signedHeaders.map(
    (name) => `${name}:${(request.headers.get(name) ?? '').trim().replace(/ +/g, ' ')}`,
  );
  const names = claim.signedHeaders.join(';');
  return [request.method, request.path, query, ...headers, '', names, claim.payload].join('\n');
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Percent-encodes all but RFC 3986's unreserved characters. */
export const encodeStrictly = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

const hmac = (key: Buffer | string, text: string): Buffer => createHmac('sha256', key).update(text, 'utf8').digest();
const sha256Hex = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');
const emptySha256 = sha256Hex('');

const sameSignature = (wanted: Buffer, hex: string): boolean => timingSafeEqual(wanted, Buffer.from(hex, 'hex'));

const malformed = (message: string) => badRequest('AuthorizationHeaderMalformed', message);

const wrongRegion = (region: string, expected: string) =>
  new S3Error(
    400,
    'AuthorizationHeaderMalformed',
    `The authorization header is malformed; the region '${region}' is wrong; expecting '${expected}'`,
    { elements: { Region: expected }, headers: { 'x-amz-bucket-region': expected } },
  );
