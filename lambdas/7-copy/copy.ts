// Batches, one after the other: objects → staging table, once. Each COPY is one transaction with the check of its count and
// the ledger's row; a retry finds the row and does nothing.

import pMap from 'p-map';
import { artifactKeys } from '../../core/artifacts.ts';
import type { Dialect } from '../../core/catalog/model.ts';
import type { LoadCommand } from '../../core/command/model.ts';
import { addSums, NO_SUMS, type Sums } from '../../core/compare/model.ts';
import { PgshiftError, tooManyRejects } from '../../core/errors.ts';
import type { StepInput, StepOutput, WrittenPart } from '../../core/pipeline.ts';
import type { PlanChunk, PlannedTable } from '../../core/plan/model.ts';
import type { Ports } from '../../core/ports.ts';
import type { BatchRecord, ReplacedValues } from '../../core/report/model.ts';
import { replacedInBatch } from '../../core/report/replaced.ts';
import type { Replaced } from '../../core/sql/guards.ts';
import { MOST_ERRORS } from '../../core/sql/redshift/copy-in.ts';
import { SPARE_MS } from '../../core/sql/session.ts';
import { connectToTarget } from '../target-session.ts';
import { loadOnce as intoPostgresql } from './into-postgresql/load-once.ts';
import { loadOnce as intoRedshift } from './into-redshift/load-once.ts';
import { type Load, type Loaded, type Loading, type LoadOnce, loadsOf, nameOf, sum } from './loads.ts';

/** `maxErrors` is Redshift's, but for tests. */
export async function copy(
  ports: Ports,
  input: StepInput<'copy'>,
  { maxErrors = MOST_ERRORS } = {},
): Promise<StepOutput<'copy'>> {
  const { run } = input;
  const command = await ports.store.getJson<LoadCommand>(artifactKeys.command(run));
  const chunk = await ports.store.getJson<PlanChunk>(artifactKeys.planChunk(run, input.chunk));
  const written = Map.groupBy(
    input.reads.flatMap((read) => read.written),
    (part) => part.batch,
  );
  const records: BatchRecord[] = [];
  const [number = 0] = written.keys();
  const writing = { run, step: 'copy', number, attempt: input.attempt, command };
  const { session, dialect } = await connectToTarget(ports, writing);
  try {
    const { onError, maxRejects } = command.options;
    const loading = { ports, session, dialect, run, sentinels: chunk.sentinels, onError, maxErrors };
    for (const [batch, parts] of written) {
      if (records.length > 0) expectTime(ports, `Batch ${batch} and those after it are not loaded yet.`);
      const table = findTable(chunk, parts);
      const record = await copyBatch(loading, table, { batch, written: parts });
      records.push(record);
      if (maxRejects !== undefined && record.rejected > maxRejects) {
        throw tooManyRejects(`Batch ${batch} of ${nameOf(table)} alone has ${record.rejected}`, maxRejects);
      }
    }
  } finally {
    await session.close();
    const [first] = records;
    // An attempt of its own each: one that was given up, and breaks off later, takes nothing away from what its retry tells.
    const key = first && artifactKeys.batchRecord(run, first.batch, input.attempt ?? 0);
    if (key !== undefined) await ports.store.putJson(key, records);
  }
  return { batches: records.length, rows: sum(records, ({ rows }) => rows) };
}

/** One load, once however often it is tried, by the kind of the target. */
const LOAD_ONCE: Readonly<Record<Dialect, LoadOnce>> = {
  redshift: intoRedshift,
  postgresql: intoPostgresql,
};

/** What Extract wrote of one batch. */
interface WrittenBatch {
  readonly batch: number;
  readonly written: readonly WrittenPart[];
}

function findTable(chunk: PlanChunk, [first]: readonly WrittenPart[]): PlannedTable {
  const table = chunk.tables.find((candidate) => candidate.table === first?.table);
  if (table) return table;
  throw new PgshiftError('Unexpected', `The plan has no table ${first?.table} in chunk ${chunk.chunk}.`);
}

async function copyBatch(loading: Loading, table: PlannedTable, batch: WrittenBatch): Promise<BatchRecord> {
  const { ports } = loading;
  const startedAt = ports.now();
  const loads = await loadsOf(ports.store, batch, table);
  const loaded: Loaded[] = [];
  for (const load of loads) {
    if (load.piece > 1)
      expectTime(ports, `Batch ${load.batch} of ${nameOf(table)} is loaded up to piece ${load.piece - 1}.`);
    loaded.push(await LOAD_ONCE[loading.dialect](loading, load));
  }
  const replaced = await replacedValues(ports, batch, table);
  const sums = await sumsOfBatch(ports, batch);
  const record = recordOf(batch, table, loads, loaded, startedAt, ports.now());
  return { ...record, replaced, ...(sums === undefined ? {} : { sums }) };
}

/** Time that one more COPY must find: those of small tables and of bounded pieces take seconds. */
const COPY_MS = 60_000;

/** The next attempt goes on with what is not in the ledger. */
function expectTime(ports: Ports, reached: string): void {
  if (ports.remaining() < SPARE_MS + COPY_MS) throw new PgshiftError('Unfinished', reached);
}

/** What extract put in the place of values that Redshift refuses or alters. */
async function replacedValues(
  { store }: Ports,
  { written }: WrittenBatch,
  { columns }: PlannedTable,
): Promise<ReplacedValues[]> {
  const keys = written.flatMap(({ replaced }) => replaced ?? []);
  const counts = await pMap(keys, (key) => store.getJson<Replaced[]>(key), { concurrency: 16 });
  return replacedInBatch(counts.flat(), columns);
}

/** Over all that extract read of the batch, where sums are compared. */
async function sumsOfBatch({ store }: Ports, { written }: WrittenBatch): Promise<Sums | undefined> {
  const keys = written.flatMap(({ sums }) => sums ?? []);
  if (keys.length === 0) return undefined;
  const parts = await pMap(keys, (key) => store.getJson<Sums>(key), { concurrency: 16 });
  return parts.reduce(addSums, NO_SUMS);
}

function recordOf(
  { batch, written }: WrittenBatch,
  { table }: PlannedTable,
  loads: readonly Load[],
  loaded: readonly Loaded[],
  startedAt: number,
  endedAt: number,
): BatchRecord {
  return {
    batch,
    table,
    rows: sum(loaded, ({ rows }) => rows),
    rejected: sum(loaded, ({ rejected }) => rejected),
    cuts: loaded.flatMap(({ cut }) => cut ?? []),
    csvBytes: sum(written, (part) => part.csvBytes),
    objects: sum(loads, (load) => load.objects.length),
    startedAt: Math.min(startedAt, ...written.map((part) => part.startedAt)),
    endedAt,
    readMilliseconds: sum(written, (part) => part.endedAt - part.startedAt),
    writeMilliseconds: endedAt - startedAt,
  };
}
