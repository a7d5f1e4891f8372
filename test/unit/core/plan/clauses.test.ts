import { describe, expect, test } from 'vitest';
import type { NamePattern, TableAction, TableFilter } from '../../../../core/command/model.ts';
import { strictly } from '../../../../core/plan/hazards.ts';
import { viewsToRead } from '../../../../core/plan/select.ts';
import { catalog, column, hazardsOf, messagesOf, planOf, table, tablesOf, targetsOf, type } from './planning.ts';

const exact = (name: string): NamePattern => ({ kind: 'exact', name });
const regex = (source: string): NamePattern => ({ kind: 'regex', source });
const like = (pattern: string): NamePattern => ({ kind: 'like', pattern });
const filter = (patterns: NamePattern[], schema?: string): TableFilter =>
  schema === undefined ? { tables: patterns } : { tables: patterns, schema };

describe('filters', () => {
  const source = [
    table('orders'),
    table('order_lines'),
    table('Orders', { schema: 'old' }),
    table('log', { schema: 'old' }),
  ];

  test.each([
    ['an exact name in every schema', [filter([exact('orders')])], [], ['public.orders']],
    ['an exact name of one schema', [filter([exact('log')], 'public')], [], []],
    [
      'a regular expression anywhere in the name',
      [filter([regex('rder')])],
      [],
      ['old.orders', 'public.order_lines', 'public.orders'],
    ],
    ['a regular expression for any case', [filter([regex('(?i)^ORDERS$')])], [], ['old.orders', 'public.orders']],
    ['LIKE, the whole name', [filter([like('order\\_%')])], [], ['public.order_lines']],
    ['one character by _', [filter([like('o_ders')])], [], ['public.orders']],
    [
      'several, whichever matches',
      [filter([exact('orders')]), filter([exact('log')], 'old')],
      [],
      ['old.log', 'public.orders'],
    ],
    ['all but those excluded', [], [filter([like('order%')], 'public')], ['old.log', 'old.orders']],
    [
      'excluding after including',
      [filter([regex('.')], 'public')],
      [filter([exact('orders')])],
      ['public.order_lines'],
    ],
  ] as const)('%s', (_what, including, excluding, left) => {
    expect(targetsOf(planOf(source, { including, excluding }))).toEqual(left);
  });

  test('?tablename= is that table alone', () => {
    expect(targetsOf(planOf(source, { table: { schema: 'old', name: 'log' } }))).toEqual(['old.log']);
    expect(targetsOf(planOf(source, { table: { name: 'orders' } }))).toEqual(['public.orders']);
  });

  test('a pattern that matches nothing is told; filters that leave nothing refuse the run', () => {
    const one = planOf(source, { excluding: [filter([exact('orders'), exact('odrers')], 'public')] });
    expect(hazardsOf(one)).toEqual(['MATCHES_NOTHING report null']);
    expect(messagesOf(one)).toEqual(["EXCLUDING 'odrers' in schema 'public' matches no table"]);
    expect(hazardsOf(planOf(source, { including: [filter([like('x%')])] }))).toEqual([
      'MATCHES_NOTHING report null',
      'MATCHES_NOTHING refuse null',
    ]);
  });

  test('what a pattern holds is no other pattern', () => {
    const odd = [table('a.c'), table('abc'), table('a-c|[x]')];
    expect(targetsOf(planOf(odd, { including: [filter([like('a.c')])] }))).toEqual(['public.a.c']);
    expect(targetsOf(planOf(odd, { including: [filter([like('a-c|[x]')])] }))).toEqual(['public.a-c|[x]']);
  });
});

