// What do statements about datashares become? Facts that the catalog shows: nobody reads a share here.
import { literal } from '../admin.ts';
import { notImplemented } from '../errors.ts';
import type { Cursor } from './cursor.ts';
import { regclass } from './keys.ts';
import type { Statement } from './statement.ts';

/** CREATE DATASHARE name [[SET] PUBLICACCESSIBLE [=] TRUE | FALSE]. */
export function createDatashare(cursor: Cursor): Statement {
  const name = cursor.name();
  cursor.take('set');
  const open = cursor.take('publicaccessible') && truth(cursor);
  cursor.end();
  return steps([`create_datashare(${literal(name)}, ${open})`], 'CREATE DATASHARE');
}

export function dropDatashare(cursor: Cursor): Statement {
  const name = cursor.name();
  cursor.end();
  return steps([`drop_datashare(${literal(name)})`], 'DROP DATASHARE');
}

/** ALTER DATASHARE name ADD | REMOVE …, or SET …. */
export function alterDatashare(cursor: Cursor): Statement {
  const name = literal(cursor.name());
  const calls = cursor.take('set') ? [setting(cursor, name)] : members(cursor, name);
  cursor.end();
  return steps(calls, 'ALTER DATASHARE');
}

function setting(cursor: Cursor, share: string): string {
  if (cursor.take('publicaccessible')) return `open_datashare(${share}, ${truth(cursor)})`;
  cursor.expect('includenew');
  const includes = truth(cursor);
  cursor.expect('for', 'schema');
  return `include_new(${share}, ${literal(cursor.name())}, ${includes})`;
}

function members(cursor: Cursor, share: string): string[] {
  const adds = cursor.take('add');
  if (!adds) cursor.expect('remove');
  const list = (call: () => string): string[] => {
    const calls: string[] = [];
    do calls.push(call());
    while (cursor.take(','));
    return calls;
  };
  if (cursor.take('table')) return list(() => `share_table(${share}, ${regclass(cursor.table())}, ${adds})`);
  if (cursor.take('schema')) return list(() => `share_schema(${share}, ${literal(cursor.name())}, ${adds})`);
  if (cursor.take('all', 'tables', 'in', 'schema')) {
    return list(() => `share_tables_of(${share}, ${literal(cursor.name())}, ${adds})`);
  }
  if (cursor.sees('function') || cursor.sees('all', 'functions')) throw notImplemented('functions in a datashare');
  throw cursor.unexpected();
}

function truth(cursor: Cursor): boolean {
  cursor.take('=');
  const yes = cursor.take('true');
  if (!yes) cursor.expect('false');
  return yes;
}

function steps(calls: readonly string[], tag: string): Statement {
  return { kind: 'steps', steps: calls.map((call) => `SELECT pg_internal.${call}`), tag, inBlock: 'joins' };
}
