// Is the comparison of tables to be trusted, and is what it finds told as the smallest case?
import { describe, expect, it } from 'vitest';
import { compareRows } from './values/compare.ts';
import { drawCase } from './values/draw.ts';
import type { Case, Outcome, TableCase } from './values/model.ts';
import { shrink } from './values/shrink.ts';

const column = (name: string) =>
  ({
    name,
    type: 'text',
    sql: 'text',
    suffix: '',
    replaced: [],
    full: false,
    notNull: false,
    values: [],
    json: false,
  }) as const;
const table: TableCase = {
  ...{ schema: 's', name: 't', rows: 3, primaryKey: [], partitioned: false, droppedColumn: false },
  columns: ['a', 'b'].map((name) => ({ ...column(name), arrives: '', expected: '' })),
};

describe('the comparison', () => {
  const rows = [
    ['1', ''],
    ['2', null],
    ['2', null],
  ] as const;
  const compared = (actual: readonly (readonly (string | null)[])[]) =>
    compareRows(table, rows, actual).map(({ column, expected, actual }) => [column, expected, actual]);

  it('finds the same rows in another order equal', () => {
    expect(compared(rows.toReversed())).toEqual([]);
  });

  it.each<[string, (readonly (string | null)[])[], unknown[]]>([
    ['NULL for an empty text', [['1', null], rows[1], rows[2]], [['b', '""', 'null']]],
    ['an empty text for NULL', [rows[0], rows[1], ['2', '']], [['b', 'null', '""']]],
    [
      'a value in the wrong row',
      [['2', ''], ['1', null], rows[2]],
      [
        ['a', '"1"', '"2"'],
        ['a', '"2"', '"1"'],
      ],
    ],
    ['a missing row', [rows[0], rows[1]], [[null, '["2",null]', 'no such row']]],
    ['a row twice', [rows[0], ...rows], [[null, 'no such row', '["1",""]']]],
  ])('finds %s', (_what, actual, differences) => {
    expect(compared(actual)).toEqual(differences);
  });
});

describe('a case that fails', () => {
  const attempts =
    (fails: (tested: Case) => boolean) =>
    async (tested: Case): Promise<Outcome> =>
      fails(tested)
        ? { ended: 'failed', message: 'RowRefused: somewhere' }
        : { ended: 'compared', values: 0, differences: [], alarms: [] };

  it('shrinks to its table, column, row and the character that matters', async () => {
    const holds = ({ columns }: TableCase) =>
      columns.some(({ type, values }) => type === 'text' && values?.some((value) => value?.includes('"')));
    const attempt = attempts(({ tables }) => tables.some(holds));
    const seed = Array.from({ length: 50 }, (_, number) => number).find((number) =>
      drawCase(number, [18]).tables.some(holds),
    );
    const drawn = drawCase(seed ?? -1, [18]);
    const { smallest, loads } = await shrink(drawn, await attempt(drawn), attempt, () => true);
    expect(smallest.options).toEqual([]);
    expect(smallest.tables).toMatchObject([{ rows: 1, columns: [{ type: 'text', values: ['"'] }] }]);
    expect(loads).toBeLessThan(100);
  });

  it('stays as it is when there is no time, or another error comes instead', async () => {
    const drawn = drawCase(0, [18]);
    const failed: Outcome = { ended: 'failed', message: 'RowRefused: somewhere' };
    const others = async (): Promise<Outcome> => ({ ended: 'failed', message: 'PlanRefused: something else' });
    expect(await shrink(drawn, failed, others, () => false)).toEqual({ smallest: drawn, outcome: failed, loads: 0 });
    expect((await shrink(drawn, failed, others, () => true)).smallest).toEqual(drawn);
  });
});

describe('a seed', () => {
  it('draws the same case each time, and another than its neighbour', () => {
    expect(drawCase(3, [18, 13])).toEqual(drawCase(3, [18, 13]));
    expect(drawCase(3, [18, 13]).tables).not.toEqual(drawCase(4, [18, 13]).tables);
  });
});
