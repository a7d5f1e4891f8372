// Which differences of a source keep a run from going on that was planned before?
import { expect, it } from 'vitest';
import { changesOf } from '../../../../core/catalog/changes.ts';
import type { Column, Table } from '../../../../core/catalog/model.ts';

const column = (name: string, sql: string, more: Partial<Column> = {}): Column => ({
  name,
  type: { schema: 'pg_catalog', name: sql, sql, kind: 'base', modifier: -1 },
  notNull: false,
  ...more,
});
const table: Table = {
  oid: 1,
  schema: 's',
  name: 't',
  kind: 'table',
  columns: [column('id', 'integer', { notNull: true }), column('note', 'text')],
  keys: [{ name: 't_pkey', kind: 'primary', columns: ['id'] }],
  foreignKeys: [],
  heaps: [],
  inherits: [],
};
const [id, note] = table.columns;
if (id === undefined || note === undefined) throw new Error('no columns');

it.each<[string, Partial<Table> | undefined, string | undefined]>([
  ['a table that was dropped', undefined, 's.t is there no more'],
  ['a column that was dropped', { columns: [id] }, 's.t has no column "note" any more'],
  ['a column that was added', { columns: [id, note, column('x', 'date')] }, 's.t has a column "x" now'],
  ['a type', { columns: [id, column('note', 'varchar(9)')] }, 'column "note" of s.t was text and is varchar(9)'],
  ['NOT NULL', { columns: [column('id', 'integer'), note] }, 'column "id" of s.t was integer NOT NULL and is integer'],
  ['a key that was dropped', { keys: [] }, 's.t has no primary key on "id" any more'],
  [
    'a key that was added',
    { keys: [...table.keys, { name: 'u', kind: 'unique', columns: ['id', 'note'] }] },
    's.t has a unique key on "id", "note" now',
  ],
  ['a key’s name', { keys: [{ name: 'other', kind: 'primary', columns: ['id'] }] }, undefined],
  ['a comment, a default', { comment: 'x', columns: [id, { ...note, default: "''", comment: 'y' }] }, undefined],
  ['nothing', {}, undefined],
])('of %s', (_what, change, told) => {
  const now = change === undefined ? [] : [{ ...table, ...change }];
  expect(changesOf([table], now)).toEqual(told === undefined ? [] : [told]);
});

it('tables that the run has nothing to do with come and go', () => {
  expect(changesOf([table], [table, { ...table, name: 'u' }])).toEqual([]);
});