describe('views', () => {
  const view = table('v', { kind: 'view', query: 'SELECT 1 AS id', heaps: [] });

  test('that are described are one part, read as a sub-select', () => {
    const plan = planOf([view], { materialize: { all: false, views: [{ name: 'v' }] } });
    expect(tablesOf(plan)[0]?.parts).toEqual([{ part: 0, from: 'SELECT 1 AS id', query: true, estimatedBytes: 0 }]);
    expect(plan.items).toHaveLength(1);
  });

  test('that are named and not there refuse the run', () => {
    const plan = planOf([table('t')], { materialize: { all: false, views: [{ schema: 's', name: 'nobody' }] } });
    expect(hazardsOf(plan)).toEqual(['MATCHES_NOTHING refuse null']);
    expect(messagesOf(plan)).toEqual(['MATERIALIZE VIEWS names "s"."nobody", which is no view of the source']);
  });

  test('that hold rows are copied when they are named', () => {
    const plan = planOf([table('m', { kind: 'materialized view' })], {
      materialize: { all: false, views: [{ name: 'm' }] },
    });
    expect(targetsOf(plan)).toEqual(['public.m']);
  });
});

describe('names', () => {
  const alter = (patterns: NamePattern[], action: TableAction, schema?: string) => ({
    ...filter(patterns, schema),
    action,
  });

  test('schemas are renamed first, then each ALTER TABLE in turn, each on what the others made', () => {
    const plan = planOf([table('a', { schema: 's' }), table('b')], {
      alterSchemas: [{ from: 's', to: 't' }],
      alterTables: [
        alter([exact('a')], { kind: 'rename', to: 'c' }, 't'),
        alter([exact('c')], { kind: 'set schema', schema: 'U' }),
      ],
    });
    expect(targetsOf(plan)).toEqual(['public.b', 'u.c']);
    expect(plan.chunks[0]?.schemas).toEqual(['CREATE SCHEMA IF NOT EXISTS "u"']);
  });

  test('foreign keys follow the new names', () => {
    const key = {
      name: 'fk',
      columns: ['Id'],
      references: { schema: 'public', table: 'b', columns: ['id'] },
      validated: true,
    };
    const plan = planOf([table('A', { columns: [column('Id')], foreignKeys: [key] }), table('b')], {
      alterTables: [alter([exact('b')], { kind: 'rename', to: 'parent' })],
    });
    expect(tablesOf(plan).flatMap(({ addForeignKeys }) => addForeignKeys)).toEqual([
      'ALTER TABLE "public"."a" ADD CONSTRAINT "fk" FOREIGN KEY ("id") REFERENCES "public"."parent" ("id")',
    ]);
  });

  test('no foreign keys adds none, and says nothing of them', () => {
    const key = {
      name: 'fk',
      columns: ['id'],
      references: { schema: 'public', table: 'b', columns: ['id'] },
      validated: true,
    };
    const plan = planOf([table('a', { foreignKeys: [key] }), table('b')], { options: { foreignKeys: false } });
    expect(tablesOf(plan).flatMap(({ addForeignKeys }) => addForeignKeys)).toEqual([]);
    expect(hazardsOf(plan)).toEqual([]);
  });

  test('two tables that get one name refuse the run, and so do names that nobody may have', () => {
    const rename = (to: string) =>
      planOf([table('a'), table('b')], { alterTables: [alter([exact('a')], { kind: 'rename', to })] });
    expect(hazardsOf(rename('B'))).toEqual(['NAME_COLLISION refuse public.a, public.b']);
    expect(hazardsOf(rename('_pgshift_x'))).toEqual(['NAME_UNFIT refuse public.a']);
    expect(hazardsOf(rename('x'.repeat(128)))).toEqual(['NAME_UNFIT refuse public.a']);
  });

  test('an alteration of no table is told', () => {
    const plan = planOf([table('a')], {
      alterSchemas: [{ from: 'x', to: 'y' }],
      alterTables: [alter([exact('b')], { kind: 'rename', to: 'c' })],
    });
    expect(hazardsOf(plan)).toEqual(['MATCHES_NOTHING report null', 'MATCHES_NOTHING report null']);
  });

  test.each([
    ['CamelCase', 'camel_case'],
    ['HTTPServer', 'http_server'],
    ['already_snake', 'already_snake'],
    ['with space-and dash', 'with_space_and_dash'],
    ['Line2Item', 'line2_item'],
    ['ÄnderungsDatum', 'änderungs_datum'],
  ])('snake_case identifiers writes %s as %s', (name, written) => {
    const plan = planOf([table(name, { columns: [column(name)] })], { options: { identifiers: 'snake_case' } });
    expect(targetsOf(plan)).toEqual([`public.${written}`]);
    expect(tablesOf(plan)[0]?.columns[0]).toMatchObject({ source: name, target: written });
  });

  test('snake_case leaves the words of the command alone', () => {
    const plan = planOf([table('CamelCase')], {
      options: { identifiers: 'snake_case' },
      alterTables: [alter([exact('CamelCase')], { kind: 'rename', to: 'NewName' })],
    });
    expect(targetsOf(plan)).toEqual(['public.newname']);
  });
});

