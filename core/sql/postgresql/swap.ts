// The statements that make staged tables live in PostgreSQL, for one transaction. Never CASCADE: what depends on a live table and
// would go with it makes the transaction fail.

import type { PlannedTable } from '../../plan/model.ts';
import { identifier, identifiers, qualified } from '../quote.ts';

/** In order: foreign keys away, schemas cleared, every table swapped and given its names and keys, foreign keys. */
export function swapStatements(tables: readonly PlannedTable[]): string[] {
  return [
    ...tables.flatMap((table) => table.dropForeignKeys),
    ...tables.flatMap((table) => table.clearSchema ?? []),
    ...emptied(tables),
    ...tables.flatMap(swapTable),
    ...tables.flatMap((table) => table.addForeignKeys),
  ];
}

function swapTable(table: PlannedTable): string[] {
  const { target, staging, publish, postgresql } = table;
  const [live, staged] = [qualified(target.schema, target.name), qualified(target.schema, staging)];
  const finish = postgresql?.finish ?? [];
  if (publish === 'append' || publish === 'refill') {
    const silent = postgresql?.disableTriggers === true;
    return [
      ...(postgresql?.before ?? []),
      ...(silent ? ['SET LOCAL session_replication_role TO replica'] : []),
      // Triggers that hear of the rows were not written for an empty path.
      'SET LOCAL search_path TO DEFAULT',
      insertInto(table, live, staged),
      "SET LOCAL search_path TO ''",
      ...(silent ? ['SET LOCAL session_replication_role TO DEFAULT'] : []),
      `DROP TABLE ${staged}`,
      ...finish,
    ];
  }
  const rename = `ALTER TABLE ${staged} RENAME TO ${identifier(target.name)}`;
  return [...(publish === 'replace' ? [`DROP TABLE IF EXISTS ${live}`] : []), rename, ...finish];
}

/** All at once: they may refer to one another. */
function emptied(tables: readonly PlannedTable[]): string[] {
  const names = tables
    .filter(({ publish }) => publish === 'refill')
    .map(({ target }) => qualified(target.schema, target.name));
  return names.length === 0 ? [] : [`TRUNCATE ${names.join(', ')}`];
}

/** An identity's values are those that come, whatever it is. */
function insertInto({ columns }: PlannedTable, live: string, staged: string): string {
  const into = identifiers(columns.map(({ target }) => target));
  const from = identifiers(columns.map(({ source }) => source));
  return `INSERT INTO ${live} (${into}) OVERRIDING SYSTEM VALUE SELECT ${from} FROM ${staged}`;
}
