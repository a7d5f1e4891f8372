import { describe, expect, test } from 'vitest';
import type { CastGuards, CastRule } from '../../../../core/cast/cast-rule.ts';
import { targetType } from '../../../../core/cast/redshift-types.ts';
import { castColumn } from '../../../../core/cast/rules.ts';
import type { Column, ColumnType } from '../../../../core/catalog/model.ts';
import { column, int4, text, type } from '../plan/planning.ts';

const place = { schema: 'public', name: 't' };
const keep = { default: 'keep', typmod: 'keep', notNull: 'keep', extra: 'keep' } as const;
const to = (name: string, ...modifiers: number[]) => ({ name, modifiers });
const byType = (name: string, over: Partial<CastRule> = {}, guards: CastGuards = {}): CastRule => ({
  match: { by: 'type', type: name },
  guards,
  ...keep,
  ...over,
});
const byColumn = (name: string, over: Partial<CastRule> = {}): CastRule => ({
  match: { by: 'column', table: 't', column: name },
  guards: {},
  ...keep,
  ...over,
});
const cast = (of: Column, ...rules: CastRule[]) => castColumn(place, of, `"${of.name}"`, rules);
const typeOf = (of: Column, ...rules: CastRule[]) => cast(of, ...rules).cast.type;
const numeric = (precision: number, scale: number): ColumnType =>
  type('numeric', `numeric(${precision},${scale})`, { modifier: ((precision << 16) | scale) + 4 });
const varchar = (length: number) => type('varchar', `character varying(${length})`, { modifier: length + 4 });

describe('rules', () => {
  test('by type and by column: the first that matches wins', () => {
    const rules = [
      byColumn('a', { to: to('smallint') }),
      byType('integer', { to: to('bigint') }),
      byType('int4', { to: to('real') }),
    ];
    expect(typeOf(column('a'), ...rules)).toBe('SMALLINT');
    expect(typeOf(column('b'), ...rules)).toBe('BIGINT');
    expect(typeOf(column('c', { type: text }), ...rules)).toBe('VARCHAR(65535)');
    expect(cast(column('b'), ...rules).used).toEqual([1]);
  });

  test('without a type of its own takes the type of the rules that follow, then the default', () => {
    const first = byColumn('a', { notNull: 'set' });
    expect(cast(column('a'), first, byType('integer', { to: to('bigint'), notNull: 'drop' }))).toMatchObject({
      cast: { type: 'BIGINT' },
      notNull: true,
      used: [0, 1],
    });
    expect(cast(column('a'), first)).toMatchObject({ cast: { type: 'INTEGER' }, notNull: true });
  });

  test.each<[string, ColumnType]>([
    ['character varying', varchar(3)],
    ['VARCHAR', varchar(3)],
    ['timestamp', type('timestamp', 'timestamp without time zone')],
    ['timestamp with time zone', type('timestamptz', 'timestamp with time zone')],
    ['timestamptz', type('timestamptz', 'timestamp with time zone')],
    ['text[]', type('_text', 'text[]', { kind: 'array', element: text })],
    ['mood', type('mood', 'public.mood', { schema: 'public', kind: 'enum' })],
    ['public.mood', type('mood', 'public.mood', { schema: 'public', kind: 'enum' })],
    ['decimal', numeric(10, 2)],
    ['numeric', numeric(10, 2)],
  ])('of type %s speaks of %j', (name, of) => {
    expect(typeOf(column('a', { type: of }), byType(name, { to: to('varchar', 7) }))).toBe('VARCHAR(7)');
  });

  test('by column may name the schema', () => {
    const rule = (schema: string): CastRule => ({
      ...byColumn('a', { to: to('bigint') }),
      match: { by: 'column', schema, table: 't', column: 'a' },
    });
    expect(typeOf(column('a'), rule('public'))).toBe('BIGINT');
    expect(typeOf(column('a'), rule('other'))).toBe('INTEGER');
  });
});

describe('guards', () => {
  const matches = (of: Column, guards: CastGuards) =>
    typeOf(of, byType(of.type.name, { to: to('varchar', 9) }, guards)) === 'VARCHAR(9)';

  test.each<[CastGuards, Column, boolean]>([
    [{ unsigned: true }, column('a'), false],
    [{ unsigned: false }, column('a'), true],
    [{ onUpdateCurrentTimestamp: true }, column('a'), false],
    [{ notNull: true }, column('a'), false],
    [{ notNull: true }, column('a', { notNull: true }), true],
    [{ autoIncrement: true }, column('a'), false],
    [{ autoIncrement: true }, column('a', { default: "nextval('s'::regclass)" }), true],
    [{ autoIncrement: true }, column('a', { identity: { generation: 'always', start: '1', increment: '1' } }), true],
    [{ default: '0' }, column('a', { default: '0' }), true],
    [{ default: "it's" }, column('a', { type: text, default: "'it''s'::text" }), true],
    [{ default: 'x' }, column('a', { default: '0' }), false],
    [{ default: '0' }, column('a'), false],
    [{ typmod: { test: '=', of: [18, 'precision'] } }, column('a', { type: numeric(18, 6) }), true],
    [{ typmod: { test: '=', of: ['precision', 18] } }, column('a', { type: type('numeric') }), false],
    [{ typmod: { test: '<', of: [3, 'scale', 9] } }, column('a', { type: numeric(18, 6) }), true],
    [
      {
        typmod: {
          test: 'and',
          of: [
            { test: '=', of: ['scale', 6] },
            { test: '>', of: ['precision', 20] },
          ],
        },
      },
      column('a', { type: numeric(18, 6) }),
      false,
    ],
    [{ typmod: { test: 'not', of: [{ test: '=', of: ['scale', 0] }] } }, column('a', { type: numeric(18, 6) }), true],
    [{ typmod: { test: '=', of: ['precision', 3] } }, column('a', { type: varchar(3) }), true],
  ])('%j of %j: %s', (guards, of, expected) => {
    expect(matches(of, guards)).toBe(expected);
  });
});

