// How does an answer reach the client? Writes answers and errors to the connection, keeping pace with the reader.
import type { ServerResponse } from 'node:http';
import type { Answer, DataBody } from './call.ts';
import type { S3Error } from './errors.ts';
import type { Exchange } from './request.ts';
import { branch, leaf, writeXml } from './xml.ts';

/** Sends the answer; data is cut off, with the connection, after `cutAfterBytes`. */
export async function sendAnswer(exchange: Exchange, answer: Answer, cutAfterBytes?: number): Promise<void> {
  const { response } = exchange;
  try {
    response.writeHead(answer.status, { 'x-amz-request-id': exchange.requestId, ...answer.headers });
    if (typeof answer.body === 'object') await sendData(exchange, answer.body, cutAfterBytes);
    else response.end(answer.body);
  } finally {
    if (typeof answer.body === 'object') answer.body.release();
  }
}

async function sendData(exchange: Exchange, body: DataBody, cutAfterBytes?: number): Promise<void> {
  const { response } = exchange;
  let sentBytes = 0;
  for await (const chunk of body.chunks) {
    sentBytes += chunk.length;
    if (cutAfterBytes !== undefined && sentBytes >= cutAfterBytes) {
      const last = chunk.subarray(0, chunk.length - (sentBytes - cutAfterBytes));
      response.write(last, () => breakOff(exchange));
      return;
    }
    if (!response.write(chunk)) await drained(response);
    if (response.destroyed) return;
  }
  response.end();
}

async function drained(response: ServerResponse): Promise<void> {
  if (response.destroyed) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  response.once('drain', resolve).once('close', resolve);
  await promise;
  response.off('drain', resolve).off('close', resolve);
}

/**
 * Breaks the connection. The response alone cannot: as long as the one before it on the connection is not done it has no
 * socket, and destroying it is then heard by nobody.
 */
export function breakOff({ http, response }: Exchange): void {
  response.destroy();
  http.socket.destroy();
}

/** Sends an error as S3 does, and reads on what the client is still sending, so that it gets to read the answer. */
export function sendError(exchange: Exchange, error: S3Error): void {
  const { http, response, heldBack, requestId } = exchange;
  if (response.headersSent || response.destroyed) {
    breakOff(exchange);
    return;
  }
  const root = branch('Error', [
    leaf('Code', error.code),
    leaf('Message', error.message),
    ...Object.entries(error.elements).map(([name, text]) => leaf(name, text)),
    leaf('RequestId', requestId),
  ]);
  const body = writeXml(root, false);
  // A body that was held back may come now or never: the connection is of no further use.
  const close = heldBack && !http.complete ? { connection: 'close' } : {};
  response.writeHead(error.status, {
    'x-amz-request-id': requestId,
    'content-type': 'application/xml',
    'content-length': Buffer.byteLength(body),
    ...error.headers,
    ...close,
  });
  response.end(http.method === 'HEAD' ? undefined : body);
  http.resume();
}
