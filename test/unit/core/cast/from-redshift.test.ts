// What does a column of Redshift become, where no server can be asked?
import { expect, test } from 'vitest';
import { castFromRedshift, transformInRedshift } from '../../../../core/cast/from-redshift.ts';
import { defaultIntoPostgresql, redshiftToPostgresql } from '../../../../core/cast/redshift-to-postgresql.ts';
import type { ColumnType } from '../../../../core/catalog/model.ts';

const type = (name: string, sql = name, modifier = 4): ColumnType => ({
  ...{ schema: 'pg_catalog', name, sql, kind: 'base', modifier },
});

test('a number of a query has no digits: it goes as text into Redshift, where a bare DECIMAL would cut its fraction', () => {
  const bare = type('numeric', 'numeric', -1);
  expect(castFromRedshift('redshift', bare, '"c"')).toMatchObject({
    type: 'VARCHAR(65535)',
    hazard: { kind: 'TYPE_AS_TEXT' },
  });
  expect(castFromRedshift('postgresql', bare, '"c"')).toEqual({ type: 'numeric', expression: '"c"', quoted: false });
});

test('intervals arrive as text in Redshift, and as intervals in PostgreSQL', () => {
  const interval = type('intervaly2m', 'interval year to month');
  expect(castFromRedshift('redshift', interval, '"c"')).toMatchObject({ type: 'VARCHAR(64)', quoted: true });
  expect(castFromRedshift('postgresql', interval, '"c"')).toMatchObject({ type: 'interval' });
});

test('a type that nobody knows goes as text, and that is said', () => {
  expect(castFromRedshift('redshift', type('novel'), '"c"')).toMatchObject({
    type: 'VARCHAR(65535)',
    hazard: { message: expect.stringMatching(/novel is no type/) },
  });
});

test('a shape is one where the target has PostGIS, by its schema, and text where it has not', () => {
  const own = (postgisIn: string | undefined) =>
    redshiftToPostgresql({ postgisIn }).own(type('geometry'), '"c"', {
      ...{ json: 'super', arrays: 'super', composites: 'super' },
    });
  expect(own('"gis"').type).toBe('"gis".geometry');
  expect(own(undefined)).toMatchObject({ type: 'text', hazard: { kind: 'TYPE_AS_TEXT' } });
});

test('the character that PostgreSQL’s text cannot hold is taken out where the command says so', () => {
  expect(transformInRedshift('remove-null-characters', type('varchar'), '"c"')).toMatchObject({
    expression: `REPLACE("c", CHR(0), '')`,
  });
});

test.each([
  ['getdate()', 'now()'],
  ['sysdate', 'now()'],
  ["'it''s'::character varying", "'it''s'::character varying"],
  ['(-1)::numeric(10,2)', '(-1)::numeric(10,2)'],
  ['true', 'true'],
])('the default %s is %s', (there, here) => {
  expect(defaultIntoPostgresql(there)).toEqual({ sql: here });
});

test.each(["'a\\\\b'::character varying", 'f_random()', "dateadd('day', 1, getdate())"])(
  'the default %s is dropped: PostgreSQL would take it otherwise, or not at all',
  (expression) => {
    expect(defaultIntoPostgresql(expression)).toBe('dropped');
  },
);
