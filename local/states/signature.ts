// Is this request signed, now and for this service, with the one key pair the server was given (AWS Signature V4)?
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
}

export interface SignedRequest {
  method: string;
  /** The path; requests of the JSON protocol have no query. */
  path: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** The request is refused; `code` is the name of the service's error. */
export class SignatureRefused extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** How far the clocks of client and server may be apart. */
const MAX_SKEW_MS = 5 * 60 * 1000;

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=(?<key>[^/,\s]+)\/(?<scope>[^,\s]+), ?SignedHeaders=(?<names>[a-z0-9;-]+), ?Signature=(?<signature>[0-9a-f]{64})$/;

const sha256 = (data: Buffer | string) => createHash('sha256').update(data).digest('hex');
const hmac = (key: Buffer | string, data: string) => createHmac('sha256', key).update(data).digest();

/** Throws SignatureRefused unless the request is signed with these credentials for this region and service. */
export function verifySignature(
  request: SignedRequest,
  credentials: Credentials,
  place: { region: string; service: string },
  nowMs = Date.now(),
): void {
  const header = request.headers.authorization;
  if (!header) throw new SignatureRefused('MissingAuthenticationTokenException', 'Missing Authentication Token');
  const { key, scope, names, signature } = AUTHORIZATION.exec(header)?.groups ?? {};
  if (!key || !scope || !names || !signature) {
    throw new SignatureRefused('IncompleteSignatureException', 'the Authorization header is not one of Signature V4');
  }
  if (key !== credentials.accessKeyId) {
    throw new SignatureRefused('UnrecognizedClientException', 'The security token included in the request is invalid.');
  }
  const time = checkedTime(request, nowMs);
  const expectedScope = `${time.slice(0, 8)}/${place.region}/${place.service}/aws4_request`;
  if (scope !== expectedScope) {
    throw new SignatureRefused('InvalidSignatureException', `Credential should be scoped to ${expectedScope}`);
  }
  const text = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical(request, names.split(';')))].join('\n');
  const expected = hmac(signingKey(credentials.secretAccessKey, scope), text);
  if (!timingSafeEqual(expected, Buffer.from(signature, 'hex'))) {
    throw new SignatureRefused('InvalidSignatureException', 'The request signature we calculated does not match');
  }
}

function checkedTime(request: SignedRequest, nowMs: number): string {
  const time = String(request.headers['x-amz-date'] ?? '');
  const at = Date.parse(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (!(Math.abs(nowMs - at) <= MAX_SKEW_MS)) {
    throw new SignatureRefused('InvalidSignatureException', `Signature expired or not yet valid: ${time}`);
  }
  return time;
}

const signingKey = (secret: string, scope: string): Buffer =>
  scope.split('/').reduce<Buffer | string>((key, part) => hmac(key, part), `AWS4${secret}`) as Buffer;

function canonical(request: SignedRequest, names: readonly string[]): string {
  for (const needed of ['host', 'x-amz-date']) {
    if (!names.includes(needed)) {
      throw new SignatureRefused('InvalidSignatureException', `the header ${needed} must be part of the signature`);
    }
  }
  const headers = names.map(
    (name) =>
      `${name}:${String(request.headers[name] ?? '')
        .trim()
        .replaceAll(/ +/g, ' ')}`,
  );
  return [request.method, request.path, '', ...headers, '', names.join(';'), sha256(request.body)].join('\n');
}