describe('types of Redshift', () => {
  test.each<[ReturnType<typeof to>, ColumnType, boolean, string]>([
    [to('varchar', 200), text, true, 'VARCHAR(200)'],
    [to('varchar'), varchar(20), true, 'VARCHAR(80)'],
    [to('varchar'), varchar(20), false, 'VARCHAR(65535)'],
    [to('text'), text, true, 'VARCHAR(65535)'],
    [to('char'), varchar(20), true, 'CHAR(20)'],
    [to('decimal', 19, 2), int4, true, 'DECIMAL(20,2)'],
    [to('decimal'), numeric(12, 4), true, 'DECIMAL(12,4)'],
    [to('numeric'), int4, true, 'DECIMAL(10,0)'],
    [to('double precision'), int4, true, 'DOUBLE PRECISION'],
    [to('timestamp', 3), text, true, 'TIMESTAMP'],
    [to('varbyte', 20), text, true, 'VARBYTE(20)'],
    [to('SUPER'), text, true, 'SUPER'],
  ])('%j of %j with typmod %s is %s', (target, source, keepTypmod, sql) => {
    expect(targetType(target, source, keepTypmod)).toMatchObject({ sql });
  });

  test.each([
    [to('jsonb'), /no type jsonb; write super/],
    [to('uuid'), /write char\(36\)/],
    [to('text[]'), /write super/],
    [to('frobnicate'), /no type frobnicate$/],
    [to('decimal'), /wants its digits/],
    [to('decimal', 39), /1 to 38/],
    [to('decimal', 5, 6), /0 to 5/],
    [to('varchar', 65_536), /1 to 65535 bytes/],
    [to('char'), /wants its length/],
    [to('integer', 4), /takes no modifier/],
  ])('%j is refused', (target, problem) => {
    expect(targetType(target, text, true)).toEqual({ problem: expect.stringMatching(problem) });
  });

  test('a problem names the rule, and the column keeps its default type', () => {
    expect(cast(column('a'), byType('integer', { to: to('jsonb') }))).toMatchObject({
      cast: { type: 'INTEGER' },
      problem: 'Redshift has no type jsonb; write super',
    });
    expect(cast(column('a'), byType('integer', { using: 'right-trim' })).problem).toBe(
      'using right-trim takes text, and the column is integer',
    );
  });
});

describe('what is lost', () => {
  test.each<[ColumnType, ReturnType<typeof to>, RegExp]>([
    [numeric(10, 4), to('decimal', 10, 2), /not every value fits; `on extra digits` says/],
    [numeric(10, 2), to('decimal', 8, 2), /not every value fits; `on number out of range` says/],
    [type('float8', 'double precision'), to('decimal', 10, 2), /`on number out of range`, `on extra digits` says/],
    [type('int8', 'bigint'), to('integer'), /`on number out of range` says/],
    [text, to('varchar', 20), /`on long text` says/],
    [varchar(3), to('char', 12), /`on multibyte` says/],
    [type('bytea'), to('varbyte', 20), /`on long bytes` says/],
    [type('float8', 'double precision'), to('real'), /`on number out of range` says/],
    [numeric(20, 2), to('double precision'), /about 15 digits are kept/],
    [int4, to('real'), /about 6 digits are kept/],
    [type('timestamptz', 'timestamp with time zone'), to('date'), /time of day/],
    [type('timestamptz', 'timestamp with time zone'), to('timestamp'), /in UTC/],
    [text, to('integer'), /empty text arrives as NULL/],
  ])('by casting %j to %j is told', (of, target, message) => {
    expect(cast(column('a', { type: of }), byType(of.name, { to: target })).cast.hazard?.message).toMatch(message);
  });

  test('is nothing where digits fit', () => {
    expect(
      cast(column('a', { type: numeric(10, 2) }), byType('numeric', { to: to('decimal', 12, 4) })).cast.hazard,
    ).toBe(undefined);
    expect(cast(column('a'), byType('integer', { to: to('decimal', 12, 0) })).cast.hazard).toBe(undefined);
  });
});
