// Which cursors does Redshift have? One at a time, in a transaction, without options, and read forwards only.
import { literal } from '../admin.ts';
import { RedshiftError, sqlstate } from '../errors.ts';
import type { Cursor } from './cursor.ts';
import type { Statement } from './statement.ts';
import { quoteName, type Token } from './tokens.ts';

/** The cursor of tokens stands behind DECLARE. `read` checks the query and writes it for the backend. */
export function declareCursor(cursor: Cursor, read: (tokens: readonly Token[]) => { readonly sql: string }): Statement {
  const name = quoteName(cursor.name());
  cursor.expect('cursor', 'for');
  if (!cursor.sees('select') && !cursor.sees('with')) throw cursor.unexpected();
  const { sql } = read(cursor.restTokens(0));
  const steps = [`SELECT pg_internal.may_declare(${literal(sql)})`, `DECLARE ${name} CURSOR FOR ${sql}`];
  return { kind: 'steps', steps, tag: 'DECLARE CURSOR', inBlock: 'required' };
}

/** FETCH [NEXT | ALL | FORWARD [count | ALL]] FROM name. */
export function fetchRows(cursor: Cursor): Statement {
  const rows = fetchedRows(cursor);
  cursor.expect('from');
  const name = quoteName(cursor.name());
  cursor.end();
  return { kind: 'pass', sql: `FETCH FORWARD ${rows === 'all' ? 'ALL' : rows} FROM ${name}`, fetches: rows };
}

function fetchedRows(cursor: Cursor): number | 'all' {
  if (cursor.take('all')) return 'all';
  if (cursor.take('forward')) {
    if (cursor.take('all')) return 'all';
    return cursor.peek()?.kind === 'number' ? cursor.integer() : 1;
  }
  cursor.take('next');
  return 1;
}

export function closeCursor(cursor: Cursor): Statement {
  const name = quoteName(cursor.name());
  cursor.end();
  return { kind: 'pass', sql: `CLOSE ${name}` };
}

/** What a cluster of one node gives at a time. */
const maxSingleNodeRows = 1000;

/** Throws what a cluster of one node refuses. */
export function refuseFetch(rows: number | 'all'): void {
  if (rows === 'all') {
    throw new RedshiftError(
      `Fetch ALL is not supported on single-node clusters. Please specify the fetch size (maximum ${maxSingleNodeRows} ` +
        'for single-node clusters) or upgrade to a multi node installation.',
      sqlstate.featureNotSupported,
    );
  }
  if (rows <= maxSingleNodeRows) return;
  throw new RedshiftError(
    `Fetch size ${rows} exceeds the limit of ${maxSingleNodeRows} for a single node configuration. Reduce the client ` +
      'fetch/cache size or upgrade to a multi node installation.',
    sqlstate.featureNotSupported,
  );
}
