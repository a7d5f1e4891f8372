import { expect, test } from 'vitest';
import { printDiagnostic } from '../../../../core/command/diagnostic.ts';
import { DEFAULT_OPTIONS } from '../../../../core/command/options.ts';
import { parseCommands } from '../../../../core/command/parser.ts';
import { printCommand } from '../../../../core/command/print.ts';

const problemsOf = (text: string) => parseCommands(text, 'x.load').problems.map(printDiagnostic);

test('reads a command with pgloader’s defaults filled in, and keeps passwords apart from it', () => {
  const { commands, problems } = parseCommands(
    'load database\n  from pgsql://u:s3cret@h/a\n  into redshift://v:geheim@r/b;',
    'x.load',
  );
  expect(problems).toEqual([]);
  expect(commands).toHaveLength(1);
  expect(commands[0]?.command.options).toEqual(DEFAULT_OPTIONS);
  expect(commands[0]?.passwords).toEqual({ source: 's3cret', target: 'geheim' });
  expect(JSON.stringify(commands[0]?.command)).not.toMatch(/s3cret|geheim/);
});

test('reads options, comments and several commands', () => {
  const { commands, problems } = parseCommands(
    `-- first
     LOAD DATABASE FROM pgsql:///a INTO redshift:///b
       WITH include no drop, workers = 8, concurrency = 2, keep files, strict, on error stop;
     /* second */ LOAD DATABASE FROM pgsql:///c INTO redshift:///d`,
    'x.load',
  );
  expect(problems).toEqual([]);
  expect(commands.map(({ command }) => command.source.database)).toEqual(['a', 'c']);
  expect(commands[0]?.command.options).toEqual({
    ...DEFAULT_OPTIONS,
    includeDrop: false,
    workers: 8,
    concurrency: 2,
    keepFiles: true,
    strict: true,
  });
});

test('prints a command as text that parses to the same command', () => {
  const text =
    'LOAD DATABASE FROM pgsql://u@h:1/a?sslmode=require INTO redshift://r/b WITH include no drop, workers = 9, strict;';
  const [first] = parseCommands(text, 'a').commands;
  if (!first) throw new Error('the text must parse');
  expect(parseCommands(printCommand(first.command), 'b').commands[0]).toEqual(first);
});

test.each([
  ['', 'x.load:1:1: there is no command; expected LOAD DATABASE FROM … INTO …;'],
  ['LOAD CSV FROM x INTO y;', 'x.load:1:6: loading from CSV is not supported yet'],
  ['LOAD DATABASE INTO redshift:///b;', 'x.load:1:15: expected FROM and the source'],
  ['LOAD DATABASE FROM pgsql:///a;', 'x.load:1:30: expected INTO and the target'],
  [
    'LOAD DATABASE FROM pgsql:///a INTO redshift:///b\nCAST type int4 to bigint;',
    'x.load:2:1: the clause CAST is not supported yet\n  CAST type int4 to bigint;\n  ^',
  ],
  [
    'LOAD DATABASE FROM pgsql:///a INTO redshift:///b\nWITH include dorp;',
    /^x\.load:2:6: unknown option `include dorp`; expected one of: include drop, .*workers = N/,
  ],
  [
    'LOAD DATABASE FROM pgsql:///a INTO redshift:///b\nWITH workers = 0;',
    /^x\.load:2:6: `workers = N` takes a whole number from 1 to 1000/,
  ],
  ['LOAD DATABASE FROM pgsql:///a INTO redshift:///b\nWITH truncate;', /^x\.load:2:6: `truncate` is not supported yet/],
  ['LOAD DATABASE FROM mysql://u:hunter2@h/a INTO redshift:///b;', /^x\.load:1:20: the source is no connection string/],
])('points at what is wrong in %j', (text, expected) => {
  const problems = problemsOf(text);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toEqual(
    typeof expected === 'string' ? expect.stringContaining(expected) : expect.stringMatching(expected),
  );
  expect(problems.join()).not.toMatch(/hunter2/);
});

test('reads on after a problem, so that one reading shows them all', () => {
  const problems = problemsOf(
    'LOAD DATABASE FROM pgsql:///a;\nLOAD DATABASE FROM pgsql:///a INTO redshift:///b WITH nonsense, workers = x;',
  );
  expect(problems.map((problem) => problem.slice(0, 12))).toEqual(['x.load:1:30:', 'x.load:2:55:', 'x.load:2:65:']);
});
