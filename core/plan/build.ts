// Command + catalogs + capabilities → plan. Everything the run will do is decided here, and nothing is done.

import type { Catalog, Table } from '../catalog/model.ts';
import type { LoadCommand } from '../command/model.ts';
import type { Capabilities } from '../dialect/capabilities.ts';
import type { BatchItem, PublishItem } from '../pipeline.ts';
import { identifier } from '../sql/quote.ts';
import { groupParts, interleave, spread } from './batches.ts';
import { meetExisting } from './existing.ts';
import { addForeignKeys, addKeys, dropForeignKeys } from './keys.ts';
import type { Hazard, PlanChunk, PlannedTable, PlanSummary } from './model.ts';
import { clashes, foldName, OWN_PREFIX, tooLong } from './names.ts';
import { MOST_UNSPLIT_BYTES, partsOf } from './parts.ts';
import { selectTables } from './select.ts';
import { createStatements, placeOf, planColumns } from './table.ts';

export interface PlanInput {
  readonly run: string;
  readonly command: LoadCommand;
  readonly source: Catalog;
  readonly target: Catalog;
  readonly capabilities: Capabilities;
  /** The text that stands for NULL: random, so that no row holds it. */
  readonly sentinel: string;
  /** What makes this run's own names: 12 hexadecimal digits from the run's name. */
  readonly token: string;
}

export interface Plan {
  readonly summary: PlanSummary;
  readonly chunks: readonly PlanChunk[];
  readonly items: readonly BatchItem[];
}

/** DDL goes about a hundred tables a transaction: Redshift's commits are dear, and a chunk is one object to read. */
const TABLES_PER_CHUNK = 100;
/** At some 250 bytes of JSON a column, a chunk stays near 1 MB. */
const COLUMNS_PER_CHUNK = 5_000;
/** Up to here all tables become live in one transaction: some 3,000 statements, under a minute. */
const TABLES_PER_PUBLISH = 500;

/** Decides everything. Hazards with policy `refuse` are in the summary; the caller stops on them. */
export function buildPlan(input: PlanInput): Plan {
  const selection = selectTables(input.source, input.command.options);
  const sorted = selection.tables.toSorted((a, b) => sizeOf(b) - sizeOf(a) || placeOf(a).localeCompare(placeOf(b)));
  const names = new Map(sorted.map((table) => [placeOf(table), targetName(table)]));
  const drafts = sorted.map((table, index) => draftTable(input, table, index));
  const counts = drafts.map(({ planned }) => planned.batches.length);
  const chunkOf = chunkNumbers(drafts.map(({ planned }) => planned.columns.length));
  const publish = publishItems(chunkOf);
  const keys = planKeys(input, sorted, drafts, names);
  const tables = keys.tables;
  const workers = workersOf(input);
  const mostParts = Math.max(1, ...tables.flatMap((table) => table.batches.map((batch) => batch.parts.length)));
  const [batchesAtOnce, partsAtOnce] = spread(workers.count, mostParts, input.command.options.concurrency);
  const items = numberBatches(tables, counts, chunkOf);
  const hazards = [
    ...selection.hazards,
    ...collisionHazards(sorted),
    ...drafts.flatMap((draft) => draft.hazards),
    ...keys.hazards,
    ...workers.hazards,
    ...runHazards(input, publish),
  ];
  return {
    items: items.items,
    chunks: groupChunks(items.tables, chunkOf, input),
    summary: {
      run: input.run,
      source: `${input.capabilities.source.label}, database ${input.capabilities.source.database}`,
      target: `${input.capabilities.target.label}, database ${input.capabilities.target.database}`,
      sentinel: input.sentinel,
      hazards: input.command.options.strict ? hazards.map(strictly) : hazards,
      tables: items.tables.map((table, index) => ({
        table: table.table,
        chunk: chunkOf[index] ?? 0,
        source: placeOf(table.source),
        target: placeOf(table.target),
        parts: table.parts.length,
        batches: table.batches.length,
        estimatedRows: (sorted[index]?.heaps ?? []).reduce((sum, heap) => sum + Math.max(0, heap.estimatedRows), 0),
        estimatedBytes: table.parts.reduce((sum, part) => sum + part.estimatedBytes, 0),
      })),
      chunks: publish.at(-1) === undefined ? 0 : (publish.at(-1)?.last ?? 0) + 1,
      publish,
      batchesAtOnce,
      partsAtOnce,
      batches: items.items.length,
    },
  };
}

const sizeOf = (table: Table): number => table.heaps.reduce((sum, heap) => sum + heap.bytes, 0);
const targetName = (table: Table) => ({ schema: foldName(table.schema), name: foldName(table.name) });

