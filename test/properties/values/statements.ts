// Which SQL makes the tables of a case in the source? Also what is printed of a case that failed.
import { createHash } from 'node:crypto';
import { identifier, literal, qualified } from '../../../core/sql/quote.ts';
import type { ArrivingColumn, Case, ColumnCase, TableCase, ViewCase } from './model.ts';

const nameOf = (table: TableCase): string => qualified(table.schema, table.name);
const escaped = (value: string | null): string => {
  if (value === null) return 'NULL';
  const text = value
    .replaceAll('\\', '\\\\')
    .replaceAll("'", "\\'")
    .replaceAll(/[^\x20-\x7e]/gu, (character) => `\\U${(character.codePointAt(0) ?? 0).toString(16).padStart(8, '0')}`);
  return text === value ? `'${value}'` : `E'${text}'`;
};

const definition = ({ name, sql, suffix, full }: ColumnCase): string =>
  [identifier(name), sql, suffix, full ? 'NOT NULL' : ''].filter((part) => part !== '').join(' ');

/** The statements that make an empty table, its schema apart. */
export function createTable(table: TableCase): string[] {
  const columns = table.columns.map(definition);
  const dropped = identifier('was dropped');
  if (table.droppedColumn) columns.unshift(`${dropped} text`);
  const key = table.primaryKey.map(identifier).join(', ');
  if (key !== '') columns.push(`PRIMARY KEY (${key})`);
  const name = nameOf(table);
  const partition = (number: number): string => {
    const leaf = qualified(table.schema, `leaf ${number} ${createHash('md5').update(table.name).digest('hex')}`);
    return `CREATE TABLE ${leaf} PARTITION OF ${name} FOR VALUES WITH (MODULUS 2, REMAINDER ${number})`;
  };
  return [
    `CREATE TABLE ${name} (${columns.join(', ')})${table.partitioned ? ` PARTITION BY HASH (${key})` : ''}`,
    ...(table.partitioned ? [partition(0), partition(1)] : []),
    ...table.columns.flatMap(({ name: column, comment }) =>
      comment === undefined ? [] : [`COMMENT ON COLUMN ${name}.${identifier(column)} IS ${literal(comment)}`],
    ),
    ...(table.droppedColumn ? [`ALTER TABLE ${name} DROP COLUMN ${dropped}`] : []),
  ];
}

/** Columns whose values we give, in the order in which `insertRows` takes their arrays. */
export const given = (table: TableCase): readonly ColumnCase[] =>
  table.columns.filter(({ values }) => values !== undefined);

/** One statement with an array of texts for each given column, or as many statements as rows when there is none. */
export function insertRows(table: TableCase): { readonly sql: string; readonly times: number } {
  const columns = given(table);
  if (columns.length === 0) return { sql: `INSERT INTO ${nameOf(table)} DEFAULT VALUES`, times: table.rows };
  const names = columns.map(({ name }) => identifier(name)).join(', ');
  const casts = columns.map(({ sql }, at) => `c${at}::${sql}`).join(', ');
  const arrays = columns.map((_, at) => `$${at + 1}::text[]`).join(', ');
  const list = columns.map((_, at) => `c${at}`).join(', ');
  return {
    sql: `INSERT INTO ${nameOf(table)} (${names}) SELECT ${casts} FROM unnest(${arrays}) AS r(${list})`,
    times: table.rows === 0 ? 0 : 1,
  };
}

const queryOf = ({ columns, of }: ViewCase): string => {
  const list = columns.map(({ selected, name }) => `${selected} AS ${identifier(name)}`).join(', ');
  return `SELECT ${list} FROM ${qualified(of.schema, of.name)} AS t`;
};

/** A view that is no part of the command. */
export const createView = (view: ViewCase): string[] =>
  view.created ? [`CREATE VIEW ${qualified(view.schema, view.name)} AS ${queryOf(view)}`] : [];

/** What has to arrive, row by row, as the source computes it. */
export const expectedRows = (arriving: TableCase | ViewCase): string =>
  `SELECT ${arriving.columns.map(({ expected }: ArrivingColumn, at) => `${expected} AS c${at}`).join(', ')} ` +
  `FROM ${'of' in arriving ? `(${queryOf(arriving)}) AS q` : nameOf(arriving)}`;

/** Names stand in double quotes in a load file, too; `{{` begins a variable there. */
export function commandOf({ choices, options, tables, views }: Case, source: string, target: string): string {
  const rules = tables.flatMap((table) =>
    table.columns.flatMap(({ name, cast }) =>
      cast === undefined ? [] : [`column ${nameOf(table)}.${identifier(name)} ${cast}`],
    ),
  );
  const queries = views.map((view) => {
    const name = qualified(view.schema, view.name);
    return view.created ? name : `${name} AS $query$ ${queryOf(view)} $query$`;
  });
  const all = [...choices, ...options];
  const clauses = [
    ...(all.length === 0 ? [] : [`WITH ${all.join(', ')}`]),
    ...(rules.length === 0 ? [] : [`CAST ${rules.join(', ')}`]),
    ...(queries.length === 0 ? [] : [`MATERIALIZE VIEWS ${queries.join(', ')}`]),
  ].map((clause) => `\n  ${clause.replaceAll('{{', '{{"{{"}}')}`);
  return `LOAD DATABASE FROM ${source} INTO ${target}${clauses.join('')};`;
}

/** The same rows as a script for psql. */
export function script(table: TableCase): string {
  const columns = given(table);
  const names = columns.map(({ name }) => identifier(name)).join(', ');
  const rows = Array.from({ length: table.rows }, (_, row) => {
    const values = columns.map(({ sql, values }) => `${escaped(values?.[row] ?? null)}::${sql}`).join(', ');
    return columns.length === 0 ? 'DEFAULT VALUES' : `(${names}) VALUES (${values})`;
  });
  return [...createTable(table), ...rows.map((row) => `INSERT INTO ${nameOf(table)} ${row}`)]
    .map((statement) => `${statement};\n`)
    .join('');
}
