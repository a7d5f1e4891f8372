import { describe, expect, test } from 'vitest';
import type { CastRule } from '../../../../core/cast/cast-rule.ts';
import type { Catalog, Column, Table } from '../../../../core/catalog/model.ts';
import type { LoadOptions } from '../../../../core/command/model.ts';
import { PART_BYTES } from '../../../../core/plan/parts.ts';
import { catalog, column, hazardsOf, int4, planOf, table, text } from './planning.ts';

function plan(
  source: Table[],
  over: { target?: Catalog; options?: Partial<LoadOptions>; free?: number; views?: Catalog['views'] } = {},
) {
  const { target, options, free, views = [] } = over;
  return planOf(catalog(source, { views }), { ...(options === undefined ? {} : { options }) }, target, free);
}

test('no-op: an empty database has nothing to do', () => {
  const { summary, chunks, items } = plan([]);
  expect({ chunks, items, hazards: summary.hazards, publish: summary.publish, batches: summary.batches }).toEqual({
    chunks: [],
    items: [],
    hazards: [],
    publish: [],
    batches: 0,
  });
});

test('plans one table whole: names, DDL, the statement that reads it, keys', () => {
  const { chunks, items } = plan([
    table('Orders', {
      comment: "it's",
      columns: [
        column('Id', { notNull: true, identity: { generation: 'always', start: '1', increment: '1' } }),
        column('note', { type: text, default: "'a\\b'::text", comment: 'free text' }),
      ],
      keys: [{ name: 'Orders_pkey', kind: 'primary', columns: ['Id'] }],
    }),
  ]);
  const [planned] = chunks[0]?.tables ?? [];
  expect(items).toEqual([{ chunk: 0, reads: [{ parts: [{ batch: 0, table: 0, part: 0 }] }] }]);
  expect(planned?.create).toEqual([
    `CREATE TABLE IF NOT EXISTS "public"."_pgshift_0123456789ab_0" ("id" INTEGER NOT NULL, "note" VARCHAR(65535) DEFAULT 'a\\\\b')`,
    `CREATE TABLE IF NOT EXISTS "public"."_pgshift_0123456789ab_0_ledger" ("batch" INTEGER NOT NULL, "piece" INTEGER NOT NULL, "rows" BIGINT NOT NULL, "rejected" BIGINT NOT NULL, "cut" VARCHAR(32), "loaded_at" TIMESTAMP NOT NULL DEFAULT GETDATE())`,
    `COMMENT ON TABLE "public"."_pgshift_0123456789ab_0" IS 'it''s'`,
    `COMMENT ON COLUMN "public"."_pgshift_0123456789ab_0"."note" IS 'free text'`,
  ]);
  expect(planned?.addKeys).toEqual([`ALTER TABLE "public"."orders" ADD CONSTRAINT "orders_pkey" PRIMARY KEY ("id")`]);
  expect(planned?.publish).toBe('create');
});

test('runs the largest tables first', () => {
  const { summary } = plan([
    table('small'),
    table('large', { heap: { bytes: 1e9, pages: 1e5 } }),
    table('middle', { heap: { bytes: 1e6 } }),
  ]);
  expect(summary.tables.map(({ source }) => source)).toEqual(['public.large', 'public.middle', 'public.small']);
});

test('makes only the schemas that the target does not have', () => {
  const { chunks } = plan([table('a', { schema: 'Sales' }), table('b', { schema: 'public' })]);
  expect(chunks[0]?.schemas).toEqual(['CREATE SCHEMA IF NOT EXISTS "sales"']);
});