interface Draft {
  readonly planned: PlannedTable;
  readonly hazards: readonly Hazard[];
}

function draftTable(input: PlanInput, table: Table, index: number): Draft {
  const target = targetName(table);
  const { columns, hazards } = planColumns(table);
  const existing = meetExisting(target, columns, input.target, input.command.options.includeDrop);
  const parts = partsOf(table, input.capabilities.source.major);
  const staging = `${OWN_PREFIX}${input.token}_${index}`;
  const ledger = `${staging}_ledger`;
  return {
    hazards: [...hazards, ...existing.hazards, ...readHazards(table, parts)],
    planned: {
      table: index,
      source: { schema: table.schema, name: table.name },
      target,
      staging,
      ledger,
      columns,
      create: createStatements({ schema: target.schema, staging, ledger }, table, columns),
      publish: existing.publish,
      dropForeignKeys: [],
      addKeys: existing.publish === 'append' ? [] : addKeys(table, target),
      addForeignKeys: [],
      parts,
      batches: groupParts(parts.length).map((numbers, batch) => ({ batch, parts: numbers })),
    },
  };
}

function readHazards(table: Table, parts: PlannedTable['parts']): Hazard[] {
  const place = placeOf(table);
  const unreadable = table.heaps
    .filter((heap) => !heap.readable)
    .map((heap): Hazard => {
      const message = `no right to read it: GRANT SELECT ON ${placeOf(heap)}, and USAGE on its schema`;
      return { kind: 'UNREADABLE', policy: 'refuse', place, message };
    });
  const unsplit = parts
    .filter((part) => part.estimatedBytes > MOST_UNSPLIT_BYTES)
    .map((part): Hazard => {
      const size = `${Math.round(part.estimatedBytes / 1e9)} GB`;
      const message = `${size} that cannot be split, more than one Lambda can move in 15 minutes; read from PostgreSQL 14 or later, or leave it out`;
      return { kind: 'CANNOT_SPLIT', policy: 'refuse', place, message };
    });
  return [...unreadable, ...unsplit];
}

function collisionHazards(tables: readonly Table[]): Hazard[] {
  const collisions = clashes(tables, (table) => placeOf(targetName(table))).map((group): Hazard => {
    const names = group.map((table) => `"${table.schema}"."${table.name}"`).join(' and ');
    const message = `${names} are one name in Redshift, which folds to lower case; rename one`;
    return { kind: 'NAME_COLLISION', policy: 'refuse', place: group.map(placeOf).join(', '), message };
  });
  const unfit = tables.flatMap((table): Hazard[] => {
    const message = tooLong(foldName(table.name)) ?? tooLong(foldName(table.schema));
    return message === undefined ? [] : [{ kind: 'NAME_TOO_LONG', policy: 'refuse', place: placeOf(table), message }];
  });
  return [...collisions, ...unfit];
}

/** Foreign keys stand with whichever of their two tables is published later, those to drop with the earlier. */
function planKeys(
  input: PlanInput,
  sorted: readonly Table[],
  drafts: readonly Draft[],
  names: ReadonlyMap<string, { schema: string; name: string }>,
): { tables: PlannedTable[]; hazards: Hazard[] } {
  const indexOf = new Map(drafts.map(({ planned }) => [placeOf(planned.target), planned.table]));
  const fresh = (place: string): boolean => drafts[indexOf.get(place) ?? -1]?.planned.publish !== 'append';
  const replaced = (name: { schema: string; name: string }): boolean =>
    drafts[indexOf.get(placeOf(name)) ?? -1]?.planned.publish === 'replace';
  const targetOf = (source: { schema: string; name: string }) => names.get(placeOf(source));
  const add = sorted
    .filter((table) => fresh(placeOf(targetName(table))))
    .map((table) => addForeignKeys(table, targetOf));
  const drop = dropForeignKeys(input.target.tables, replaced);
  const at = ({ from, to }: { from: { schema: string; name: string }; to: { schema: string; name: string } }) =>
    [indexOf.get(placeOf(from)) ?? 0, indexOf.get(placeOf(to)) ?? 0] as const;
  const added = Map.groupBy(
    add.flatMap((one) => one.add),
    (key) => Math.max(...at(key)),
  );
  const dropped = Map.groupBy(drop.drop, (key) => Math.min(...at(key)));
  return {
    hazards: [...add.flatMap((one) => one.hazards), ...drop.hazards],
    tables: drafts.map(({ planned }) => ({
      ...planned,
      addForeignKeys: (added.get(planned.table) ?? []).map((key) => key.sql),
      dropForeignKeys: (dropped.get(planned.table) ?? []).map((key) => key.sql),
    })),
  };
}

