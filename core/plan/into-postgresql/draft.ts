// One table of the source in PostgreSQL: everything that makes it, loads it and makes it live.

import { postgresqlRoad } from '../../cast/postgresql-to-postgresql.ts';
import { defaultIntoPostgresql, redshiftToPostgresql } from '../../cast/redshift-to-postgresql.ts';
import type { Road } from '../../cast/road.ts';
import type { Column, Table } from '../../catalog/model.ts';
import type { PostgresqlCatalog } from '../../catalog/postgresql.ts';
import { identitiesAsSequences } from '../../catalog/redshift-sequences.ts';
import { identifier } from '../../sql/quote.ts';
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
import { planChecks } from './checks.ts';
import { planColumns } from './columns.ts';
import { fillTable } from './filled.ts';
import { planIndexes } from './indexes.ts';
import { type Member, membersOf } from './members.ts';
import { TargetObjects } from './objects.ts';
import { createFresh, createLedger, createPlain, finish, resetSequence } from './statements.ts';

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
    ? createFresh(source, placed, wished, members, checks.byMember)
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
        finish: fresh ? finish(wished, members, indexes.finish, checks.later, source, placed) : filling.after,
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
