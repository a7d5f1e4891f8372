// SET: which of a command's parameters a session at either end gets, as SQL. What decides the bytes of a value, or how
// long a session may take, is pgshift's own.

import type { Dialect } from '../catalog/model.ts';
import type { Setting } from '../command/model.ts';
import { isClusterSetting, isPostgresqlSetting, isRedshiftSetting } from '../command/redshift-settings.ts';
import { literal, redshiftLiteral } from './quote.ts';
import { PIN_POSTGRESQL_SOURCE, PIN_REDSHIFT_SOURCE, PIN_TARGET } from './session.ts';

/** The parameters that such a text sets. */
function pinnedBy(pins: string): string[] {
  return Array.from(pins.matchAll(/SET (\w+) TO/g), ([, name = '']) => name.toLowerCase());
}

/** Set by pgshift in every session with a source. */
const PINNED_AT_SOURCE: ReadonlySet<string> = new Set([
  ...pinnedBy(PIN_POSTGRESQL_SOURCE),
  'statement_timeout',
  'application_name',
  // They would undo what is pinned: the reader's rights, and that nothing is written.
  'session_authorization',
  'role',
  'transaction_isolation',
  'transaction_read_only',
  'default_transaction_isolation',
  'default_transaction_read_only',
]);

/** Set by pgshift in every session with a target of a kind. */
const PINNED_AT_TARGET: Readonly<Record<Dialect, ReadonlySet<string>>> = {
  redshift: new Set([
    'statement_timeout',
    'application_name',
    'client_encoding',
    // The plan has folded every name already, as Redshift does without it.
    'enable_case_sensitive_identifier',
  ]),
  postgresql: new Set([
    // Blocks of the command have its search path; our own statements name everything in full.
    ...pinnedBy(PIN_TARGET.postgresql).filter((name) => name !== 'search_path'),
    'statement_timeout',
    'application_name',
    'transaction_isolation',
    'transaction_read_only',
  ]),
};

/** Why a parameter does nothing at an end, or undefined when it does its work there. */
export function unusedAtSource({ name }: Setting, dialect: Dialect = 'postgresql'): string | undefined {
  if (dialect === 'redshift') return unusedAtRedshiftSource(name);
  if (name === 'search_path') return 'names are written in full; only queries of the command have it';
  if (PINNED_AT_SOURCE.has(name)) return 'pgshift sets it itself, because rows depend on it';
  return isPostgresqlSetting(name) ? undefined : 'a parameter of Redshift';
}

export function unusedAtTarget({ name }: Setting, dialect: Dialect): string | undefined {
  if (PINNED_AT_TARGET[dialect].has(name)) return 'pgshift sets it itself';
  if (dialect === 'postgresql') return isPostgresqlSetting(name) ? undefined : 'a parameter of Redshift';
  if (isClusterSetting(name)) return 'Redshift has it for a whole cluster, not for a session';
  return isRedshiftSetting(name) ? undefined : 'Redshift has no such parameter';
}

const PINNED_AT_REDSHIFT_SOURCE: ReadonlySet<string> = new Set([
  ...pinnedBy(PIN_REDSHIFT_SOURCE),
  'statement_timeout',
  'application_name',
]);

function unusedAtRedshiftSource(name: string): string | undefined {
  if (name === 'search_path') return 'names are written in full; only queries of the command have it';
  if (PINNED_AT_REDSHIFT_SOURCE.has(name)) return 'pgshift sets it itself, because rows depend on it';
  if (isClusterSetting(name)) return 'Redshift has it for a whole cluster, not for a session';
  return isRedshiftSetting(name) ? undefined : 'Redshift has no such parameter';
}

/** The statements for a session with a source, each ended by `; `. */
export function settingsForSource(settings: readonly Setting[], dialect: Dialect = 'postgresql'): string {
  const quote = dialect === 'redshift' ? redshiftLiteral : literal;
  return settings
    .filter((setting) => unusedAtSource(setting, dialect) === undefined)
    .map((setting) => `SET ${setting.name} TO ${settingValue(setting, quote)}; `)
    .join('');
}

/** The statements for a session with a target, each ended by `; `. */
export function settingsForTarget(settings: readonly Setting[], dialect: Dialect): string {
  const quote = dialect === 'redshift' ? redshiftLiteral : literal;
  return settings
    .filter((setting) => unusedAtTarget(setting, dialect) === undefined)
    .map((setting) => `SET ${setting.name} TO ${settingValue(setting, quote)}; `)
    .join('');
}

/**
 * The search path of the command's own queries, for the transaction at hand: they were not written for an empty one. It
 * is the command's, or what the server gives everybody.
 */
export function pathForQueries(settings: readonly Setting[]): string {
  const path = settings.findLast(({ name }) => name === 'search_path');
  return `SET LOCAL search_path TO ${path === undefined ? 'DEFAULT' : settingValue(path, literal)}`;
}

/** A search path is a list of names; every other value is one text. A name in double quotes may hold a comma. */
function settingValue({ name, value }: Setting, quote: (text: string) => string): string {
  if (name !== 'search_path') return quote(value);
  const schemas = Array.from(value.matchAll(/\s*(?:"((?:[^"]|"")*)"|([^,]+))\s*(?:,|$)/g), ([, quoted, bare]) =>
    quoted === undefined ? (bare ?? '').trim() : quoted.replaceAll('""', '"'),
  );
  return schemas.length === 0 ? quote('') : schemas.map(quote).join(', ');
}