/** Batch numbers follow the running order, so that a listing of the bucket reads like the run. */
function numberBatches(
  tables: readonly PlannedTable[],
  counts: readonly number[],
  chunkOf: readonly number[],
): { tables: PlannedTable[]; items: BatchItem[] } {
  const order = interleave(counts);
  const numbers = new Map(order.map(([table, batch], number) => [`${table}.${batch}`, number]));
  const numbered = tables.map((table) => ({
    ...table,
    batches: table.batches.map((batch) => ({ ...batch, batch: numbers.get(`${table.table}.${batch.batch}`) ?? 0 })),
  }));
  const items = order.map(([table, batch], number) => {
    const parts = tables[table]?.batches[batch]?.parts ?? [];
    return { batch: number, chunk: chunkOf[table] ?? 0, table, parts };
  });
  return { tables: numbered, items };
}

/** Which chunk each table is in, given their column counts. */
function chunkNumbers(columnCounts: readonly number[]): number[] {
  let chunk = 0;
  let tables = 0;
  let columns = 0;
  return columnCounts.map((count) => {
    if (tables > 0 && (tables >= TABLES_PER_CHUNK || columns + count > COLUMNS_PER_CHUNK)) {
      chunk += 1;
      tables = 0;
      columns = 0;
    }
    tables += 1;
    columns += count;
    return chunk;
  });
}

function publishItems(chunkOf: readonly number[]): PublishItem[] {
  const items: PublishItem[] = [];
  let first = 0;
  let tables = 0;
  for (const [chunk, members] of [...Map.groupBy(chunkOf, (chunk) => chunk)]) {
    if (tables > 0 && tables + members.length > TABLES_PER_PUBLISH) {
      items.push({ publish: items.length, first, last: chunk - 1 });
      first = chunk;
      tables = 0;
    }
    tables += members.length;
  }
  return chunkOf.length === 0 ? [] : [...items, { publish: items.length, first, last: chunkOf.at(-1) ?? 0 }];
}

function groupChunks(tables: readonly PlannedTable[], chunkOf: readonly number[], input: PlanInput): PlanChunk[] {
  // A schema that is there is not made again: that would want the right to make schemas.
  const there = new Set(input.target.schemas.map((schema) => schema.name));
  return [...Map.groupBy(tables, (table) => chunkOf[table.table] ?? 0)].map(([chunk, members]) => ({
    chunk,
    sentinel: input.sentinel,
    schemas: [...new Set(members.map((table) => table.target.schema))]
      .filter((schema) => !there.has(schema))
      .map((schema) => `CREATE SCHEMA IF NOT EXISTS ${identifier(schema)}`),
    tables: members,
  }));
}

function workersOf(input: PlanInput): { count: number; hazards: Hazard[] } {
  const { workers } = input.command.options;
  const free = input.capabilities.source.freeConnections;
  if (workers <= free) return { count: workers, hazards: [] };
  const count = Math.max(1, free);
  const message = `the source has ${free} connections left: ${count} workers instead of ${workers}`;
  return { count, hazards: [{ kind: 'FEWER_WORKERS', policy: 'report', place: null, message }] };
}

function runHazards(input: PlanInput, publish: readonly PublishItem[]): Hazard[] {
  const hazards: Hazard[] = [];
  if (input.capabilities.copy !== 'role') {
    const message =
      'COPY carries access keys, which Redshift keeps in its query log; a role (PGSHIFT_COPY_ROLE) does not';
    hazards.push({ kind: 'KEYS_IN_COPY', policy: 'report', place: null, message });
  }
  if (publish.length > 1) {
    const message = `more than ${TABLES_PER_PUBLISH} tables: they become live in ${publish.length} transactions`;
    hazards.push({ kind: 'PUBLISHED_IN_PARTS', policy: 'report', place: null, message });
  }
  return hazards;
}

/** What `strict` stops on: everything that is lost or left out, though not what the user asked for. */
const STRICT_KINDS: readonly Hazard['kind'][] = [
  'NARROWS',
  'LOSES_DETAIL',
  'TYPE_AS_TEXT',
  'DEFAULT_DROPPED',
  'LEFT_OUT',
  'NO_COLUMNS',
  'FOREIGN_KEY_DROPPED',
];

const strictly = (hazard: Hazard): Hazard =>
  STRICT_KINDS.includes(hazard.kind) ? { ...hazard, policy: 'refuse' } : hazard;
