// Which key ranges must be asked for, and how? PostgreSQL 13 scans the whole table for a range of ctids, so there a
// large table is read by ranges of its integer primary key, whose bounds come from the key's index.
import { identifier, literal, qualified } from '../sql/quote.ts';
import { boolean, integer, optional, type Row, text } from './rows.ts';

/** From PostgreSQL 14 on, a range of ctids is read directly. */
const CTID_RANGES_SINCE = 14;

/** Half of what a part is aimed at (128 MiB): a smaller table is one part, however it grows before it is read. */
export const KEY_RANGE_BYTES = 64 * 1024 * 1024;

/**
 * The statement locks each table and its index until the transaction ends, and a server has at least 64 × 100 lock
 * slots for all its sessions: 1,000 tables take 2,000 of them. Smaller tables beyond these go without ranges.
 */
export const MOST_KEY_RANGES = 1_000;

/** One statement for the bounds of all tables that need them, given the rows of the heaps query; or undefined. */
export function keyRangesQuery(major: number, heaps: readonly Row[]): string | undefined {
  if (major >= CTID_RANGES_SINCE) return undefined;
  const wanted = heaps
    .filter((heap) => integer(heap, 'bytes') > KEY_RANGE_BYTES && optional(heap, 'integer_key') !== undefined)
    .filter((heap) => boolean(heap, 'readable') && !boolean(heap, 'filtered'))
    .sort((a, b) => integer(b, 'bytes') - integer(a, 'bytes'))
    .slice(0, MOST_KEY_RANGES);
  return wanted.length === 0 ? undefined : wanted.map(boundsOf).join('\nUNION ALL\n');
}

function boundsOf(heap: Row): string {
  const key = identifier(text(heap, 'integer_key'));
  const table = qualified(text(heap, 'schema'), text(heap, 'name'));
  return `SELECT ${literal(text(heap, 'oid'))} AS oid, min(${key}) AS low, max(${key}) AS high FROM ONLY ${table}`;
}
