// Which changes to a table does Redshift allow, and what are they in the backend?
import { literal } from '../admin.ts';
import { notImplemented, RedshiftError, sqlstate } from '../errors.ts';
import { readColumn } from './column.ts';
import { refuseTemporary } from './create-table.ts';
import type { Cursor, TableName } from './cursor.ts';
import { addKey, readTableKey, regclass } from './keys.ts';
import { secureRows } from './policies.ts';
import type { Statement } from './statement.ts';
import { quoteName } from './tokens.ts';
import { readType } from './types.ts';

const tag = 'ALTER TABLE';

/** The cursor stands behind ALTER TABLE. */
export function alterTable(cursor: Cursor): Statement {
  const table = cursor.table();
  if (cursor.take('add')) return add(cursor, table);
  if (cursor.take('rename')) return rename(cursor, table);
  if (cursor.take('drop')) return drop(cursor, table);
  if (cursor.take('owner', 'to')) return give(cursor, table);
  if (cursor.take('alter')) return alter(cursor, table);
  if (cursor.take('append', 'from')) return append(cursor, table);
  if (cursor.take('row', 'level', 'security')) return secureRows(cursor, table);
  throw cursor.unexpected();
}

function add(cursor: Cursor, table: TableName): Statement {
  const key = readTableKey(cursor);
  if (key) {
    cursor.end();
    return { kind: 'steps', steps: [addKey(table, key)], tag, inBlock: 'joins' };
  }
  cursor.take('column');
  const column = readColumn(cursor, table);
  if (column.keys.length > 0 || column.distkey || column.sortkey || / GENERATED /.test(column.sql)) {
    const message = 'ALTER TABLE ADD COLUMN supports no key, DISTKEY, SORTKEY or IDENTITY';
    throw new RedshiftError(message, sqlstate.featureNotSupported);
  }
  // Redshift adds one column at a time.
  cursor.end();
  const steps = [`ALTER TABLE ${table.sql} ADD COLUMN ${column.sql}${column.notNull ? ' NOT NULL' : ''}`];
  if (column.encoding !== null) {
    steps.push(
      `SELECT pg_internal.encode_column(${regclass(table)}, ${literal(column.name)}, ${literal(column.encoding)})`,
    );
  }
  return { kind: 'steps', steps, tag, inBlock: 'joins' };
}

function rename(cursor: Cursor, table: TableName): Statement {
  if (cursor.take('to')) {
    const name = cursor.name();
    refuseTemporary(name);
    cursor.end();
    return pass(`ALTER TABLE ${table.sql} RENAME TO ${quoteName(name)}`);
  }
  cursor.take('column');
  const from = cursor.name();
  cursor.expect('to');
  const to = cursor.name();
  cursor.end();
  return pass(`ALTER TABLE ${table.sql} RENAME COLUMN ${quoteName(from)} TO ${quoteName(to)}`);
}

function drop(cursor: Cursor, table: TableName): Statement {
  const what = cursor.take('constraint') ? 'CONSTRAINT' : 'COLUMN';
  if (what === 'COLUMN') cursor.take('column');
  const name = cursor.name();
  const behaviour = cursor.take('cascade') ? ' CASCADE' : '';
  if (behaviour === '') cursor.take('restrict');
  cursor.end();
  return pass(`ALTER TABLE ${table.sql} DROP ${what} ${quoteName(name)}${behaviour}`);
}

function alter(cursor: Cursor, table: TableName): Statement {
  if (['distkey', 'diststyle', 'sortkey', 'compound', 'encode'].some((word) => cursor.sees(word))) {
    throw notImplemented('ALTER TABLE … ALTER distribution, sort key or encoding');
  }
  cursor.take('column');
  const column = cursor.name();
  if (cursor.sees('encode')) throw notImplemented('ALTER TABLE … ALTER COLUMN … ENCODE');
  cursor.expect('type');
  const type = readType(cursor, `${table.last}.${column}`);
  cursor.end();
  const length = /^varchar\((\d+)\)$/.exec(type)?.[1];
  if (length === undefined) throw refusedType(column);
  const widen = `SELECT pg_internal.widen_column(${regclass(table)}, ${literal(column)}, ${length})`;
  return { kind: 'steps', steps: [widen], tag, inBlock: 'refused' };
}

/** The new owner needs no right to create tables in the schema. */
function give(cursor: Cursor, table: TableName): Statement {
  const owner = literal(cursor.word());
  cursor.end();
  const steps = [`SELECT pg_internal.give_table(${regclass(table)}, ${owner})`];
  return { kind: 'steps', steps, tag, inBlock: 'joins' };
}

/** Moves all rows of one table into another of the same make. */
function append(cursor: Cursor, table: TableName): Statement {
  const source = cursor.table();
  const ignoreExtra = cursor.take('ignoreextra');
  const fillTarget = !ignoreExtra && cursor.take('filltarget');
  cursor.end();
  const move = `SELECT pg_internal.append_table(${regclass(table)}, ${regclass(source)}, ${ignoreExtra}, ${fillTarget})`;
  return { kind: 'steps', steps: [move], tag: 'ALTER TABLE APPEND', inBlock: 'refused' };
}

function refusedType(column: string): RedshiftError {
  return new RedshiftError(`cannot alter type of column "${column}": only VARCHAR columns can be widened`, '0A000');
}

function pass(sql: string): Statement {
  return { kind: 'pass', sql };
}