describe('a table that the target has', () => {
  const live = (columns: Column[]) => catalog([table('t', { columns })], { dialect: 'redshift' });

  test('is replaced with include drop, and that is said', () => {
    const result = plan([table('t')], { target: live([column('other')]) });
    expect(result.chunks[0]?.tables[0]?.publish).toBe('replace');
    expect(hazardsOf(result)).toEqual(['DROPS_TARGET_TABLE report public.t']);
  });

  test('is added to with include no drop when its columns are the same in any order', () => {
    const source = table('t', { columns: [column('id'), column('x', { type: text })] });
    const varchar = { ...text, sql: 'character varying(65535)' };
    const result = plan([source], {
      target: live([column('x', { type: varchar }), column('id')]),
      options: { includeDrop: false },
    });
    expect(result.chunks[0]?.tables[0]?.publish).toBe('append');
    expect(hazardsOf(result)).toEqual(['APPENDS_TO_TARGET_TABLE report public.t']);
  });

  test.each([
    ['a missing column', [column('x')]],
    ['a further column that demands a value', [column('id'), column('x', { notNull: true })]],
  ])('refuses the run with include no drop and %s', (_what, columns) => {
    const result = plan([table('t')], { target: live(columns), options: { includeDrop: false } });
    expect(hazardsOf(result)).toContain('COLUMNS_DIFFER refuse public.t');
  });

  test('keeps its own types and further columns with include no drop, and says so; strict refuses it', () => {
    const target = live([column('id', { type: text }), column('more')]);
    const kept = plan([table('t')], { target, options: { includeDrop: false } });
    expect(kept.chunks[0]?.tables[0]).toMatchObject({ publish: 'append', columns: [{ source: 'id', type: 'text' }] });
    expect(hazardsOf(kept)).toEqual(['APPENDS_TO_TARGET_TABLE report public.t', 'TYPES_DIFFER report public.t.id']);
    expect(hazardsOf(plan([table('t')], { target, options: { includeDrop: false, strict: true } }))).toContain(
      'TYPES_DIFFER refuse public.t.id',
    );
  });

  test('is refused when it is a view', () => {
    const target = catalog([], { dialect: 'redshift', views: [{ schema: 'public', name: 't', definition: '' }] });
    expect(hazardsOf(plan([table('t')], { target }))).toEqual(['NAME_COLLISION refuse public.t']);
  });
});

test('refuses names that are one name in Redshift', () => {
  const result = plan([table('Foo', { columns: [column('a'), column('A')] }), table('foo')]);
  expect(hazardsOf(result)).toEqual([
    'NAME_COLLISION refuse public.Foo, public.foo',
    'NAME_COLLISION refuse public.Foo',
  ]);
});

test('tells apart tables whose schema and name join to the same text', () => {
  const result = plan([table('c', { schema: 'a.b' }), table('b.c', { schema: 'a' })]);
  expect(hazardsOf(result)).toEqual([]);
});

test('refuses a column that Redshift keeps for itself, and a table that may not be read', () => {
  const result = plan([table('t', { columns: [column('oid')] }), table('secret', { heap: { readable: false } })]);
  expect(hazardsOf(result).toSorted()).toEqual([
    'NAME_COLLISION refuse public.t.oid',
    'UNREADABLE refuse public.secret',
  ]);
});

test('says of rows hidden by row-level security that a grant is not what is missing', () => {
  const result = plan([table('t', { heap: { readable: false, filtered: true } })]);
  expect(result.summary.hazards[0]?.message).toMatch(/BYPASSRLS/);
});

test('leaves out a source table that is called like one of its own, and says so', () => {
  const result = plan([table('_pgshift_mine'), table('t')]);
  expect(result.summary.tables.map(({ source }) => source)).toEqual(['public.t']);
  expect(hazardsOf(result)).toEqual(['LEFT_OUT report public._pgshift_mine']);
});

test('refuses a name that would make a temporary table of it', () => {
  const result = plan([table('#mine'), table('no#1')]);
  expect(hazardsOf(result)).toEqual(['NAME_UNFIT refuse public.#mine']);
});

test('says that rows of a child are no longer in its parent', () => {
  const result = plan([table('child', { inherits: [{ schema: 'public', name: 'parent' }] }), table('parent')]);
  expect(hazardsOf(result)).toEqual(['LOSES_DETAIL report public.child']);
});

test('folds letters beyond ASCII too: a name without capitals is the same however Redshift folds', () => {
  const result = plan([table('Émile', { schema: 'Ä', columns: [column('ÖL')] })]);
  expect(result.chunks[0]?.tables[0]).toMatchObject({
    target: { schema: 'ä', name: 'émile' },
    columns: [{ target: 'öl' }],
  });
  expect(hazardsOf(plan([table('Ö'), table('ö')]))).toEqual(['NAME_COLLISION refuse public.Ö, public.ö']);
});

