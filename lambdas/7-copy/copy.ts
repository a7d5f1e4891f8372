// One batch: objects → staging table, once. Each COPY of it is one transaction with the check of its count and the
// ledger's row; a retry finds the row and does nothing.

import { artifactKeys } from '../../core/artifacts.ts';
import type { LoadCommand } from '../../core/command/model.ts';
import { PgshiftError } from '../../core/errors.ts';
import type { StepInput, StepOutput } from '../../core/pipeline.ts';
import type { PlanChunk } from '../../core/plan/model.ts';
import type { Ports, Session } from '../../core/ports.ts';
import type { BatchRecord } from '../../core/report/model.ts';
import { applicationName, SPARE_MS } from '../../core/sql/session.ts';
import { settingsForTarget } from '../../core/sql/settings.ts';
import { loadOnce } from './load-once.ts';
import { type Load, loadsOf, nameOf, sum } from './loads.ts';

/** Another batch of this table may hold the lock for minutes: Step Functions waits for less money than a Lambda. */
const LOCK_MS = 5_000;

export async function copy(ports: Ports, input: StepInput<'copy'>): Promise<StepOutput<'copy'>> {
  const { run, batch } = input;
  const startedAt = ports.now();
  const command = await ports.store.getJson<LoadCommand>(artifactKeys.command(run));
  const chunk = await ports.store.getJson<PlanChunk>(artifactKeys.planChunk(run, input.chunk));
  const table = chunk.tables.find((candidate) => candidate.table === input.table);
  if (!table) throw new PgshiftError('Unexpected', `The plan has no table ${input.table} in chunk ${input.chunk}.`);
  const rows = sum(input.written, (part) => part.rows);
  const loads = await loadsOf(ports.store, input, table);
  const session = await ports.connect(command.target, {
    applicationName: applicationName(run, 'copy'),
    statementTimeoutMs: LOCK_MS,
  });
  try {
    const settings = settingsForTarget(command.settings);
    if (settings !== '') await session.run(settings);
    for (const load of loads) {
      if (load.piece > 1) await readyForNext(ports, session, load);
      await loadOnce({ ports, session, run, sentinels: chunk.sentinels }, load);
    }
  } finally {
    await session.close();
  }
  const objects = sum(loads, (load) => load.objects.length);
  await ports.store.putJson(
    artifactKeys.batchRecord(run, batch),
    recordOf(input, rows, objects, startedAt, ports.now()),
  );
  return { batch, rows };
}

/** Time that one more piece must find: a COPY of a bounded piece takes seconds. */
const PIECE_MS = 60_000;

/** The next attempt goes on with the first piece that is not in the ledger. */
async function readyForNext(ports: Ports, session: Session, { table, batch, piece }: Load): Promise<void> {
  if (ports.remaining() < SPARE_MS + PIECE_MS) {
    throw new PgshiftError('Unfinished', `Batch ${batch} of ${nameOf(table)} is loaded up to piece ${piece - 1}.`);
  }
  await session.run(`SET statement_timeout TO ${LOCK_MS}`);
}

function recordOf(
  input: StepInput<'copy'>,
  rows: number,
  objects: number,
  startedAt: number,
  endedAt: number,
): BatchRecord {
  const { batch, table, written } = input;
  return {
    batch,
    table,
    rows,
    csvBytes: sum(written, (part) => part.csvBytes),
    objects,
    startedAt: Math.min(startedAt, ...written.map((part) => part.startedAt)),
    endedAt,
    readMilliseconds: sum(written, (part) => part.endedAt - part.startedAt),
    writeMilliseconds: endedAt - startedAt,
  };
}
