// Command + catalogs + capabilities → plan. Everything the run will do is decided here, and nothing is done.

import type { Dialect, Table } from '../catalog/model.ts';
import type { BatchItem, PublishItem } from '../pipeline.ts';
import { HOLDERS, keepsSnapshot } from '../snapshot.ts';
import { blocksTable } from '../sql/blocks.ts';
import { hiddenPolicies } from './attached.ts';
import { spread } from './batches.ts';
import { castHazards } from './cast-hazards.ts';
import { chunkNumbers, groupChunks, numberBatches, publishItems } from './chunks.ts';
import { clauseHazards } from './clauses.ts';
import { type Clearing, clearSchemas } from './clear-schema.ts';
import type { DraftTable } from './draft.ts';
import { occupied } from './existing.ts';
import { collisionHazards, runHazards, schemaHazards, strictly, workersFor } from './hazards.ts';
import type { PlanInput } from './input.ts';
import { draftIntoPostgresql } from './into-postgresql/draft.ts';
import { postgresqlForeignKeys } from './into-postgresql/foreign-keys.ts';
import { planViews, withViews } from './into-postgresql/views.ts';
import { draftIntoRedshift } from './into-redshift.ts';
import { groupItems } from './items.ts';
import { type ForeignKeyRules, planForeignKeys, redshiftForeignKeys } from './keys.ts';
import type { Hazard, PlanChunk, PlannedTable, PlanSummary } from './model.ts';
import { byText, placeOf, targetNames } from './names.ts';
import { pieceBounds, pieceHazards } from './pieces.ts';
import { placeTables } from './place.ts';
import { capitalHazards, isSizedTable, oneItem, planMoment, unloadHazards } from './redshift-source.ts';
import { selectTables, viewsToMake } from './select.ts';

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
  const holders = keepsSnapshot(options, dialect) ? HOLDERS : 0;
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
    ...schemaHazards(placesOf(tables), existingSchemas, command),
    ...hiddenPolicies(target, tables.filter(({ publish }) => publish === 'replace').length),
    ...workers.hazards,
    ...pieceHazards(options.schemaOnly ? [] : short, pieceBounds(options)),
    ...(dialect === 'redshift' ? decided.sources.flatMap((table) => capitalHazards(table, command.settings)) : []),
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
      ...shortViews(tables),
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

/** What becomes of a table, by the kind of the target. */
const DRAFT: Readonly<Record<Dialect, (input: PlanInput) => DraftTable>> = {
  redshift: draftIntoRedshift,
  postgresql: draftIntoPostgresql,
};

const FOREIGN_KEYS: Readonly<Record<Dialect, (input: PlanInput) => ForeignKeyRules>> = {
  redshift: redshiftForeignKeys,
  postgresql: postgresqlForeignKeys,
};

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
  const names = targetNames(command, input.capabilities.target.dialect);
  const views = options.createViews ? viewsToMake(input.source, command) : [];
  const placement = placeTables(largestFirst, command, names, views);
  const targets = placement.tables.map((placed) => placed.target);
  const clearing = clearSchemas(target, targets, options.dropSchema);
  const there = occupied(clearing.left);
  const draftTable = DRAFT[input.capabilities.target.dialect](input);
  const drafts = placement.tables.map((placed, index) => draftTable(there, placed, index, names.style));
  const drafted = drafts.map((draft) => draft.planned);
  const keyed = planForeignKeys(
    largestFirst,
    drafted,
    clearing.left.tables,
    FOREIGN_KEYS[input.capabilities.target.dialect](input),
  );
  const plannedViews = planViews({ input, tables: largestFirst, drafts, names, there });
  return {
    sources: largestFirst,
    planned: withViews(withClearing(keyed.planned, clearing), plannedViews),
    hazards: [
      ...selection.hazards,
      ...placement.hazards,
      ...castHazards(command.casts, new Set(drafts.flatMap((draft) => draft.usedCasts))),
      ...collisionHazards(placement.tables, names),
      ...clearing.hazards,
      ...drafts.flatMap((draft) => draft.hazards),
      ...keyed.hazards,
      ...plannedViews.hazards,
    ],
  };
}

/** Blocks are run by prepare and publish, which need a chunk for it. */
function publishItemsFor(chunkOf: readonly number[], blocks: boolean, tableByTable: boolean): PublishItem[] {
  return chunkOf.length === 0 && blocks ? [{ publish: 0, first: 0, last: 0 }] : publishItems(chunkOf, tableByTable);
}

function shortViews(tables: readonly PlannedTable[]): Pick<PlanSummary, 'views'> {
  const views = tables.flatMap(({ table, postgresql }) =>
    (postgresql?.views ?? []).map(({ target }) => ({ view: placeOf(target), after: table })),
  );
  return views.length === 0 ? {} : { views };
}

/** Everything that stands in a schema. */
const placesOf = (tables: readonly PlannedTable[]): Pick<PlannedTable, 'target'>[] => [
  ...tables,
  ...tables.flatMap(({ postgresql }) => postgresql?.views ?? []),
];

/** None of them is made. */
const allSchemas = (tables: readonly PlannedTable[]): ReadonlySet<string> =>
  new Set(tables.map((table) => table.target.schema));

/** What a schema holds besides goes with the first of its tables. */
function withClearing(tables: readonly PlannedTable[], { statements, views }: Clearing): PlannedTable[] {
  const done = new Set<string>();
  return tables.map((table) => {
    const { schema } = table.target;
    const mine = done.has(schema) ? [] : (statements.get(schema) ?? []);
    done.add(schema);
    if (mine.length === 0) return table;
    const cleared = views.filter((view) => view.schema === schema);
    return { ...table, clearSchema: mine, ...(cleared.length === 0 ? {} : { clearedViews: cleared }) };
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
