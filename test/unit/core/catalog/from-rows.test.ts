// Do rows of text become a catalog, and do rows that cannot be become a clear error?
import { describe, expect, it } from 'vitest';
import { type CatalogRows, catalogFromRows } from '../../../../core/catalog/from-rows.ts';

const type = { oid: '23', schema: 'pg_catalog', name: 'int4', kind: 'b' };
const column = {
  table_oid: '1',
  number: '1',
  name: 'id',
  type_oid: '23',
  modifier: '-1',
  type_sql: 'integer',
  not_null: 't',
  expression: null,
  comment: null,
};
const heap = {
  table_oid: '1',
  oid: '1',
  schema: 's',
  name: 't',
  is_foreign: 'f',
  readable: 't',
  filtered: 'f',
  bytes: '16384',
  pages: '1',
  estimated_rows: '-1',
  integer_key: 'id',
};
const foreignKey = {
  key_oid: '9',
  table_oid: '1',
  name: 'fk',
  columns: '{1}',
  proven: 't',
  referenced_schema: 's',
  referenced_table: 'u',
  referenced_columns: '{2,1}',
  referenced_number: '1',
  referenced_name: 'one',
};

/** One table with one column, and what a test changes. */
const rows = (changes: Partial<CatalogRows> = {}): CatalogRows => ({
  database: [{ name: 'db' }],
  schemas: [{ name: 's', comment: null }],
  tables: [{ oid: '1', schema: 's', name: 't', kind: 'r', comment: null }],
  heaps: [heap],
  columns: [column],
  types: [type],
  keys: [],
  foreignKeys: [],
  views: [],
  ...changes,
});

const tableOf = (changes: Partial<CatalogRows>, dialect: 'postgresql' | 'redshift' = 'postgresql') =>
  catalogFromRows(dialect, rows(changes)).tables[0];

describe('a catalog from rows', () => {
  it('has no property for what is NULL', () => {
    expect(catalogFromRows('postgresql', rows())).toStrictEqual({
      dialect: 'postgresql',
      database: 'db',
      schemas: [{ name: 's' }],
      tables: [
        {
          oid: 1,
          schema: 's',
          name: 't',
          kind: 'table',
          columns: [
            {
              name: 'id',
              type: { schema: 'pg_catalog', name: 'int4', sql: 'integer', kind: 'base', modifier: -1 },
              notNull: true,
            },
          ],
          keys: [],
          foreignKeys: [],
          heaps: [{ oid: 1, schema: 's', name: 't', readable: true, bytes: 16384, pages: 1, estimatedRows: -1 }],
          inherits: [],
        },
      ],
      views: [],
    });
  });

  it('leaves out what belongs to tables that are left out', () => {
    const other = { table_oid: '2', name: 'x', kind: 'p', columns: '{7}' };
    expect(tableOf({ keys: [other], columns: [column, { ...column, table_oid: '2' }] })).toMatchObject({
      columns: [{ name: 'id' }],
      keys: [],
    });
  });

  it('shares one object among columns of one type', () => {
    const table = tableOf({ columns: [column, { ...column, number: '2', name: 'other' }] });
    expect(table?.columns[0]?.type).toBe(table?.columns[1]?.type);
  });

  it('gives the columns of a foreign key the order of the key', () => {
    const second = { ...foreignKey, referenced_number: '2', referenced_name: 'two' };
    expect(tableOf({ foreignKeys: [foreignKey, second] })?.foreignKeys).toEqual([
      {
        name: 'fk',
        columns: ['id'],
        references: { schema: 's', table: 'u', columns: ['two', 'one'] },
        validated: true,
      },
    ]);
  });

  it('joins the bounds of a key to its heap, and an empty table has none', () => {
    const keyRange = { column: 'id', low: '-7', high: '9223372036854775807' };
    expect(tableOf({ keyRanges: [{ oid: '1', ...keyRange }] })?.heaps[0]?.keyRange).toEqual(keyRange);
    expect(tableOf({ keyRanges: [{ oid: '1', low: null, high: null }] })?.heaps[0]).not.toHaveProperty('keyRange');
  });

  it('calls a heap whose rows are filtered unreadable', () => {
    expect(tableOf({ heaps: [{ ...heap, filtered: 't' }] })?.heaps[0]).toMatchObject({
      readable: false,
      filtered: true,
    });
  });

  it.each([
    [`"identity"(445178, 0, '1,1'::text)`, { generation: 'always', start: '1', increment: '1' }],
    [`"default_identity"(445178, 3, '-5,10'::text)`, { generation: 'by default', start: '-5', increment: '10' }],
  ])("reads Redshift's identity from the default %s", (expression, identity) => {
    const [read] = tableOf({ columns: [{ ...column, expression }] }, 'redshift')?.columns ?? [];
    expect(read).toMatchObject({ identity });
    expect(read).not.toHaveProperty('default');
  });

  it.each<[string, Partial<CatalogRows>, RegExp]>([
    ['no database', { database: [] }, /did not say what the database is called/],
    [
      'an unknown kind of table',
      { tables: [{ oid: '1', schema: 's', name: 't', kind: 'z', comment: null }] },
      /"kind" of "t" is "z"; it must be one of r, p, m, f/,
    ],
    [
      'a number that is none',
      { heaps: [{ ...heap, pages: '1.5' }] },
      /"pages" of "t" is "1\.5"; it must be a whole number/,
    ],
    ['a number past 2^53', { heaps: [{ ...heap, bytes: '9007199254740993' }] }, /"bytes" of "t"/],
    ['a truth that is none', { columns: [{ ...column, not_null: null }] }, /"not_null" of "id" is null/],
    ['a type that is missing', { types: [] }, /The type integer \(oid 23\) is not among/],
    [
      'a key of a missing column',
      { keys: [{ table_oid: '1', name: 'k', kind: 'u', columns: '{1,2}' }] },
      /table "t" names column 2/,
    ],
    [
      'a key that is no array',
      { keys: [{ table_oid: '1', name: 'k', kind: 'u', columns: '1 2' }] },
      /"columns" of "k" is "1 2"; it must be an array/,
    ],
    ['a reference to a missing column', { foreignKeys: [foreignKey] }, /foreign key "fk" refers to column 2 of "u"/],
    ['a column that the query did not give', { schemas: [{}] }, /"name" is missing/],
  ])('refuses %s', (_, changes, message) => {
    const read = () => catalogFromRows('postgresql', rows(changes));
    expect(read).toThrow(message);
    expect(read).toThrow(expect.objectContaining({ kind: 'Unexpected' }));
  });
});
