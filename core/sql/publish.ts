// The statements that make staged tables live, for one transaction. Never CASCADE: what depends on a live table and
// would go with it makes the transaction fail.

import type { PlannedTable } from '../plan/model.ts';
import type { Name } from '../plan/names.ts';
import { WHOLE_BATCH } from './ledger.ts';
import { eitherLiteral, identifier, identifiers, qualified } from './quote.ts';

const stagingOf = (table: PlannedTable): string => qualified(table.target.schema, table.staging);
const ledgerOf = (table: PlannedTable): string => qualified(table.target.schema, table.ledger);
const liveOf = (table: PlannedTable): string => qualified(table.target.schema, table.target.name);

/** Which of the staging tables and ledgers exist, as `schema`, `name`. */
export const findOwn = (tables: readonly PlannedTable[]): string =>
  findTables(tables.flatMap((table) => [table.staging, table.ledger]));

/** Once it is known elsewhere that the tables are live. */
export const dropLedgers = (tables: readonly PlannedTable[]): string =>
  `DROP TABLE IF EXISTS ${tables.map(ledgerOf).join(', ')}`;

/** Which tables of the live names exist, in whatever schema. */
export const findLive = (tables: readonly PlannedTable[]): string =>
  findTables(tables.map((table) => table.target.name));

function findTables(tables: readonly string[]): string {
  const names = tables.map(eitherLiteral).join(', ');
  return `SELECT n.nspname AS schema, c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relname IN (${names})`;
}

/** BEGIN and the locks in one go: nothing may fix the snapshot before the locks are held. `replaced` are live. */
export function lockStaged(tables: readonly PlannedTable[], replaced: readonly Name[] = []): string {
  const own = tables.flatMap((table) => [ledgerOf(table), stagingOf(table)]);
  const live = replaced.map(({ schema, name }) => qualified(schema, name));
  return `BEGIN; LOCK TABLE ${[...own, ...live].join(', ')}`;
}

/** One row: `staged` rows, `recorded` rows and the whole `batches` of the ledger. */
export function countStaged(table: PlannedTable): string {
  return (
    `SELECT (SELECT COUNT(*) FROM ${stagingOf(table)}) AS staged, ` +
    `(SELECT COALESCE(SUM("rows"), 0) FROM ${ledgerOf(table)}) AS recorded, ` +
    `(SELECT COUNT(*) FROM ${ledgerOf(table)} WHERE "piece" = ${WHOLE_BATCH}) AS batches`
  );
}

/** In order: foreign keys away, schemas cleared, every table swapped, keys, foreign keys. */
export function swapStatements(tables: readonly PlannedTable[]): string[] {
  return [
    ...tables.flatMap((table) => table.dropForeignKeys),
    ...tables.flatMap((table) => table.clearSchema ?? []),
    ...tables.flatMap(swapTable),
    ...tables.flatMap((table) => table.addKeys),
    ...tables.flatMap((table) => table.addForeignKeys),
  ];
}

function swapTable(table: PlannedTable): string[] {
  if (table.publish === 'append' || table.publish === 'refill') {
    const columns = identifiers(table.columns.map((column) => column.target));
    const insert = `INSERT INTO ${liveOf(table)} (${columns}) SELECT ${columns} FROM ${stagingOf(table)}`;
    // Not TRUNCATE: it would commit.
    const empty = table.publish === 'refill' ? [`DELETE FROM ${liveOf(table)}`] : [];
    return [...empty, insert, `DROP TABLE ${stagingOf(table)}`];
  }
  const rename = `ALTER TABLE ${stagingOf(table)} RENAME TO ${identifier(table.target.name)}`;
  return table.publish === 'replace' ? [`DROP TABLE IF EXISTS ${liveOf(table)}`, rename] : [rename];
}
