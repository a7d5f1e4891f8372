// Small readings: templates, patterns, likely spellings, what does nothing, and what no step does yet.
import { describe, expect, test } from 'vitest';
import type { NamePattern } from '../../../../core/command/model.ts';
import { nearest } from '../../../../core/command/nearest.ts';
import { parseCommands } from '../../../../core/command/parser.ts';
import { patternMatcher } from '../../../../core/command/patterns.ts';
import { isPostgresqlSetting, isRedshiftSetting } from '../../../../core/command/redshift-settings.ts';
import { remarksOn } from '../../../../core/command/remarks.ts';
import { escapeTemplate, renderTemplate } from '../../../../core/command/template.ts';

function commandOf(clauses: string) {
  const [first] = parseCommands(`LOAD DATABASE FROM pgsql:///a INTO redshift:///b ${clauses};`, 'x').commands;
  if (first === undefined) throw new Error('the text must parse');
  return first.command;
}

describe('a template', () => {
  test.each([
    ['a {{X}} b {{{ X }}} {{& X}}', "a <'> b <'> <'>"],
    ['{{! a comment }}x', ' x'],
    ["'{{1,2},{3,4}}' '{{a,b},{c,d}}' {{}} {", "'{{1,2},{3,4}}' '{{a,b},{c,d}}' {{}} {"],
    ['{{"{{"}}X}}', '{{X}}'],
  ])('renders %j', (text, rendered) => {
    expect(renderTemplate(text, { X: "<'>" })).toMatchObject({ text: rendered, holes: [] });
  });

  test.each(['{{X}}', '{{{{X}}}}', '{{{', "'{{1,2}}'", '{{"{{"}}', '{{#a}}'])(
    'leaves %j when it is escaped',
    (text) => {
      expect(renderTemplate(escapeTemplate(text), { X: 'never' })).toMatchObject({ text, holes: [] });
    },
  );

  test('leaves a reference to a secret as it is, and tells where it stands', () => {
    const { text, holes, secrets } = renderTemplate('{{A}}:{{ secret:x:y }}{{! z }}{{secret:z}}', { A: 'a' });
    expect({ text, holes, secrets }).toEqual({ text: 'a:{{secret:x:y}} {{secret:z}}', holes: [], secrets: [2, 17] });
    expect(renderTemplate(escapeTemplate('{{secret:x}}'), {})).toMatchObject({ text: '{{secret:x}}', secrets: [] });
  });

  test('knows no variable that only every object has', () => {
    expect(renderTemplate('{{constructor}}', {}).holes).toHaveLength(1);
  });
});

test.each<[NamePattern, string[], string[]]>([
  [{ kind: 'exact', name: 'a.b' }, ['a.b'], ['axb', 'A.B', 'a.b ']],
  [{ kind: 'regex', source: 'b$' }, ['ab', 'b'], ['ba', 'B']],
  [{ kind: 'regex', source: '(?i)b$' }, ['ab', 'aB'], ['ba']],
  [{ kind: 'like', pattern: 'a_%' }, ['ab', 'a\nb', 'a🙂'], ['a', 'ba']],
  [{ kind: 'like', pattern: 'a\\_[%]' }, ['a_[]', 'a_[x]'], ['ab[]', 'a_x']],
])('%j matches what it says', (pattern, yes, no) => {
  const matches = patternMatcher(pattern);
  expect(yes.filter((name) => !matches(name))).toEqual([]);
  expect(no.filter(matches)).toEqual([]);
});

test.each([
  ['dorp', 'drop'],
  ['INCLUDE', 'include'],
  ['trucnate', 'truncate'],
  ['x', undefined],
  ['something else', undefined],
  ['a'.repeat(10_000), undefined],
])('the nearest word to %j is %j', (wrong, right) => {
  expect(nearest(wrong, ['drop', 'include', 'truncate'])).toBe(right);
});

test('what does nothing in Redshift is known of a command, wherever it comes from', () => {
  const command = commandOf(
    "WITH disable triggers, reset no sequences ALTER TABLE NAMES MATCHING 'a' SET (fillfactor = 70, distkey = 'b')",
  );
  expect(remarksOn(command, 'redshift').map(({ about }) => about)).toEqual([
    'options.disableTriggers',
    'alterTables.0',
  ]);
  expect(remarksOn(command, 'postgresql')).toEqual([
    { about: 'alterTables.0', message: 'SET (distkey) does nothing: PostgreSQL has no such parameter of a table' },
  ]);
});

test('behind postgresql:// either server may answer: only what means nothing to both is told before', () => {
  const clauses = "WITH reindex, prefetch rows = 9, json as varchar SET query_group TO 'x', work_mem TO '1MB'";
  const { warnings } = parseCommands(`LOAD DATABASE FROM pgsql:///a INTO pgsql://c:5439/b ${clauses};`, 'x');
  expect(warnings.map(({ message }) => message)).toEqual([
    '`prefetch rows` does nothing: rows are never held in memory',
  ]);
});

test.each(['BEFORE LOAD DO $$ select 1;', 'BEFORE LOAD DO $$ /* select 1; $$;'])(
  '%j is one mistake, and no warning of an empty text besides',
  (clause) => {
    const { problems, warnings } = parseCommands(`LOAD DATABASE FROM pgsql:///a INTO redshift:///b ${clause}`, 'x');
    expect([problems.length, warnings]).toEqual([1, []]);
  },
);

test('what the manual of pgloader spells otherwise is the same', () => {
  const text = (schemas: string, value: string) => `WITH ${schemas} CAST type char when default ${value} to text`;
  expect(commandOf(text('create schema', '"x"'))).toEqual(commandOf(text('create schemas', "'x'")));
});

test('a type to cast from may have the name of a clause', () => {
  expect(commandOf('CAST type set to text').casts).toMatchObject([{ match: { by: 'type', type: 'set' } }]);
});

test.each([
  ['intervalstyle', 'both'],
  ['search_path', 'both'],
  ['app.note', 'both'],
  ['work_mem', 'PostgreSQL'],
  ['a.b.c', 'PostgreSQL'],
  ['standard_conforming_strings', 'PostgreSQL'],
  ['query_group', 'Redshift'],
  ['enable_spectrum_oid', 'Redshift'],
  ['use_fips_ssl', 'neither'],
  ['max_cursor_result_set_size', 'neither'],
] as const)('a session of %s: %s takes it', (name, who) => {
  expect([isPostgresqlSetting(name), isRedshiftSetting(name)]).toEqual([
    who === 'both' || who === 'PostgreSQL',
    who === 'both' || who === 'Redshift',
  ]);
});

test('a parameter of a whole cluster is told, at either kind of target', () => {
  const command = commandOf("SET use_fips_ssl TO 'true'");
  const told = { about: 'settings.use_fips_ssl', message: expect.stringMatching(/for a whole cluster/) };
  expect(remarksOn(command, 'redshift')).toEqual([told]);
  expect(remarksOn(command, 'postgresql')).toEqual([told]);
});
