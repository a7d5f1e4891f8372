import { expect, test } from 'vitest';
import { castToRedshift } from '../../../../core/cast/postgresql-to-redshift.ts';
import { withDigits } from '../../../../core/cast/redshift-types.ts';
import type { ColumnType } from '../../../../core/catalog/model.ts';
import { DEFAULT_OPTIONS } from '../../../../core/command/options.ts';

const base = (name: string, modifier = -1, sql = name): ColumnType => ({
  schema: 'pg_catalog',
  name,
  sql,
  kind: 'base',
  modifier,
});
/** numeric(p,s) as pg_attribute keeps it. */
const numeric = (precision: number, scale: number): ColumnType =>
  base('numeric', ((precision << 16) | (scale & 0x7ff)) + 4, `numeric(${precision},${scale})`);

test.each([
  [base('int2'), 'SMALLINT'],
  [base('int4'), 'INTEGER'],
  [base('int8'), 'BIGINT'],
  [base('oid'), 'BIGINT'],
  [base('float4'), 'REAL'],
  [base('float8'), 'DOUBLE PRECISION'],
  [base('bool'), 'BOOLEAN'],
  [base('date'), 'DATE'],
  [base('time'), 'TIME'],
  [base('timestamp'), 'TIMESTAMP'],
  [base('timestamptz'), 'TIMESTAMPTZ'],
  [base('money'), 'DECIMAL(20,2)'],
  [base('uuid'), 'CHAR(36)'],
  [base('text'), 'VARCHAR(65535)'],
  [base('varchar'), 'VARCHAR(65535)'],
  [base('varchar', 24), 'VARCHAR(80)'],
  [base('bpchar', 7), 'VARCHAR(12)'],
  [base('jsonb'), 'SUPER'],
  [base('bytea'), 'VARBYTE(16777216)'],
  [base('inet'), 'VARCHAR(50)'],
  [base('bit', 8), 'VARCHAR(8)'],
  [numeric(10, 2), 'DECIMAL(10,2)'],
  [numeric(18, 18), 'DECIMAL(18,18)'],
  [numeric(19, 4), 'DECIMAL(20,4)'],
  [numeric(38, 37), 'DECIMAL(38,37)'],
  [numeric(3, 5), 'DECIMAL(5,5)'],
  [numeric(3, -2), 'DECIMAL(5,0)'],
  [{ ...base('mood'), schema: 'public', kind: 'enum', longestLabelBytes: 7 } as const, 'VARCHAR(7)'],
  [{ ...base('price'), schema: 'public', kind: 'domain', base: numeric(8, 2) } as const, 'DECIMAL(8,2)'],
])('keeps %j whole', (type, expected) => {
  const cast = castToRedshift(type, '"c"');
  expect(cast.type).toBe(expected);
  expect(cast.hazard).toBeUndefined();
});

test.each([
  [base('numeric'), 'VARCHAR(65535)', 'TYPE_AS_TEXT'],
  [numeric(40, 2), 'VARCHAR(43)', 'TYPE_AS_TEXT'],
  [base('point'), 'VARCHAR(64)', 'TYPE_AS_TEXT'],
  [base('tsvector'), 'VARCHAR(65535)', 'TYPE_AS_TEXT'],
  [{ ...base('geometry'), schema: 'public' }, 'VARCHAR(65535)', 'TYPE_AS_TEXT'],
  [base('varchar', 20_004), 'VARCHAR(65535)', 'NARROWS'],
  [base('timetz'), 'TIMETZ', 'LOSES_DETAIL'],
  [base('interval'), 'VARCHAR(128)', 'LOSES_DETAIL'],
  [{ ...base('_int4'), kind: 'array' } as const, 'SUPER', 'LOSES_DETAIL'],
  [{ ...base('pair'), schema: 'public', kind: 'composite' } as const, 'SUPER', 'LOSES_DETAIL'],
  [{ ...base('record'), kind: 'pseudo' } as const, 'SUPER', 'LOSES_DETAIL'],
])('says what is lost of %j', (type, expected, hazard) => {
  const cast = castToRedshift(type, '"c"');
  expect(cast.type).toBe(expected);
  expect(cast.hazard?.kind).toBe(hazard);
  expect(cast.hazard?.message).toContain(type.sql);
});

