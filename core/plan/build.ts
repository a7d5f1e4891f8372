// Command + catalogs + capabilities → plan. Everything the run will do is decided here, and nothing is done.

import { REDSHIFT_TO_REDSHIFT } from '../cast/redshift-to-redshift.ts';
import type { Catalog, Dialect, Layout, Table } from '../catalog/model.ts';
import type { LoadCommand } from '../command/model.ts';
import type { Capabilities } from '../dialect/capabilities.ts';
import type { BatchItem, PublishItem } from '../pipeline.ts';
import { HOLDERS, wantsSnapshot } from '../snapshot.ts';
import { blocksTable } from '../sql/blocks.ts';
import { identifier } from '../sql/quote.ts';
import { attachedHazards, hiddenPolicies } from './attached.ts';
import { groupParts, spread } from './batches.ts';
import { castHazards } from './cast-hazards.ts';
import { chunkNumbers, groupChunks, numberBatches, publishItems } from './chunks.ts';
import { clauseHazards } from './clauses.ts';
import { clearSchemas } from './clear-schema.ts';
import { meetExisting, type Occupied, occupied } from './existing.ts';
import { guardColumns } from './guards.ts';
import { collisionHazards, readHazards, runHazards, schemaHazards, strictly, workersFor } from './hazards.ts';
import { inherit } from './inherit.ts';
import { groupItems } from './items.ts';
import { addKeys, isFresh, planForeignKeys } from './keys.ts';
import type { Hazard, PlanChunk, PlannedColumn, PlannedTable, PlanSummary, Sentinels } from './model.ts';
import { byText, keyOf, type NameStyle, nameStyle, OWN_PREFIX, placeOf } from './names.ts';
import { partsOf } from './parts.ts';
import { partBounds, pieceBounds, pieceHazards } from './pieces.ts';
import { type PlacedTable, placeTables } from './place.ts';
import { guardRedshiftColumns } from './redshift-guards.ts';
import { isSizedTable, oneItem, planMoment, planRoad, unloadHazards } from './redshift-source.ts';
import { planLongRow } from './row-guard.ts';
import { selectTables } from './select.ts';
import { tableStorage } from './storage.ts';
import { createStatements, planColumns } from './table.ts';

export interface PlanInput {
  readonly run: string;
  readonly command: LoadCommand;
  readonly source: Catalog;
  readonly target: Catalog;
  readonly capabilities: Capabilities;
  /** Random, so that no row holds them. */
  readonly sentinels: Sentinels;
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
  const { command, target, capabilities } = input;
  const { options } = command;
  const decided = decideTables(input);
  const chunkOf = chunkNumbers(decided.planned.map((table) => table.columns.length));
  const blocks = blocksTable(command, input.token);
  const publish = publishItemsFor(chunkOf, blocks !== undefined, options.publishTableByTable);
  const { tables, running } = numberBatches(decided.planned, chunkOf, (table) =>
    isSized(decided.sources[table], capabilities.source.dialect),
  );
  const { dialect, unload } = capabilities.source;
  const holders = wantsSnapshot(options) && dialect === 'postgresql' ? HOLDERS : 0;
  const workers = workersFor(options.workers, capabilities.source.freeConnections, holders);
  const moment = dialect === 'redshift' ? planMoment(decided.sources, new Set(chunkOf).size, { options }) : undefined;
  const grouped = groupItems(running, workers.count);
  const items = moment?.reading.together === true ? oneItem(grouped) : grouped;
  const mostReads = items.reduce((most, item) => Math.max(most, item.reads.length), 1);
  const [batchesAtOnce, partsAtOnce] = spread(workers.count, mostReads, options.concurrency);
  const short = tables.map((table, index) => shorten(table, chunkOf[index] ?? 0, decided.sources[index]));
  const existingSchemas = new Set(target.schemas.map(({ name }) => name));
  const hazards = [
    ...clauseHazards(command, capabilities.target.dialect, dialect),
    ...decided.hazards,
    ...schemaHazards(tables, existingSchemas, command),
    ...hiddenPolicies(target, tables.filter(({ publish }) => publish === 'replace').length),
    ...workers.hazards,
    ...pieceHazards(options.schemaOnly ? [] : short, pieceBounds(options)),
    ...(moment === undefined ? [] : [...moment.hazards, ...unloadHazards({ options, unload })]),
    ...runHazards(capabilities.copy, options.publishTableByTable ? [] : publish),
  ];
  const made = options.createSchemas && !options.dataOnly ? existingSchemas : allSchemas(tables);
  const chunks = groupChunks(tables, chunkOf, input.sentinels, made, blocks);
  const reading = moment === undefined ? {} : { redshift: moment.reading };
  return {
    items,
    chunks: chunks.map((chunk) => ({ ...chunk, ...reading })),
    summary: {
      run: input.run,
      source: `${capabilities.source.label}, database ${capabilities.source.database}`,
      target: `${capabilities.target.label}, database ${capabilities.target.database}`,
      ...reading,
      hazards: options.strict ? hazards.map(strictly) : hazards,
      tables: short,
      chunks: chunks.length,
      publish,
      batchesAtOnce,
      partsAtOnce,
      batches: running.length,
    },
  };
}

