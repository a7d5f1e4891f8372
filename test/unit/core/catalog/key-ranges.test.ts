// Which tables are asked for the bounds of their key?
import { describe, expect, it } from 'vitest';
import { KEY_RANGE_BYTES, keyRangesQuery, MOST_KEY_RANGES } from '../../../../core/catalog/key-ranges.ts';
import type { Row } from '../../../../core/catalog/rows.ts';

const heap = (oid: number, changes: Row = {}): Row => ({
  oid: String(oid),
  schema: 's',
  name: `t${oid}`,
  bytes: String(KEY_RANGE_BYTES + oid),
  readable: 't',
  filtered: 'f',
  integer_key: 'id',
  ...changes,
});

describe('key ranges', () => {
  it('are asked for in one statement, of the table only, with every name quoted', () => {
    expect(keyRangesQuery(13, [heap(1, { name: 'a"b', integer_key: 'Id' }), heap(2)])).toBe(
      `SELECT '2' AS oid, min("id") AS low, max("id") AS high FROM ONLY "s"."t2"
UNION ALL
SELECT '1' AS oid, min("Id") AS low, max("Id") AS high FROM ONLY "s"."a""b"`,
    );
  });

  it('are not needed from PostgreSQL 14 on', () => {
    expect(keyRangesQuery(14, [heap(1)])).toBeUndefined();
  });

  it.each<[string, Row]>([
    ['at the threshold', { bytes: String(KEY_RANGE_BYTES) }],
    ['without an integer key', { integer_key: null }],
    ['that may not be read', { readable: 'f' }],
    ['whose rows are filtered', { filtered: 't' }],
  ])('are not asked of a table %s', (_, changes) => {
    expect(keyRangesQuery(13, [heap(1, changes)])).toBeUndefined();
  });

  it('are asked of the largest tables where there are more than locks allow', () => {
    const query = keyRangesQuery(
      13,
      Array.from({ length: MOST_KEY_RANGES + 1 }, (_, oid) => heap(oid)),
    );
    expect(query?.match(/^SELECT/gm)).toHaveLength(MOST_KEY_RANGES);
    expect(query).not.toContain('"t0"');
  });
});
