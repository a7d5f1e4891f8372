// Is the canonical text of a command the same command again, whatever its names and texts hold?

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CastRule, TypmodTest } from '../../../../core/cast/cast-rule.ts';
import { OTHER_TRANSFORMS, TRANSFORMS } from '../../../../core/cast/transform-names.ts';
import { VALUE_HAZARDS } from '../../../../core/cast/value-hazards.ts';
import type {
  Clauses,
  Endpoint,
  LoadCommand,
  NamePattern,
  OptionName,
  StorageParameters,
  TableFilter,
} from '../../../../core/command/model.ts';
import { DEFAULT_OPTIONS, DEFAULT_ORIGINS, nameOf, OPTION_WORDS } from '../../../../core/command/options.ts';
import { parseCommands } from '../../../../core/command/parser.ts';
import { printCommand } from '../../../../core/command/print.ts';
import { kitchenFiles, kitchenSink } from './kitchen-sink.ts';

const reader = { readFile: (name: string) => ({ name, text: kitchenFiles[name] ?? '' }), variables: {} };

test('the command with every clause prints as text that parses to the same command', () => {
  const { commands, problems } = parseCommands(kitchenSink, 'kitchen.load', reader);
  expect(problems).toEqual([]);
  const [first] = commands;
  if (first === undefined) throw new Error('there must be a command');
  expect(first.command).toMatchSnapshot();
  const printed = printCommand(first.command);
  const again = parseCommands(printed, 'printed.load');
  expect(again.problems).toEqual([]);
  expect(again.commands).toEqual([{ command: first.command, passwords: {} }]);
  expect(printCommand(again.commands[0]?.command ?? first.command)).toBe(printed);
});

/** What names and texts may hold, if somebody wants to break the text around them. */
const nasty = fc.constantFrom(
  "'",
  "''",
  '"',
  '`',
  ';',
  ',',
  '.',
  '\\',
  '\n',
  '\r\n',
  '$$',
  '$',
  '$sql$',
  '{{',
  '}}',
  '{{X}}',
  '--',
  '/*',
  '*/',
  '~/',
  '(',
  ')',
  ' ',
  'é',
  '日本',
  '🙂',
  'LOAD',
  'as',
  'USING',
  'x',
  'to',
  '@',
  '://',
  '%41',
  'Ω'.repeat(31),
);
const anyText = fc.array(nasty, { maxLength: 6 }).map((parts) => parts.join(''));
const anyName = fc.array(nasty, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''));

const oneOf = <Value>(...values: readonly Value[]) => fc.constantFrom(...values);
type Compact<Value> = {
  [Key in keyof Value as undefined extends Value[Key] ? never : Key]: Value[Key];
} & { [Key in keyof Value as undefined extends Value[Key] ? Key : never]?: Exclude<Value[Key], undefined> };
/** Without the keys whose values are undefined. */
const compact = <Value extends object>(value: Value): Compact<Value> =>
  Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as Compact<Value>;
const maybe = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: undefined });

const tableName = fc.record({ schema: maybe(anyName), name: anyName }).map(compact);

const endpoint = (end: Endpoint['end']): fc.Arbitrary<Endpoint> =>
  fc
    .record({
      end: fc.constant(end),
      scheme: oneOf<Endpoint['scheme']>('postgresql', 'redshift'),
      host: maybe(oneOf('h.example.com', '::1', '/tmp/sock et', '10.0.0.1')),
      port: maybe(fc.integer({ min: 1, max: 65_535 })),
      user: maybe(anyName),
      database: maybe(anyName),
      sslmode: maybe(oneOf<NonNullable<Endpoint['sslmode']>>('disable', 'require', 'verify-ca', 'verify-full')),
      service: maybe(anyName),
      secret: maybe(anyName),
      secretKey: maybe(anyName),
      table: maybe(tableName),
    })
    .map(({ secretKey, ...rest }) => compact({ ...rest, secretKey: rest.secret && secretKey }));

const options = fc.uniqueArray(fc.tuple(oneOf(...OPTION_WORDS), fc.integer({ min: 1, max: 37 })), {
  selector: ([words]) => nameOf(words),
});

