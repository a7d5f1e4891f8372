// What does CREATE TABLE mean in the backend? Plain columns there; distribution, sort keys, encodings and keys are
// recorded by the functions of catalog/tables.ts.
import { literal } from '../admin.ts';
import { notImplemented, RedshiftError, sqlstate, syntaxError } from '../errors.ts';
import type { Cursor, TableName } from './cursor.ts';
import type { Statement } from './statement.ts';
import { quoteName } from './tokens.ts';
import { readType } from './types.ts';

const maxColumns = 1600;
const maxCompoundKeys = 400;
const maxInterleavedKeys = 8;

/** As reldiststyle has them. */
const distributionStyles: Readonly<Record<string, number>> = { even: 0, key: 1, all: 8, auto: 9 };
const automaticDistribution = 9;

const encodings = new Set(
  `auto raw az64 bytedict delta delta32k lzo mostly8 mostly16 mostly32 runlength text255 text32k zstd`.split(' '),
);

export interface Key {
  readonly name: string | null;
  readonly kind: 'p' | 'u' | 'f';
  readonly columns: readonly string[];
  readonly referenced?: TableName;
  readonly referencedColumns?: readonly string[] | undefined;
}

export interface Column {
  readonly name: string;
  sql: string;
  notNull: boolean;
  encoding: string | null;
  distkey: boolean;
  sortkey: boolean;
  readonly keys: Key[];
}

interface Attributes {
  style: number | undefined;
  distkey: string | undefined;
  sortkey: readonly string[];
  interleaved: boolean;
  backup: boolean;
}

interface Elements {
  readonly columns: Column[];
  readonly keys: Key[];
  readonly definitions: string[];
  like: TableName | undefined;
}