test('refuses columns whose names PostgreSQL would cut, or make one of', () => {
  const long = 'n'.repeat(64);
  const there = catalog([], { dialect: 'postgresql' });
  const hazards = (names: readonly string[], asked = {}) =>
    hazardsOf(planOf([table('t', { columns: names.map((name) => column(name)) })], asked, there));
  expect(hazards([long, 'n'.repeat(63), 'A', 'a', 'oid'])).toEqual([`NAME_COLLISION refuse public.t.${long}`]);
  const downcase = { options: { identifiers: 'downcase' as const }, origins: { identifiers: 'given' as const } };
  expect(hazards(['A', 'a', 'CTID'], downcase)).toEqual([
    'NAME_COLLISION refuse public.t',
    'NAME_COLLISION refuse public.t.CTID',
  ]);
});

test('leaves out views, foreign tables and materialized views with a notice, unless asked for', () => {
  const tables = [
    table('f', { kind: 'foreign table' }),
    table('m', { kind: 'materialized view' }),
    table('n', { columns: [] }),
  ];
  const views = [{ schema: 'public', name: 'v', definition: '' }];
  expect(hazardsOf(plan(tables, { views }))).toEqual([
    'LEFT_OUT report public.f',
    'LEFT_OUT report public.m',
    'NO_COLUMNS report public.n',
    'LEFT_OUT report public.v',
  ]);
  const asked = plan(tables, { options: { foreignTables: true, materializedViews: true } });
  expect(asked.summary.tables.map(({ source }) => source)).toEqual(['public.f', 'public.m']);
});

describe('foreign keys', () => {
  const key = (to: string, validated = true) => ({
    name: 'fk',
    columns: ['id'],
    references: { schema: 'public', table: to, columns: ['id'] },
    validated,
  });

  test('come after every table and key is there', () => {
    const { chunks } = plan([table('a', { foreignKeys: [key('b')] }), table('b')]);
    expect(chunks[0]?.tables.flatMap((planned) => planned.addForeignKeys)).toEqual([
      'ALTER TABLE "public"."a" ADD CONSTRAINT "fk" FOREIGN KEY ("id") REFERENCES "public"."b" ("id")',
    ]);
  });

  test('that are not valid, or point out of the run, are left out and said', () => {
    const result = plan([table('a', { foreignKeys: [key('gone'), key('b', false)] }), table('b')]);
    expect(hazardsOf(result)).toEqual(['FOREIGN_KEY_DROPPED report public.a', 'FOREIGN_KEY_DROPPED report public.a']);
  });

  test('between replaced tables go before the swap; from a table outside they refuse the run', () => {
    const target = catalog([
      table('a', { foreignKeys: [key('b')] }),
      table('b'),
      table('outside', { foreignKeys: [key('b')] }),
    ]);
    const result = plan([table('a'), table('b')], { target });
    expect(result.chunks[0]?.tables.flatMap((planned) => planned.dropForeignKeys)).toEqual([
      'ALTER TABLE "public"."a" DROP CONSTRAINT "fk"',
    ]);
    expect(hazardsOf(result)).toContain('FOREIGN_KEY_FROM_OUTSIDE refuse public.b');
  });
});

test('never plans more readers than the source has connections left, and says so', () => {
  const result = plan([table('t')], { options: { workers: 8, noSnapshot: true }, free: 3 });
  expect(result.summary.batchesAtOnce * result.summary.partsAtOnce).toBeLessThanOrEqual(3);
  expect(hazardsOf(result)).toEqual(['FEWER_WORKERS report null']);
});

test('counts those who hold the snapshot among the source’s connections, where there is one to hold', () => {
  const atOnce = (free: number, options: Partial<LoadOptions>) => {
    const { summary, ...result } = plan([table('t', { heap: { bytes: 1e12, pages: 1e8 } })], { options, free });
    return [summary.batchesAtOnce * summary.partsAtOnce, hazardsOf({ summary, ...result })];
  };
  expect(atOnce(6, { workers: 4 })).toEqual([4, []]);
  expect(atOnce(5, { workers: 4 })).toEqual([3, ['FEWER_WORKERS report null']]);
  expect(atOnce(5, { workers: 4, noSnapshot: true })).toEqual([4, []]);
  expect(atOnce(5, { workers: 4, schemaOnly: true })[1]).toEqual([]);
});

test('refuses more columns than a table of Redshift has', () => {
  const columns = (count: number) => Array.from({ length: count }, (_, n) => column(`c${n}`));
  expect(hazardsOf(plan([table('t', { columns: columns(1600) })]))).toEqual([]);
  expect(hazardsOf(plan([table('t', { columns: columns(1601) })]))).toEqual(['TOO_MANY_COLUMNS refuse public.t']);
});

