// Command + catalogs + capabilities → plan. Everything the run will do is decided here, and nothing is done.

import type { Catalog, Table } from '../catalog/model.ts';
import type { LoadCommand } from '../command/model.ts';
import type { Capabilities } from '../dialect/capabilities.ts';
import type { BatchItem } from '../pipeline.ts';
import { groupParts, spread } from './batches.ts';
import { chunkNumbers, groupChunks, numberBatches, publishItems } from './chunks.ts';
import { meetExisting, type Occupied, occupied } from './existing.ts';
import { collisionHazards, readHazards, runHazards, strictly, workersFor } from './hazards.ts';
import { addKeys, planForeignKeys } from './keys.ts';
import type { Hazard, PlanChunk, PlannedTable, PlanSummary } from './model.ts';
import { byText, OWN_PREFIX, targetName } from './names.ts';
import { partsOf } from './parts.ts';
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

/** Decides everything. Hazards with policy `refuse` are in the summary; the caller stops on them. */
export function buildPlan(input: PlanInput): Plan {
  const { options } = input.command;
  const selection = selectTables(input.source, options);
  const sorted = selection.tables.toSorted((a, b) => sizeOf(b) - sizeOf(a) || byText(placeOf(a), placeOf(b)));
  const there = occupied(input.target);
  const drafts = sorted.map((table, index) => draftTable(input, there, table, index));
  const keyed = planForeignKeys(
    sorted,
    drafts.map((draft) => draft.planned),
    input.target.tables,
  );
  const chunkOf = chunkNumbers(keyed.planned.map((table) => table.columns.length));
  const publish = publishItems(chunkOf);
  const { tables, items } = numberBatches(keyed.planned, chunkOf);
  const workers = workersFor(options.workers, input.capabilities.source.freeConnections);
  const mostParts = items.reduce((most, item) => Math.max(most, item.parts.length), 1);
  const [batchesAtOnce, partsAtOnce] = spread(workers.count, mostParts, options.concurrency);
  const hazards = [
    ...selection.hazards,
    ...collisionHazards(sorted),
    ...drafts.flatMap((draft) => draft.hazards),
    ...keyed.hazards,
    ...workers.hazards,
    ...runHazards(input.capabilities.copy, publish),
  ];
  const chunks = groupChunks(tables, chunkOf, input.sentinel, new Set(input.target.schemas.map(({ name }) => name)));
  return {
    items,
    chunks,
    summary: {
      run: input.run,
      source: `${input.capabilities.source.label}, database ${input.capabilities.source.database}`,
      target: `${input.capabilities.target.label}, database ${input.capabilities.target.database}`,
      sentinel: input.sentinel,
      hazards: options.strict ? hazards.map(strictly) : hazards,
      tables: tables.map((table, index) => shorten(table, chunkOf[index] ?? 0, sorted[index])),
      chunks: chunks.length,
      publish,
      batchesAtOnce,
      partsAtOnce,
      batches: items.length,
    },
  };
}

function shorten(table: PlannedTable, chunk: number, source: Table | undefined): PlanSummary['tables'][number] {
  return {
    table: table.table,
    chunk,
    source: placeOf(table.source),
    target: placeOf(table.target),
    parts: table.parts.length,
    batches: table.batches.length,
    estimatedRows: (source?.heaps ?? []).reduce((sum, heap) => sum + Math.max(0, heap.estimatedRows), 0),
    estimatedBytes: table.parts.reduce((sum, part) => sum + part.estimatedBytes, 0),
  };
}

const sizeOf = (table: Table): number => table.heaps.reduce((sum, heap) => sum + heap.bytes, 0);

interface Draft {
  readonly planned: PlannedTable;
  readonly hazards: readonly Hazard[];
}

function draftTable(input: PlanInput, there: Occupied, table: Table, index: number): Draft {
  const target = targetName(table);
  const { columns, hazards } = planColumns(table);
  const existing = meetExisting(target, columns, there, input.command.options.includeDrop);
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
