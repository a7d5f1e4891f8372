import { expect, test } from 'vitest';
import { defaultInRedshift } from '../../../../core/cast/defaults.ts';

test.each([
  ['0', 'INTEGER', '0'],
  ["'-1.5'::numeric", 'DECIMAL(4,1)', '-1.5'],
  ["'new'::text", 'VARCHAR(20)', "'new'"],
  ["'it''s'::character varying", 'VARCHAR(20)', "'it''s'"],
  ["'a\\b'::text", 'VARCHAR(20)', "'a\\\\b'"],
  ['true', 'BOOLEAN', 'true'],
  ['now()', 'TIMESTAMPTZ', 'GETDATE()'],
  ['CURRENT_TIMESTAMP', 'TIMESTAMP', 'GETDATE()'],
  ['CURRENT_DATE', 'DATE', 'GETDATE()::DATE'],
])('keeps the default %s of a %s', (expression, type, sql) => {
  expect(defaultInRedshift(expression, type)).toEqual({ sql });
});

test.each([
  ["nextval('s'::regclass)", 'BIGINT'],
  ['gen_random_uuid()', 'CHAR(36)'],
  ["'{}'::jsonb", 'SUPER'],
  ['(a + b)', 'INTEGER'],
  ["('x'::text || 'y'::text)", 'VARCHAR(4)'],
])('drops the default %s of a %s, which Redshift cannot hold', (expression, type) => {
  expect(defaultInRedshift(expression, type)).toBe('dropped');
});

test('takes NULL for no default', () => {
  expect(defaultInRedshift(undefined, 'INTEGER')).toBe('none');
  expect(defaultInRedshift('NULL::character varying', 'VARCHAR(3)')).toBe('none');
});
