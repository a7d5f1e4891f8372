import { expect, test } from 'vitest';
import { castToRedshift } from '../../../../core/cast/postgresql-to-redshift.ts';
import type { ColumnType } from '../../../../core/catalog/model.ts';

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