describe('storage', () => {
  const columns = [column('Id'), column('day', { type: type('date') }), column('doc', { type: type('jsonb') })];
  const set = (parameters: object) =>
    planOf([table('t', { columns })], {
      alterTables: [{ tables: [exact('t')], action: { kind: 'set', parameters: { others: [], ...parameters } } }],
    });
  const create = (plan: ReturnType<typeof planOf>) =>
    tablesOf(plan)[0]?.create[0]?.replace(/^.*?(?=(?:BACKUP|DISTSTYLE|SORTKEY) )/, '');

  test.each([
    [{ distStyle: 'key', distKey: 'Id', sortKey: ['day', 'id'] }, 'DISTSTYLE KEY DISTKEY ("id") SORTKEY ("day", "id")'],
    [{ distKey: 'id' }, 'DISTSTYLE KEY DISTKEY ("id")'],
    [{ distStyle: 'all', backup: false }, 'BACKUP NO DISTSTYLE ALL'],
    [{ sortKey: 'auto', encode: 'auto', distStyle: 'auto' }, 'DISTSTYLE AUTO SORTKEY AUTO ENCODE AUTO'],
  ])('%j is %s', (parameters, sql) => {
    const plan = set(parameters);
    expect(hazardsOf(plan)).toEqual([]);
    expect(create(plan)).toBe(sql);
  });

  test('encodes single columns', () => {
    const sql = tablesOf(set({ encode: [{ column: 'day', encoding: 'AZ64' }] }))[0]?.create[0];
    expect(sql).toContain('"day" DATE ENCODE AZ64,');
  });

  test.each([
    [{ distKey: 'nobody' }, 'NO_SUCH_COLUMN', /distkey names "nobody"; the columns are "Id", "day", "doc"/],
    [{ sortKey: ['doc'] }, 'STORAGE_INVALID', /takes no SUPER/],
    [{ sortKey: ['id', 'Id'] }, 'STORAGE_INVALID', /twice/],
    [{ distStyle: 'key' }, 'STORAGE_INVALID', /wants a column/],
    [{ distStyle: 'even', distKey: 'id' }, 'STORAGE_INVALID', /goes with/],
    [{ encode: [{ column: 'id', encoding: 'best' }] }, 'STORAGE_INVALID', /encode knows no 'best'/],
  ])('%j refuses the run', (parameters, kind, message) => {
    const plan = set(parameters);
    expect(hazardsOf(plan)).toEqual([`${kind} refuse public.t`]);
    expect(messagesOf(plan)[0]).toMatch(message);
  });

  test('DISTRIBUTE is DISTKEY where the table has the column, DISTSTYLE ALL for a reference table', () => {
    const by = (columnName: string) => ({ name: 't', by: 'column' as const, column: columnName, from: [] });
    expect(create(planOf([table('t')], { distribute: [by('id')] }))).toBe('DISTSTYLE KEY DISTKEY ("id")');
    expect(create(planOf([table('t')], { distribute: [{ name: 't', by: 'reference' }] }))).toBe('DISTSTYLE ALL');
    expect(hazardsOf(planOf([table('t')], { distribute: [by('x')] }))).toEqual(['NO_SUCH_COLUMN report public.t']);
    expect(hazardsOf(planOf([table('t')], { distribute: [{ name: 'u', by: 'reference' }] }))).toEqual([
      'MATCHES_NOTHING report null',
    ]);
  });

  test('what a table that is there keeps is told', () => {
    const plan = planOf(
      [table('t')],
      { options: { includeDrop: false }, distribute: [{ name: 't', by: 'reference' }] },
      catalog([table('t')], { dialect: 'redshift' }),
    );
    expect(hazardsOf(plan)).toContain('STORAGE_IGNORED report public.t');
  });
});

