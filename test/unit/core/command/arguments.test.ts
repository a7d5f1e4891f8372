// Do the options of a command line make the same command as the clauses of a file?
import { expect, test } from 'vitest';
import { type CommandArguments, parseArguments } from '../../../../core/command/arguments.ts';
import { printDiagnostic } from '../../../../core/command/diagnostic.ts';
import { parseCommands } from '../../../../core/command/parser.ts';

const none = { with: [], set: [], cast: [], includingOnly: [], excluding: [], before: [], after: [] };
const ends = { source: 'pgsql://me:s3cret@src/db', target: 'redshift://you@dst/dev' };
const reader = {
  readFile: (name: string) =>
    name.endsWith('.sql') ? { name, text: `select '${name}';` } : { problem: 'there is no such file' },
  variables: {},
};

const parse = (args: Partial<CommandArguments>) => parseArguments({ ...none, ...ends, ...args }, reader);
const toldOf = (args: Partial<CommandArguments>) => parse(args).problems.map(printDiagnostic);

test('options say what clauses say', () => {
  const { commands, problems } = parse({
    with: ['include no drop, workers = 2', 'keep files'],
    set: ["search_path = 'shop'"],
    cast: ['type uuid to varchar(36)', 'column a.b drop default'],
    includingOnly: ["orders, ~/^item/, 'a b' in schema 'shop'", 'customers'],
    excluding: ['~/_old$/'],
    before: ['one.sql', 'two.sql'],
    after: ['three.sql'],
  });
  expect(problems).toEqual([]);
  const file = parseCommands(
    `LOAD DATABASE FROM ${ends.source} INTO ${ends.target}
      WITH include no drop, workers = 2, keep files
      SET search_path = 'shop'
      CAST type uuid to varchar(36), column a.b drop default
      INCLUDING ONLY TABLE NAMES MATCHING 'orders', ~/^item/, 'a b' IN SCHEMA 'shop'
      INCLUDING ONLY TABLE NAMES MATCHING 'customers'
      EXCLUDING TABLE NAMES MATCHING ~/_old$/
      BEFORE LOAD EXECUTE 'one.sql' EXECUTE 'two.sql'
      AFTER LOAD EXECUTE 'three.sql';`,
    'x.load',
    reader,
  );
  expect(commands).toEqual(file.commands);
});

test.each([
  ["a in schema 's', b, ~/c/", ["MATCHING 'a' IN SCHEMA 's'", "MATCHING 'b', ~/c/"]],
  ["table names matching 'a' in schema 's'", ["MATCHING 'a' IN SCHEMA 's'"]],
  ["MATCHING 'a', b", ["MATCHING 'a', 'b'"]],
  ["like 'a%', 'b_' in schema s, like 'c%'", ["LIKE 'a%', 'b_' IN SCHEMA 's'", "LIKE 'c%'"]],
  ['like, table, matching', ["MATCHING 'like', 'table', 'matching'"]],
])('--including-only %j says what INCLUDING ONLY can say', (text, clauses) => {
  const { commands, problems } = parse({ includingOnly: [text] });
  expect(problems).toEqual([]);
  const written = clauses.map((clause) => `INCLUDING ONLY TABLE NAMES ${clause}`).join(' ');
  const file = parseCommands(`LOAD DATABASE FROM ${ends.source} INTO ${ends.target} ${written};`, 'x.load');
  expect(commands).toEqual(file.commands);
});

test('a mistake in an option speaks of the option, not of clauses', () => {
  expect(toldOf({ includingOnly: ["a in schema 's' b"], cast: ['type a to b drp default'] })).toEqual([
    expect.stringContaining('--cast:1:13: expected a comma, the end of the option, found `drp`; did you mean `drop`?'),
    expect.stringContaining('--including-only:1:17: expected the end of the option, found `b`'),
  ]);
});

test('mistakes name their options, all at once', () => {
  expect(toldOf({ with: ['include dorp'], cast: ['type a'], excluding: ['~/(/'], before: ['none'] })).toEqual([
    '--with:1:1: unknown option `include dorp`; did you mean `include drop`?\n  include dorp\n  ^^^^^^^^^^^^',
    expect.stringContaining('--cast:1:7: expected to and a type'),
    expect.stringContaining('--excluding:1:1: this is no regular expression'),
    expect.stringContaining('--before:1:1: cannot read none: there is no such file'),
  ]);
});

test('an option holds one clause’s worth and no more', () => {
  expect(toldOf({ with: ['strict SET a TO 1'] })).toEqual([expect.stringContaining('expected the end of the option')]);
});

test.each([
  [{ source: 'mysql://u:geheim42@h/d' }, 'SOURCE:1:1: loading from MySQL is not supported yet'],
  [{ source: './shop.sqlite' }, 'SOURCE:1:1: loading from SQLite is not supported yet'],
  [{ source: 'pgsql://u:geheim42@h:0/d' }, 'SOURCE:1:1: a port is a number from 1 to 65535'],
  [{ target: 'geheim42' }, 'TARGET:1:1: the target is no connection string'],
])('connection strings that cannot be read are not repeated: %j', (args, message) => {
  const told = toldOf(args);
  expect(told).toHaveLength(1);
  expect(told[0]).toContain(message);
  expect(told[0]).not.toContain('geheim42');
});
