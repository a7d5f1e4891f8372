// A command as canonical text, that parses to the same command. It holds no password, because a command does not; and
// it needs no file and no variable, because a command holds what they said.

import type { CastGuards, CastRule, TypmodTest } from '../cast/cast-rule.ts';
import type { CastTarget } from '../cast/model.ts';
import { REGEX_DELIMITERS } from './clauses/filter.ts';
import type {
  Distribution,
  LoadCommand,
  NamePattern,
  SqlBlock,
  StorageParameters,
  TableAction,
  TableAlteration,
  TableFilter,
  TableName,
} from './model.ts';
import { printOptions } from './options.ts';
import { escapeTemplate } from './template.ts';
import { printUri } from './uri.ts';

/** The command's text, ended by `;` and a newline. */
export function printCommand(command: LoadCommand): string {
  const clauses = [
    `LOAD DATABASE\n     FROM ${printUri(command.source)}\n     INTO ${printUri(command.target)}`,
    list('WITH', printOptions(command.options, command.origins)),
    list(
      'SET',
      command.settings.map(({ name, value }) => `${name} TO ${quoted(value)}`),
    ),
    list('CAST', command.casts.map(printCast)),
    command.materialize.all ? 'MATERIALIZE ALL VIEWS' : '',
    list(
      'MATERIALIZE VIEWS',
      command.materialize.views.map((view) =>
        view.query === undefined ? tableName(view) : `${tableName(view)} AS ${dollarQuoted(view.query)}`,
      ),
    ),
    ...command.including.map((filter) => `INCLUDING ONLY ${printTables(filter)}`),
    ...command.excluding.map((filter) => `EXCLUDING ${printTables(filter)}`),
    ...command.decoding.map((each) => `DECODING ${printTables(each)} AS ${name(each.encoding)}`),
    ...command.alterSchemas.map(({ from, to }) => `ALTER SCHEMA ${quoted(from)} RENAME TO ${quoted(to)}`),
    ...command.alterTables.map(printAlteration),
    ...command.distribute.map(printDistribution),
    printBlocks('BEFORE LOAD', command.beforeLoad),
    printBlocks('AFTER CREATE SCHEMA', command.afterCreateSchema),
    printBlocks('AFTER LOAD', command.afterLoad),
  ].filter((clause) => clause !== '');
  return `${escapeTemplate(clauses.join('\n\n '))};\n`;
}

