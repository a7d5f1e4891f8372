// Which values does the plan look for, and who says what becomes of them?

import { describe, expect, test } from 'vitest';
import type { CastRule } from '../../../../core/cast/cast-rule.ts';
import { column, hazardsOf, int4, planOf, table, tablesOf, text, type } from './planning.ts';

const at = type('timestamptz', 'timestamp with time zone');
const bare = type('numeric');
const fixed = type('numeric', 'numeric(10,2)', { modifier: ((10 << 16) | 2) + 4 });
const float8 = type('float8', 'double precision');
const keep = { guards: {}, default: 'keep', typmod: 'keep', notNull: 'keep', extra: 'keep' } as const;
const ofType = (name: string, over: Partial<CastRule>): CastRule => ({
  match: { by: 'type', type: name },
  ...keep,
  ...over,
});

type Asked = Parameters<typeof planOf>[1];

/** `hazard policy by` of each guard of the one column. */
function guardsOf(over: Parameters<typeof column>[1], asked?: Asked): string[] {
  const [planned] = tablesOf(planOf([table('t', { columns: [column('c', over)] })], asked));
  return (planned?.columns[0]?.guards ?? []).map(({ hazard, policy, by }) => `${hazard}: ${policy} ${by ?? ''}`.trim());
}

test.each([
  ['a whole number', int4, []],
  ['a boolean', type('bool', 'boolean'), []],
  ['a uuid', type('uuid'), []],
  ['a moment', at, ['infinity: fail', 'date out of range: fail']],
  ['a number with its digits', fixed, ['nan: fail']],
  ['a float, whose infinity Redshift has', float8, []],
])('of %s it looks for what it may hold and Redshift does not', (_, of, guards) => {
  expect(guardsOf({ type: of })).toEqual(guards);
});

test('a domain holds what its base holds', () => {
  const domain = type('day', 'public.day', { schema: 'public', kind: 'domain', base: at });
  expect(guardsOf({ type: domain })).toEqual(['infinity: fail', 'date out of range: fail']);
});

test('money is compared as the number that it is sent as, in a domain as well', () => {
  const money = type('money');
  const domain = type('fee', 'public.fee', { schema: 'public', kind: 'domain', base: money });
  for (const each of [money, domain]) {
    const [planned] = tablesOf(planOf([table('t', { columns: [column('c', { type: each })] })]));
    const [{ value, expression } = { value: '', expression: '' }] = planned?.columns ?? [];
    expect(value ?? expression).toBe('"c"::numeric');
  }
});

test('a CAST brings its own hazards', () => {
  const casts = [ofType('numeric', { to: { name: 'decimal', modifiers: [5, 1] } })];
  expect(guardsOf({ type: fixed }, { casts })).toEqual([
    'nan: fail',
    'number out of range: fail',
    'extra digits: fail',
  ]);
  expect(guardsOf({ type: bare }, { casts })).toContain('infinity: fail');
});

test('on error resume next leaves to Redshift what it refuses, and not what it alters', () => {
  const options = { onError: 'resume next' } as const;
  expect(guardsOf({ type: at }, { options })).toEqual(['infinity: keep', 'date out of range: keep']);
  expect(guardsOf({ type: at }, { options: { ...options, 'on infinity': 'fail' } })).toContain('infinity: fail WITH');
  const casts = [ofType('numeric', { to: { name: 'decimal', modifiers: [5, 1] } })];
  expect(guardsOf({ type: fixed }, { options, casts })).toEqual([
    'nan: keep',
    'number out of range: keep',
    'extra digits: fail',
  ]);
});

