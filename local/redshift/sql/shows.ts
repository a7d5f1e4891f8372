// What does SHOW tell of schemas, tables and columns?
import { literal } from '../admin.ts';
import { notImplemented } from '../errors.ts';
import type { Cursor } from './cursor.ts';
import { regclass } from './keys.ts';
import type { Pass } from './statement.ts';

/** The cursor stands behind SHOW. Undefined where what comes next is no such word, but a setting. */
export function showObjects(cursor: Cursor): Pass | undefined {
  if (cursor.take('tables', 'from', 'schema')) return tables(cursor);
  if (cursor.take('columns', 'from', 'table')) return columns(cursor);
  if (cursor.take('schemas', 'from', 'database')) return schemas(cursor);
  if (cursor.peek(1) === undefined) return undefined;
  if (cursor.take('table')) {
    return definition(cursor, (target) => `pg_internal.show_table(${target}) AS "Show Table DDL statement"`);
  }
  if (cursor.take('view')) {
    return definition(cursor, (target) => `pg_catalog.pg_get_viewdef(${target}) AS "Show View DDL statement"`);
  }
  for (const word of ['tables', 'schemas', 'columns', 'databases', 'grants', 'datashares', 'procedures', 'functions']) {
    if (cursor.sees(word))
      throw notImplemented(`SHOW ${word.toUpperCase()} but for those of the catalog's own database`);
  }
  return undefined;
}

function definition(cursor: Cursor, select: (target: string) => string): Pass {
  const table = cursor.table();
  cursor.end();
  return { kind: 'pass', sql: `SELECT ${select(regclass(table))}` };
}

/** Names with points between, the last ones of so many. */
function names(cursor: Cursor): string[] {
  const list = [cursor.name()];
  while (cursor.take('.')) list.push(cursor.word());
  return list;
}

/** LIKE 'pattern' and LIMIT n, which all of them take. */
function filters(cursor: Cursor, column: string): string {
  const like = cursor.take('like') ? ` AND ${column} LIKE ${literal(cursor.string())}` : '';
  const limit = cursor.take('limit') ? ` LIMIT ${cursor.integer()}` : '';
  cursor.end();
  return `${like} ORDER BY ${column}${limit}`;
}

function tables(cursor: Cursor): Pass {
  const schema = literal(names(cursor).at(-1) ?? '');
  const sql = `SELECT database_name, schema_name, table_name, table_type, table_acl, remarks
    FROM pg_catalog.svv_redshift_tables WHERE schema_name = ${schema}${filters(cursor, 'table_name')}`;
  return { kind: 'pass', sql };
}

function columns(cursor: Cursor): Pass {
  const [table = '', schema = 'public'] = names(cursor).reverse();
  const sql = `SELECT d.database_name, d.schema_name, d.table_name, d.column_name, d.ordinal_position, d.column_default,
    d.is_nullable, c.data_type, c.character_maximum_length, c.numeric_precision, d.remarks
    FROM pg_catalog.svv_redshift_columns d JOIN pg_catalog.svv_columns c ON c.table_schema = d.schema_name
      AND c.table_name = d.table_name AND c.column_name = d.column_name
    WHERE d.schema_name = ${literal(schema)} AND d.table_name = ${literal(table)}`;
  const like = cursor.take('like') ? ` AND d.column_name LIKE ${literal(cursor.string())}` : '';
  cursor.end();
  return { kind: 'pass', sql: `${sql}${like} ORDER BY d.ordinal_position` };
}

function schemas(cursor: Cursor): Pass {
  const database = literal(cursor.name());
  const sql = `SELECT database_name, schema_name, schema_owner, schema_type, schema_acl, NULL::varchar AS source_database,
    schema_option FROM pg_catalog.svv_redshift_schemas WHERE database_name = ${database}${filters(cursor, 'schema_name')}`;
  return { kind: 'pass', sql };
}
