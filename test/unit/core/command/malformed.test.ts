// A catalogue of mistakes, one in each file, with exactly what is said of it. A catalogue holds cases: `=== title`, the
// file, `---`, the diagnostics. PGSHIFT_WRITE_CATALOGUE=1 writes what is said now, to be read before it is committed.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { printDiagnostic } from '../../../../core/command/diagnostic.ts';
import type { Reader } from '../../../../core/command/draft.ts';
import { parseCommands } from '../../../../core/command/parser.ts';

const folder = join(import.meta.dirname, 'malformed');

const sqlFiles: Readonly<Record<string, string>> = {
  'circle.sql': 'select 1;\n\\i circle.sql\n',
  'broken.sql': "select 1;\nselect 'never closed;\n",
  'twice.sql': '\\i broken.sql\n\\i broken.sql\n',
  'right.sql': 'select 1;',
  'commits.sql': 'insert into t values (1);\ncommit;\n',
  'psql.sql': '\\set ON_ERROR_STOP\nselect 1;\n',
};

const reader: Reader = {
  readFile: (name) => {
    const text = sqlFiles[name];
    return text === undefined ? { problem: 'there is no such file' } : { name, text };
  },
  variables: { NONSENSE: 'hunter2' },
};

interface Case {
  readonly title: string;
  readonly text: string;
  readonly said: string;
}

function casesOf(name: string): Case[] {
  const parts = readFileSync(join(folder, name), 'utf8').split(/^=== /m).slice(1);
  return parts.map((part) => {
    const title = part.slice(0, part.indexOf('\n'));
    const [text = '', said = ''] = part.slice(title.length + 1).split(/^---\n/m);
    return { title, text, said };
  });
}

const parse = (text: string) => parseCommands(text, 'x.load', reader);

function sayingOf(text: string): string {
  return parse(text)
    .problems.map((problem) => `${printDiagnostic(problem)}\n`)
    .join('');
}

const catalogues = readdirSync(folder).map((name) => ({ name, cases: casesOf(name) }));

if (process.env.PGSHIFT_WRITE_CATALOGUE !== undefined) {
  for (const { name, cases } of catalogues) {
    const written = cases.map(({ title, text }) => `=== ${title}\n${text}---\n${sayingOf(text)}`);
    writeFileSync(join(folder, name), written.join(''));
  }
}

describe.each(catalogues)('$name', ({ cases }) => {
  test.each(cases)('says what is wrong with $title', ({ text, said }) => {
    expect(sayingOf(text)).toBe(said);
    const { commands, problems } = parse(text);
    expect(problems).toHaveLength(1);
    // A mistake costs its own command only.
    expect(commands.length).toBeLessThanOrEqual(text.includes('pgsql:///c') ? 1 : 0);
    expect(said).not.toContain('hunter2');
  });
});

test('the catalogue has at least 60 mistakes', () => {
  expect(catalogues.flatMap(({ cases }) => cases).length).toBeGreaterThanOrEqual(60);
});
