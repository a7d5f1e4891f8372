// Load files of the shapes that people wrote for pgloader 3: those from PostgreSQL are read, all others get the one
// sentence that says whose turn has not come yet.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { printDiagnostic } from '../../../../core/command/diagnostic.ts';
import { parseCommands } from '../../../../core/command/parser.ts';

const folder = join(import.meta.dirname, 'load-files');
const variables = {
  POSTGRES_USER: 'me',
  POSTGRES_PASSWORD: "<it's me>",
  POSTGRES_DB: 'app',
  TARGET: 'redshift://w/dev',
};
const reader = { readFile: (name: string) => ({ name, text: 'select 1;' }), variables };

function read(name: string) {
  const { commands, problems } = parseCommands(readFileSync(join(folder, name), 'utf8'), name, reader);
  return { commands: commands.length, problems: problems.map((problem) => printDiagnostic(problem).split('\n')[0]) };
}

const files = readdirSync(folder).sort();

test.each(files.filter((name) => name.startsWith('pgsql-')))('reads %s', (name) => {
  const { commands, problems } = read(name);
  expect(problems).toEqual([]);
  expect(commands).toBe(name === 'pgsql-three-commands.load' ? 3 : 1);
});

const others: Readonly<Record<string, readonly string[]>> = {
  'archive-old-spelling.load': ['1:15: loading from ARCHIVE is not supported yet'],
  'archive.load': ['1:6: loading from ARCHIVE is not supported yet'],
  'copy.load': ['1:6: loading from COPY is not supported yet'],
  'csv-filenames.load': ['1:6: loading from CSV is not supported yet'],
  'csv-inline.load': ['1:6: loading from CSV is not supported yet'],
  'csv-unset-variables.load': ['1:6: loading from CSV is not supported yet'],
  'csv.load': ['1:6: loading from CSV is not supported yet'],
  'dbf.load': ['1:6: loading from DBF is not supported yet'],
  'fixed.load': ['1:6: loading from FIXED is not supported yet'],
  'ixf.load': ['1:6: loading from IXF is not supported yet'],
  'messages.load': ['1:6: loading from MESSAGES is not supported yet'],
  'mixed-sources.load': [
    '1:20: loading from MySQL is not supported yet',
    '10:6: loading from DBF is not supported yet',
    '18:6: loading from CSV is not supported yet',
  ],
  'mssql.load': ['2:11: loading from MS SQL Server is not supported yet'],
  'mysql-parameters.load': ['2:11: loading from MySQL is not supported yet'],
  'mysql-plain.load': ['2:16: loading from MySQL is not supported yet'],
  'mysql-socket.load': ['3:16: loading from MySQL is not supported yet'],
  'mysql-unknown-clauses.load': ['2:10: loading from MySQL is not supported yet'],
  'mysql-unset-variables.load': ['2:11: loading from MySQL is not supported yet'],
  'sqlite-bare-path.load': ['2:11: loading from SQLite is not supported yet'],
  'sqlite-http.load': ['2:8: loading from SQLite is not supported yet'],
  'sqlite-quoted-path.load': ['2:11: loading from SQLite is not supported yet'],
  'sqlite-relative-path.load': ['2:11: loading from SQLite is not supported yet'],
  'sqlite-uri.load': ['2:10: loading from SQLite is not supported yet'],
};

test.each(Object.entries(others))('says of %s what is not supported yet, and nothing else', (name, sentences) => {
  const { commands, problems } = read(name);
  expect(problems).toEqual(sentences.map((sentence) => `${name}:${sentence}`));
  expect(commands).toBe(name === 'mixed-sources.load' ? 1 : 0);
});

test('knows what to expect of every file', () => {
  expect(files.filter((name) => !name.startsWith('pgsql-'))).toEqual(Object.keys(others));
  expect(files.length).toBeGreaterThanOrEqual(30);
});

// The sentence is said of pgloader's own sources, and of nothing else.
test.each([
  ['LOAD CVS FROM x INTO y;', 'expected DATABASE, found `CVS`'],
  ['LOAD DATABASE FROM mongodb://h/d INTO pgsql:///b;', 'the source is no connection string'],
  ['LOAD DATABASE FROM localhost:5432/shop INTO pgsql:///b;', 'the source is no connection string'],
  ['LOAD DATABASE FROM shop INTO pgsql:///b;', 'the source is no connection string'],
  ['LOAD DATABASE FROM pgsql:/h/d INTO pgsql:///b;', 'the source is no connection string'],
  ['LOAD DATABASE FROM pgsql:///a INTO mysql://h/d;', 'the target is no connection string'],
  ['LOAD DATABASE FROM INTO pgsql:///b;', 'expected the source'],
  ["LOAD DATABASE FROM 'pgsql:///a' INTO pgsql:///b;", 'a connection string stands without quotes'],
])('says of %j what is wrong', (text, message) => {
  const problems = parseCommands(text, 'x').problems.map((problem) => problem.message);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(message);
  expect(problems[0]).not.toContain('not supported yet');
});
