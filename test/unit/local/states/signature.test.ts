// Is a request refused unless exactly this request was signed, with this key, for this place, a moment ago?
import { createHash, createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { type SignedRequest, verifySignature } from '../../../../local/states/signature.ts';

const credentials = { accessKeyId: 'KEY', secretAccessKey: 'secret' };
const place = { region: 'eu-central-1', service: 'states' };
const now = Date.UTC(2026, 0, 2, 3, 4, 5);
const SIGNED_AT = '20260102T030405Z';

/** A request signed by the rules of Signature Version 4, written out once more. */
function signed(names = ['host', 'x-amz-date', 'x-amz-target'], body = '{}'): SignedRequest {
  const headers: Record<string, string> = { host: '127.0.0.1:1', 'x-amz-date': SIGNED_AT, 'x-amz-target': 'T.Op' };
  const lines = names.map((name) => `${name}:${headers[name]}\n`).join('');
  const hash = (text: string) => createHash('sha256').update(text).digest('hex');
  const mac = (key: Buffer | string, text: string) => createHmac('sha256', key).update(text).digest();
  const canonical = `POST\n/\n\n${lines}\n${names.join(';')}\n${hash(body)}`;
  const scope = '20260102/eu-central-1/states/aws4_request';
  const key = mac(mac(mac(mac('AWS4secret', '20260102'), 'eu-central-1'), 'states'), 'aws4_request');
  const signature = mac(key, `AWS4-HMAC-SHA256\n${SIGNED_AT}\n${scope}\n${hash(canonical)}`).toString('hex');
  const authorization = `AWS4-HMAC-SHA256 Credential=KEY/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return { method: 'POST', path: '/', headers: { ...headers, authorization }, body: Buffer.from(body) };
}

const verify = (request: SignedRequest, nowMs = now) => verifySignature(request, credentials, place, nowMs);

test('takes a request signed with the key, five minutes early or late', () => {
  expect(() => verify(signed())).not.toThrow();
  expect(() => verify(signed(), now + 300_000)).not.toThrow();
  expect(() => verify(signed(), now - 300_000)).not.toThrow();
});

test.each<[string, (request: SignedRequest) => SignedRequest]>([
  ['another body', (request) => ({ ...request, body: Buffer.from('{"a":1}') })],
  ['another signed header', (request) => ({ ...request, headers: { ...request.headers, 'x-amz-target': 'T.Other' } })],
  ['another path', (request) => ({ ...request, path: '/x' })],
  ['another method', (request) => ({ ...request, method: 'PUT' })],
])('refuses %s', (_name, change) => {
  expect(() => verify(change(signed()))).toThrow(/signature we calculated does not match/);
});

test('refuses an old request, a clock that is ahead, and a header that is left unsigned', () => {
  expect(() => verify(signed(), now + 300_001)).toThrow(/expired/);
  expect(() => verify(signed(), now - 300_001)).toThrow(/not yet valid/);
  expect(() => verify(signed(['x-amz-date']))).toThrow(/host must be part/);
});

test('refuses an Authorization header of another kind', () => {
  const request = signed();
  expect(() => verify({ ...request, headers: { ...request.headers, authorization: 'Basic eDp5' } })).toThrow(
    /not one of Signature V4/,
  );
});
