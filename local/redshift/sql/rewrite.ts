// What does a statement of Redshift become in the backend, and which does Redshift refuse?
// What is not listed here is refused: the backend knows far more than Redshift.
import { notImplemented, RedshiftError, sqlstate, syntaxError } from '../errors.ts';
import { alterTable } from './alter-table.ts';
import { rewriteCalls } from './calls.ts';
import { rewriteCasts } from './casts.ts';
import { rewriteCatalogs } from './catalogs.ts';
import { copyStatement } from './copy-statement.ts';
import { createTable } from './create-table.ts';
import { Cursor } from './cursor.ts';
import { alterDatashare, createDatashare, dropDatashare } from './datashares.ts';
import { createExternal } from './external.ts';
import { regclass } from './keys.ts';
import { createLateView, isLateView } from './late-views.ts';
import { replaceListagg } from './listagg.ts';
import { createMaterializedView, dropMaterializedView, refreshMaterializedView } from './materialized-views.ts';
import { isWord } from './places.ts';
import { attachPolicy, createPolicy, dropPolicy, takePolicy } from './policies.ts';
import { relationNames } from './relations.ts';
import { isReserved } from './reserved.ts';
import { closeCursor, declareCursor, fetchRows } from './result-cursor.ts';
import { reset, set, show } from './settings.ts';
import type { Pass, Statement } from './statement.ts';
import { render, type Token } from './tokens.ts';
import { unloadStatement } from './unload-statement.ts';

type Reader = (cursor: Cursor, tokens: readonly Token[]) => Statement;

/** Reads one statement. Throws what Redshift, or the stand-in, refuses. */
export function readStatement(tokens: readonly Token[]): Statement {
  const cursor = new Cursor(tokens);
  const first = cursor.peek();
  if (first?.value === '(') return general(tokens);
  const reader = first?.kind === 'word' ? readers[first.value] : undefined;
  if (reader === undefined) throw syntaxError(first?.text ?? '');
  if (reader === asItIs) return general(tokens);
  cursor.next();
  return reader(cursor, tokens);
}

const asItIs: Reader = (_cursor, tokens) => general(tokens);

const readers: Readonly<Record<string, Reader>> = {
  select: asItIs,
  with: asItIs,
  insert: asItIs,
  update: asItIs,
  delete: asItIs,
  merge: asItIs,
  explain: asItIs,
  prepare: asItIs,
  execute: asItIs,
  grant: asItIs,
  revoke: asItIs,
  comment: asItIs,
  call: asItIs,
  create: (cursor, tokens) => create(cursor, tokens),
  alter: (cursor, tokens) => {
    if (cursor.take('table')) return alterTable(cursor);
    if (cursor.take('datashare')) return alterDatashare(cursor);
    if (['schema', 'user', 'group', 'default'].some((word) => cursor.sees(word))) return general(tokens);
    throw notSupported(tokens);
  },
  refresh: (cursor) => {
    cursor.expect('materialized', 'view');
    return refreshMaterializedView(cursor);
  },
  drop: (cursor, tokens) => {
    if (cursor.take('materialized', 'view')) return dropMaterializedView(cursor);
    if (cursor.take('datashare')) return dropDatashare(cursor);
    const policy = takePolicy(cursor);
    if (policy !== undefined) return dropPolicy(cursor, policy);
    const word = cursor.peek()?.value ?? '';
    if (later.has(word)) throw notImplemented(`DROP ${word.toUpperCase()}`);
    if (['table', 'view', 'schema', 'user', 'group'].some((word) => cursor.sees(word))) return general(tokens);
    throw notSupported(tokens);
  },
  attach: (cursor) => attachPolicy(cursor, true),
  detach: (cursor) => attachPolicy(cursor, false),
  truncate: truncate,
  lock: lock,
  copy: copy,
  vacuum: vacuum,
  analyze: analyze,
  analyse: analyze,
  begin: begin,
  start: (cursor) => {
    if (!cursor.sees('transaction')) throw cursor.unexpected();
    return begin(cursor);
  },
  commit: (cursor) => endBlock(cursor, 'COMMIT'),
  end: (cursor) => endBlock(cursor, 'COMMIT'),
  rollback: (cursor, tokens) => {
    if (cursor.sees('to') || cursor.sees('work', 'to') || cursor.sees('transaction', 'to')) throw notSupported(tokens);
    return endBlock(cursor, 'ROLLBACK');
  },
  abort: (cursor) => endBlock(cursor, 'ROLLBACK'),
  set: set,
  reset: reset,
  show: show,
  deallocate: (cursor, tokens) => {
    if (cursor.sees('all') || cursor.sees('prepare', 'all')) throw syntaxError('ALL');
    return general(tokens);
  },
  unload: (cursor) => ({ kind: 'unload', unload: unloadStatement(cursor) }),
  declare: (cursor) => declareCursor(cursor, general),
  fetch: fetchRows,
  close: closeCursor,
  savepoint: refuse,
  release: refuse,
  listen: refuse,
  unlisten: refuse,
  notify: refuse,
  cluster: refuse,
  reindex: refuse,
  discard: refuse,
  do: refuse,
  checkpoint: refuse,
  security: refuse,
};

