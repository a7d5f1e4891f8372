// What does an UNLOAD ask for? A query in a string, a prefix of S3 keys, whose keys to use, and options in any order.
import { RedshiftError, sqlstate, syntaxError } from '../errors.ts';
import { parseUrl, type S3Place } from '../s3-access.ts';
import { authorization, type Keys } from './copy-authorization.ts';
import type { Cursor } from './cursor.ts';
import type { Token } from './tokens.ts';
import { check, defaults, readOption, type UnloadOptions, type UnloadReading } from './unload-options.ts';

export interface UnloadStatement {
  /** As the client wrote it, out of its quotes. */
  readonly query: string;
  /** What the names of the files begin with. */
  readonly prefix: S3Place;
  /** The cluster's role, or the keys that the statement brought. */
  readonly authorization: 'role' | Keys;
  readonly options: UnloadOptions;
}

/** The cursor stands behind UNLOAD. */
export function unloadStatement(cursor: Cursor): UnloadStatement {
  cursor.expect('(');
  const query = cursor.string();
  cursor.expect(')');
  cursor.expect('to');
  const url = cursor.string();
  const prefix = parseUrl(url);
  if (prefix === undefined) {
    throw new RedshiftError(`UNLOAD destination is not supported: ${url.replace(/:.*/, '')}`, sqlstate.internal);
  }
  const reading: UnloadReading = { cursor, options: defaults(), authorization: {}, given: new Set() };
  while (!cursor.done) readOption(reading);
  check(reading);
  return { query, prefix, authorization: authorization(reading.authorization), options: reading.options };
}

/** Throws when the query is none that UNLOAD takes: one SELECT, without a LIMIT of its own. */
export function checkUnloadedQuery(tokens: readonly Token[]): void {
  const significant = tokens.filter(({ kind }) => kind !== 'space');
  const [first] = significant;
  const isQuery = first?.kind === 'word' && (first.value === 'select' || first.value === 'with');
  if (!isQuery) throw syntaxError(first?.text ?? '');
  let depth = 0;
  for (const token of significant) {
    if (token.text === '(') depth++;
    if (token.text === ')') depth--;
    if (depth > 0 || token.kind !== 'word' || (token.value !== 'limit' && token.value !== 'top')) continue;
    const message = 'Limit clause is not supported in the outermost select of an UNLOAD statement';
    throw new RedshiftError(message, sqlstate.featureNotSupported);
  }
}
