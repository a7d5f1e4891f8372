// Is a command the one that a run began with, and if not, what differs?
import { expect, it } from 'vitest';
import { commandChanges } from '../../../../core/command/changes.ts';
import type { LoadCommand } from '../../../../core/command/model.ts';
import { parseCommands } from '../../../../core/command/parser.ts';

function commandOf(more: string, ends = 'FROM postgresql://h/a INTO redshift://h/b'): LoadCommand {
  const { commands, problems } = parseCommands(`LOAD DATABASE ${ends} ${more};`, 'x.load');
  expect(problems).toEqual([]);
  const [first] = commands;
  if (first === undefined) throw new Error('no command');
  return first.command;
}

/** As it comes from the bucket. */
const stored = (command: LoadCommand): LoadCommand => JSON.parse(JSON.stringify(command));

it.each<[string, string, string[]]>([
  ['', '', []],
  ['WITH workers = 4', '', []],
  ['WITH workers = 8, no snapshot', 'WITH no snapshot, workers = 8', []],
  ['', 'WITH workers = 8', ['`workers` was 4 and is 8']],
  ['WITH max rejects = 3, on error resume next', 'WITH on error resume next', ['`max rejects` was 3 and is not given']],
  ['', 'WITH include no drop', ['it said, or meant, `include drop` and now `include no drop`']],
  ['', "EXCLUDING TABLE NAMES MATCHING 'x'", ['EXCLUDING is another one']],
  ['BEFORE LOAD DO $$ SELECT 1 $$', 'BEFORE LOAD DO $$ SELECT 2 $$', ['BEFORE LOAD is another one']],
])('%j, then %j', (was, is, told) => {
  expect(commandChanges(stored(commandOf(was)), commandOf(is))).toEqual(told);
});

it('names an end that differs, and takes what refers to a password for no difference', () => {
  const was = commandOf('', 'FROM postgresql://me@h/a?secret=env:PGSHIFT_SECRET_SOURCE_1 INTO redshift://h/b');
  expect(commandChanges(stored(was), commandOf('', 'FROM postgresql://me@h/a INTO redshift://h/b'))).toEqual([]);
  const other = commandOf('', 'FROM postgresql://me@h2/a?secret=x INTO redshift://h/b');
  expect(commandChanges(stored(was), other)).toEqual([
    'the source was postgresql://me@h/a and is postgresql://me@h2/a',
  ]);
});