function refuse(_cursor: Cursor, tokens: readonly Token[]): never {
  throw notSupported(tokens);
}

function notSupported(tokens: readonly Token[], on = ''): RedshiftError {
  const command = tokens
    .map((token) => token.text)
    .join('')
    .trim();
  return new RedshiftError(`SQL command "${command}" not supported${on}.`, sqlstate.featureNotSupported);
}

const later = new Set('procedure function library model database identity role'.split(' '));

function create(cursor: Cursor, tokens: readonly Token[]): Statement {
  const replaces = cursor.take('or', 'replace');
  if (cursor.take('materialized', 'view')) return createMaterializedView(cursor, general);
  if (cursor.take('datashare')) return createDatashare(cursor);
  if (cursor.take('external')) return createExternal(cursor);
  const policy = takePolicy(cursor);
  if (policy !== undefined) return createPolicy(cursor, policy);
  const word = cursor.peek()?.value ?? '';
  if (later.has(word)) throw notImplemented(`CREATE ${word.toUpperCase()}`);
  if (!replaces && ['table', 'temp', 'temporary', 'local'].includes(word)) return createTable(cursor, general);
  if (cursor.sees('index') || cursor.sees('unique', 'index')) throw notSupported(tokens, ' on Redshift tables');
  if (word === 'view') return createView(cursor, replaces, tokens);
  if (!replaces && ['schema', 'user', 'group'].includes(word)) return general(tokens);
  throw notSupported(tokens);
}

function createView(cursor: Cursor, replaces: boolean, tokens: readonly Token[]): Statement {
  if (isLateView(tokens)) return createLateView(cursor, replaces, general);
  const sql = general(tokens).sql;
  cursor.expect('view');
  const bound = `SELECT pg_internal.bound_view(${regclass(cursor.table())})`;
  return { kind: 'steps', steps: [sql, bound], tag: 'CREATE VIEW', inBlock: 'joins' };
}

function truncate(cursor: Cursor): Statement {
  cursor.take('table');
  const table = cursor.table();
  cursor.end();
  const steps = [`TRUNCATE ${table.sql}`, `SELECT pg_internal.relax_keys(${regclass(table)})`];
  return { kind: 'steps', steps, tag: 'TRUNCATE TABLE', inBlock: 'commits' };
}

function lock(cursor: Cursor): Statement {
  cursor.take('table');
  const tables = [cursor.table().sql];
  while (cursor.take(',')) tables.push(cursor.table().sql);
  cursor.end();
  return { kind: 'pass', sql: `LOCK TABLE ${tables.join(', ')} IN ACCESS EXCLUSIVE MODE` };
}

function copy(cursor: Cursor): Statement {
  if (cursor.sees('(')) {
    const message = 'syntax error at or near "(" in context "COPY (", at line 1';
    throw new RedshiftError(message, sqlstate.syntaxError);
  }
  return { kind: 'copy', copy: copyStatement(cursor) };
}

/** Nothing to clean up in the backend that it would not clean itself; the table must exist, though. */
function vacuum(cursor: Cursor): Statement {
  const words = ['full', 'sort', 'only', 'delete', 'reindex', 'recluster'];
  while (words.some((word) => cursor.take(word)));
  const steps: string[] = ['SELECT 1'];
  if (!cursor.done && !cursor.sees('to')) steps.push(`SELECT ${regclass(cursor.table())}`);
  if (cursor.take('to')) {
    cursor.integer();
    cursor.expect('percent');
  }
  cursor.take('boost');
  cursor.end();
  return { kind: 'steps', steps, tag: 'VACUUM', inBlock: 'refused' };
}