/** A query's answer and a foreign table may be of any size. */
const isSized = (table: Table | undefined, dialect: Dialect): boolean =>
  table !== undefined &&
  table.query === undefined &&
  table.heaps.every((heap) => heap.foreign !== true) &&
  (dialect === 'postgresql' || isSizedTable(table));

interface Decided {
  /** The tables of the source, largest first, and what becomes of each. */
  readonly sources: readonly Table[];
  readonly planned: readonly PlannedTable[];
  readonly hazards: readonly Hazard[];
}

/** Which tables take part, what each is in the target, and how it meets what the target has. */
function decideTables(input: PlanInput): Decided {
  const { command, target } = input;
  const { options } = command;
  const selection = selectTables(input.source, command);
  const largestFirst = selection.tables.toSorted((a, b) => sizeOf(b) - sizeOf(a) || byText(placeOf(a), placeOf(b)));
  const placement = placeTables(largestFirst, command);
  const targets = placement.tables.map((placed) => placed.target);
  const clearing = clearSchemas(target, targets, options.dropSchema);
  const there = occupied(clearing.left);
  const style = nameStyle(options.identifiers);
  const drafts = placement.tables.map((placed, index) => draftTable(input, there, placed, index, style));
  const drafted = drafts.map((draft) => draft.planned);
  const keyed = planForeignKeys(largestFirst, drafted, clearing.left.tables, {
    wanted: options.foreignKeys,
    trusted: input.capabilities.source.dialect === 'redshift',
  });
  return {
    sources: largestFirst,
    planned: withClearing(keyed.planned, clearing.statements),
    hazards: [
      ...selection.hazards,
      ...placement.hazards,
      ...castHazards(command.casts, new Set(drafts.flatMap((draft) => draft.usedCasts))),
      ...collisionHazards(placement.tables),
      ...clearing.hazards,
      ...drafts.flatMap((draft) => draft.hazards),
      ...keyed.hazards,
    ],
  };
}

/** Blocks are run by prepare and publish, which need a chunk for it. */
function publishItemsFor(chunkOf: readonly number[], blocks: boolean, tableByTable: boolean): PublishItem[] {
  return chunkOf.length === 0 && blocks ? [{ publish: 0, first: 0, last: 0 }] : publishItems(chunkOf, tableByTable);
}

/** None of them is made. */
const allSchemas = (tables: readonly PlannedTable[]): ReadonlySet<string> =>
  new Set(tables.map((table) => table.target.schema));

/** What a schema holds besides goes with the first of its tables. */
function withClearing(
  tables: readonly PlannedTable[],
  statements: ReadonlyMap<string, readonly string[]>,
): PlannedTable[] {
  const done = new Set<string>();
  return tables.map((table) => {
    const { schema } = table.target;
    const mine = done.has(schema) ? [] : (statements.get(schema) ?? []);
    done.add(schema);
    return mine.length === 0 ? table : { ...table, clearSchema: mine };
  });
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
  readonly usedCasts: readonly number[];
}

