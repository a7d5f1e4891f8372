// What do external schemas and tables become? Facts that the catalog shows: their rows are not here.
import { literal } from '../admin.ts';
import { notImplemented } from '../errors.ts';
import type { Cursor } from './cursor.ts';
import type { Statement } from './statement.ts';
import { quoteName } from './tokens.ts';
import { readType } from './types.ts';

/** CREATE EXTERNAL SCHEMA … or CREATE EXTERNAL TABLE …; the cursor stands behind EXTERNAL. */
export function createExternal(cursor: Cursor): Statement {
  if (cursor.take('schema')) return createSchema(cursor);
  if (cursor.take('table')) return createTable(cursor);
  throw notImplemented(`CREATE EXTERNAL ${cursor.peek()?.text.toUpperCase() ?? ''}`);
}

/** As svv_external_schemas has them. */
const catalogKinds: readonly (readonly [kind: number, words: readonly string[]])[] = [
  [1, ['data', 'catalog']],
  [2, ['hive', 'metastore']],
  [3, ['postgres']],
  [5, ['redshift']],
  [7, ['mysql']],
];

function createSchema(cursor: Cursor): Statement {
  const ifNotExists = cursor.take('if', 'not', 'exists');
  const name = cursor.name();
  cursor.expect('from');
  const kind = catalogKinds.find(([, words]) => cursor.take(...words))?.[0];
  if (kind === undefined) throw cursor.unexpected();
  const database = cursor.take('database') ? cursor.string() : '';
  cursor.rest();
  const steps = [
    `CREATE SCHEMA ${ifNotExists ? 'IF NOT EXISTS ' : ''}${quoteName(name)}`,
    `SELECT pg_internal.keep_external_schema(${literal(quoteName(name))}, ${kind}, ${literal(database)})`,
  ];
  return { kind: 'steps', steps, tag: 'CREATE SCHEMA', inBlock: 'joins' };
}

interface ExternalColumn {
  readonly name: string;
  readonly type: string;
  readonly part: number;
}

function createTable(cursor: Cursor): Statement {
  const schema = cursor.name();
  cursor.expect('.');
  const name = cursor.word();
  const columns = externalColumns(cursor, name, 0);
  if (cursor.take('partitioned', 'by')) columns.push(...externalColumns(cursor, name, 1));
  let location = '';
  while (!cursor.done) {
    if (cursor.take('location')) location = cursor.string();
    else cursor.next();
  }
  const list = [quoteName(schema), name, location, JSON.stringify(columns)].map((value) => literal(value));
  const steps = [`SELECT pg_internal.keep_external_table(${list.join(', ')})`];
  return { kind: 'steps', steps, tag: 'CREATE EXTERNAL TABLE', inBlock: 'refused' };
}

/** `first` is the number of the first one among the keys of partitions; 0 where they are none. */
function externalColumns(cursor: Cursor, table: string, first: number): ExternalColumn[] {
  const columns: ExternalColumn[] = [];
  cursor.expect('(');
  do {
    const name = cursor.name();
    const part = first === 0 ? 0 : first + columns.length;
    columns.push({ name, type: readType(cursor, `${table}.${name}`), part });
  } while (cursor.take(','));
  cursor.expect(')');
  return columns;
}