function analyze(cursor: Cursor): Statement {
  if (cursor.take('compression')) throw notImplemented('ANALYZE COMPRESSION');
  cursor.take('verbose');
  if (cursor.done) return { kind: 'pass', sql: 'ANALYZE' };
  const table = cursor.table().sql;
  const columns = cursor.sees('(') ? ` (${cursor.names().map((name) => `"${name.replaceAll('"', '""')}"`)})` : '';
  if (!cursor.take('predicate', 'columns')) cursor.take('all', 'columns');
  cursor.end();
  return { kind: 'pass', sql: `ANALYZE ${table}${columns}` };
}

const isolationLevels = [
  ['serializable'],
  ['snapshot'],
  ['read', 'committed'],
  ['read', 'uncommitted'],
  ['repeatable', 'read'],
];

/** Isolation is the database's: a level asked for is accepted and ignored. */
function begin(cursor: Cursor): Statement {
  if (!cursor.take('work')) cursor.take('transaction');
  let mode = '';
  while (!cursor.done) {
    if (cursor.take('isolation', 'level')) {
      if (!isolationLevels.some((words) => cursor.take(...words))) throw cursor.unexpected();
    } else if (cursor.take('read', 'only')) mode = ' READ ONLY';
    else if (cursor.take('read', 'write')) mode = ' READ WRITE';
    else cursor.expect(',');
  }
  return { kind: 'pass', sql: `BEGIN${mode}` };
}

function endBlock(cursor: Cursor, sql: string): Statement {
  if (!cursor.take('work')) cursor.take('transaction');
  cursor.end();
  return { kind: 'pass', sql };
}

// In PostgreSQL and not in Redshift.
const unknownFunctions = new Set(
  `array_agg string_agg json_agg jsonb_agg json_object_agg jsonb_object_agg to_json to_jsonb row_to_json
   json_build_object jsonb_build_object json_build_array jsonb_build_array array_to_json unnest
   array_length array_upper array_lower gen_random_uuid uuidv7 regexp_matches regexp_split_to_table regexp_split_to_array
   pg_export_snapshot pg_current_snapshot txid_current pg_current_xact_id pg_read_file pg_read_binary_file pg_ls_dir
   lo_import lo_export nextval setval currval lastval xmlelement xmlforest make_date make_timestamp make_interval to_regclass`.split(
    /\s+/,
  ),
);

/** Checks what may stand anywhere in a statement, and writes it for the backend. */
function general(tokens: readonly Token[]): Pass {
  const cursor = new Cursor(tokens);
  const writes = ['insert', 'update', 'delete', 'merge'].includes(cursor.peek()?.value ?? '');
  if (writes && sequence(tokens, 'returning')) throw syntaxError('RETURNING');
  if (sequence(tokens, 'on', 'conflict')) throw syntaxError('ON');
  if (sequence(tokens, 'is', 'distinct', 'from') || sequence(tokens, 'is', 'not', 'distinct', 'from')) {
    throw syntaxError('DISTINCT');
  }
  if (sequence(tokens, 'lateral')) throw syntaxError('LATERAL');
  for (const { parts } of relationNames(tokens)) {
    const [first] = parts;
    if (first?.kind === 'word' && isReserved(first.value)) throw syntaxError(first.text);
  }
  if (cursor.take('insert', 'into')) {
    cursor.table();
    if (cursor.sees('(') && !cursor.sees('(', 'select') && !cursor.sees('(', 'with')) cursor.names();
  }
  const significant = tokens.filter((token) => token.kind !== 'space');
  significant.forEach((token, i) => {
    if (token.text === '(' && isWord(significant[i + 1], 'values')) throw syntaxError(significant[i + 1]?.text ?? '');
    if (significant[i + 1]?.text !== '(' || token.kind === 'string' || token.kind === 'operator') return;
    const name = token.value;
    if (unknownFunctions.has(name) || /^pg_(try_)?advisory/.test(name)) {
      throw new RedshiftError(`function ${name} does not exist`, sqlstate.undefinedFunction);
    }
  });
  return { kind: 'pass', sql: render(replaceListagg(rewriteCasts(rewriteCalls(rewriteCatalogs(tokens))))) };
}

/** Whether these words stand next to each other anywhere. */
function sequence(tokens: readonly Token[], ...words: readonly string[]): boolean {
  const significant = tokens.filter((token) => token.kind !== 'space');
  return significant.some((_, i) =>
    words.every((word, j) => significant[i + j]?.kind === 'word' && significant[i + j]?.value === word),
  );
}
