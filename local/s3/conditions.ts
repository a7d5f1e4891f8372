// On what conditions, and in which range, does the client want an object read or written? If-Match, If-None-Match and
// Range, as S3 honours them.
import { noSuchKey, notImplemented, preconditionFailed, S3Error } from './errors.ts';
import type { StoredObject } from './objects.ts';
import type { S3Request } from './request.ts';

/** Bytes from `start` up to but not including `end`. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** True when the object is to be sent, false for 304 Not Modified. Throws PreconditionFailed. */
export function checkReadConditions(request: S3Request, object: StoredObject): boolean {
  const match = request.headers.get('if-match');
  if (match !== undefined && !matches(match, object)) throw preconditionFailed('If-Match');
  const noneMatch = request.headers.get('if-none-match');
  return noneMatch === undefined || !matches(noneMatch, object);
}

/** Throws PreconditionFailed, and NoSuchKey when there is nothing to match. */
export function checkWriteConditions(request: S3Request, present: StoredObject | undefined): void {
  const noneMatch = request.headers.get('if-none-match');
  if (noneMatch !== undefined && noneMatch !== '*') throw notImplemented(`If-None-Match: ${noneMatch} on writing`);
  if (noneMatch !== undefined && present !== undefined) throw preconditionFailed('If-None-Match');
  const match = request.headers.get('if-match');
  if (match === undefined) return;
  if (present === undefined) throw noSuchKey(request.key);
  if (!matches(match, present)) throw preconditionFailed('If-Match');
}

const matches = (condition: string, object: StoredObject): boolean =>
  condition === '*' || condition.split(',').some((etag) => etag.trim().replaceAll('"', '') === object.etag);

/** The range asked for, undefined for the whole object. Throws InvalidRange when none of it is there. */
export function requestedRange(request: S3Request, objectBytes: number): Range | undefined {
  const header = request.headers.get('range');
  if (header === undefined) return undefined;
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header);
  if (match === null || match[0] === 'bytes=-') throw notImplemented(`Range: ${header}`);
  const [, first = '', last = ''] = match;
  const start = first === '' ? Math.max(0, objectBytes - Number(last)) : Number(first);
  const end = first === '' || last === '' ? objectBytes : Math.min(objectBytes, Number(last) + 1);
  if (start < end) return { start, end };
  throw new S3Error(416, 'InvalidRange', 'The requested range is not satisfiable', {
    elements: { RangeRequested: header, ActualObjectSize: String(objectBytes) },
    headers: { 'content-range': `bytes */${objectBytes}` },
  });
}
