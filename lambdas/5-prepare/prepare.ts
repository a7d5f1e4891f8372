// Is the target ready to receive? Claims a chunk's tables, runs BEFORE LOAD, then makes its schemas, staging tables and
// ledgers, each only where it is not there yet; before the first it proves with one row that the target can be given what is in the bucket.

import { artifactKeys } from '../../core/artifacts.ts';
import type { LoadCommand } from '../../core/command/model.ts';
import type { StepInput, StepOutput } from '../../core/pipeline.ts';
import type { PlanChunk } from '../../core/plan/model.ts';
import type { Ports, Session } from '../../core/ports.ts';
import type { StepRecord } from '../../core/report/model.ts';
import type { SignOfLife } from '../../core/running.ts';
import type { Claim } from '../../core/sql/claims.ts';
import { claimTables } from '../claims.ts';
import { runBlocksBefore } from '../sql-blocks.ts';
import { connectToTarget } from '../target-session.ts';
import { proveBucket } from './prove-bucket.ts';

export async function prepare(
  ports: Ports,
  { run, chunk, execution }: StepInput<'prepare'>,
): Promise<StepOutput<'prepare'>> {
  const startedAt = ports.now();
  const command = await ports.store.getJson<LoadCommand>(artifactKeys.command(run));
  const plan = await ports.store.getJson<PlanChunk>(artifactKeys.planChunk(run, chunk));
  const target = await connectToTarget(ports, { run, step: 'prepare', command });
  const { session } = target;
  try {
    if (chunk === 0) await proveBucket(ports, run, target, plan.sentinels[0]);
    const sign = ports.runs.signOf(run, execution);
    await ports.store.putJson(artifactKeys.signOfLife(run), { sign } satisfies SignOfLife);
    const claims = claimsOf({ run, sign, bucket: ports.store.bucket }, plan);
    await claimTables(ports, session, claims);
    // Whichever chunk comes first runs the blocks; the others wait for their lock and find them done.
    if (plan.blocks !== undefined) await runBlocksBefore(ports, { run, step: 'prepare', command, table: plan.blocks });
    await runTogether(session, plan.schemas);
    // Those whose schema is new, or was made anew by a block.
    if (plan.schemas.length > 0 || plan.blocks !== undefined) await claimTables(ports, session, claims);
    await runTogether(
      session,
      plan.tables.flatMap((table) => table.create),
    );
  } finally {
    await session.close();
  }
  const record: StepRecord = { step: 'prepare', startedAt, endedAt: ports.now(), count: plan.tables.length };
  await ports.store.putJson(artifactKeys.stepRecord(run, `prepare-${chunk}`), record);
  return { tables: plan.tables.length };
}

/** The tables to load into, and that of the blocks: it is this run's alone, and goes the way of the others. */
function claimsOf(ours: Pick<Claim, 'run' | 'sign' | 'bucket'>, { tables, blocks }: PlanChunk): Claim[] {
  return [
    ...tables.map(({ target, staging, ledger }) => ({ ...target, ...ours, own: [staging, ledger] })),
    ...(blocks === undefined ? [] : [{ ...blocks, ...ours, own: [blocks.name] }]),
  ];
}

async function runTogether(session: Session, statements: readonly string[]): Promise<void> {
  if (statements.length > 0) await session.run(['BEGIN', ...statements, 'COMMIT'].join('; '));
}
