// The plan in slices: which tables one prepare makes, which one publish makes live, and in what order batches run.

import type { PublishItem } from '../pipeline.ts';
import { identifier } from '../sql/quote.ts';
import { interleave } from './batches.ts';
import type { Running } from './items.ts';
import type { PlanChunk, PlannedTable, Sentinels } from './model.ts';
import type { Name } from './names.ts';

/** DDL goes about a hundred tables a transaction: Redshift's commits are dear, and a chunk is one object to read. */
const TABLES_PER_CHUNK = 100;
/** At some 250 bytes of JSON a column, a chunk stays near 1 MB. */
const COLUMNS_PER_CHUNK = 5_000;
/** Up to here all tables become live in one transaction: some 3,000 statements, under a minute. */
export const TABLES_PER_PUBLISH = 500;

/** Batch numbers follow the running order, so that a listing of the bucket reads like the run. */
export function numberBatches(
  tables: readonly PlannedTable[],
  chunkOf: readonly number[],
  isSized: (table: number) => boolean,
): { tables: PlannedTable[]; running: Running[] } {
  const order = interleave(tables.map((table) => table.batches.length));
  const numbers = new Map(order.map(([table, batch], number) => [`${table}.${batch}`, number]));
  const numbered = tables.map((table) => ({
    ...table,
    batches: table.batches.map((batch) => ({ ...batch, batch: numbers.get(`${table.table}.${batch.batch}`) ?? 0 })),
  }));
  const running = order.map(([table, batch], number): Running => {
    const planned = tables[table];
    const parts = (planned?.batches[batch]?.parts ?? []).flatMap((part) => planned?.parts[part] ?? []);
    return {
      chunk: chunkOf[table] ?? 0,
      parts: parts.map(({ part }) => ({ batch: number, table, part })),
      // Each piece is a COPY, however small it is.
      bytes:
        isSized(table) && planned?.pieces === undefined
          ? parts.reduce((sum, part) => sum + part.estimatedBytes, 0)
          : undefined,
    };
  });
  return { tables: numbered, running };
}

/** Which chunk each table is in, given their column counts. */
export function chunkNumbers(columnCounts: readonly number[]): number[] {
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

/** As few publish transactions as their limit allows, each of whole chunks; or a chunk each, where each table has its own. */
export function publishItems(chunkOf: readonly number[], tableByTable = false): PublishItem[] {
  if (tableByTable) return [...new Set(chunkOf)].map((chunk) => ({ publish: chunk, first: chunk, last: chunk }));
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

/** The chunks, with the schemas that the target (`existing`) does not have yet, and the table of blocks that ran. */
export function groupChunks(
  tables: readonly PlannedTable[],
  chunkOf: readonly number[],
  sentinels: Sentinels,
  existing: ReadonlySet<string>,
  blocks: Name | undefined,
): PlanChunk[] {
  const shared = { sentinels, ...(blocks === undefined ? {} : { blocks }) };
  // Blocks run where there is nothing to load as well.
  if (tables.length === 0 && blocks !== undefined) return [{ chunk: 0, ...shared, schemas: [], tables: [] }];
  return [...Map.groupBy(tables, (table) => chunkOf[table.table] ?? 0)].map(([chunk, members]) => ({
    chunk,
    ...shared,
    schemas: [...new Set(members.map((table) => table.target.schema))]
      // A schema that is there is not made again: that would want the right to make schemas.
      .filter((schema) => !existing.has(schema))
      .map((schema) => `CREATE SCHEMA IF NOT EXISTS ${identifier(schema)}`)
      .concat([...new Set(members.flatMap(({ postgresql }) => postgresql?.setup ?? []))]),
    tables: members,
  }));
}