test('quotes every text in CSV and no number, so that an empty text is not taken for NULL', () => {
  for (const name of ['text', 'varchar', 'bpchar', 'uuid', 'jsonb', 'bytea', 'inet']) {
    expect(castToRedshift(base(name), '"c"').quoted).toBe(true);
  }
  for (const name of ['int4', 'bool', 'timestamptz', 'float8']) {
    expect(castToRedshift(base(name), '"c"').quoted).toBe(false);
  }
});

const array = { ...base('_int4', -1, 'integer[]'), kind: 'array' } as const;
const pair = { ...base('pair'), schema: 'public', kind: 'composite' } as const;
const hstore = { ...base('hstore', -1, 'public.hstore'), schema: 'public', extension: 'hstore' };
const text = { type: 'VARCHAR(65535)', expression: '"c"::text', quoted: true };

test.each([
  [base('json'), { json: 'varchar' }],
  [base('jsonb'), { json: 'varchar' }],
  [array, { arrays: 'varchar' }],
  [base('int2vector'), { arrays: 'varchar' }],
  [pair, { composites: 'varchar' }],
  [hstore, { composites: 'varchar' }],
  [{ ...base('list'), schema: 'public', kind: 'domain', base: array } as const, { arrays: 'varchar' }],
] as const)('%j keeps its own text where the command says %j, and nothing is lost', (type, choice) => {
  expect(castToRedshift(type, '"c"', { ...DEFAULT_OPTIONS, ...choice })).toEqual(text);
  expect(castToRedshift(type, '"c"').type).toBe('SUPER');
});

test.each([
  [0, 'DECIMAL(38,0)'],
  [10, 'DECIMAL(38,10)'],
  [37, 'DECIMAL(38,37)'],
])(
  'a numeric without precision is a decimal with the scale %i that the command gives, and that is said',
  (numericScale, type) => {
    const price = { ...base('price'), schema: 'public', kind: 'domain', base: base('numeric') } as const;
    for (const of of [base('numeric'), price]) {
      const cast = castToRedshift(of, '"c"', { ...DEFAULT_OPTIONS, numericScale });
      expect(cast).toMatchObject({ type, expression: '"c"', quoted: false, hazard: { kind: 'NARROWS' } });
    }
    expect(castToRedshift(numeric(12, 4), '"c"', { ...DEFAULT_OPTIONS, numericScale }).type).toBe('DECIMAL(12,4)');
  },
);

test('a numeric whose digits are known otherwise is a decimal of those', () => {
  expect(castToRedshift(withDigits(base('numeric'), 19, 4), '"c"')).toEqual({
    type: 'DECIMAL(20,4)',
    expression: '"c"',
    quoted: false,
  });
  expect(castToRedshift(withDigits(base('numeric'), 50, 4), '"c"').type).toBe('VARCHAR(53)');
});

test.each([
  ['vector', 'SUPER', '"c"::text'],
  ['sparsevec', 'VARCHAR(65535)', '"c"::text'],
])('pgvector’s %s is %s', (name, type, expression) => {
  expect(castToRedshift({ ...base(name), schema: 'extra', extension: 'vector' }, '"c"')).toMatchObject({
    type,
    expression,
  });
});

test('a type is an extension’s by the extension that owns it, and not by its name', () => {
  const geometry = { ...base('geometry'), schema: 'gis' };
  expect(castToRedshift({ ...geometry, extension: 'postgis' }, '"c"')).toMatchObject({
    type: 'GEOMETRY',
    expression: '"c"',
  });
  expect(castToRedshift(geometry, '"c"')).toMatchObject({ type: 'VARCHAR(65535)', hazard: { kind: 'TYPE_AS_TEXT' } });
});
