// What does a client ask for? The request line and headers, taken apart once: bucket and key (path style only), query
// parameters, single header values, and the body, which a client that sent `Expect: 100-continue` still holds back.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { badRequest, notImplemented } from './errors.ts';

const longestKeyBytes = 1024;

export interface S3Request {
  readonly method: string;
  /** The path as sent and signed, percent-encoded. */
  readonly path: string;
  readonly query: readonly (readonly [name: string, value: string])[];
  readonly bucket: string;
  readonly key: string;
  /** Names in lower case, values as sent. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: RequestBody;
}

export interface RequestBody {
  /** Chunks as they arrive; ends by an error when the client goes away. Leaving the loop keeps the connection. */
  read(): AsyncIterable<Buffer>;
}

/** One request and its answer on a connection. */
export interface Exchange {
  readonly http: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  /** The client waits for `100 Continue` before it sends its body. */
  heldBack: boolean;
}

/** Throws InvalidURI, KeyTooLongError, NotImplemented. */
export function parseRequest(exchange: Exchange): S3Request {
  const { http } = exchange;
  const url = http.url ?? '/';
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  const headers = new Map(Object.entries(http.headers).map(([name, value]) => [name, String(value)]));
  refuseOtherHosts(headers.get('host') ?? '');
  const slash = path.indexOf('/', 1);
  const key = slash < 0 ? '' : decode(path.slice(slash + 1));
  if (Buffer.byteLength(key) > longestKeyBytes) throw badRequest('KeyTooLongError', 'Your key is too long');
  return {
    method: http.method ?? '',
    path,
    query: mark < 0 ? [] : parseQuery(url.slice(mark + 1)),
    bucket: decode(path.slice(1, slash < 0 ? undefined : slash)),
    key,
    headers,
    body: requestBody(exchange),
  };
}

// bucket.localhost would be taken for a path without its bucket.
function refuseOtherHosts(host: string): void {
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host))
    throw notImplemented(`host '${host}': address it as http://127.0.0.1:port, bucket in the path (path style)`);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw badRequest('InvalidURI', "Couldn't parse the specified URI.");
  }
}

function parseQuery(query: string): [string, string][] {
  const pairs = query.split('&').filter((pair) => pair !== '');
  return pairs.map((pair) => {
    const [name = '', ...value] = pair.replaceAll('+', '%20').split('=');
    return [decode(name), decode(value.join('='))];
  });
}

const requestBody = (exchange: Exchange): RequestBody => ({
  read() {
    if (exchange.heldBack) exchange.response.writeContinue();
    exchange.heldBack = false;
    return exchange.http.iterator({ destroyOnReturn: false });
  },
});

/**
 * The request of a presigned URL with the headers that the presigner moved into the query. Checksums among them are
 * left out, as S3 does: presigners state that of an empty body, since they don't know the one to come.
 */
export function withHeadersFromQuery(request: S3Request): S3Request {
  if (parameter(request, 'X-Amz-Signature') === undefined) return request;
  const headers = new Map(request.headers);
  for (const [name, value] of request.query) {
    if (!name.startsWith('x-amz-') || /^x-amz-(sdk-)?checksum-(?!mode$)/.test(name)) continue;
    if (headers.has(name)) throw badRequest('InvalidArgument', `${name} is in the query and in the headers.`);
    headers.set(name, value);
  }
  return { ...request, headers, query: request.query.filter(([name]) => !name.startsWith('x-amz-')) };
}

/** The value of a query parameter; undefined when it is not there. */
export const parameter = (request: S3Request, name: string): string | undefined =>
  request.query.find(([parameterName]) => parameterName === name)?.[1];
