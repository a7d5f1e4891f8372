// Which differences do two catalogs show, and which are what a load makes of the first?
import { describe, expect, test } from 'vitest';
import type { Table } from '../../../../core/catalog/model.ts';
import { pairTables } from '../../../../core/compare/pairs.ts';
import { type Asked, catalog, column, commandOf, table, text, type } from '../plan/planning.ts';

const redshift = (name: string, sql: string) => type(name, sql);
const varchar = (length: number) => redshift('varchar', `character varying(${length})`);

function said(
  source: readonly Table[],
  target: readonly Table[],
  asked: Asked = {},
  dialects = ['postgresql', 'redshift'],
) {
  const [from, to] = dialects as ['postgresql' | 'redshift', 'postgresql' | 'redshift'];
  const pairs = pairTables(catalog(source, { dialect: from }), catalog(target, { dialect: to }), commandOf(asked));
  return [...pairs.differences, ...pairs.tables.flatMap(({ differences }) => differences)].map(
    ({ place, message, counts }) => `${counts ? '' : '(told) '}${place}: ${message}`,
  );
}

describe('PostgreSQL and Redshift', () => {
  const source = table('Orders', {
    columns: [column('Id', { notNull: true }), column('note', { type: text })],
    keys: [{ name: 'k', kind: 'primary', columns: ['Id'] }],
  });
  const target = table('orders', {
    columns: [column('id', { notNull: true }), column('note', { type: varchar(65535) })],
  });

  test('are the same with folded names, mapped types, and without keys', () => {
    expect(said([source], [target])).toEqual([]);
  });

  test('differ by another type, and are told of another length', () => {
    const wider = {
      ...target,
      columns: [
        column('id', { type: redshift('int8', 'bigint'), notNull: true }),
        column('note', { type: varchar(99) }),
      ],
    };
    expect(said([source], [wider])).toEqual([
      'public.Orders.Id: is bigint in the target, not integer',
      '(told) public.Orders.note: is character varying(99) in the target, not character varying(65535)',
    ]);
  });

  test('have the types that somebody chose where a table is only filled', () => {
    const wider = {
      ...target,
      columns: [column('id', { type: redshift('int8', 'bigint') }), column('note', { type: varchar(65535) })],
    };
    expect(said([source], [wider], { options: { includeDrop: false } })).toEqual([
      '(told) public.Orders.Id: is bigint in the target, not integer',
      '(told) public.Orders.Id: is not NOT NULL in the target',
    ]);
  });

  test('meet under the names, casts and filters of a command', () => {
    const asked: Asked = {
      alterSchemas: [{ from: 'public', to: 'sales' }],
      including: [{ tables: [{ kind: 'exact', name: 'Orders' }] }],
      casts: [
        {
          match: { by: 'column', table: 'Orders', column: 'note' },
          guards: {},
          to: { name: 'varchar', modifiers: [10] },
          ...{ default: 'keep', typmod: 'drop', notNull: 'keep', extra: 'keep' },
        },
      ],
    };
    const placed = {
      ...target,
      schema: 'sales',
      columns: [target.columns[0] ?? column('id'), column('note', { type: varchar(10) })],
    };
    expect(said([source, table('other')], [placed], asked)).toEqual([]);
  });

  test('are compared by the key where both have its columns', () => {
    const pairs = pairTables(catalog([source]), catalog([target], { dialect: 'redshift' }), commandOf());
    expect(pairs.tables.map(({ key }) => key)).toEqual([[0]]);
  });
});

describe('PostgreSQL and PostgreSQL', () => {
  const there = (over: Parameters<typeof table>[1]) =>
    said([source], [table('t', over)], {}, ['postgresql', 'postgresql']);
  const source = table('t', {
    columns: [column('a', { type: text }), column('b', { type: type('uuid') })],
    keys: [{ name: 'k', kind: 'primary', columns: ['a'] }],
  });

  test('are the same by type, or by what a type comes back as from Redshift', () => {
    const keys = source.keys;
    expect(there({ columns: source.columns, keys })).toEqual([]);
    const back = [column('a', { type: varchar(65535) }), column('b', { type: type('bpchar', 'character(36)') })];
    expect(there({ columns: back, keys })).toEqual([]);
  });

  test('differ by another type; another order and a lost key are told', () => {
    const columns = [column('b', { type: text }), column('a', { type: text })];
    expect(there({ columns })).toEqual([
      'public.t.b: is text in the target, not uuid',
      '(told) public.t: has its columns in another order in the target: b, a',
      '(told) public.t: has no primary key (a) in the target',
    ]);
  });
});

test.each(['postgresql', 'redshift'])('what comes out of Redshift has in %s the types that a CAST says', (dialect) => {
  const source = table('t', {
    columns: [column('n', { type: redshift('varchar', 'character varying(9)'), notNull: true }), column('i')],
  });
  const casts = ['n', 'i'].map((name) => ({
    ...{ match: { by: 'column', table: 't', column: name }, guards: {}, to: { name: 'numeric', modifiers: [8, 2] } },
    ...{ default: 'keep', typmod: 'drop', notNull: 'drop', extra: 'keep' },
  })) satisfies Asked['casts'];
  const there = ['n', 'i'].map((name) => column(name, { type: type('numeric', 'numeric(8,2)') }));
  expect(said([source], [table('t', { columns: there })], { casts }, ['redshift', dialect])).toEqual([]);
  expect(said([source], [source], { casts }, ['redshift', dialect])).toEqual([
    'public.t.n: is character varying(9) in the target, not numeric(8,2)',
    'public.t.n: is NOT NULL in the target only',
    'public.t.i: is integer in the target, not numeric(8,2)',
  ]);
});

test('Redshift and PostgreSQL meet under the way back', () => {
  const columns = [
    column('s', { type: redshift('super', 'super') }),
    column('v', { type: redshift('varbyte', 'varbyte(10)') }),
  ];
  const back = [column('s', { type: type('jsonb') }), column('v', { type: type('bytea') })];
  const dialects = ['redshift', 'postgresql'];
  expect(said([table('t', { columns })], [table('t', { columns: back })], {}, dialects)).toEqual([]);
  const other = [column('s', { type: type('json') }), column('v', { type: type('bytea') })];
  expect(said([table('t', { columns })], [table('t', { columns: other })], {}, dialects)).toEqual([
    'public.t.s: is json in the target, not jsonb',
  ]);
});