function draftTable(input: PlanInput, there: Occupied, placed: PlacedTable, index: number, style: NameStyle): Draft {
  const { command, capabilities } = input;
  const { table, target } = placed;
  const fromRedshift = capabilities.source.dialect === 'redshift';
  const wished = planColumns(table, style, command, fromRedshift ? REDSHIFT_TO_REDSHIFT : undefined);
  const existing = meetExisting(target, wished.columns, there, command);
  const guarded = fromRedshift
    ? guardRedshiftColumns(placeOf(table), existing.columns, wished.casted, command.options)
    : guardColumns(placeOf(table), existing.columns, wished.casted, {
        options: command.options,
        utf8: (input.source.encoding ?? 'UTF8') === 'UTF8',
      });
  const { columns } = guarded;
  const longRow = fromRedshift ? undefined : planLongRow(columns, command.options);
  const { options } = command;
  const wanted = { options, unload: capabilities.source.unload };
  const road = fromRedshift ? planRoad(table, columns, wished.casted, wanted) : undefined;
  const met = there.tables.get(keyOf(target));
  const layout = existing.publish === 'replace' ? met?.layout : undefined;
  const inherited = inherit(placed.storage, layout ?? layoutOf(table, columns), columns, placeOf(target));
  const kept = tableStorage(inherited.storage, columns, placeOf(table), identifier);
  const read = command.options.schemaOnly ? [] : partsOf(table, capabilities.source.major, partBounds(command.options));
  const pieces = pieceBounds(command.options);
  const fresh = isFresh(existing.publish);
  const keys = fresh ? addKeys(table, { target, columns }) : { statements: [], hazards: [] };
  const staging = `${OWN_PREFIX}${input.token}_${index}`;
  const ledger = `${staging}_ledger`;
  const create = createStatements({ schema: target.schema, staging, ledger }, table, columns, kept.storage);
  return {
    usedCasts: [...wished.usedCasts, ...guarded.usedCasts],
    hazards: [
      ...wished.hazards,
      ...existing.hazards,
      ...(met === undefined ? [] : attachedHazards(met, existing.publish)),
      ...inherited.hazards,
      ...guarded.hazards,
      ...kept.hazards,
      ...(fresh ? [] : ignoredStorage(placed)),
      ...keys.hazards,
      ...readHazards(table, read),
      ...(road?.hazards ?? []),
    ],
    planned: {
      table: index,
      source: { schema: table.schema, name: table.name },
      target,
      staging,
      ledger,
      columns,
      create: [...existing.proof, ...create],
      publish: existing.publish,
      dropForeignKeys: [],
      addKeys: keys.statements,
      addForeignKeys: [],
      ...(longRow === undefined ? {} : { longRow }),
      ...(road === undefined ? {} : { redshift: road.road }),
      parts: read,
      ...(pieces === undefined ? {} : { pieces }),
      batches: groupParts(read.length, pieces !== undefined).map((numbers, batch) => ({ batch, parts: numbers })),
    },
  };
}

/** How a Redshift source keeps the table, by the names that its columns get. */
function layoutOf({ layout }: Table, columns: readonly PlannedColumn[]): Layout | undefined {
  if (layout === undefined) return undefined;
  const named = (name: string): string => columns.find(({ source }) => source === name)?.target ?? name;
  return {
    ...layout,
    ...(layout.distKey === undefined ? {} : { distKey: named(layout.distKey) }),
    sortKey: layout.sortKey.map(named),
    encodings: layout.encodings.map(({ column, encoding }) => ({ column: named(column), encoding })),
  };
}

/** A table that is only filled keeps the distribution it has. */
function ignoredStorage({ target, storage }: PlacedTable): Hazard[] {
  if (Object.keys(storage).length === 0) return [];
  const message = 'the table is there and stays as it is: what SET or DISTRIBUTE says of its keys does nothing';
  return [{ kind: 'STORAGE_IGNORED', policy: 'report', place: placeOf(target), message }];
}