/** The cursor stands behind CREATE. */
export function createTable(cursor: Cursor): Statement {
  cursor.take('local');
  const temporary = cursor.take('temp') || cursor.take('temporary');
  cursor.expect('table');
  const ifNotExists = cursor.take('if', 'not', 'exists');
  const table = cursor.table();
  const head = `CREATE ${temporary ? 'TEMP ' : ''}TABLE ${ifNotExists ? 'IF NOT EXISTS ' : ''}${table.sql}`;
  if (isQuery(cursor)) return createTableAs(cursor, head, table);
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

/** Whether columns have no types, or none are listed: CREATE TABLE … AS. */
function isQuery(cursor: Cursor): boolean {
  if (!cursor.sees('(')) return true;
  const second = cursor.peek(2);
  return second?.kind === 'operator' && (second.value === ',' || second.value === ')') && cursor.peek(1)?.value !== ')';
}

function createTableAs(cursor: Cursor, head: string, table: TableName): Statement {
  const columns = cursor.sees('(') ? ` (${cursor.names().map(quoteName).join(', ')})` : '';
  const attributes = readAttributes(cursor);
  cursor.expect('as');
  const sql = `${head}${columns} AS ${cursor.rest()}`;
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

function readReference(cursor: Cursor) {
  const referenced = cursor.table();
  const referencedColumns = cursor.sees('(') ? cursor.names() : undefined;
  if (cursor.sees('on') || cursor.sees('match') || cursor.sees('deferrable')) throw cursor.unexpected();
  return { referenced, referencedColumns };
}

function unsupportedConstraint(cursor: Cursor): RedshiftError {
  const what = cursor.peek()?.value.toUpperCase();
  return new RedshiftError(`${what} constraints are not supported`, sqlstate.featureNotSupported);
}

/** One column with everything that belongs to it. */
export function readColumn(cursor: Cursor, table: TableName): Column {
  const name = cursor.name();
  const type = readType(cursor, `${table.last}.${name}`);
  const column: Column = {
    name,
    sql: `${quoteName(name)} ${type}`,
    notNull: false,
    encoding: null,
    distkey: false,
    sortkey: false,
    keys: [],
  };
  while (!cursor.done && !cursor.sees(',') && !cursor.sees(')')) readColumnOption(cursor, column);
  return column;
}

function readColumnOption(cursor: Cursor, column: Column): void {
  const name = cursor.take('constraint') ? cursor.name() : null;
  const columns = [column.name];
  if (cursor.take('not', 'null')) column.notNull = true;
  else if (cursor.take('null')) column.notNull = false;
  else if (cursor.take('encode')) column.encoding = readEncoding(cursor);
  else if (cursor.take('distkey')) column.distkey = true;
  else if (cursor.take('sortkey')) column.sortkey = true;
  else if (cursor.take('primary', 'key')) column.keys.push({ name, kind: 'p', columns });
  else if (cursor.take('unique')) column.keys.push({ name, kind: 'u', columns });
  else if (cursor.take('references')) column.keys.push({ name, kind: 'f', columns, ...readReference(cursor) });
  else if (cursor.take('default')) column.sql += ` DEFAULT ${readDefault(cursor)}`;
  else if (cursor.take('identity')) column.sql += identity('ALWAYS', cursor);
  else if (cursor.take('generated', 'by', 'default', 'as', 'identity')) column.sql += identity('BY DEFAULT', cursor);
  else if (cursor.take('collate', 'case_sensitive')) return;
  else if (cursor.sees('collate')) throw notImplemented('COLLATE other than CASE_SENSITIVE');
  else if (cursor.sees('check') || cursor.sees('exclude')) throw unsupportedConstraint(cursor);
  else throw cursor.unexpected();
}

function readEncoding(cursor: Cursor): string {
  const name = cursor.name();
  if (!encodings.has(name)) throw new RedshiftError(`Invalid column encoding "${name}"`, sqlstate.undefinedObject);
  return name === 'raw' ? 'none' : name;
}

const optionWords =
  'not null encode distkey sortkey primary unique references identity generated collate constraint'.split(' ');

function readDefault(cursor: Cursor): string {
  const from = cursor.position;
  // The first token belongs to the value whatever it is: NULL, for one.
  if (!cursor.sees('(')) cursor.next();
  cursor.until(() => cursor.sees(',') || optionWords.some((word) => cursor.sees(word)));
  const sql = cursor.between(from, cursor.position);
  return /^sysdate$/i.test(sql) ? 'pg_catalog.sysdate()' : sql;
}

function identity(kind: string, cursor: Cursor): string {
  cursor.expect('(');
  const seed = cursor.integer();
  cursor.expect(',');
  const step = cursor.integer();
  cursor.expect(')');
  const from = step > 0 ? Math.min(seed, 1) : seed;
  const bound = step > 0 ? `MINVALUE ${from}` : `MAXVALUE ${Math.max(seed, -1)}`;
  return ` GENERATED ${kind} AS IDENTITY (START WITH ${seed} INCREMENT BY ${step} ${bound})`;
}

function readAttributes(cursor: Cursor): Attributes {
  const found: Attributes = { style: undefined, distkey: undefined, sortkey: [], interleaved: false, backup: true };
  while (!cursor.done && !cursor.sees('as')) readAttribute(cursor, found);
  return found;
}

function readAttribute(cursor: Cursor, found: Attributes): void {
  if (cursor.take('backup')) {
    const yes = cursor.take('yes');
    if (!yes) cursor.expect('no');
    found.backup = yes;
  } else if (cursor.take('diststyle')) {
    const style = distributionStyles[cursor.peek()?.value ?? ''];
    if (style === undefined) throw cursor.unexpected();
    cursor.next();
    found.style = style;
  } else if (cursor.take('distkey')) {
    const columns = cursor.names();
    if (columns.length !== 1) throw syntaxError(',');
    found.distkey = columns[0];
  } else if (cursor.take('sortkey', 'auto') || cursor.take('encode', 'auto')) return;
  else {
    found.interleaved = cursor.take('interleaved');
    if (!found.interleaved) cursor.take('compound');
    cursor.expect('sortkey');
    found.sortkey = cursor.names();
    const most = found.interleaved ? maxInterleavedKeys : maxCompoundKeys;
    if (found.sortkey.length > most) {
      throw new RedshiftError(`cannot have more than ${most} sort key columns`, sqlstate.invalidTable);
    }
  }
}

/** The call that records what the backend does not know. Keys named both at a column and at the table are refused. */
function describe(table: TableName, columns: readonly Column[], attributes: Attributes): string {
  const distkeys = [...columns.filter((column) => column.distkey).map((column) => column.name)];
  if (attributes.distkey !== undefined) distkeys.push(attributes.distkey);
  if (distkeys.length > 1)
    throw new RedshiftError('cannot specify more than one column as distkey', sqlstate.invalidTable);
  const style = attributes.style ?? (distkeys.length > 0 ? distributionStyles.key : automaticDistribution);
  if ((style === distributionStyles.key) !== distkeys.length > 0) {
    const message = distkeys.length > 0 ? 'DISTKEY requires DISTSTYLE KEY' : 'DISTSTYLE KEY requires a DISTKEY';
    throw new RedshiftError(message, sqlstate.invalidTable);
  }
  const atColumns = columns.filter((column) => column.sortkey).map((column) => column.name);
  if (atColumns.length + Math.min(1, attributes.sortkey.length) > 1) {
    throw new RedshiftError('cannot specify more than one sortkey', sqlstate.invalidTable);
  }
  const sortkey = attributes.sortkey.length > 0 ? attributes.sortkey : atColumns;
  const names = new Set([...columns.map((column) => column.name), ...distkeys, ...sortkey]);
  const list = [...names].map((name) => {
    const place = sortkey.indexOf(name) + 1;
    // Interleaved sort keys show as alternately positive and negative numbers.
    const number = attributes.interleaved && place % 2 === 0 ? -place : place;
    const encoding = columns.find((column) => column.name === name)?.encoding ?? null;
    return { name, encoding, distkey: distkeys.includes(name), sortkey: number };
  });
  const json = literal(JSON.stringify(list));
  return `SELECT pg_internal.describe_table(${regclass(table)}, ${style}, ${attributes.backup}, ${json}::jsonb)`;
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