describe('options', () => {
  const live = (columns = [column('id')]) => catalog([table('t', { columns })], { dialect: 'redshift' });
  const block = { statements: ['SELECT 1'] };

  test('data only takes the types of the tables that are there, and says so', () => {
    const wider = column('id', { type: type('int8', 'bigint') });
    const plan = planOf([table('t')], { options: { dataOnly: true } }, live([wider, column('more')]));
    expect(tablesOf(plan)[0]).toMatchObject({ publish: 'append', columns: [{ type: 'bigint' }] });
    expect(tablesOf(plan)[0]?.create[0]).toBe('SELECT "id" FROM "public"."t" WHERE FALSE');
    expect(hazardsOf(plan)).toEqual(['APPENDS_TO_TARGET_TABLE report public.t', 'TYPES_DIFFER report public.t.id']);
  });

  test.each([
    ['no such table', catalog([]), 'TARGET_TABLE_MISSING refuse public.t'],
    ['a column too few', live([column('x')]), 'COLUMNS_DIFFER refuse public.t'],
    [
      'a column that demands a value',
      live([column('id'), column('x', { notNull: true })]),
      'COLUMNS_DIFFER refuse public.t',
    ],
  ])('create no tables refuses %s', (_what, target, hazard) => {
    expect(hazardsOf(planOf([table('t')], { options: { createTables: false } }, target))).toContain(hazard);
  });

  test('what BEFORE LOAD may make is expected, not refused', () => {
    const plan = planOf([table('t', { schema: 's' })], { options: { dataOnly: true }, beforeLoad: [block] });
    expect(hazardsOf(plan)).toEqual(['TARGET_TABLE_MISSING report s.t', 'TARGET_SCHEMA_MISSING report s']);
    expect(plan.chunks[0]?.schemas).toEqual([]);
    expect(tablesOf(planOf([table('t')], { beforeLoad: [block] }))[0]?.publish).toBe('replace');
  });

  test('create no schemas refuses a schema that is not there', () => {
    const plan = planOf([table('t', { schema: 's' })], { options: { createSchemas: false } });
    expect(hazardsOf(plan)).toEqual(['TARGET_SCHEMA_MISSING refuse s']);
  });

  test('truncate empties what is kept, and nothing else', () => {
    const plan = planOf([table('t'), table('u')], { options: { truncate: true, includeDrop: false } }, live());
    expect(tablesOf(plan).map(({ publish }) => publish)).toEqual(['refill', 'create']);
    expect(hazardsOf(plan)).toEqual(['EMPTIES_TARGET_TABLE report public.t']);
  });

  test('schema only reads nothing', () => {
    const plan = planOf([table('t')], { options: { schemaOnly: true } });
    expect(plan).toMatchObject({ items: [], summary: { batches: 0 } });
    expect(tablesOf(plan)[0]).toMatchObject({ parts: [], batches: [], publish: 'create' });
  });

  test('drop schema drops what the schema holds besides, once, views first', () => {
    const target = catalog([table('t'), table('mine'), table('other', { schema: 'elsewhere' })], {
      views: [{ schema: 'public', name: 'v', definition: '' }],
    });
    const plan = planOf([table('t'), table('u')], { options: { dropSchema: true } }, target);
    expect(tablesOf(plan).map(({ clearSchema }) => clearSchema)).toEqual([
      ['DROP VIEW IF EXISTS "public"."v"', 'DROP TABLE IF EXISTS "public"."mine"'],
      undefined,
    ]);
    expect(hazardsOf(plan)).toEqual([
      'DROPS_TARGET_VIEW report public.v',
      'DROPS_TARGET_TABLE report public.mine',
      'DROPS_TARGET_TABLE report public.t',
    ]);
  });

  test.each([{ dataOnly: true }, { createTables: false }, { includeDrop: false }])(
    'drop schema goes not with %j',
    (options) => {
      const plan = planOf([], { options: { dropSchema: true, ...options } });
      expect(hazardsOf(plan)).toContain('OPTIONS_CONFLICT refuse null');
    },
  );

  test.each([
    ['redshift', {}, /the target is Redshift: make them in AFTER LOAD, or copy their rows with MATERIALIZE VIEWS$/],
    ['postgresql', { dataOnly: true }, /and data only makes none$/],
    ['postgresql', { createTables: false }, /and create no tables makes none$/],
  ] as const)('create views goes not into %s with %j', (dialect, options, message) => {
    const plan = planOf([table('t')], { options: { createViews: true, ...options } }, catalog([], { dialect }));
    expect(plan.summary.hazards).toContainEqual(
      expect.objectContaining({ kind: 'OPTIONS_CONFLICT', policy: 'refuse', message: expect.stringMatching(message) }),
    );
  });

  test('verify checksums wants all rows, and on error resume next leaves some out', () => {
    const plan = planOf([table('t')], { options: { verifyChecksums: true, onError: 'resume next' } });
    expect(hazardsOf(plan)).toEqual(['OPTIONS_CONFLICT refuse null']);
    expect(messagesOf(plan)[0]).toMatch(
      /puts rows aside .* hence no sums; .* `pgshift compare` say which rows are missing/,
    );
    expect(tablesOf(planOf([table('t')], { options: { verifyChecksums: true } }))[0]?.sums?.columns).toHaveLength(1);
    expect(tablesOf(planOf([table('t')]))[0]).not.toHaveProperty('sums');
  });

  test('strict stops on a column that verify checksums cannot sum', () => {
    const hazard = { kind: 'NOT_SUMMED', policy: 'report', place: 'public.t.s', message: '' } as const;
    expect(strictly(hazard).policy).toBe('refuse');
  });

  test('chunk size, rows per range and single reader bound the parts', () => {
    const big = table('t', { heap: { bytes: 1e9, pages: 100_000, estimatedRows: 1e6 } });
    const parts = (options: object) => tablesOf(planOf([big], { options }))[0]?.parts.length;
    expect(parts({})).toBe(8);
    expect(parts({ chunkBytes: 1e7 })).toBe(100);
    expect(parts({ rowsPerRange: 50_000 })).toBe(20);
    expect(parts({ readers: 'single' })).toBe(1);
  });

  test('batch rows puts each part into pieces of a batch of its own, and tells what thousands of COPYs cost', () => {
    const big = table('t', { heap: { bytes: 1e8, pages: 10_000, estimatedRows: 10_500_000 } });
    const plan = planOf([big, table('small')], { options: { batchRows: 1000 } });
    expect(tablesOf(plan)[0]).toMatchObject({ pieces: { rows: 1000 } });
    expect(plan.items.every(({ reads }) => reads.length === 1 && reads[0]?.parts.length === 1)).toBe(true);
    expect(hazardsOf(plan)).toEqual(['MANY_COPIES report null']);
    expect(messagesOf(plan)[0]).toMatch(/batch rows = 1000 makes about 10501 COPYs: at 2 s each some 6 hours/);
    expect(hazardsOf(planOf([table('t')], { options: { batchRows: 1000, batchBytes: 1e6 } }))).toEqual([]);
  });
});

