// What does CREATE TABLE mean in the backend? Plain columns there; distribution, sort keys, encodings and keys are
// recorded by the functions of catalog/tables.ts.
import { notImplemented, RedshiftError, sqlstate, syntaxError } from '../errors.ts';
import { type Column, readColumn } from './column.ts';
import type { Cursor, TableName } from './cursor.ts';
import { addKey, type Key, readTableKey, regclass } from './keys.ts';
import type { Statement } from './statement.ts';
import { describe, readAttributes } from './table-attributes.ts';
import { quoteName, type Token } from './tokens.ts';

const maxColumns = 1600;

interface Elements {
  readonly columns: Column[];
  readonly keys: Key[];
  readonly definitions: string[];
  like: TableName | undefined;
}

type Read = (tokens: readonly Token[]) => { readonly sql: string };

/** The cursor stands behind CREATE. `read` checks a query and writes it for the backend. */
export function createTable(cursor: Cursor, read: Read): Statement {
  cursor.take('local');
  const temporary = cursor.take('temp') || cursor.take('temporary');
  cursor.expect('table');
  const ifNotExists = cursor.take('if', 'not', 'exists');
  const table = cursor.table();
  refuseTemporary(table.last);
  const head = `CREATE ${temporary ? 'TEMP ' : ''}TABLE ${ifNotExists ? 'IF NOT EXISTS ' : ''}${table.sql}`;
  if (isQuery(cursor)) return createTableAs(cursor, head, table, read);
  const elements = readElements(cursor, table);
  const attributes = readAttributes(cursor);
  cursor.end();
  const sql = `${head} (${elements.definitions.join(', ')})`;
  const steps = [sql, describe(table, elements.columns, attributes)];
  if (elements.like) {
    steps.push(`SELECT pg_internal.copy_description(${regclass(elements.like)}, ${regclass(table)})`);
  }
  for (const key of elements.keys) steps.push(addKey(table, key));
  const ifExists = ifNotExists ? { ifExists: { relation: table.sql, sql } } : {};
  return { kind: 'steps', steps, tag: 'CREATE TABLE', inBlock: 'joins', ...ifExists };
}

/** A table whose name begins with # is a temporary one, in a schema of its own. */
export function refuseTemporary(name: string): void {
  if (name.startsWith('#')) throw notImplemented(`temporary tables by a name with # ("${name}")`);
}

/** Whether columns have no types, or none are listed: CREATE TABLE … AS. */
function isQuery(cursor: Cursor): boolean {
  if (!cursor.sees('(')) return true;
  const second = cursor.peek(2);
  return second?.kind === 'operator' && (second.value === ',' || second.value === ')') && cursor.peek(1)?.value !== ')';
}

function createTableAs(cursor: Cursor, head: string, table: TableName, read: Read): Statement {
  const columns = cursor.sees('(') ? ` (${cursor.names().map(quoteName).join(', ')})` : '';
  const attributes = readAttributes(cursor);
  cursor.expect('as');
  const sql = `${head}${columns} AS ${read(cursor.restTokens(0)).sql}`;
  return { kind: 'steps', steps: [sql, describe(table, [], attributes)], tag: 'SELECT', inBlock: 'joins' };
}

function readElements(cursor: Cursor, table: TableName): Elements {
  const elements: Elements = { columns: [], keys: [], definitions: [], like: undefined };
  cursor.expect('(');
  if (cursor.sees(')')) throw syntaxError(')');
  do readElement(cursor, table, elements);
  while (cursor.take(','));
  cursor.expect(')');
  if (elements.columns.length > maxColumns) {
    throw new RedshiftError(`tables can have at most ${maxColumns} columns`, sqlstate.tooManyColumns);
  }
  const primary = elements.keys.filter((key) => key.kind === 'p');
  if (primary.length > 1) {
    const message = `multiple primary keys for table "${table.last}" are not allowed`;
    throw new RedshiftError(message, sqlstate.invalidTable);
  }
  for (const column of elements.columns) {
    if (primary[0]?.columns.includes(column.name)) column.notNull = true;
    elements.definitions.push(`${column.sql}${column.notNull ? ' NOT NULL' : ''}`);
  }
  return elements;
}

function readElement(cursor: Cursor, table: TableName, elements: Elements): void {
  if (cursor.take('like')) {
    elements.like = cursor.table();
    const defaults = cursor.take('including', 'defaults');
    if (!defaults) cursor.take('excluding', 'defaults');
    elements.definitions.push(`LIKE ${elements.like.sql}${defaults ? ' INCLUDING DEFAULTS' : ''}`);
    return;
  }
  const key = readTableKey(cursor);
  if (key) {
    elements.keys.push(key);
    return;
  }
  const column = readColumn(cursor, table);
  elements.columns.push(column);
  elements.keys.push(...column.keys);
}
