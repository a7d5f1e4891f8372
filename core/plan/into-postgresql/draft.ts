// One table of the source in PostgreSQL: everything that makes it, loads it and makes it live.

import { postgresqlRoad } from '../../cast/postgresql-to-postgresql.ts';
import { defaultIntoPostgresql, redshiftToPostgresql } from '../../cast/redshift-to-postgresql.ts';
import type { Road } from '../../cast/road.ts';
import type { Column, Table } from '../../catalog/model.ts';
import type { Check, PostgresqlCatalog } from '../../catalog/postgresql.ts';
import { identitiesAsSequences } from '../../catalog/redshift-sequences.ts';
import { commentOn } from '../../sql/postgresql/create.ts';
import { identifier, literal, qualified } from '../../sql/quote.ts';
import { groupParts } from '../batches.ts';
import type { Draft, DraftTable } from '../draft.ts';
import { meetExisting, type Occupied } from '../existing.ts';
import { readHazards } from '../hazards.ts';
import type { PlanInput } from '../input.ts';
import type { Hazard, PlannedTable } from '../model.ts';
import { keyOf, type NameStyle, OWN_PREFIX, placeOf } from '../names.ts';
import { partsOf } from '../parts.ts';
import { partBounds, pieceBounds } from '../pieces.ts';
import type { PlacedTable } from '../place.ts';
import { planRoad } from '../redshift-source.ts';
import { type Summing, sumsIntoPostgresql, sumsOfRedshift } from '../sums.ts';
import { attachedHazards, liveHazards } from './attached.ts';
import { type PlannedSequence, type PostgresqlColumns, planColumns } from './columns.ts';
import { fillTable } from './filled.ts';
import { planIndexes } from './indexes.ts';
import { type Member, membersOf } from './members.ts';
import { TargetObjects } from './objects.ts';

const NOTHING: PostgresqlCatalog = {
  ...{
    tables: {},
    columns: {},
    keyActions: {},
    indexes: {},
    checks: {},
    partitions: {},
    attached: {},
    defaultNeeds: {},
  },
  ...{ sequences: [], types: [], views: [], extensions: [], objects: [] },
};

/** What the run's tables have in common is looked up once. */
export function draftIntoPostgresql(input: PlanInput): DraftTable {
  const { capabilities } = input;
  const fromRedshift = capabilities.source.dialect === 'redshift';
  const source = fromRedshift ? identitiesAsSequences(input.source) : input.source.postgresql;
  const target = input.target.postgresql ?? NOTHING;
  const objects = TargetObjects.of(input);
  const postgis = target.extensions.find(({ name, schema }) => name === 'postgis' && schema !== undefined)?.schema;
  const postgisIn = postgis === undefined ? undefined : identifier(postgis);
  const road = fromRedshift ? redshiftToPostgresql({ postgisIn }) : postgresqlRoad(objects.typeIn);
  return (there, placed, index, style) =>
    draftTable({ input, source, target, objects, road }, there, placed, index, style);
}

interface Drafting {
  readonly input: PlanInput;
  readonly source: PostgresqlCatalog | undefined;
  readonly target: PostgresqlCatalog;
  readonly objects: TargetObjects;
  readonly road: Road;
}

