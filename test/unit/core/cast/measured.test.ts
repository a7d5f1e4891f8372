// Which type does a column get from what its values measure?

import { describe, expect, test } from 'vitest';
import type { CastRule } from '../../../../core/cast/cast-rule.ts';
import { castColumn } from '../../../../core/cast/rules.ts';
import { column, text, type } from '../plan/planning.ts';

const place = { schema: 'public', name: 't' };
const numeric = type('numeric');
const varchar = (length: number) => type('varchar', `character varying(${length})`, { modifier: length + 4 });
const castOf = (of: Parameters<typeof column>[1], ...rules: CastRule[]) =>
  castColumn(place, column('c', of), '"c"', rules).cast;

describe('a text', () => {
  test.each([
    [0, 'VARCHAR(16)'],
    [1, 'VARCHAR(16)'],
    [10, 'VARCHAR(16)'],
    [11, 'VARCHAR(32)'],
    [34, 'VARCHAR(64)'],
    [43_679, 'VARCHAR(65520)'],
    [43_681, 'VARCHAR(65535)'],
    [1_000_000, 'VARCHAR(65535)'],
  ])('of up to %i bytes is %s', (bytes, becomes) => {
    expect(castOf({ type: text, measured: { bytes } })).toMatchObject({
      type: becomes,
      expression: '"c"',
      quoted: true,
    });
  });

  test('is never wider than its own length allows', () => {
    expect(castOf({ type: varchar(10), measured: { bytes: 12 } }).type).toBe('VARCHAR(32)');
    expect(castOf({ type: varchar(10), measured: { bytes: 30 } }).type).toBe('VARCHAR(40)');
  });

  test('that may be too long for Redshift, and is not, is no hazard', () => {
    const long = varchar(20_000);
    expect(castOf({ type: long }).hazard?.kind).toBe('NARROWS');
    expect(castOf({ type: long, measured: { bytes: 100 } }).hazard).toBe(undefined);
    expect(castOf({ type: long, measured: { bytes: 50_000 } }).hazard?.kind).toBe('NARROWS');
  });
});

describe('a number without precision', () => {
  test.each([
    [{ whole: 5, scale: 2, leastScale: 2 }, 'DECIMAL(9,2)'],
    [{ whole: 0, scale: 3, leastScale: 3 }, 'DECIMAL(5,3)'],
    [{ whole: 12, scale: 0, leastScale: 0 }, 'DECIMAL(14,0)'],
    [{ whole: 15, scale: 2, leastScale: 0 }, 'DECIMAL(20,2)'],
    [{ whole: 36, scale: 2, leastScale: 2 }, 'DECIMAL(38,2)'],
    [{ whole: 20, scale: 20, leastScale: 4 }, 'DECIMAL(26,4)'],
    [{ whole: 0, scale: 37, leastScale: 37 }, 'DECIMAL(38,37)'],
  ])('of %j is %s', (measured, becomes) => {
    const made = castOf({ type: numeric, measured });
    expect(made).toEqual({ type: becomes, expression: '"c"', quoted: false });
  });

  test.each([{ whole: 39, scale: 0, leastScale: 0 }, { whole: 1, scale: 38, leastScale: 38 }, {}])(
    'of %j goes as text, as without measuring',
    (measured) => {
      expect(castOf({ type: numeric, measured })).toEqual(castOf({ type: numeric }));
    },
  );
});

test('a column without values keeps the type that holds everything', () => {
  expect(castOf({ type: text, measured: {} }).type).toBe('VARCHAR(65535)');
});

test('a CAST that names a type, or changes the value, comes before what was measured', () => {
  const rule = (over: Partial<CastRule>): CastRule => ({
    match: { by: 'column', table: 't', column: 'c' },
    guards: {},
    default: 'keep',
    typmod: 'keep',
    notNull: 'keep',
    extra: 'keep',
    ...over,
  });
  const of = { type: text, measured: { bytes: 10 } };
  expect(castOf(of, rule({ to: { name: 'varchar', modifiers: [99] } })).type).toBe('VARCHAR(99)');
  expect(castOf(of, rule({ using: 'right-trim' })).type).toBe('VARCHAR(65535)');
  expect(castOf(of, rule({ notNull: 'set' })).type).toBe('VARCHAR(16)');
});