const regexes = ['^a$', '\\d+', 'a/b', "it's", 'a|b', '[x]', '(?i)tmp', '"', 'a{2}', '#', '<>', 'a{{b'];
const pattern: fc.Arbitrary<NamePattern> = fc.oneof(
  anyName.map((name) => ({ kind: 'exact' as const, name })),
  oneOf(...regexes).map((source) => ({ kind: 'regex' as const, source })),
);
const like: fc.Arbitrary<NamePattern> = anyText.map((text) => ({ kind: 'like' as const, pattern: text }));
const several = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.array(arbitrary, { minLength: 1, maxLength: 3 });
const matching: fc.Arbitrary<TableFilter> = fc
  .record({ tables: several(pattern), schema: maybe(anyText) })
  .map(compact);
const filter: fc.Arbitrary<TableFilter> = fc.oneof(
  matching,
  fc.record({ tables: several(like), schema: maybe(anyText) }).map(compact),
);

const comparison: fc.Arbitrary<TypmodTest> = fc.record({
  test: oneOf('=' as const, '/=' as const, '<' as const, '>=' as const),
  of: fc.array(oneOf<'precision' | 'scale' | number>('precision', 'scale', 0, 18, 999_999_999), {
    minLength: 2,
    maxLength: 3,
  }),
});
const typmod: fc.Arbitrary<TypmodTest> = fc.oneof(
  comparison,
  fc.record({ test: oneOf('and' as const, 'or' as const), of: several(comparison) }),
  comparison.map((of) => ({ test: 'not' as const, of: [of] })),
);
const typeName = fc.oneof(
  oneOf('uuid', 'varchar', 'double precision', 'timestamp with time zone', 'text[]', 'Mixed "Case"'),
  anyName.filter((name) => !/[()]/.test(name) && name.trim() !== ''),
);
const policies = fc
  .uniqueArray(
    oneOf(...VALUE_HAZARDS).chain(({ name, policies: has }) => oneOf(...has).map((policy) => [name, policy] as const)),
    { minLength: 1, maxLength: 3, selector: ([name]) => name },
  )
  .map((said): NonNullable<CastRule['on']> => Object.fromEntries(said));
const cast = fc
  .record({
    match: fc.oneof(
      typeName.map((type) => ({ by: 'type' as const, type })),
      fc
        .record({ by: fc.constant('column' as const), schema: maybe(anyName), table: anyName, column: anyName })
        .map(compact),
    ),
    guards: fc
      .record({
        unsigned: maybe(fc.boolean()),
        default: maybe(anyText),
        typmod: maybe(typmod),
        notNull: maybe(fc.constant(true as const)),
        autoIncrement: maybe(fc.constant(true as const)),
        onUpdateCurrentTimestamp: maybe(fc.constant(true as const)),
      })
      .map(compact),
    to: maybe(fc.record({ name: typeName, modifiers: fc.array(fc.nat(65_535), { maxLength: 2 }) })),
    default: oneOf('keep' as const, 'drop' as const),
    typmod: oneOf('keep' as const, 'drop' as const),
    notNull: oneOf('keep' as const, 'drop' as const, 'set' as const),
    extra: oneOf('keep' as const, 'drop' as const),
    on: maybe(policies),
    using: maybe(oneOf<string>(...TRANSFORMS, ...OTHER_TRANSFORMS)),
  })
  .map(compact);

const parameters = fc
  .record({
    distStyle: maybe(oneOf<NonNullable<StorageParameters['distStyle']>>('auto', 'even', 'all', 'key')),
    distKey: maybe(anyName),
    sortKey: maybe(fc.oneof(fc.constant('auto' as const), several(anyName))),
    encode: maybe(
      fc.oneof(fc.constant('auto' as const), several(fc.record({ column: anyName, encoding: oneOf('zstd', 'az64') }))),
    ),
    backup: maybe(fc.boolean()),
    others: fc.uniqueArray(fc.record({ name: oneOf('fillfactor', 'toast.autovacuum_enabled'), value: anyText }), {
      selector: ({ name }) => name,
    }),
  })
  .map(compact)
  .filter(({ distStyle, distKey, ...rest }) => {
    const agrees = distStyle === undefined || (distStyle === 'key') === (distKey !== undefined);
    return agrees && (distStyle !== undefined || distKey !== undefined || Object.values(rest).flat().length > 0);
  });

