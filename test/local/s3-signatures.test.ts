// Does the server refuse everyone it should? Signatures in headers, in presigned URLs and in chunks, and the clock.
import { createHash, createHmac } from 'node:crypto';
import { Readable } from 'node:stream';
import { GetObjectCommand, HeadBucketCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ChunkedBody } from '../../local/s3/chunked-body.ts';
import { deriveSigningKey } from '../../local/s3/signature.ts';
import { bucket, getBytes, owner, patternBytes, region, startTestS3, type TestS3 } from '../support/s3-server.ts';

const Bucket = bucket;
const hourMs = 3_600_000;
const body = patternBytes(200_000);
let local: TestS3;

beforeAll(async () => {
  local = await startTestS3();
  await local.s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: body, ContentType: 'text/csv' }));
  await local.s3.send(new PutObjectCommand({ Bucket, Key: 'b', Body: 'other' }));
});
afterAll(() => local.close());

const get = (Key = 'a') => new GetObjectCommand({ Bucket, Key });
const codeOf = async (response: Response) => /<Code>(\w+)<\/Code>/.exec(await response.text())?.[1];

describe('the Authorization header', () => {
  test('refuses a wrong secret', async () => {
    const s3 = local.client({ credentials: { ...owner, secretAccessKey: 'wrong' } });
    const refused = { name: 'SignatureDoesNotMatch', $metadata: { httpStatusCode: 403 } };
    await expect(s3.send(get())).rejects.toMatchObject(refused);
    await expect(s3.send(new PutObjectCommand({ Bucket, Key: 'w', Body: 'x' }))).rejects.toMatchObject(refused);
    const stream = { Bucket, Key: 'w', Body: Readable.from([body]), ContentLength: body.length };
    await expect(s3.send(new PutObjectCommand(stream))).rejects.toMatchObject(refused);
    await expect(local.s3.send(new HeadObjectCommand({ Bucket, Key: 'w' }))).rejects.toMatchObject({
      name: 'NotFound',
    });
  });

  test('refuses an unknown access key', async () => {
    const s3 = local.client({ credentials: { accessKeyId: 'AKIAUNKNOWN', secretAccessKey: 'x' } });
    const refused = { name: 'InvalidAccessKeyId', $metadata: { httpStatusCode: 403 } };
    await expect(s3.send(get())).rejects.toMatchObject(refused);
    const inherited = local.client({ credentials: { accessKeyId: 'toString', secretAccessKey: 'x' } });
    await expect(inherited.send(get())).rejects.toMatchObject(refused);
  });

  test('refuses a session token, since no account here has one', async () => {
    const s3 = local.client({ credentials: { ...owner, sessionToken: 'made-up' } });
    await expect(s3.send(get())).rejects.toMatchObject({ name: 'InvalidToken' });
  });

  test('refuses an anonymous request', async () => {
    const response = await fetch(`${local.server.endpoint}/${Bucket}/a`);
    expect([response.status, await codeOf(response)]).toEqual([403, 'AccessDenied']);
  });

  test('refuses a clock that is an hour off', async () => {
    for (const systemClockOffset of [-hourMs, hourMs]) {
      const s3 = local.client({ systemClockOffset });
      const refused = { name: 'RequestTimeTooSkewed', $metadata: { httpStatusCode: 403 } };
      await expect(s3.send(get())).rejects.toMatchObject(refused);
    }
  });

  test('refuses another region and names its own', async () => {
    const s3 = local.client({ region: 'eu-central-1' });
    const refused = { name: 'AuthorizationHeaderMalformed', Region: region, $metadata: { httpStatusCode: 400 } };
    await expect(s3.send(get())).rejects.toMatchObject(refused);
    const head = await s3.send(new HeadBucketCommand({ Bucket })).catch((error) => error);
    expect(head.$metadata.httpStatusCode).toBe(400);
    expect(head.$response.headers['x-amz-bucket-region']).toBe(region);
  });

  test('refuses a header that means something and was not signed', async () => {
    const s3 = local.client();
    s3.middlewareStack.add(
      (next) => async (args) => {
        Object.assign((args.request as { headers: object }).headers, { 'x-amz-meta-added': 'later' });
        return next(args);
      },
      { step: 'finalizeRequest', priority: 'low' },
    );
    const put = s3.send(new PutObjectCommand({ Bucket, Key: 'unsigned', Body: 'x' }));
    await expect(put).rejects.toMatchObject({ name: 'AccessDenied', message: expect.stringMatching(/not signed/) });
  });
});

