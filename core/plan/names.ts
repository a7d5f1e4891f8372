// What tables and columns are called in Redshift, and which of them would be the same name there.

import { createHash } from 'node:crypto';
import type { Dialect } from '../catalog/model.ts';
import type { LoadCommand, LoadOptions } from '../command/model.ts';

/** How a server takes names. */
export interface NameLimits {
  readonly server: 'Redshift' | 'PostgreSQL';
  /** It cuts them after so many bytes, silently. */
  readonly mostBytes: number;
}

export const REDSHIFT_NAMES: NameLimits = { server: 'Redshift', mostBytes: 127 };
export const POSTGRESQL_NAMES: NameLimits = { server: 'PostgreSQL', mostBytes: 63 };

/** Names that a server keeps for itself: no user column may have them. */
const HIDDEN_COLUMNS = ['tableoid', 'xmin', 'cmin', 'xmax', 'cmax', 'ctid'];
const SYSTEM_COLUMNS: Readonly<Record<NameLimits['server'], ReadonlySet<string>>> = {
  Redshift: new Set([...HIDDEN_COLUMNS, 'oid', 'insertxid', 'deletexid']),
  PostgreSQL: new Set(HIDDEN_COLUMNS),
};

/**
 * Redshift folds every name to lower case, even quoted ones: certainly the letters of ASCII, and others perhaps. Folded
 * here altogether, a name is the same however that is.
 */
export function foldName(name: string): string {
  return name.toLowerCase();
}

/** How a name of the source is written in the target. */
export type NameStyle = (name: string) => string;

/**
 * The option `… identifiers`. `quote` keeps names as they are where the target can hold them; Redshift folds even quoted
 * ones, so that there it is `downcase`.
 */
export function nameStyle(identifiers: LoadOptions['identifiers']): NameStyle {
  return identifiers === 'snake_case' ? (name) => foldName(snakeCase(name)) : foldName;
}

/** How names of a run are written in its target. */
export interface TargetNames extends NameLimits {
  /** Names of the source. */
  readonly style: NameStyle;
  /** Names that the command gives. */
  readonly given: NameStyle;
  /** Whether the server makes one name of two that differ in case. */
  readonly folds: boolean;
}

const asItIs: NameStyle = (name) => name;

/** PostgreSQL keeps names as they are, unless the command says otherwise: as pgloader does, whatever its manual says. */
export function targetNames(
  { options, origins }: Pick<LoadCommand, 'options' | 'origins'>,
  target: Dialect,
): TargetNames {
  const style = nameStyle(options.identifiers);
  if (target === 'redshift') return { ...REDSHIFT_NAMES, style, given: foldName, folds: true };
  const kept = origins.identifiers !== 'given' || options.identifiers === 'quote';
  return { ...POSTGRESQL_NAMES, style: kept ? asItIs : style, given: kept ? asItIs : foldName, folds: false };
}

/** `CamelCase` is `camel_case`, `HTTPServer` is `http_server`, and what is no letter or digit is `_`. */
function snakeCase(name: string): string {
  return name
    .replaceAll(/(\p{Ll}|\p{Nd})(\p{Lu})/gu, '$1_$2')
    .replaceAll(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1_$2')
    .replaceAll(/[^\p{L}\p{M}\p{N}_$]+/gu, '_')
    .toLowerCase();
}

export interface Name {
  readonly schema: string;
  readonly name: string;
}

/** A name to look up by: unlike `schema.name` it is one-to-one, since both may hold points. */
export const keyOf = ({ schema, name }: Name): string => JSON.stringify([schema, name]);

/** `schema.table`, as messages and hazards name it. */
export const placeOf = (table: { schema: string; name: string }): string => `${table.schema}.${table.name}`;

/** What is wrong with a column's name in the target, or undefined. */
export function columnNameProblem(name: string, limits: NameLimits): string | undefined {
  const { server } = limits;
  return SYSTEM_COLUMNS[server].has(name) ? `"${name}" is a system column of ${server}` : nameProblem(name, limits);
}

/** What is wrong with any name in the target, or undefined. */
export function nameProblem(name: string, { server, mostBytes }: NameLimits): string | undefined {
  if (name === '') return 'a name cannot be empty';
  const bytes = new TextEncoder().encode(name).length;
  return bytes > mostBytes ? `"${name}" has ${bytes} bytes; ${server} cuts names after ${mostBytes}` : undefined;
}

/** What is wrong with a table's name in the target, or undefined. */
export function tableNameProblem(name: string, limits: NameLimits): string | undefined {
  if (name.startsWith(OWN_PREFIX)) return `names that begin with ${OWN_PREFIX} are pgshift's own`;
  if (limits.server === REDSHIFT_NAMES.server && name.startsWith('#')) {
    return `"${name}" begins with #, by which Redshift knows temporary tables; rename it`;
  }
  return nameProblem(name, limits);
}

/** The members of every group that share a key, groups of one left out. */
export function clashes<Item>(items: readonly Item[], key: (item: Item) => string): Item[][] {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

/** The prefix of everything a run makes in a target. A source table that is called so is left out, and that is said. */
export const OWN_PREFIX = '_pgshift_';

/** 48 bits of the run's name: short enough for any identifier, and two live runs do not share it by chance. */
export function tokenOf(run: string): string {
  return createHash('sha256').update(run).digest('hex').slice(0, 12);
}

/** Order of texts by code unit: the same on every machine, whatever its locale. */
export const byText = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