const statement = oneOf(
  'select 1',
  "select 'a;b''c', E'\\'', \"d;e\"",
  "insert into t values ('{{1,2},{3}}')",
  'create function f() returns int as $$ select 1; $$ language sql',
  'select $sql$ $$ ; $$ $sql$',
  'select 1 -- one\n + 2',
  'select 1 /* ; /* nested */ */ + 2',
  'create rule r as on insert to t do (delete from u; delete from v)',
  "select '-- no comment'",
  'select a$',
);
const blocks = fc.array(fc.record({ statements: several(statement) }), { maxLength: 2 });
const byName = { selector: ({ name }: { name: string }) => name };

const clauses: fc.Arbitrary<Clauses> = fc.record({
  settings: fc.uniqueArray(fc.record({ name: oneOf('search_path', 'work_mem', 'app.note'), value: anyText }), byName),
  casts: fc.array(cast, { maxLength: 3 }),
  materialize: fc.record({
    all: fc.boolean(),
    views: fc.uniqueArray(
      fc
        .record({
          schema: maybe(anyName),
          name: anyName,
          query: maybe(oneOf('select 1', "values ('$$')", '(table t)')),
        })
        .map(compact),
      byName,
    ),
  }),
  including: fc.array(filter, { maxLength: 3 }),
  excluding: fc.array(filter, { maxLength: 2 }),
  decoding: fc.array(
    fc.tuple(matching, anyName).map(([tables, encoding]) => ({ ...tables, encoding })),
    { maxLength: 1 },
  ),
  alterSchemas: fc.uniqueArray(fc.record({ from: anyName, to: anyName }), { selector: ({ from }) => from }),
  alterTables: fc.array(
    fc
      .tuple(
        matching,
        fc.oneof(
          anyName.map((to) => ({ kind: 'rename' as const, to })),
          anyName.map((schema) => ({ kind: 'set schema' as const, schema })),
          anyName.map((tablespace) => ({ kind: 'set tablespace' as const, tablespace })),
          parameters.map((each) => ({ kind: 'set' as const, parameters: each })),
        ),
      )
      .map(([tables, action]) => ({ ...tables, action })),
    { maxLength: 3 },
  ),
  distribute: fc.uniqueArray(
    fc.oneof(
      tableName.map((table) => ({ ...table, by: 'reference' as const })),
      fc
        .tuple(tableName, anyName, fc.array(tableName, { maxLength: 2 }))
        .map(([table, column, from]) => ({ ...table, by: 'column' as const, column, from })),
    ),
    byName,
  ),
  beforeLoad: blocks,
  afterCreateSchema: blocks,
  afterLoad: blocks,
});

const command: fc.Arbitrary<LoadCommand> = fc
  .tuple(endpoint('source'), endpoint('target'), options, clauses)
  .map(([source, target, given, rest]) => {
    const names = new Set<OptionName>();
    const set: Record<string, unknown> = {};
    for (const [words, number] of given) {
      const name = nameOf(words);
      if (name === 'schemaOnly' || name === 'noSnapshot') continue;
      if (name === 'maxRejects') {
        names.add('onError');
        set.onError = 'resume next';
      } else if (set[name] !== undefined) continue;
      names.add(name);
      set[name] = 'set' in words ? words.set[name] : number;
    }
    const origins = Object.fromEntries([...names].map((name) => [name, 'given' as const]));
    return {
      kind: 'load database',
      source,
      target,
      options: { ...DEFAULT_OPTIONS, ...set },
      origins: { ...DEFAULT_ORIGINS, ...origins },
      ...rest,
    };
  });

test('any command prints as text that parses to the same command', () => {
  fc.assert(
    fc.property(command, (value) => {
      const printed = printCommand(value);
      const { commands, problems } = parseCommands(printed, 'printed.load');
      expect(problems, printed).toEqual([]);
      expect(commands).toEqual([{ command: value, passwords: {} }]);
    }),
    { numRuns: 300, seed: 20_261_122 },
  );
});