function draftTable(drafting: Drafting, there: Occupied, placed: PlacedTable, index: number, style: NameStyle): Draft {
  const { input, source, objects, road } = drafting;
  const { command, capabilities } = input;
  const { options } = command;
  const { target } = placed;
  const { table, hazards } = asPostgresql(placed.table, capabilities);
  const place = placeOf(table);
  const staging = `${OWN_PREFIX}${input.token}_${index}`;
  const wished = planColumns(table, {
    ...{ command, source, objects, road, style },
    major: capabilities.target.major,
    staged: { schema: target.schema, name: staging },
    live: target.name,
  });
  const existing = meetExisting(target, wished.columns, there, command);
  const fresh = existing.publish === 'create' || existing.publish === 'replace';
  const members = membersOf(table, target, staging, source, style);
  const indexes = planIndexes(fresh ? members : [], objects, options, place);
  const checks = fresh
    ? planChecks(members, source, objects, place)
    : { byMember: [], later: [], needs: [], hazards: [] };
  const met = there.tables.get(keyOf(target));
  const filling = fillTable(fresh ? undefined : met, existing.columns, drafting.target, options);
  const leaves = roadOf(table, existing.columns, input);
  const read = options.schemaOnly ? [] : partsOf(table, capabilities.source.major, partBounds(options));
  const pieces = pieceBounds(options);
  const names = { schema: target.schema, staging, ledger: `${staging}_ledger` };
  const used = table.columns.map(({ type }) => type);
  const needs = [
    ...wished.needs,
    ...checks.needs,
    ...members.flatMap((member) => member.indexes.flatMap((each) => each.needs)),
  ];
  const create = fresh
    ? createFresh(drafting, placed, wished, members, checks.byMember)
    : [createPlain(names, existing.columns)];
  return {
    usedCasts: wished.usedCasts,
    kept: fresh ? wished.kept : sameColumns(table, met),
    hazards: [
      ...wished.hazards,
      ...existing.hazards,
      ...indexes.hazards,
      ...checks.hazards,
      ...filling.hazards,
      ...(fresh ? typeHazards(objects, table) : []),
      ...(fresh ? attachedHazards(source, table, members) : []),
      ...(existing.publish === 'replace' ? liveHazards(met, drafting.target) : []),
      ...readHazards(table, read, 'PostgreSQL'),
      ...hazards,
      ...leaves.hazards,
    ],
    planned: {
      table: index,
      source: { schema: table.schema, name: table.name },
      target,
      staging,
      ledger: names.ledger,
      columns: existing.columns,
      create: [...existing.proof, ...create, createLedger(names)],
      publish: existing.publish,
      dropForeignKeys: [],
      addKeys: [],
      addForeignKeys: [],
      ...leaves.planned,
      parts: read,
      ...(pieces === undefined ? {} : { pieces }),
      batches: groupParts(read.length, pieces !== undefined).map((numbers, batch) => ({ batch, parts: numbers })),
      postgresql: {
        setup: fresh ? [...makeSchemas(drafting, table, members), ...objects.make(used, needs)] : [],
        indexes: indexes.builds,
        sequences:
          fresh && options.resetSequences
            ? wished.sequences.map((each) => resetSequence(each, target.schema, staging))
            : [],
        finish: fresh ? finish(wished, members, indexes.finish, checks.later, drafting, placed) : filling.after,
        validate: [],
        ...(fresh ? {} : { before: filling.before, disableTriggers: options.disableTriggers }),
      },
    },
  };
}

/** The columns that a table which is only filled has as the source has them. */
const sameColumns = ({ columns }: Table, live: Table | undefined): string[] =>
  columns.flatMap(({ name, type }) =>
    live?.columns.some((column) => column.name === name && column.type.sql === type.sql) ? [name] : [],
  );

/** Those of partitions as well, which may be elsewhere; with what the source says of them. */
function makeSchemas({ input: { command }, objects }: Drafting, table: Table, members: readonly Member[]): string[] {
  if (!command.options.createSchemas) return [];
  const schemas = new Set(members.map(({ live }) => live.schema));
  return [...schemas].flatMap((name) => objects.schema(name, members[0]?.live.schema === name ? table.schema : name));
}

/** How rows leave the source, and how they are summed. */
function roadOf(
  table: Table,
  columns: PlannedTable['columns'],
  { command, capabilities: { source } }: PlanInput,
): { readonly planned: Pick<PlannedTable, 'redshift' | 'sums'>; readonly hazards: readonly Hazard[] } {
  const { options } = command;
  const summed = (sumUp: () => Summing) => {
    if (!options.verifyChecksums) return { planned: {}, hazards: [] };
    const { sums, hazards } = sumUp();
    return { planned: { sums }, hazards };
  };
  if (source.dialect === 'postgresql') return summed(() => sumsIntoPostgresql(columns, table));
  const { road, hazards, inexact } = planRoad(table, columns, { options, unload: source.unload });
  const sums = summed(() => sumsOfRedshift('postgresql', columns, table, new Set(inexact)));
  return { planned: { redshift: road, ...sums.planned }, hazards: [...hazards, ...sums.hazards] };
}

/** A table of Redshift with its defaults as PostgreSQL has them, and what it leaves behind. */
function asPostgresql(
  table: Table,
  { source }: PlanInput['capabilities'],
): { readonly table: Table; readonly hazards: readonly Hazard[] } {
  if (source.dialect === 'postgresql') return { table, hazards: [] };
  const hazards: Hazard[] = [];
  if (table.layout !== undefined) {
    const message = 'its distribution, sort key and encodings mean nothing to PostgreSQL';
    hazards.push({ kind: 'STORAGE_IGNORED', policy: 'report', place: placeOf(table), message });
  }
  const columns = table.columns.map(({ default: expression, ...column }): Column => {
    const reading = defaultIntoPostgresql(expression);
    if (typeof reading === 'object') return { ...column, default: reading.sql };
    if (reading === 'none') return column;
    const message = 'its default has no counterpart in PostgreSQL';
    hazards.push({ kind: 'DEFAULT_DROPPED', policy: 'report', place: `${placeOf(table)}.${column.name}`, message });
    return column;
  });
  return { table: { ...table, columns }, hazards };
}