describe('presigned URLs', () => {
  test('read and write', async () => {
    const got = await fetch(await getSignedUrl(local.s3, get()));
    expect(got.status).toBe(200);
    expect(got.headers.get('content-type')).toBe('text/csv');
    expect(Buffer.from(await got.arrayBuffer()).equals(body)).toBe(true);
    const command = new PutObjectCommand({ Bucket, Key: 'presigned', Metadata: { a: '1' } });
    const put = await fetch(await getSignedUrl(local.s3, command), { method: 'PUT', body: 'hi' });
    expect(put.status).toBe(200);
    expect((await getBytes(local.s3, 'presigned')).toString()).toBe('hi');
    expect((await local.s3.send(new HeadObjectCommand({ Bucket, Key: 'presigned' }))).Metadata).toEqual({ a: '1' });
  });

  test('send the content type they were signed with', async () => {
    const command = new GetObjectCommand({ Bucket, Key: 'a', ResponseContentType: 'text/plain' });
    expect((await fetch(await getSignedUrl(local.s3, command))).headers.get('content-type')).toBe('text/plain');
  });

  test('hold only for what was signed', async () => {
    const url = await getSignedUrl(local.s3, get());
    for (const [changed, method] of [
      [url.replace('/a?', '/b?'), 'GET'],
      [url.replace('X-Amz-Expires=900', 'X-Amz-Expires=901'), 'GET'],
      [`${url}&response-content-type=text%2Fhtml`, 'GET'],
      [url, 'DELETE'],
    ] as const) {
      const response = await fetch(changed, { method });
      expect([response.status, await codeOf(response)]).toEqual([403, 'SignatureDoesNotMatch']);
    }
  });

  test('expire', async () => {
    const url = await getSignedUrl(local.s3, get(), { expiresIn: 60, signingDate: new Date(Date.now() - hourMs) });
    const response = await fetch(url);
    expect(response.status).toBe(403);
    expect(await response.text()).toMatch(/<Code>AccessDenied<\/Code><Message>Request has expired</);
  });

  test('are refused when signed for longer than a week', async () => {
    const url = await getSignedUrl(local.s3, get());
    const response = await fetch(url.replace('X-Amz-Expires=900', 'X-Amz-Expires=604801'));
    expect([response.status, await codeOf(response)]).toEqual([400, 'AuthorizationQueryParametersError']);
  });
});

describe('signed chunks', () => {
  // The example of "Signature Calculations for the Authorization Header: Transferring Payload in Multiple Chunks" in
  // Amazon S3's API reference: 66,560 times the letter a, in chunks of 64 KiB, 1 KiB and 0.
  const published = {
    signing: {
      signingKey: deriveSigningKey('wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', '20130524', 'us-east-1'),
      date: '20130524T000000Z',
      scope: '20130524/us-east-1/s3/aws4_request',
      seedSignature: '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
    },
    chunks: [
      [65_536, 'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648'],
      [1024, '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497'],
      [0, 'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9'],
    ] as const,
  };
  const framed = (letters: readonly string[]) =>
    published.chunks
      .map(([size, signature], index) => {
        const data = (letters[index] ?? '').repeat(size);
        return `${size.toString(16)};chunk-signature=${signature}\r\n${data}\r\n`;
      })
      .join('');

  test('agree with the example that Amazon publishes', () => {
    const chunked = new ChunkedBody({ decodedBytes: 66_560, signing: published.signing });
    const payload = Buffer.concat(chunked.push(Buffer.from(framed(['a', 'a']))));
    chunked.end();
    expect(payload.equals(Buffer.alloc(66_560, 'a'))).toBe(true);
  });

  test('are refused as soon as one byte differs', () => {
    const chunked = new ChunkedBody({ decodedBytes: 66_560, signing: published.signing });
    expect(() => chunked.push(Buffer.from(framed(['a', 'b'])))).toThrow(/signature/);
  });

  test('are accepted over HTTP, and refused when forged', async () => {
    const send = (tamper: (text: string) => string) =>
      putSignedChunks(local.server.port, 'chunks', 'hello chunks', tamper);
    expect((await send((text) => text)).status).toBe(200);
    expect((await getBytes(local.s3, 'chunks')).toString()).toBe('hello chunks');
    const forged = await send((text) => text.replace('hello', 'HELLO'));
    expect([forged.status, await codeOf(forged)]).toEqual([403, 'SignatureDoesNotMatch']);
    expect((await getBytes(local.s3, 'chunks')).toString()).toBe('hello chunks');
  });
});

// A signer of its own, so that server and test share no reading of the protocol.
async function putSignedChunks(port: number, key: string, text: string, tamper: (framed: string) => string) {
  const hash = (data: string) => createHash('sha256').update(data).digest('hex');
  const hmac = (secret: string | Buffer, data: string) => createHmac('sha256', secret).update(data).digest();
  const date = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const scope = `${date.slice(0, 8)}/${region}/s3/aws4_request`;
  const secret = hmac(hmac(hmac(hmac(`AWS4${owner.secretAccessKey}`, date.slice(0, 8)), region), 's3'), 'aws4_request');
  const sign = (lines: string[]) => hmac(secret, lines.join('\n')).toString('hex');
  const payload = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD';
  const signed = {
    host: `127.0.0.1:${port}`,
    'x-amz-content-sha256': payload,
    'x-amz-date': date,
    'x-amz-decoded-content-length': String(text.length),
  };
  const names = Object.keys(signed).join(';');
  const headerLines = Object.entries(signed).map(([name, value]) => `${name}:${value}`);
  const canonical = ['PUT', `/${Bucket}/${key}`, '', ...headerLines, '', names, payload].join('\n');
  const seed = sign(['AWS4-HMAC-SHA256', date, scope, hash(canonical)]);
  const chunk = (before: string, data: string) =>
    sign(['AWS4-HMAC-SHA256-PAYLOAD', date, scope, before, hash(''), hash(data)]);
  const first = chunk(seed, text);
  const framed = `${text.length.toString(16)};chunk-signature=${first}\r\n${text}\r\n0;chunk-signature=${chunk(first, '')}\r\n\r\n`;
  const { host: _sentByFetch, ...headers } = signed;
  const authorization = `AWS4-HMAC-SHA256 Credential=${owner.accessKeyId}/${scope},SignedHeaders=${names},Signature=${seed}`;
  const url = `http://127.0.0.1:${port}/${Bucket}/${key}`;
  return fetch(url, { method: 'PUT', headers: { ...headers, authorization }, body: tamper(framed) });
}
