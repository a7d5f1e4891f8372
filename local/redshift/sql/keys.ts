// What are the keys of a table, as a statement says them, and how are they added in the backend?
import { literal } from '../admin.ts';
import { RedshiftError, sqlstate } from '../errors.ts';
import type { Cursor, TableName } from './cursor.ts';

export interface Key {
  readonly name: string | null;
  readonly kind: 'p' | 'u' | 'f';
  readonly columns: readonly string[];
  readonly referenced?: TableName;
  readonly referencedColumns?: readonly string[] | undefined;
}

/** A table constraint, when one comes next. */
export function readTableKey(cursor: Cursor): Key | undefined {
  const name = cursor.take('constraint') ? cursor.name() : null;
  if (cursor.take('primary', 'key')) return { name, kind: 'p', columns: cursor.names() };
  if (cursor.sees('unique', '(')) {
    cursor.next();
    return { name, kind: 'u', columns: cursor.names() };
  }
  if (cursor.take('foreign', 'key')) {
    const columns = cursor.names();
    cursor.expect('references');
    return { name, kind: 'f', columns, ...readReference(cursor) };
  }
  if (cursor.sees('check', '(') || cursor.sees('exclude')) throw unsupportedConstraint(cursor);
  if (name !== null) throw cursor.unexpected();
  return undefined;
}

export function readReference(cursor: Cursor) {
  const referenced = cursor.table();
  const referencedColumns = cursor.sees('(') ? cursor.names() : undefined;
  if (cursor.sees('on') || cursor.sees('match') || cursor.sees('deferrable')) throw cursor.unexpected();
  return { referenced, referencedColumns };
}

export function unsupportedConstraint(cursor: Cursor): RedshiftError {
  const what = cursor.peek()?.value.toUpperCase();
  return new RedshiftError(`${what} constraints are not supported`, sqlstate.featureNotSupported);
}

/** The call that adds a key. */
export function addKey(table: TableName, key: Key): string {
  const common = `${regclass(table)}, ${literal(key.name)}`;
  if (key.kind !== 'f') return `SELECT pg_internal.add_key(${common}, '${key.kind}', ${nameArray(key.columns)})`;
  const referenced = key.referenced ? regclass(key.referenced) : 'NULL';
  const columns = key.referencedColumns ? nameArray(key.referencedColumns) : 'NULL';
  return `SELECT pg_internal.add_foreign_key(${common}, ${nameArray(key.columns)}, ${referenced}, ${columns})`;
}

export function regclass(table: TableName): string {
  return `${literal(table.sql)}::regclass`;
}

function nameArray(names: readonly string[]): string {
  return `ARRAY[${names.map((name) => literal(name)).join(', ')}]::text[]`;
}
