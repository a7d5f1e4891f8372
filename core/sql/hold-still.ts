// Is what a part is read from still the table that was planned, in the file that it was in? In SQL.

import type { PlannedPart } from '../plan/model.ts';
import { rowsOf } from './copy-out.ts';
import { literal } from './quote.ts';

/** No rows, but ACCESS SHARE on everything that the part reads: from here to the transaction's end nobody rewrites it. */
export const lockPart = (part: PlannedPart): string => `SELECT FROM ${rowsOf(part)} LIMIT 0`;

/** What `from` is now, and the file of its rows now: the functions look beyond the transaction's snapshot. */
export function heapNow({ from }: PlannedPart): string {
  return `SELECT to_regclass(${literal(from)})::oid AS oid, pg_relation_filenode(to_regclass(${literal(from)})) AS filenode`;
}

/**
 * What a query has locked and is no longer what the snapshot sees: made, or rewritten, since. Its rows would be missing
 * from the snapshot, or not be the snapshot's. An index that was made since is nothing of the kind; it is known by the
 * function, which looks beyond the snapshot.
 */
export const REWRITTEN_SINCE = `
  SELECT l.relation::regclass AS name
  FROM pg_locks l LEFT JOIN pg_class c ON c.oid = l.relation
  WHERE l.pid = pg_backend_pid() AND l.locktype = 'relation'
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND (c.oid IS NULL AND pg_get_indexdef(l.relation) IS NULL
      OR c.relkind IN ('r', 'm') AND c.relfilenode <> 0 AND c.relfilenode IS DISTINCT FROM pg_relation_filenode(c.oid))`;