describe('SET and SQL blocks', () => {
  test('a parameter that no session takes is told', () => {
    const plan = planOf([], {
      settings: [
        { name: 'lock_timeout', value: '1s' },
        { name: 'work_mem', value: '8MB' },
        { name: 'query_group', value: 'x' },
      ],
    });
    expect(hazardsOf(plan)).toEqual(['WITHOUT_MEANING report null', 'SETTING_IGNORED report null']);
    expect(messagesOf(plan)[1]).toMatch(/^SET lock_timeout: not at the source/);
  });

  test('TRUNCATE in a block, which commits in Redshift, is told', () => {
    const plan = planOf([], { afterLoad: [{ statements: ['SELECT 1'] }, { statements: ['truncate t'] }] });
    expect(hazardsOf(plan)).toEqual(['BLOCK_COMMITS report null']);
    expect(messagesOf(plan)[0]).toMatch(/^AFTER LOAD, block 2, statement 1:/);
  });

  test('blocks run where there is nothing to load', () => {
    const plan = planOf([], { beforeLoad: [{ statements: ['SELECT 1'] }] });
    expect(plan.chunks).toEqual([
      {
        chunk: 0,
        sentinels: ['@N00000000000000@'],
        blocks: { schema: 'public', name: '_pgshift_0123456789ab_blocks' },
        schemas: [],
        tables: [],
      },
    ]);
    expect(plan.summary.publish).toEqual([{ publish: 0, first: 0, last: 0 }]);
  });
});