function list(words: string, items: readonly string[]): string {
  return items.length === 0 ? '' : `${words} ${items.join(`,\n ${' '.repeat(words.length + 1)}`)}`;
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Bare where the reader takes it for the same name, and not for the word that follows one. */
export function name(text: string): string {
  return /^(?!(?:as|using)$)[A-Za-z_][A-Za-z0-9_$]*$/i.test(text) ? text : `"${text.replaceAll('"', '""')}"`;
}

const tableName = ({ schema, name: table }: TableName): string =>
  [...(schema === undefined ? [] : [schema]), table].map(name).join('.');

/** With a tag that does not occur where it would end the text. */
function dollarQuoted(text: string): string {
  const closes = (tag: string) => `${text}\n${tag}`.indexOf(tag) === text.length + 1;
  let tag = '$$';
  for (let number = 0; !closes(tag); number++) tag = `$sql${number === 0 ? '' : number}$`;
  return `${tag}\n${text}\n${tag}`;
}

function printTables({ tables, schema }: TableFilter): string {
  const like = tables.some((pattern) => pattern.kind === 'like');
  const where = schema === undefined ? '' : ` IN SCHEMA ${quoted(schema)}`;
  return `TABLE NAMES ${like ? 'LIKE' : 'MATCHING'} ${tables.map(printPattern).join(', ')}${where}`;
}

function printPattern(pattern: NamePattern): string {
  if (pattern.kind === 'exact') return quoted(pattern.name);
  if (pattern.kind === 'like') return quoted(pattern.pattern);
  const delimiters = Object.entries(REGEX_DELIMITERS);
  const [opening, closing] = delimiters.find(([, sign]) => !pattern.source.includes(sign)) ?? ['/', '/'];
  return `~${opening}${pattern.source}${closing}`;
}

function printCast(rule: CastRule): string {
  const { match, guards, to, using } = rule;
  return [
    match.by === 'type'
      ? `type ${typeName(match.type)}`
      : `column ${[...(match.schema === undefined ? [] : [match.schema]), match.table, match.column].map(name).join('.')}`,
    ...guardTexts(guards),
    to === undefined ? '' : `to ${printType(to)}`,
    `${rule.default} default`,
    `${rule.typmod} typemod`,
    `${rule.notNull} not null`,
    `${rule.extra} extra`,
    ...Object.entries(rule.on ?? {}).map(([hazard, policy]) => `on ${hazard} ${policy}`),
    using === undefined ? '' : `using ${using}`,
  ]
    .filter((part) => part !== '')
    .join(' ');
}

/** The guards of a rule, in the words of the language. */
export function guardTexts(guards: CastGuards): string[] {
  return [
    guards.unsigned === undefined ? '' : `when ${guards.unsigned ? 'unsigned' : 'signed'}`,
    guards.default === undefined ? '' : `when default ${quoted(guards.default)}`,
    guards.typmod === undefined ? '' : `when ${printTest(guards.typmod)}`,
    guards.notNull ? 'and not null' : '',
    guards.autoIncrement ? 'with extra auto_increment' : '',
    guards.onUpdateCurrentTimestamp ? 'with extra on update current_timestamp' : '',
  ].filter((text) => text !== '');
}

/** Types of one lower-case word stand bare, all others in quotes. */
const typeName = (type: string): string => (/^[a-z_][a-z0-9_]*$/.test(type) ? type : `"${type.replaceAll('"', '""')}"`);

function printType({ name: type, modifiers }: CastTarget): string {
  return `${typeName(type)}${modifiers.length === 0 ? '' : `(${modifiers.join(', ')})`}`;
}

const printTest = (test: TypmodTest): string =>
  `(${test.test} ${test.of.map((each) => (typeof each === 'object' ? printTest(each) : each)).join(' ')})`;

function printAlteration({ action, ...filter }: TableAlteration): string {
  return `ALTER ${printTables(filter)} ${printAction(action)}`;
}

function printAction(action: TableAction): string {
  if (action.kind === 'rename') return `RENAME TO ${quoted(action.to)}`;
  if (action.kind === 'set schema') return `SET SCHEMA ${quoted(action.schema)}`;
  if (action.kind === 'set tablespace') return `SET TABLESPACE ${quoted(action.tablespace)}`;
  return `SET (${parameterTexts(action.parameters)
    .map(([parameter, value]) => `${parameter} = ${quoted(value)}`)
    .join(', ')})`;
}

function parameterTexts(parameters: StorageParameters): [string, string][] {
  const { distStyle, distKey, sortKey, encode, backup, others } = parameters;
  const found: [string, string | undefined][] = [
    ['diststyle', distStyle],
    ['distkey', distKey === undefined ? undefined : column(distKey)],
    ['sortkey', sortKey === 'auto' ? 'auto' : sortKey?.map(column).join(', ')],
    [
      'encode',
      encode === 'auto' ? 'auto' : encode?.map((each) => `${column(each.column)} ${each.encoding}`).join(', '),
    ],
    ['backup', backup === undefined ? undefined : backup ? 'yes' : 'no'],
    ...others.map(({ name: parameter, value }): [string, string] => [parameter, value]),
  ];
  return found.flatMap(([parameter, value]): [string, string][] => (value === undefined ? [] : [[parameter, value]]));
}

/** A column within a value; one that is called auto needs its quotes. */
const column = (text: string): string =>
  /^[^\s",]+$/.test(text) && text.toLowerCase() !== 'auto' ? text : `"${text.replaceAll('"', '""')}"`;

function printDistribution(distribution: Distribution): string {
  if (distribution.by === 'reference') return `DISTRIBUTE ${tableName(distribution)} AS REFERENCE TABLE`;
  const from = distribution.from.length === 0 ? '' : ` FROM ${distribution.from.map(tableName).join(', ')}`;
  return `DISTRIBUTE ${tableName(distribution)} USING ${name(distribution.column)}${from}`;
}

function printBlocks(words: string, blocks: readonly SqlBlock[]): string {
  if (blocks.length === 0) return '';
  return `${words}\n${blocks.map(({ statements }) => `   ${list('DO', statements.map(dollarQuoted))}`).join('\n')}`;
}
