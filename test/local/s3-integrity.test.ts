// Is an object stored only when its bytes are the ones that were sent? Every digest, cut connections, chunk framing.
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import {
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type ChecksumAlgorithm, startDigest } from '../../local/s3/checksums.ts';
import { ChunkedBody } from '../../local/s3/chunked-body.ts';
import { bucket, getBytes, patternBytes, startTestS3, type TestS3 } from '../support/s3-server.ts';

const Bucket = bucket;
const body = patternBytes(300_000);
let local: TestS3;

beforeAll(async () => {
  local = await startTestS3();
});
afterAll(() => local.close());
afterEach(async () => {
  await expect.poll(() => local.files('incoming')).toEqual([]);
});

const head = (Key: string) => local.s3.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }));
const put = (Key: string, more: Partial<PutObjectCommandInput>, s3 = local.s3) =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body: 'hello', ...more }));

async function expectRefused(sent: Promise<unknown>, name: string, key: string) {
  await expect(sent).rejects.toMatchObject({ name, $metadata: { httpStatusCode: 400 } });
  await expect(head(key)).rejects.toMatchObject({ name: 'NotFound' });
}

describe('digests', () => {
  test('returns the checksum it verified, then and later', async () => {
    const sent = await put('crc', { Body: body });
    expect(sent.ChecksumCRC32).toBeTruthy();
    expect(await head('crc')).toMatchObject({ ChecksumCRC32: sent.ChecksumCRC32, ChecksumType: 'FULL_OBJECT' });
  });

  test.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const)(
    'agrees with the SDK on %s of buffers and of streams',
    async (ChecksumAlgorithm) => {
      const Key = `sum/${ChecksumAlgorithm}`;
      const sent = await put(Key, { Body: body, ChecksumAlgorithm });
      expect(sent[`Checksum${ChecksumAlgorithm}`]).toBeTruthy();
      await put(Key, { Body: Readable.from([body]), ContentLength: body.length, ChecksumAlgorithm });
      const stored = await head(Key);
      expect(stored[`Checksum${ChecksumAlgorithm}`]).toBe(sent[`Checksum${ChecksumAlgorithm}`]);
    },
  );

  test.each([
    ['crc32', 'cbf43926'],
    ['crc32c', 'e3069283'],
    ['crc64nvme', 'ae8b14860a799888'],
  ] as const)('computes the published check value of %s', (algorithm: ChecksumAlgorithm, check) => {
    const digest = startDigest(algorithm);
    digest.update(Buffer.from('1234'));
    digest.update(Buffer.from('56789'));
    expect(digest.digest().toString('hex')).toBe(check);
  });

  test.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'])('refuses a wrong %s', async (algorithm) => {
    await expectRefused(put('bad', { [`Checksum${algorithm}`]: 'AAAAAA==' }), 'BadDigest', 'bad');
  });

  test('refuses a wrong Content-MD5', async () => {
    await expectRefused(put('bad', { ContentMD5: 'AAAAAAAAAAAAAAAAAAAAAA==' }), 'BadDigest', 'bad');
  });

  test('refuses a body that is not the signed one', async () => {
    const s3 = tampering((request) => {
      request.body = Buffer.from('HELLO');
    });
    await expectRefused(put('bad', {}, s3), 'XAmzContentSHA256Mismatch', 'bad');
  });

  test('refuses a stream whose trailer is not that of its bytes', async () => {
    const s3 = tampering((request) => {
      request.body = Readable.from(flipFirstByte(request.body as AsyncIterable<Buffer>));
    });
    const stream = { Body: Readable.from([body]), ContentLength: body.length };
    await expectRefused(put('bad', stream, s3), 'BadDigest', 'bad');
  });

  test('keeps what was there when the new one is refused', async () => {
    await put('kept', { Body: 'good' });
    await expect(put('kept', { ChecksumCRC32: 'AAAAAA==' })).rejects.toMatchObject({ name: 'BadDigest' });
    expect((await getBytes(local.s3, 'kept')).toString()).toBe('good');
  });
});

function tampering(change: (request: { body: unknown }) => void): S3Client {
  const s3 = local.client();
  s3.middlewareStack.add(
    (next) => async (args) => {
      change(args.request as { body: unknown });
      return next(args);
    },
    { step: 'finalizeRequest', priority: 'low' },
  );
  return s3;
}

async function* flipFirstByte(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let first = true;
  for await (const chunk of source) {
    const copy = Buffer.from(chunk);
    const headerEnd = copy.indexOf('\r\n') + 2;
    if (first && copy.length > headerEnd) copy[headerEnd] = (copy[headerEnd] ?? 0) ^ 1;
    if (copy.length > headerEnd) first = false;
    yield copy;
  }
}

