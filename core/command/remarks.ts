// What does a command say that does nothing, and why? Each such thing is told once.

import type { CastRule } from '../cast/cast-rule.ts';
import { OTHER_TRANSFORMS } from '../cast/transform-names.ts';
import {
  type Distribution,
  type LoadCommand,
  NO_CLAUSES,
  type OptionName,
  type Origins,
  type TableAlteration,
} from './model.ts';
import { wordsOf } from './options.ts';
import { isClusterSetting, isPostgresqlSetting, isRedshiftSetting } from './redshift-settings.ts';

export interface Remark {
  /** The part of the command: `options.reindex`, `settings.work_mem`, `casts.0`. */
  readonly about: string;
  readonly message: string;
}

/**
 * What does nothing with a target of this kind, in the order of the command's clauses. `said` are the words that an option
 * was given by, where they are known: two may mean the same.
 */
export function remarksOn(
  command: LoadCommand,
  target: 'postgresql' | 'redshift',
  said: ReadonlyMap<OptionName, string> = new Map(),
): Remark[] {
  const { settings, casts, decoding, alterTables, distribute } = { ...NO_CLAUSES, ...command };
  const redshift = target === 'redshift';
  return [
    ...remark(command.target.table, 'target.table', '?tablename= of a target does nothing when a database is loaded'),
    ...remarkOptions(command, redshift, said),
    ...settings.flatMap(({ name }) => remarkSetting(name, redshift)),
    ...casts.flatMap((rule, at) => remarkCast(rule, `casts.${at}`)),
    ...decoding.map((_, at) => about(`decoding.${at}`, 'DECODING does nothing: PostgreSQL decodes its own text')),
    ...alterTables.flatMap((each, at) => remarkAlteration(each, `alterTables.${at}`, redshift)),
    ...distribute.flatMap((each, at) => remarkDistribution(each, `distribute.${at}`, redshift)),
  ];
}

/** What does nothing whatever the target is: `postgresql://` leads to either server. */
export function remarksOnEither(command: LoadCommand, said: ReadonlyMap<OptionName, string>): Remark[] {
  const inRedshift = new Set(remarksOn(command, 'redshift', said).map((each) => JSON.stringify(each)));
  return remarksOn(command, 'postgresql', said).filter((each) => inRedshift.has(JSON.stringify(each)));
}

const about = (path: string, message: string): Remark => ({ about: path, message });

const remark = (value: unknown, path: string, message: string): Remark[] =>
  value === undefined ? [] : [about(path, message)];

/** Options that choose among Redshift's types. */
const OF_REDSHIFT: readonly OptionName[] = ['json', 'arrays', 'composites', 'numericScale', 'measureColumns'];

const INDEXES = 'Redshift has no indexes';

/** Why an option does nothing, by option and value; `any` for each of its values. */
const WITHOUT_MEANING: readonly { readonly name: OptionName; readonly value: unknown; readonly why: string }[] = [
  { name: 'createIndexes', value: true, why: INDEXES },
  { name: 'reindex', value: true, why: INDEXES },
  { name: 'indexNames', value: 'preserve', why: INDEXES },
  { name: 'indexNames', value: 'uniquify', why: INDEXES },
  { name: 'maxParallelCreateIndex', value: undefined, why: INDEXES },
  { name: 'resetSequences', value: true, why: 'Redshift has no sequences' },
  { name: 'disableTriggers', value: true, why: 'Redshift has no triggers' },
  {
    name: 'identifiers',
    value: 'quote',
    why: 'Redshift folds names to lower case, quoted ones too, unless enable_case_sensitive_identifier is on',
  },
];

/** What shall become of values that Redshift refuses or alters. */
const policiesOf = (origins: Origins): OptionName[] =>
  (Object.keys(origins) as OptionName[]).filter((name) => name.startsWith('on ') && origins[name] === 'given');

function remarkOptions(
  { options, origins }: LoadCommand,
  redshift: boolean,
  said: ReadonlyMap<OptionName, string>,
): Remark[] {
  const useless = (name: OptionName, why: string): Remark =>
    about(`options.${name}`, `\`${said.get(name) ?? wordsOf(name, options[name])}\` does nothing: ${why}`);
  const why = 'PostgreSQL has these types itself';
  const rules = redshift ? WITHOUT_MEANING : OF_REDSHIFT.map((name) => ({ name, value: undefined, why }));
  const given = rules.filter(
    ({ name, value }) => origins[name] === 'given' && (value === undefined || options[name] === value),
  );
  return [
    ...given.map(({ name, why }) => useless(name, why)),
    ...(redshift ? [] : policiesOf(origins).map((name) => useless(name, 'PostgreSQL holds such values'))),
    ...(options.prefetchRows === undefined ? [] : [useless('prefetchRows', 'rows are never held in memory')]),
  ];
}

function remarkDistribution(each: Distribution, path: string, redshift: boolean): Remark[] {
  if (!redshift) return [about(path, 'DISTRIBUTE does nothing: PostgreSQL keeps a table in one place')];
  const from = each.by === 'column' && each.from.length > 0;
  return from ? [about(path, 'FROM does nothing: a table is distributed by a column that it has')] : [];
}

function remarkSetting(name: string, redshift: boolean): Remark[] {
  if (isClusterSetting(name)) {
    return [about(`settings.${name}`, `${name} does nothing: Redshift has it for a whole cluster, not for a session`)];
  }
  if (!isPostgresqlSetting(name)) {
    return redshift
      ? []
      : [about(`settings.${name}`, `${name} does nothing: only Redshift knows it, and neither end is Redshift`)];
  }
  if (!redshift || isRedshiftSetting(name)) return [];
  return [about(`settings.${name}`, `${name} is set at the source only: Redshift has no such parameter`)];
}

function remarkCast({ match, guards, using }: CastRule, path: string): Remark[] {
  const never = 'this rule never applies';
  const unsigned = guards.unsigned === true && match.by === 'type';
  const others: readonly string[] = OTHER_TRANSFORMS;
  return [
    ...remark(unsigned || undefined, path, `${never}: PostgreSQL has no unsigned types`),
    ...remark(guards.onUpdateCurrentTimestamp, path, `${never}: PostgreSQL has no on update current_timestamp`),
    ...(using !== undefined && others.includes(using)
      ? [about(path, `${using} does nothing: PostgreSQL sends no such values`)]
      : []),
  ];
}

function remarkAlteration({ action }: TableAlteration, path: string, redshift: boolean): Remark[] {
  if (action.kind === 'set tablespace') {
    return redshift ? [about(path, 'SET TABLESPACE does nothing: Redshift has no tablespaces')] : [];
  }
  if (action.kind !== 'set') return [];
  const { others, ...ours } = action.parameters;
  const names = redshift ? others.map(({ name }) => name) : Object.keys(ours).map((name) => name.toLowerCase());
  if (names.length === 0) return [];
  const server = redshift ? 'Redshift' : 'PostgreSQL';
  return [about(path, `SET (${names.join(', ')}) does nothing: ${server} has no such parameter of a table`)];
}
