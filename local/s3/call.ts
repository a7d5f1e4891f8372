// What does an operation get, and what does it give back? A call is a checked request with the server's state around
// it; an answer is status, headers and a body that the server writes out.
import type { ObjectStore } from './objects.ts';
import type { S3Request } from './request.ts';
import type { SignedBy } from './signature.ts';
import type { Uploads } from './uploads.ts';
import { type Element, writeXml } from './xml.ts';

export interface Account {
  readonly secretAccessKey: string;
  readonly accountId: string;
  readonly readOnly?: boolean;
}

export interface Call {
  readonly request: S3Request;
  readonly signedBy: SignedBy;
  readonly account: Account;
  readonly store: ObjectStore;
  readonly uploads: Uploads;
  readonly region: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly body?: string | DataBody;
}

/** Object data on its way out; whoever gets the answer must call `release`, read or not. */
export interface DataBody {
  readonly chunks: AsyncIterable<Buffer>;
  release(): void;
}

export type Operation = (call: Call) => Answer | Promise<Answer>;

export const emptyAnswer = (status: number, headers: Record<string, string | number> = {}): Answer => ({
  status,
  headers: status === 204 ? headers : { ...headers, 'content-length': 0 },
});

/** An answer of status 200 with a document. */
export function xmlAnswer(root: Element, headers: Record<string, string> = {}): Answer {
  const body = writeXml(root);
  return {
    status: 200,
    headers: { ...headers, 'content-type': 'application/xml', 'content-length': Buffer.byteLength(body) },
    body,
  };
}
