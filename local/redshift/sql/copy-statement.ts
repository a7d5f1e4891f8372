// What does a COPY ask for? A table, where its rows are, with whose keys, and options in any order.
import { notImplemented } from '../errors.ts';
import { parseUrl, type S3Place } from '../s3-access.ts';
import { authorization, type Keys } from './copy-authorization.ts';
import { type CopyOptions, check, defaults, type Reading, readOption } from './copy-options.ts';
import type { Cursor, TableName } from './cursor.ts';

export interface CopyStatement {
  readonly table: TableName;
  readonly columns: readonly string[] | undefined;
  readonly source: S3Place;
  /** The cluster's role, or the keys that the statement brought. */
  readonly authorization: 'role' | Keys;
  readonly options: CopyOptions;
}

/** The cursor stands behind COPY. */
export function copyStatement(cursor: Cursor): CopyStatement {
  // `COPY (SELECT …) TO STDOUT` and `COPY t TO …`: Redshift has no such thing.
  const table = cursor.table();
  const columns = cursor.sees('(') ? cursor.names() : undefined;
  cursor.expect('from');
  const url = cursor.string();
  const source = parseUrl(url);
  if (source === undefined) throw notImplemented(`COPY from ${url.replace(/:.*/, '')}: only from s3://`);
  const reading: Reading = { cursor, options: defaults(), authorization: {}, given: new Set() };
  while (!cursor.done) readOption(reading);
  check(reading);
  return { table, columns, source, authorization: authorization(reading.authorization), options: reading.options };
}
