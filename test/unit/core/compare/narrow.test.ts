// Does the way down from a table to its rows end, and does it tell each row once?
import { describe, expect, test } from 'vitest';
import { differingRanges, matchRows, nextLook, rowsToTell, tellRows } from '../../../../core/compare/narrow.ts';

const range = (digits: string, rows: number, sum = '1') => ({ digits, rows, sum });

describe('ranges', () => {
  test('differ by count, by sum, or by being at one end only', () => {
    const source = [range('000', 1), range('001', 2), range('002', 3, '5'), range('004', 1)];
    const target = [range('000', 1), range('001', 1), range('002', 3, '6'), range('003', 9)];
    expect(differingRanges(source, target)).toEqual([
      { digits: '001', rows: 2 },
      { digits: '002', rows: 3 },
      { digits: '003', rows: 9 },
      { digits: '004', rows: 1 },
    ]);
  });

  test('are looked at row by row up to 20,000 rows, and cut smaller where one alone has more', () => {
    const many = [range('000', 15_000), range('001', 15_000), range('002', 4000)];
    expect(nextLook(many, 3)).toEqual({ rows: ['000', '002'] });
    expect(nextLook([range('000', 30_000)], 3)).toEqual({ ranges: ['000'], length: 6 });
  });

  test('are not cut for ever: rows that are all the same stay together', () => {
    expect(nextLook([range('000000000000000', 30_000)], 15)).toEqual({ rows: [] });
  });
});

describe('rows', () => {
  const row = (key: string, digest: string) => ({ key, row: digest });

  test('of one key are changed; without a key they are missing, and extra', () => {
    const [source, target] = [
      [row('a', '1'), row('b', '1')],
      [row('a', '2'), row('b', '1')],
    ];
    expect(matchRows(source, target, true)).toEqual({ missing: [], extra: [], changed: ['a'] });
    const byRow = matchRows([row('1', '1')], [row('2', '2')], false);
    expect(byRow).toEqual({ missing: ['1'], extra: ['2'], changed: [] });
  });

  test('that came twice are counted twice', () => {
    const source = [row('a', '1'), row('a', '1'), row('b', '1')];
    const target = [row('a', '1'), row('b', '1'), row('b', '1'), row('b', '2')];
    expect(matchRows(source, target, true)).toEqual({ missing: ['a'], extra: ['b', 'b'], changed: [] });
  });

  test('are told by turns of each kind, up to the limit', () => {
    const matched = { missing: ['a', 'b'], extra: ['c'], changed: ['d', 'e'] };
    expect(rowsToTell(matched, 4)).toEqual([
      ['missing', 'a'],
      ['extra', 'c'],
      ['changed', 'd'],
      ['missing', 'b'],
    ]);
    expect(rowsToTell(matched, 0)).toEqual([]);
  });

  test('show their keys only where they were asked for', () => {
    const matched = { missing: [], extra: [], changed: ['x'] };
    const named = { columns: ['id', 'note'], key: [0] };
    const [here, there] = [
      { key: 'x', d0: '1', d1: '2' },
      { key: 'x', d0: '1', d1: null },
    ];
    expect(tellRows(matched, 9, named, [here], [there])).toEqual([{ what: 'changed', columns: ['note'] }]);
    expect(tellRows(matched, 9, named, [{ ...here, k0: '7' }], [there])).toEqual([
      { what: 'changed', columns: ['note'], key: { id: '7' } },
    ]);
  });
});