test('refuses what cannot be split and is more than one Lambda can move', () => {
  const result = plan([table('t', { heap: { bytes: 1e12, pages: 1 } })]);
  expect(hazardsOf(result)).toEqual(['CANNOT_SPLIT refuse public.t']);
});

test('strict makes every loss a reason to stop, but not what was asked for', () => {
  const point = { ...int4, name: 'point', sql: 'point' };
  const target = catalog([table('t')], { dialect: 'redshift' });
  const result = plan([table('t', { columns: [column('p', { type: point })] })], { target, options: { strict: true } });
  expect(hazardsOf(result)).toEqual(['TYPE_AS_TEXT refuse public.t.p', 'DROPS_TARGET_TABLE report public.t']);
});

test('strict stops on all that the catalog says is narrowed, lost, left out or dropped', () => {
  const varchar = { ...int4, name: 'varchar', sql: 'character varying(20000)', modifier: 20_004 };
  const json = { ...int4, name: 'json', sql: 'json' };
  const point = { ...int4, name: 'point', sql: 'point' };
  const columns = [
    column('id', { notNull: true, default: "nextval('s'::regclass) * random()" }),
    column('long', { type: varchar }),
    column('doc', { type: json }),
    column('at', { type: point }),
  ];
  const tables = [
    table('t', {
      columns,
      keys: [{ name: 'k', kind: 'unique', columns: ['doc'] }],
      foreignKeys: [
        {
          name: 'f',
          columns: ['id'],
          references: { schema: 'public', table: 'gone', columns: ['id'] },
          validated: true,
        },
      ],
    }),
    table('m', { kind: 'materialized view' }),
    table('nothing', { columns: [] }),
  ];
  const narrow: CastRule = {
    match: { by: 'column', table: 't', column: 'id' },
    guards: {},
    to: { name: 'smallint', modifiers: [] },
    default: 'keep',
    typmod: 'keep',
    notNull: 'keep',
    extra: 'keep',
  };
  const unused: CastRule = { ...narrow, match: { by: 'type', type: 'money' } };
  const asked = (strict: boolean) => hazardsOf(planOf(tables, { casts: [narrow, unused], options: { strict } }));
  const lost = [
    'NARROWS public.t.id',
    'NARROWS public.t.long',
    'LOSES_DETAIL public.t.doc',
    'TYPE_AS_TEXT public.t.at',
    'DEFAULT_DROPPED public.t.id',
    'KEY_DROPPED public.t',
    'FOREIGN_KEY_DROPPED public.t',
    'LEFT_OUT public.m',
    'NO_COLUMNS public.nothing',
    'MATCHES_NOTHING null',
  ];
  const as = (policy: string) => lost.map((hazard) => hazard.replace(' ', ` ${policy} `)).toSorted();
  expect(asked(false).toSorted()).toEqual(as('report'));
  expect(asked(true).toSorted()).toEqual(as('refuse'));
});

test('cuts ten thousand tables into chunks of a hundred, published 500 at a time', () => {
  const result = plan(Array.from({ length: 10_000 }, (_, n) => table(`t${n}`)));
  expect(result.chunks).toHaveLength(100);
  expect(result.summary.publish).toHaveLength(20);
  expect(result.summary.publish.at(-1)).toEqual({ publish: 19, first: 95, last: 99 });
  const parts = result.items.flatMap(({ reads }) => reads.flatMap((read) => read.parts));
  expect(new Set(parts.map(({ table: number }) => number)).size).toBe(10_000);
  expect(hazardsOf(result)).toEqual(['PUBLISHED_IN_PARTS report null']);
});

test('numbers batches in running order, each naming its own parts', () => {
  const { items, chunks } = plan([table('big', { heap: { bytes: 70 * PART_BYTES, pages: 7_000 } }), table('small')]);
  const first = items.map(({ reads }) => reads[0]?.parts[0]);
  expect(first.map((part) => [part?.batch, part?.table, part?.part])).toEqual([
    [0, 0, 0],
    [1, 0, 24],
    [2, 1, 0],
    [3, 0, 48],
  ]);
  expect(items.map(({ reads }) => reads.length)).toEqual([24, 24, 1, 22]);
  const big = chunks[0]?.tables[0];
  expect(big?.batches.map((batch) => [batch.batch, batch.parts.length])).toEqual([
    [0, 24],
    [1, 24],
    [3, 22],
  ]);
});
