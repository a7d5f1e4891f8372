// Whatever a file holds, reading it gives commands and diagnostics: no exception, no endless loop, no quadratic time.
// PGSHIFT_FUZZ_CASES=100000 npx vitest run --project unit test/unit/core/command/fuzz.test.ts reads more of them.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { expect, test } from 'vitest';
import type { Reader } from '../../../../core/command/draft.ts';
import { type Parsed, parseCommands } from '../../../../core/command/parser.ts';
import { printCommand } from '../../../../core/command/print.ts';
import { kitchenFiles, kitchenSink } from './kitchen-sink.ts';

const CASES = Number(process.env.PGSHIFT_FUZZ_CASES ?? 20_000);

const reader: Reader = {
  readFile: (path) => ({ name: path, text: kitchenFiles[path] ?? path }),
  variables: { NAME: "it's $$ {{x}}", EMPTY: '' },
};

/** A small generator of Marsaglia's (xorshift32): the same cases everywhere, and each can be repeated. */
function random(seed: number): (below: number) => number {
  let state = seed * 2_654_435_761 + 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const folder = join(import.meta.dirname, 'load-files');
const files = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
/** The file with every clause as often as all others together. */
const seeds = [...files, ...files.map(() => kitchenSink)];
const tokensOf = (text: string): string[] => text.match(/\s+|[\w-]+|[^\w\s]/g) ?? [];
const tokens = seeds.map(tokensOf);
const words = [...new Set(tokens.flat())];
const signs = [
  "'",
  '"',
  '$$',
  '$x$',
  ';',
  ',',
  '(',
  ')',
  '/*',
  '*/',
  '--',
  '{{',
  '}}',
  '{{NAME}}',
  '{{MISSING}}',
  '~/',
  '\\',
  '\0',
  'é',
  '日',
  '🙂',
  '\ud800',
  '\n',
  '\t',
];

function mutate(next: (below: number) => number): string {
  const pick = <Item>(items: readonly Item[]): Item => items[next(items.length)] as Item;
  const seed = next(seeds.length);
  const text = seeds[seed] ?? '';
  const kind = next(4);
  if (kind === 0)
    return String.fromCharCode(...Array.from({ length: next(200) }, () => next(next(4) === 0 ? 65_536 : 128)));
  if (kind === 1) return text.slice(next(text.length), next(2) === 0 ? undefined : next(text.length));
  const changed = [...(tokens[seed] ?? [])];
  for (let count = 1 + next(6); count > 0; count--) {
    const at = next(changed.length + 1);
    const other = next(changed.length + 1);
    if (kind === 2) [changed[at], changed[other]] = [changed[other] ?? '', changed[at] ?? ''];
    else changed.splice(at, next(3), next(2) === 0 ? pick(signs) : pick(words));
  }
  return changed.join('');
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
const control = /[\u0000-\u0008\u000b-\u001f\u007f]/;

/** What is wrong with what was read; empty when nothing is. */
function faults(text: string, { commands, problems, warnings }: Parsed): string[] {
  const found: string[] = [];
  const lines = text.split('\n');
  for (const { line, column, length, message, excerpt } of [...problems, ...warnings]) {
    const written = lines[line - 1];
    if (written === undefined || column < 1 || column > [...written].length + 1) found.push(`place ${line}:${column}`);
    if (length < 1) found.push(`length ${length}`);
    if (control.test(message + excerpt)) found.push(`control characters in ${message}`);
  }
  for (const { command } of commands) {
    const again = parseCommands(printCommand(command), 'printed');
    if (!isDeepStrictEqual(again.commands, [{ command, passwords: {} }])) found.push(printCommand(command));
  }
  if (problems.length === 0 && commands.length === 0) found.push('neither a command nor a problem');
  return found;
}

test(`gives nothing but commands and diagnostics for ${CASES} broken files`, { timeout: 600_000 }, () => {
  for (let seed = 1; seed <= CASES; seed++) {
    const text = mutate(random(seed));
    const found = faults(text, parseCommands(text, 'fuzz.load', reader));
    if (found.length > 0) expect({ case: seed, text, found }).toEqual({});
  }
});

const head = 'LOAD DATABASE FROM pgsql:///a INTO redshift:///b ';
const MEGABYTE = 1_000_000;
const fill = (piece: string): string => piece.repeat(Math.ceil(MEGABYTE / piece.length));

// Quadratic time would be minutes here: the test's own time limit tells.
test.each([
  ['commands', () => fill(`${kitchenSink.replace('{{"{{"}}', '')}\n`)],
  ['options', () => `${head}WITH ${fill('keep files, ')}strict;`],
  ['unknown options', () => `${head}WITH ${fill('kep flies, ')};`],
  ['prose', () => `${head}${fill('wiht nothing known ')};`],
  ['prose for an option', () => `${head}WITH ${fill('nothing known ')};`],
  ['prose for patterns', () => `${head}ALTER TABLE NAMES MATCHING ${fill('nothing known ')};`],
  ['prose for casts', () => `${head}CAST ${fill('type a to b with time ')};`],
  ['names of many parts', () => `${head}CAST column ${fill('a.')}b to c;`],
  ['casts', () => `${head}CAST ${fill('type a when (= 1 precision) to varchar(1), column a.b to c, ')}type x to y;`],
  ['patterns', () => `${head}EXCLUDING TABLE NAMES MATCHING ${fill("~/a/, 'b', ")}'c';`],
  ['doubtful patterns', () => `${head}EXCLUDING TABLE NAMES MATCHING ${fill("'a.b', ")}'c';`],
  ['rules that never apply', () => `${head}CAST ${fill('type a when unsigned to b, ')}type c to d;`],
  ['settings', () => `${head}SET ${fill("work_mem to '1', ")}a to '2';`],
  ['one long name', () => `${head}SET a TO '${fill('x')}';`],
  ['doubled quotes', () => `${head}SET a TO '${fill("''")}';`],
  ['open quotes', () => `${head}SET ${fill("a TO 'b\n, ")};`],
  ['one open quote', () => `${head}SET a TO '${fill("''\n")}`],
  ['dollar signs', () => `${head}BEFORE LOAD DO ${fill('$a$ $b$ ')}`],
  ['open tags', () => `${head}WITH x ${Array.from({ length: 150_000 }, (_, at) => `$a${at}$`).join(' ')}`],
  ['SQL', () => `${head}AFTER LOAD DO $$${fill("insert into t values ('a;b', E'\\''); /* /* ; */ */ -- x\n")}$$;`],
  ['small statements', () => `${head}AFTER LOAD DO $$${fill('a;')}$$;`],
  ['parentheses', () => `${head}CAST type a when ${fill('(')};`],
  ['tests', () => `${head}CAST type a when (and ${fill('(= 1 scale) ')}) to b;`],
  ['open comments', () => `${head}${fill('/* ')}`],
  ['comments', () => fill('/* x */ -- y\n')],
  ['semicolons', () => fill(';')],
  ['semicolons in front of comments', () => `LOAD CSV ${fill(';/* ')}`],
  ['data after a command', () => `LOAD CSV FROM inline INTO pgsql:///a; ${fill('a,b;c\n')}`],
  ['references to secrets', () => fill('{{secret:x}} ')],
  ['missing variables', () => `${head}WITH ${fill('{{X}}, ')};`],
  ['variables', () => `${head}WITH ${fill('{{EMPTY}}')} strict;`],
  ['braces', () => `${head}AFTER LOAD DO $$${fill('{{')}$$;`],
  ['blanks', () => `${head}${fill(' ')}WITH strict;`],
  ['a line of colons', () => `LOAD DATABASE FROM pgsql://${fill(':')}`],
  ['a line of @', () => `LOAD DATABASE FROM pgsql://${fill('@')}`],
  ['a long password', () => `LOAD DATABASE FROM pgsql://u:${fill('a:/?')}@h/d INTO redshift:///b;`],
  ['words', () => fill('set with ')],
  ['heads', () => fill('LOAD ')],
])('reads a megabyte of %s', (_, text) => {
  const made = text();
  const { commands, problems } = parseCommands(made, 'big.load', reader);
  expect(commands.length + problems.length).toBeGreaterThan(0);
});
