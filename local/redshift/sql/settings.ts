// Which settings does a session of Redshift have? PostgreSQL's others are unknown there and refused.
import { notImplemented, RedshiftError, sqlstate } from '../errors.ts';
import type { Cursor } from './cursor.ts';
import { showObjects } from './shows.ts';
import type { Statement } from './statement.ts';

// Of the same meaning in the backend.
const shared = new Set(
  `application_name client_encoding client_min_messages datestyle extra_float_digits intervalstyle search_path
   statement_timeout timezone standard_conforming_strings`.split(/\s+/),
);

// Redshift's own: kept by the backend under a prefix, and without effect here.
const own = new Set(
  `analyze_threshold_percent auto_analyze auto_mv autocommit cast_super_null_on_error datashare_break_glass_session_var
   default_array_search_null_handling default_geometry_encoding describe_field_name_in_uppercase
   downcase_delimited_identifier enable_case_sensitive_super_attribute enable_numeric_rounding
   enable_result_cache_for_session enable_spectrum_oid enable_vacuum_boost error_on_nondeterministic_update
   interval_forbid_composite_literals json_serialization_enable json_serialization_parse_nested_strings
   mv_enable_aqmv_for_session navigate_super_null_on_error parse_super_null_on_error pg_federation_repeatable_read
   query_group spectrum_enable_pseudo_columns spectrum_query_maxerror stored_proc_log_min_messages
   wlm_query_slot_count`.split(/\s+/),
);

const prefix = 'redshift.';

/** Of the session, whatever becomes of the transaction. */
const CASE = 'enable_case_sensitive_identifier';
const keepsCase = (name: string, value: string): { keepsCase?: boolean } =>
  name === CASE ? { keepsCase: !/^'?(?:false|off|0|default)'?$/i.test(value) } : {};

/** The cursor stands behind SET. */
export function set(cursor: Cursor): Statement {
  const scope = cursor.take('local') ? 'LOCAL ' : '';
  if (scope === '') cursor.take('session');
  if (cursor.take('transaction') || cursor.take('characteristics')) return ignored(scope);
  if (cursor.sees('authorization')) return { kind: 'pass', sql: `SET SESSION ${cursor.rest()}` };
  if (cursor.take('time', 'zone')) return { kind: 'pass', sql: `SET ${scope}TIME ZONE ${cursor.rest()}` };
  if (cursor.take('names')) {
    refuseEncoding(cursor.peek()?.value ?? 'default');
    return { kind: 'pass', sql: `SET ${scope}client_encoding TO ${cursor.rest()}` };
  }
  if (cursor.take('seed')) return { kind: 'pass', sql: `SET ${scope}seed ${cursor.rest()}` };
  const name = settingName(cursor);
  if (!cursor.take('to')) cursor.expect('=');
  const value = cursor.rest();
  refuseFloatDigits(name, value);
  if (name === 'client_encoding') refuseEncoding(value);
  return { kind: 'pass', sql: `SET ${scope}${backendName(name)} TO ${value}`, ...keepsCase(name, value) };
}

/** The cursor stands behind RESET. */
export function reset(cursor: Cursor): Statement {
  if (cursor.take('all')) return { kind: 'pass', sql: 'RESET ALL', keepsCase: false };
  const name = settingName(cursor);
  cursor.end();
  return { kind: 'pass', sql: `RESET ${backendName(name)}`, ...keepsCase(name, 'default') };
}

/** The cursor stands behind SHOW. */
export function show(cursor: Cursor): Statement {
  if (cursor.take('transaction', 'isolation', 'level')) return { kind: 'pass', sql: 'SHOW transaction_isolation' };
  if (cursor.take('time', 'zone')) return { kind: 'pass', sql: 'SHOW timezone' };
  const objects = showObjects(cursor);
  if (objects !== undefined) return objects;
  const name = settingName(cursor);
  if (name === 'server_version') {
    throw new RedshiftError('must be superuser to examine "server_version"', '42501');
  }
  cursor.end();
  if (name === CASE) {
    return {
      kind: 'pass',
      sql: `SELECT coalesce(nullif(current_setting('${prefix}${CASE}', true), ''), 'off') AS ${CASE}`,
    };
  }
  if (own.has(name)) {
    return { kind: 'pass', sql: `SELECT coalesce(current_setting('${prefix}${name}', true), '') AS ${name}` };
  }
  return { kind: 'pass', sql: `SHOW ${backendName(name)}` };
}

/** One name, or two with a point between them: a variable of the session's context, whose name is the user's own. */
function settingName(cursor: Cursor): string {
  const name = cursor.word();
  return cursor.take('.') ? `${name}.${cursor.word()}` : name;
}

const contextVariable = /^(?!redshift\.)[a-z_][a-z0-9_$]*\.[a-z_][a-z0-9_$]*$/;

function backendName(name: string): string {
  if (shared.has(name) || contextVariable.test(name)) return name;
  if (own.has(name) || name === CASE) return prefix + name;
  throw new RedshiftError(`unrecognized configuration parameter "${name}"`, sqlstate.undefinedObject);
}

/** Redshift knows one value less than PostgreSQL. */
export function refuseFloatDigits(name: string, value: string): void {
  if (name !== 'extra_float_digits') return;
  const digits = Number(value.replaceAll("'", ''));
  if (Number.isNaN(digits) || (digits >= -15 && digits <= 2)) return;
  const message = `${digits} is outside the valid range for parameter "extra_float_digits" (-15 .. 2)`;
  throw new RedshiftError(message, sqlstate.invalidParameter);
}

/** SQL is read as UTF-8, and data are. */
function refuseEncoding(value: string): void {
  if (!/^'?(utf-?8|unicode|default)'?$/i.test(value)) throw notImplemented(`client_encoding ${value}`);
}

/** Isolation is the database's; what a session asks for is accepted and has no effect. */
function ignored(scope: string): Statement {
  return { kind: 'pass', sql: `SET ${scope}${prefix}transaction TO ''` };
}

/** The settings in the startup parameter `options` (`-c name=value …`), as the backend takes them. */
export function startupOptions(options: string): string {
  const settings = options
    .split(/(?<!\\)\s+/)
    .join(' ')
    .replace(/-c\s+/g, '--')
    .split(/\s+(?=--)/);
  return settings
    .filter((setting) => setting.trim() !== '')
    .map((setting) => {
      const [, name = '', value = ''] = /^--([\w-]+)=([\s\S]*)$/.exec(setting.trim()) ?? [];
      const known = name.toLowerCase().replaceAll('-', '_');
      refuseFloatDigits(known, value);
      return `--${backendName(known)}=${value}`;
    })
    .join(' ');
}