describe('cut connections', () => {
  test('leave nothing of an upload that the client gave up', async () => {
    const gone = new AbortController();
    const Body = new Readable({ read() {} });
    Body.push(body.subarray(0, 100_000));
    const sent = local.s3.send(new PutObjectCommand({ Bucket, Key: 'cut', Body, ContentLength: body.length }), {
      abortSignal: gone.signal,
    });
    const failed = expect(sent).rejects.toThrow();
    await expect.poll(() => local.files('incoming')).toHaveLength(1);
    gone.abort();
    await failed;
    await expect.poll(() => local.files('incoming')).toEqual([]);
    await expect(head('cut')).rejects.toMatchObject({ name: 'NotFound' });
  });

  test('leave nothing of an upload whose client was killed', async () => {
    const url = new URL(await getSignedUrl(local.s3, new PutObjectCommand({ Bucket, Key: 'killed' })));
    const socket = connect(local.server.port, '127.0.0.1');
    socket.write(`PUT ${url.pathname}${url.search} HTTP/1.1\r\nHost: ${url.host}\r\nContent-Length: 1000000\r\n\r\n`);
    socket.write(body);
    await expect.poll(() => local.files('incoming')).toHaveLength(1);
    socket.resetAndDestroy();
    await expect.poll(() => local.files('incoming')).toEqual([]);
    await expect(head('killed')).rejects.toMatchObject({ name: 'NotFound' });
  });

  test('free what a reader held who went away', async () => {
    await put('abandoned', { Body: patternBytes(8 * 1024 * 1024) });
    const gone = new AbortController();
    const response = await fetch(await getSignedUrl(local.s3, getCommand('abandoned')), { signal: gone.signal });
    expect(response.status).toBe(200);
    const files = local.files('objects').length;
    await put('abandoned', { Body: 'new' });
    expect(local.files('objects')).toHaveLength(files + 1); // the old data waits for its reader
    gone.abort();
    await expect.poll(() => local.files('objects').length).toBe(files);
  });

  test('end with the server', async () => {
    const other = await startTestS3();
    const Body = new Readable({ read() {} });
    Body.push(body);
    const sent = other.s3.send(new PutObjectCommand({ Bucket, Key: 'late', Body, ContentLength: 2 * body.length }));
    const failed = expect(sent).rejects.toThrow();
    await expect.poll(() => other.files('incoming')).toHaveLength(1);
    await other.server.close();
    expect(other.files('incoming')).toEqual([]);
    await failed;
    await other.close();
  });
});

const getCommand = (Key: string) => new GetObjectCommand({ Bucket, Key });

describe('chunk framing', () => {
  const framed = '5\r\nhello\r\n6\r\n world\r\n0\r\nx-amz-checksum-crc32: DUoRhQ==\r\n\r\n';

  test('is decoded the same wherever the pieces are cut', () => {
    for (let size = 1; size <= framed.length; size++) {
      const chunked = new ChunkedBody({ decodedBytes: 11 });
      const payload: Buffer[] = [];
      for (let at = 0; at < framed.length; at += size)
        payload.push(...chunked.push(Buffer.from(framed.slice(at, at + size))));
      chunked.end();
      expect(Buffer.concat(payload).toString()).toBe('hello world');
      expect(chunked.trailers.get('x-amz-checksum-crc32')).toBe('DUoRhQ==');
    }
  });

  test('is refused when the body is cut anywhere', () => {
    for (let length = 0; length < framed.indexOf('0\r\nx-amz') + 3; length++) {
      const chunked = new ChunkedBody({ decodedBytes: 11 });
      chunked.push(Buffer.from(framed.slice(0, length)));
      expect(() => chunked.end(), `${length} bytes`).toThrow(/ended before/);
    }
  });

  test.each([
    ['a chunk longer than it says', '4\r\nhello\r\n', /longer than it says/],
    ['a size that is no number', 'zz\r\n', /malformed chunk header/],
    ['a signature where none may be', `5;chunk-signature=${'0'.repeat(64)}\r\n`, /malformed chunk header/],
    ['more bytes than announced', 'c\r\nhello world!\r\n', /longer than/],
    ['bytes after the end', `${framed}more`, /after the last chunk/],
    ['a trailer without colon', '5\r\nhello\r\n0\r\nnonsense\r\n', /trailing data/],
    ['a chunk header without end', 'a'.repeat(9000), /too long/],
  ])('is refused for %s', (_what, text, message) => {
    const chunked = new ChunkedBody({ decodedBytes: 11 });
    expect(() => chunked.push(Buffer.from(text))).toThrow(message);
  });

  test('is refused when it holds less than announced', () => {
    const chunked = new ChunkedBody({ decodedBytes: 12 });
    chunked.push(Buffer.from(framed));
    expect(() => chunked.end()).toThrow(/holds 11 bytes, x-amz-decoded-content-length says 12/);
  });
});
