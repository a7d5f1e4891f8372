// What is a column of CREATE TABLE or ADD COLUMN, with everything that belongs to it?
import { notImplemented, RedshiftError, sqlstate } from '../errors.ts';
import type { Cursor, TableName } from './cursor.ts';
import { type Key, readReference, unsupportedConstraint } from './keys.ts';
import { leaderOnlyError } from './leader-only.ts';
import { quoteName } from './tokens.ts';
import { readType } from './types.ts';

const encodings = new Set(
  `auto raw az64 bytedict delta delta32k lzo mostly8 mostly16 mostly32 runlength text255 text32k zstd`.split(' '),
);

export interface Column {
  readonly name: string;
  sql: string;
  notNull: boolean;
  encoding: string | null;
  distkey: boolean;
  sortkey: boolean;
  readonly keys: Key[];
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
  else if (cursor.take('identity')) column.sql += identity('ALWAYS', cursor, column);
  else if (cursor.take('generated', 'by', 'default', 'as', 'identity')) {
    column.sql += identity('BY DEFAULT', cursor, column);
  } else if (cursor.take('collate', 'case_sensitive')) return;
  else if (cursor.sees('collate')) throw notImplemented('COLLATE other than CASE_SENSITIVE');
  else if (cursor.sees('check') || cursor.sees('exclude')) throw unsupportedConstraint(cursor);
  else throw cursor.unexpected();
}

function readEncoding(cursor: Cursor): string {
  const name = cursor.word();
  if (!encodings.has(name)) throw new RedshiftError(`Invalid column encoding "${name}"`, sqlstate.undefinedObject);
  return name === 'raw' ? 'none' : name;
}

const optionWords =
  'not null encode distkey sortkey primary unique references identity generated collate constraint'.split(' ');

/** Known to the leader node alone, so that no row is filled with them. */
const leaderOnly = ['nextval', 'now', 'current_timestamp', 'current_time', 'localtime', 'localtimestamp'];

function readDefault(cursor: Cursor): string {
  const from = cursor.position;
  // The first token belongs to the value whatever it is: NULL, for one.
  if (!cursor.sees('(')) cursor.next();
  cursor.until(() => cursor.sees(',') || optionWords.some((word) => cursor.sees(word)));
  for (const word of leaderOnly) {
    if (!cursor.spans(from, cursor.position, word)) continue;
    throw leaderOnlyError();
  }
  const sql = cursor.between(from, cursor.position);
  return /^sysdate$/i.test(sql) ? 'pg_catalog.sysdate()' : sql;
}

function identity(kind: string, cursor: Cursor, column: Column): string {
  if (!/ (integer|bigint)$/.test(column.sql)) {
    throw new RedshiftError(`identity column "${column.name}" must be INTEGER or BIGINT`, sqlstate.invalidTable);
  }
  cursor.expect('(');
  const seed = cursor.integer();
  cursor.expect(',');
  const step = cursor.integer();
  cursor.expect(')');
  const from = step > 0 ? Math.min(seed, 1) : seed;
  const bound = step > 0 ? `MINVALUE ${from}` : `MAXVALUE ${Math.max(seed, -1)}`;
  return ` GENERATED ${kind} AS IDENTITY (START WITH ${seed} INCREMENT BY ${step} ${bound})`;
}
