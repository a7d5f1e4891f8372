// Which statements make the tables of a run in PostgreSQL, staged and with a ledger, and give them their names at the end?

import type { PostgresqlCatalog } from '../../catalog/postgresql.ts';
import { commentOn } from '../../sql/postgresql/create.ts';
import { identifier, literal, qualified } from '../../sql/quote.ts';
import type { PlannedTable } from '../model.ts';
import type { PlacedTable } from '../place.ts';
import type { PlannedSequence, PostgresqlColumns } from './columns.ts';
import type { Member } from './members.ts';

/** The staging tables: parents first, then what they own. */
export function createFresh(
  source: PostgresqlCatalog | undefined,
  { table, parameters, tablespace }: PlacedTable,
  columns: PostgresqlColumns,
  members: readonly Member[],
  checks: readonly (readonly string[])[],
): string[] {
  const extras = source?.tables[table.oid];
  const [root] = members;
  if (root === undefined) return [];
  const place = qualified(root.staged.schema, root.staged.name);
  const own = columns.sequences.filter(({ kind }) => kind === 'serial');
  const sequenceOf = ({ staged }: PlannedSequence) => qualified(root.staged.schema, staged);
  const storage = [
    extras?.parameters,
    ...(parameters ?? []).map(({ name, value }) => `${identifier(name)} = ${literal(value)}`),
  ].filter((each) => each !== undefined);
  return [
    ...own.map((each) => `CREATE SEQUENCE IF NOT EXISTS ${sequenceOf(each)} ${each.sequence.options}`),
    [
      `CREATE ${extras?.unlogged === true ? 'UNLOGGED ' : ''}TABLE IF NOT EXISTS ${place}`,
      `(${[...columns.definitions, ...(checks[0] ?? [])].join(', ')})`,
      ...partitionedBy(root),
      ...(storage.length === 0 ? [] : [`WITH (${storage.join(', ')})`]),
      ...(tablespace === undefined ? [] : [`TABLESPACE ${identifier(tablespace)}`]),
    ].join(' '),
    ...members.slice(1).map((member, at) => createPartition(member, members, checks[at + 1] ?? [])),
    ...own.map((each) => `ALTER SEQUENCE ${sequenceOf(each)} OWNED BY ${place}.${identifier(each.column)}`),
    ...columns.alterations.map((alteration) => `ALTER TABLE ${place} ${alteration}`),
    ...(table.comment === undefined ? [] : [commentOn('TABLE', place, table.comment)]),
    ...columns.comments.map(({ column, comment }) => commentOn('COLUMN', `${place}.${identifier(column)}`, comment)),
    ...members
      .slice(1)
      .flatMap(({ partition, staged }) =>
        partition?.comment === undefined
          ? []
          : [commentOn('TABLE', qualified(staged.schema, staged.name), partition.comment)],
      ),
  ];
}

const partitionedBy = ({ partition }: Member): string[] =>
  partition?.key === undefined ? [] : [`PARTITION BY ${partition.key}`];

function createPartition(member: Member, members: readonly Member[], checks: readonly string[]): string {
  const { partition, staged } = member;
  const parent = members[member.parent ?? 0]?.staged ?? staged;
  return [
    `CREATE ${partition?.unlogged === true ? 'UNLOGGED ' : ''}TABLE IF NOT EXISTS ${qualified(staged.schema, staged.name)}`,
    `PARTITION OF ${qualified(parent.schema, parent.name)}`,
    ...(checks.length === 0 ? [] : [`(${checks.join(', ')})`]),
    partition?.bound ?? '',
    ...partitionedBy(member),
    ...(partition?.parameters === undefined ? [] : [`WITH (${partition.parameters})`]),
  ].join(' ');
}

interface OwnNames {
  readonly schema: string;
  readonly staging: string;
  readonly ledger: string;
}

/** For rows that are added to a table that is there. */
export function createPlain({ schema, staging }: OwnNames, columns: PlannedTable['columns']): string {
  const list = columns.map(({ source, type, notNull }) => `${identifier(source)} ${type}${notNull ? ' NOT NULL' : ''}`);
  return `CREATE TABLE IF NOT EXISTS ${qualified(schema, staging)} (${list.join(', ')})`;
}

/** Its key is what a second attempt waits on. */
export const createLedger = ({ schema, ledger }: OwnNames): string =>
  `CREATE TABLE IF NOT EXISTS ${qualified(schema, ledger)} ` +
  '("batch" integer NOT NULL, "piece" integer NOT NULL, "rows" bigint NOT NULL, "rejected" bigint NOT NULL, "cut" text, ' +
  '"loaded_at" timestamp with time zone NOT NULL DEFAULT now(), PRIMARY KEY ("batch", "piece"))';

/**
 * Behind the last value of the source, and behind every value that arrived. A sequence that gave none yet, of an empty table, stays
 * at its start.
 */
export function resetSequence({ staged, column, sequence }: PlannedSequence, schema: string, staging: string): string {
  const [reach, most] = sequence.increment.startsWith('-') ? ['least', 'min'] : ['greatest', 'max'];
  const value = `${reach}(${most}(${identifier(column)})::bigint${sequence.last === undefined ? '' : `, ${sequence.last}::bigint`})`;
  return (
    `SELECT setval(${literal(qualified(schema, staged))}::regclass, "value") FROM ` +
    `(SELECT ${value} AS "value" FROM ${qualified(schema, staging)}) AS "rows" WHERE "value" IS NOT NULL`
  );
}

/** When the table has its name: those of its partitions, indexes, columns and sequences. */
export function finish(
  columns: PostgresqlColumns,
  members: readonly Member[],
  indexes: readonly string[],
  checks: readonly string[],
  source: PostgresqlCatalog | undefined,
  { table, target }: PlacedTable,
): string[] {
  const live = qualified(target.schema, target.name);
  const identity = source?.tables[table.oid]?.replicaIdentity;
  return [
    ...members
      .slice(1)
      .map(
        ({ staged, live: { name } }) =>
          `ALTER TABLE ${qualified(staged.schema, staged.name)} RENAME TO ${identifier(name)}`,
      ),
    ...indexes,
    ...checks,
    ...columns.renamed.map(
      ({ from, to }) => `ALTER TABLE ${live} RENAME COLUMN ${identifier(from)} TO ${identifier(to)}`,
    ),
    ...columns.sequences.flatMap(({ staged, sequence: { name, comment } }) => [
      `ALTER SEQUENCE ${qualified(target.schema, staged)} RENAME TO ${identifier(name)}`,
      ...(comment === undefined ? [] : [commentOn('SEQUENCE', qualified(target.schema, name), comment)]),
    ]),
    ...(identity === undefined ? [] : [`ALTER TABLE ${live} REPLICA IDENTITY ${identity}`]),
  ];
}
