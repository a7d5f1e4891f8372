// One batch: objects → staging table, once. Each COPY of it is one transaction with the check of its count and the
// ledger's row; a retry finds the row and does nothing.

import pMap from 'p-map';
import { artifactKeys } from '../../core/artifacts.ts';
import type { LoadCommand } from '../../core/command/model.ts';
import { PgshiftError, tooManyRejects } from '../../core/errors.ts';
import type { StepInput, StepOutput } from '../../core/pipeline.ts';
import type { PlanChunk, PlannedTable } from '../../core/plan/model.ts';
import type { Ports } from '../../core/ports.ts';
import type { BatchRecord, ReplacedValues } from '../../core/report/model.ts';
import { replacedInBatch } from '../../core/report/replaced.ts';
import { MOST_ERRORS } from '../../core/sql/copy-in.ts';
import type { Replaced } from '../../core/sql/guards.ts';
import { applicationName, SPARE_MS, statementTimeoutMs } from '../../core/sql/session.ts';
import { settingsForTarget } from '../../core/sql/settings.ts';
import { type Loaded, loadOnce } from './load-once.ts';
import { type Load, loadsOf, nameOf, sum } from './loads.ts';

/** `maxErrors` is Redshift's, but for tests. */
export async function copy(
  ports: Ports,
  input: StepInput<'copy'>,
  { maxErrors = MOST_ERRORS } = {},
): Promise<StepOutput<'copy'>> {
  const { run, batch } = input;
  const startedAt = ports.now();
  const command = await ports.store.getJson<LoadCommand>(artifactKeys.command(run));
  const chunk = await ports.store.getJson<PlanChunk>(artifactKeys.planChunk(run, input.chunk));
  const table = chunk.tables.find((candidate) => candidate.table === input.table);
  if (!table) throw new PgshiftError('Unexpected', `The plan has no table ${input.table} in chunk ${input.chunk}.`);
  const loads = await loadsOf(ports.store, input, table);
  const loaded: Loaded[] = [];
  const session = await ports.connect(command.target, {
    applicationName: applicationName(run, 'copy'),
    statementTimeoutMs: statementTimeoutMs(ports.remaining()),
  });
  try {
    const settings = settingsForTarget(command.settings);
    if (settings !== '') await session.run(settings);
    const { onError } = command.options;
    const loading = { ports, session, run, sentinels: chunk.sentinels, onError, maxErrors };
    for (const load of loads) {
      if (load.piece > 1) expectTime(ports, load);
      loaded.push(await loadOnce(loading, load));
    }
  } finally {
    await session.close();
  }
  const replaced = await replacedValues(ports, input, table);
  const record: BatchRecord = { ...recordOf(input, loads, loaded, startedAt, ports.now()), replaced };
  await ports.store.putJson(artifactKeys.batchRecord(run, batch), record);
  const { maxRejects } = command.options;
  if (maxRejects !== undefined && record.rejected > maxRejects) {
    throw tooManyRejects(`Batch ${batch} of ${nameOf(table)} alone has ${record.rejected}`, maxRejects);
  }
  return { batch, rows: record.rows };
}

/** Time that one more piece must find: a COPY of a bounded piece takes seconds. */
const PIECE_MS = 60_000;

/** The next attempt goes on with the first piece that is not in the ledger. */
function expectTime(ports: Ports, { table, batch, piece }: Load): void {
  if (ports.remaining() < SPARE_MS + PIECE_MS) {
    throw new PgshiftError('Unfinished', `Batch ${batch} of ${nameOf(table)} is loaded up to piece ${piece - 1}.`);
  }
}

/** What extract put in the place of values that Redshift refuses or alters. */
async function replacedValues(
  { store }: Ports,
  { written }: StepInput<'copy'>,
  { columns }: PlannedTable,
): Promise<ReplacedValues[]> {
  const keys = written.flatMap(({ replaced }) => replaced ?? []);
  const counts = await pMap(keys, (key) => store.getJson<Replaced[]>(key), { concurrency: 16 });
  return replacedInBatch(counts.flat(), columns);
}

function recordOf(
  { batch, table, written }: StepInput<'copy'>,
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