describe('a policy', () => {
  const asked = { options: { 'on infinity': 'null', 'on nan': 'null' } } as const;

  test('of WITH speaks of every column', () => {
    expect(guardsOf({ type: at }, asked)).toEqual(['infinity: null WITH', 'date out of range: fail']);
    expect(guardsOf({ type: float8 }, asked)).toEqual(['infinity: null WITH', 'nan: null WITH']);
  });

  test('of a rule comes before that of WITH, and the first rule that names the hazard wins', () => {
    const casts = [
      ofType('timestamptz', { on: { infinity: 'clamp' } }),
      ofType('timestamptz', { on: { infinity: 'fail', 'date out of range': 'keep' } }),
    ];
    expect(guardsOf({ type: at }, { ...asked, casts })).toEqual([
      'infinity: clamp CAST rule 1',
      'date out of range: keep CAST rule 2',
    ]);
  });

  test('alone in a rule leaves the column to the rules after it', () => {
    const casts = [
      ofType('text', { on: { infinity: 'null' } }),
      ofType('text', { to: { name: 'varchar', modifiers: [9] }, notNull: 'set' }),
    ];
    const [planned] = tablesOf(planOf([table('t', { columns: [column('c', { type: text })] })], { casts }));
    expect(planned?.columns[0]).toMatchObject({ type: 'VARCHAR(9)', notNull: true });
  });

  test('in a rule that finds no such value to speak of is told', () => {
    const plan = planOf([table('t')], { casts: [ofType('integer', { on: { infinity: 'null' } })] });
    expect(hazardsOf(plan)).toContain('MATCHES_NOTHING report null');
  });
});

describe('null in a column that is NOT NULL', () => {
  test('fails there when all columns were meant, and says so', () => {
    const columns = [column('c', { type: at, notNull: true }), column('d', { type: at })];
    const plan = planOf([table('t', { columns })], { options: { 'on infinity': 'null' } });
    expect(tablesOf(plan)[0]?.columns.map(({ guards }) => guards?.[0]?.policy)).toEqual(['fail', 'null']);
    expect(hazardsOf(plan)).toEqual(['POLICY_UNFIT report public.t.c']);
  });

  test('is refused when a rule says it, unless the rule drops NOT NULL', () => {
    const on = { infinity: 'null' } as const;
    const of = { columns: [column('c', { type: at, notNull: true })] };
    const refused = planOf([table('t', of)], { casts: [ofType('timestamptz', { on })] });
    expect(hazardsOf(refused)).toEqual(['CAST_INVALID refuse public.t.c']);
    const taken = planOf([table('t', of)], { casts: [ofType('timestamptz', { on, notNull: 'drop' })] });
    expect(hazardsOf(taken)).toEqual([]);
  });
});

test('types of a table that is there decide what its rows may hold', () => {
  const columns = [column('c', { type: fixed })];
  const there = table('t', { columns: [column('c', { type: type('numeric', 'numeric(10,1)') })] });
  const target = {
    dialect: 'redshift',
    database: 'd',
    schemas: [{ name: 'public' }],
    tables: [there],
    views: [],
  } as const;
  const [planned] = tablesOf(planOf([table('t', { columns })], { options: { dataOnly: true } }, target));
  expect(planned?.columns[0]?.guards?.map(({ hazard }) => hazard)).toEqual(['nan', 'extra digits']);
});

describe('rows of more than 4 MB are looked for', () => {
  const jsonb = type('jsonb');
  const longRowOf = (columns: readonly ReturnType<typeof column>[], options?: NonNullable<Asked>['options']) =>
    tablesOf(planOf([table('t', { columns })], options === undefined ? {} : { options }))[0]?.longRow;
  const texts = (count: number) => Array.from({ length: count }, (_, at) => column(`c${at}`, { type: text }));

  test('only where the columns allow them', () => {
    expect(longRowOf([column('id'), column('on', { type: type('bool', 'boolean') }), ...texts(31)])).toBe(undefined);
    expect(longRowOf(texts(32))).toMatchObject({ long: Array.from({ length: 32 }, (_, at) => at) });
    expect(longRowOf([column('id'), column('doc', { type: jsonb })])).toEqual({ long: [1], others: 42 });
  });

  test('unless they are left to Redshift', () => {
    const columns = [column('id'), column('doc', { type: jsonb })];
    expect(longRowOf(columns, { 'on long row': 'keep' })).toBe(undefined);
    expect(longRowOf(columns, { onError: 'resume next' })).toBe(undefined);
    expect(longRowOf(columns, { onError: 'resume next', 'on long row': 'fail' })).not.toBe(undefined);
  });
});
