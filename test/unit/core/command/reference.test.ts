// Does the reference tell the truth? Its examples parse, and it names every option and transform.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { TRANSFORMS } from '../../../../core/cast/transform-names.ts';
import { HAZARDS } from '../../../../core/cast/value-hazards.ts';
import { printDiagnostic } from '../../../../core/command/diagnostic.ts';
import { OPTION_WORDS } from '../../../../core/command/options.ts';
import { OTHER_COMMANDS } from '../../../../core/command/other-sources.ts';
import { parseCommands } from '../../../../core/command/parser.ts';
import { POLICY_WORDS } from '../../../../core/command/value-policies.ts';

const path = join(import.meta.dirname, '..', '..', '..', '..', 'docs', 'reference', 'command-language.md');
const reference = readFileSync(path, 'utf8');
const examples = [...reference.matchAll(/^```load\n([\s\S]*?)^```$/gm)].map((match) => match[1] ?? '');

const variables = { SOURCE: 'pgsql://reader@db/shop' };
const reader = { readFile: (name: string) => ({ name, text: '' }), variables };

/** A command as it stands; a clause behind the shortest command. */
const commandOf = (example: string): string =>
  /^LOAD DATABASE/m.test(example) ? example : `LOAD DATABASE FROM pgsql:///a INTO redshift:///b\n${example};`;

test.each(examples)('reads the example %j', (example) => {
  const { commands, problems } = parseCommands(commandOf(example), 'reference.load', reader);
  expect(problems.map(printDiagnostic)).toEqual([]);
  expect(commands).toHaveLength(1);
});

test('has an example of each clause', () => {
  const text = examples.join('\n');
  const clauses = [
    'WITH',
    'SET',
    'CAST',
    'INCLUDING ONLY',
    'EXCLUDING',
    'MATERIALIZE VIEWS',
    'MATERIALIZE ALL VIEWS',
    'DECODING',
    'ALTER SCHEMA',
    'ALTER TABLE',
    'DISTRIBUTE',
    'BEFORE LOAD',
    'AFTER CREATE SCHEMA',
    'AFTER LOAD',
  ];
  for (const clause of clauses) expect(text).toMatch(new RegExp(`^ ?${clause}\\b`, 'm'));
});

test('names every option, transform and other command', () => {
  const identifiers = ['downcase identifiers', 'snake_case identifiers'];
  const policies = new Set(POLICY_WORDS.map(({ words }) => words));
  const options = OPTION_WORDS.filter(({ words }) => !identifiers.includes(words) && !policies.has(words));
  for (const { words } of options) expect(reference).toContain(words);
  for (const { name, policies: has } of HAZARDS) expect(reference).toContain(`| \`${name}\` | ${has.join(', ')} |`);
  for (const transform of TRANSFORMS) expect(reference).toContain(`\`${transform}\``);
  for (const command of OTHER_COMMANDS) expect(reference).toContain(command.toUpperCase());
});
