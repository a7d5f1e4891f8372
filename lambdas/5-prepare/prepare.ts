// Is the target ready to receive? Claims a chunk's tables, runs BEFORE LOAD, then makes its schemas, staging tables and
// ledgers, each only where it is not there yet; before the first it proves with one row that the target can be given what is in the bucket.
// A chunk that was prepared before, in a run that is resumed, is only looked at: what is gone of it was somebody's to take.

import { artifactKeys } from '../../core/artifacts.ts';
import type { LoadCommand } from '../../core/command/model.ts';
import { stagedGone } from '../../core/errors.ts';
import type { StepInput, StepOutput } from '../../core/pipeline.ts';
import type { PlanChunk } from '../../core/plan/model.ts';
import { keyOf, placeOf } from '../../core/plan/names.ts';
import type { Ports, Session } from '../../core/ports.ts';
import type { StepRecord } from '../../core/report/model.ts';
import type { SignOfLife } from '../../core/running.ts';
import type { Claim } from '../../core/sql/claims.ts';
import { findOwn } from '../../core/sql/publish.ts';
import { claimTables, releaseClaims } from '../claims.ts';
import { namesIn, publishedTables } from '../published.ts';
import { areBlocksDone, runBlocksBefore } from '../sql-blocks.ts';
import { connectToTarget } from '../target-session.ts';
import { proveBucket } from './prove-bucket.ts';

export async function prepare(
  ports: Ports,
  { run, chunk, execution, resumed = 0, attempt }: StepInput<'prepare'>,
): Promise<StepOutput<'prepare'>> {
  const startedAt = ports.now();
  const { store } = ports;
  const sign = ports.runs.signOf(run, execution);
  await store.putJson(artifactKeys.signOfLife(run), { sign } satisfies SignOfLife);
  const command = await store.getJson<LoadCommand>(artifactKeys.command(run));
  const plan = await store.getJson<PlanChunk>(artifactKeys.planChunk(run, chunk));
  const done = artifactKeys.stepRecord(run, `prepare-${chunk}`);
  const writing = { run, step: 'prepare', number: chunk, attempt, command } as const;
  const target = await connectToTarget(ports, writing);
  const { session } = target;
  try {
    if (chunk === 0) await proveBucket(ports, run, target, plan.sentinels[0]);
    const ours = { run, sign, bucket: store.bucket };
    if (resumed > 0 && (await store.findText(done)) !== undefined) {
      await expectPrepared(ports, session, ours, plan);
      return { tables: plan.tables.length };
    }
    // A try that was given up and goes on when its run is over would make tables for nobody.
    if (await isOver(ports, run, plan)) return { tables: plan.tables.length };
    const claims = claimsOf(ours, plan);
    await claimTables(ports, session, claims);
    // Whichever chunk comes first runs the blocks; the others wait for their lock and find them done.
    if (plan.blocks !== undefined && !(await runBlocksBefore(ports, { ...writing, table: plan.blocks }))) {
      // It came to its end since.
      await releaseClaims(ports, session, run, claims);
      return { tables: plan.tables.length };
    }
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
  await store.putJson(done, record);
  return { tables: plan.tables.length };
}

async function isOver(ports: Ports, run: string, { tables, blocks }: PlanChunk): Promise<boolean> {
  if (blocks !== undefined && (await areBlocksDone(ports, run, blocks))) return true;
  const live = await publishedTables(ports.store, run);
  return tables.length > 0 && tables.every(({ table }) => live.has(table));
}

type Claimed = Pick<PlanChunk, 'tables' | 'blocks'>;
type Ours = Pick<Claim, 'run' | 'sign' | 'bucket'>;

/** What is not live yet is still there. Throws SourceChanged when another run took its place, or somebody dropped it. */
async function expectPrepared(ports: Ports, session: Session, ours: Ours, plan: PlanChunk): Promise<void> {
  const live = await publishedTables(ports.store, ours.run);
  const tables = plan.tables.filter(({ table }) => !live.has(table));
  if (tables.length === 0) return;
  // The run's claims outlive its end, unless they were taken. Who asks meanwhile whether it runs is told so.
  await claimTables(ports, session, claimsOf(ours, { tables }));
  const there = await namesIn(session, findOwn(tables));
  // A ledger without its staging table is one whose table was published: Publish finds that out.
  const lost = tables.find(({ target, ledger }) => !there.has(keyOf({ schema: target.schema, name: ledger })));
  if (lost === undefined) return;
  await releaseClaims(
    ports,
    session,
    ours.run,
    tables.map(({ target }) => target),
  );
  throw stagedGone(placeOf(lost.target));
}

/** The tables to load into, and that of the blocks: it is this run's alone, and goes the way of the others. */
function claimsOf(ours: Ours, { tables, blocks }: Claimed): Claim[] {
  return [
    ...tables.map(({ target, staging, ledger }) => ({ ...target, ...ours, own: [staging, ledger] })),
    ...(blocks === undefined ? [] : [{ ...blocks, ...ours, own: [blocks.name] }]),
  ];
}

async function runTogether(session: Session, statements: readonly string[]): Promise<void> {
  if (statements.length > 0) await session.run(['BEGIN', ...statements, 'COMMIT'].join('; '));
}