describe('keys that a cast unfits', () => {
  const keys = [{ name: 'pk', kind: 'primary' as const, columns: ['id'] }];
  const drop = { guards: {}, default: 'keep', typmod: 'keep', extra: 'keep' } as const;

  test('are left out, and that is told', () => {
    const plan = planOf([table('t', { columns: [column('id', { notNull: true })], keys })], {
      casts: [{ ...drop, match: { by: 'column', table: 't', column: 'id' }, notNull: 'drop' }],
    });
    expect(tablesOf(plan)[0]?.addKeys).toEqual([]);
    expect(hazardsOf(plan)).toEqual(['KEY_DROPPED report public.t']);
  });

  test('of two tables are left out where the types of their ends differ', () => {
    const key = {
      name: 'fk',
      columns: ['id'],
      references: { schema: 'public', table: 'b', columns: ['id'] },
      validated: true,
    };
    const plan = planOf([table('a', { foreignKeys: [key] }), table('b')], {
      casts: [
        {
          ...drop,
          match: { by: 'column', table: 'a', column: 'id' },
          notNull: 'keep',
          to: { name: 'bigint', modifiers: [] },
        },
      ],
    });
    expect(hazardsOf(plan)).toEqual(['FOREIGN_KEY_DROPPED report public.a']);
  });
});

test('a cast rule that no column uses is told with its guards', () => {
  const rule = { default: 'keep', typmod: 'keep', notNull: 'keep', extra: 'keep' } as const;
  const plan = planOf([table('t', { columns: [column('n', { type: type('numeric') })] })], {
    casts: [
      {
        ...rule,
        match: { by: 'type', type: 'numeric' },
        guards: { typmod: { test: '=', of: ['precision', 18] }, notNull: true },
        to: { name: 'bigint', modifiers: [] },
      },
    ],
  });
  expect(messagesOf(plan)).toContain(
    'CAST rule 1, of type numeric when (= precision 18) and not null, is used for no column',
  );
});

test('MATERIALIZE ALL VIEWS asks for all views but the excluded, whatever INCLUDING ONLY says of tables', () => {
  const views = ['totals', 'others'].map((name) => ({ schema: 'shop', name, definition: '' }));
  const choice = {
    source: { end: 'source', scheme: 'postgresql' },
    including: [{ tables: [{ kind: 'exact', name: 'item_1' }] }],
    excluding: [{ tables: [{ kind: 'exact', name: 'totals' }] }],
    materialize: { all: true, views: [] },
  } as const;
  expect(viewsToRead(views, choice).map(({ name }) => name)).toEqual(['others']);
});