function typeHazards(objects: TargetObjects, table: Table): Hazard[] {
  return [...objects.differing(table.columns.map(({ type }) => type))].map((type): Hazard => {
    const message = `the target has a type ${type} already, which is another than the source's: values that it does not take are refused`;
    return { kind: 'TYPES_DIFFER', policy: 'report', place: placeOf(table), message };
  });
}

interface PlannedChecks {
  /** What stands in CREATE TABLE, by the member's place. */
  readonly byMember: readonly (readonly string[])[];
  /** NOT VALID: added when the rows are there. */
  readonly later: readonly string[];
  readonly needs: readonly string[];
  readonly hazards: readonly Hazard[];
}

function planChecks(
  members: readonly Member[],
  source: PostgresqlCatalog | undefined,
  objects: TargetObjects,
  place: string,
): PlannedChecks {
  const all = members.map((member) => ({ member, checks: source?.checks[member.oid] ?? [] }));
  const missing = (check: Check) => objects.lacks(check.needs) ?? objects.tooNew(check.definition);
  const hazards = all.flatMap(({ checks }) =>
    checks.flatMap((check): Hazard[] => {
      if (missing(check) === undefined) return [];
      const message = `check constraint "${check.name}" is left out: it speaks of ${missing(check)}, which the target does not have`;
      return [{ kind: 'KEY_DROPPED', policy: 'report', place, message }];
    }),
  );
  const kept = all.map(({ member, checks }) => ({
    member,
    checks: checks.filter((check) => missing(check) === undefined),
  }));
  const named = ({ name, definition }: Check) => `CONSTRAINT ${identifier(name)} ${definition}`;
  return {
    hazards,
    needs: kept.flatMap(({ checks }) => checks.flatMap((check) => check.needs)),
    byMember: kept.map(({ checks }) => checks.filter(({ validated }) => validated).map(named)),
    later: kept.flatMap(({ member, checks }) => {
      const on = qualified(member.live.schema, member.live.name);
      return [
        ...checks.filter(({ validated }) => !validated).map((check) => `ALTER TABLE ${on} ADD ${named(check)}`),
        ...checks.flatMap(({ name, comment }) =>
          comment === undefined ? [] : [commentOn(`CONSTRAINT ${identifier(name)} ON`, on, comment)],
        ),
      ];
    }),
  };
}

/** The staging tables: parents first, then what they own. */
function createFresh(
  { source }: Drafting,
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
function createPlain({ schema, staging }: OwnNames, columns: PlannedTable['columns']): string {
  const list = columns.map(({ source, type, notNull }) => `${identifier(source)} ${type}${notNull ? ' NOT NULL' : ''}`);
  return `CREATE TABLE IF NOT EXISTS ${qualified(schema, staging)} (${list.join(', ')})`;
}

/** Its key is what a second attempt waits on. */
const createLedger = ({ schema, ledger }: OwnNames): string =>
  `CREATE TABLE IF NOT EXISTS ${qualified(schema, ledger)} ` +
  '("batch" integer NOT NULL, "piece" integer NOT NULL, "rows" bigint NOT NULL, "rejected" bigint NOT NULL, "cut" text, ' +
  '"loaded_at" timestamp with time zone NOT NULL DEFAULT now(), PRIMARY KEY ("batch", "piece"))';

/**
 * Behind the last value of the source, and behind every value that arrived. A sequence that gave none yet, of an empty table, stays
 * at its start.
 */
function resetSequence({ staged, column, sequence }: PlannedSequence, schema: string, staging: string): string {
  const [reach, most] = sequence.increment.startsWith('-') ? ['least', 'min'] : ['greatest', 'max'];
  const value = `${reach}(${most}(${identifier(column)})::bigint${sequence.last === undefined ? '' : `, ${sequence.last}::bigint`})`;
  return (
    `SELECT setval(${literal(qualified(schema, staged))}::regclass, "value") FROM ` +
    `(SELECT ${value} AS "value" FROM ${qualified(schema, staging)}) AS "rows" WHERE "value" IS NOT NULL`
  );
}

/** When the table has its name: those of its partitions, indexes, columns and sequences. */
function finish(
  columns: PostgresqlColumns,
  members: readonly Member[],
  indexes: readonly string[],
  checks: readonly string[],
  { source }: Drafting,
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
