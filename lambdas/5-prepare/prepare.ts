// Is the target ready to receive? Claims a chunk's tables, runs BEFORE LOAD, then makes its schemas, staging tables and
// ledgers, each only where it is not there yet; before the first it proves with one row that Redshift can read what we write.

import { Readable } from 'node:stream';
import { zstdCompressSync } from 'node:zlib';
import { stringify } from 'csv-stringify/sync';
import { artifactKeys } from '../../core/artifacts.ts';
import type { LoadCommand } from '../../core/command/model.ts';
import { PgshiftError } from '../../core/errors.ts';
import type { StepInput, StepOutput } from '../../core/pipeline.ts';
import type { PlanChunk } from '../../core/plan/model.ts';
import type { Ports, Session } from '../../core/ports.ts';
import type { StepRecord } from '../../core/report/model.ts';
import type { SignOfLife } from '../../core/running.ts';
import type { Claim } from '../../core/sql/claims.ts';
import { copyIn, manifestOf } from '../../core/sql/copy-in.ts';
import { identifier } from '../../core/sql/quote.ts';
import { applicationName, statementTimeoutMs } from '../../core/sql/session.ts';
import { settingsForTarget } from '../../core/sql/settings.ts';
import { claimTables } from '../claims.ts';
import { runBlocksBefore } from '../sql-blocks.ts';

export async function prepare(
  ports: Ports,
  { run, chunk, execution }: StepInput<'prepare'>,
): Promise<StepOutput<'prepare'>> {
  const startedAt = ports.now();
  const command = await ports.store.getJson<LoadCommand>(artifactKeys.command(run));
  const plan = await ports.store.getJson<PlanChunk>(artifactKeys.planChunk(run, chunk));
  const session = await ports.connect(command.target, {
    applicationName: applicationName(run, 'prepare'),
    statementTimeoutMs: statementTimeoutMs(ports.remaining()),
  });
  try {
    const settings = settingsForTarget(command.settings);
    if (settings !== '') await session.run(settings);
    if (chunk === 0) await proveCopy(ports, run, session, plan.sentinels[0]);
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

/** Holds what CSV and COPY may stumble over: a quote, a comma, a newline, a backslash, a character of four bytes. */
const PROBE_TEXT = 'a "b", c\nd \\N 🐘';
const PROBE_TABLE = '_pgshift_probe';

/** One row through the bucket into a temporary table, and back as it was. */
async function proveCopy(ports: Ports, run: string, session: Session, sentinel: string): Promise<void> {
  const [object, manifest] = [artifactKeys.probe(run, 'row.csv.zst'), artifactKeys.probe(run, 'row.manifest')];
  const csv = stringify([[PROBE_TEXT, sentinel]]);
  await ports.store.putStream(object, Readable.from([zstdCompressSync(csv)]));
  await ports.store.putText(manifest, manifestOf(ports.store.bucket, [object]));
  await session.run(`CREATE TEMP TABLE ${identifier(PROBE_TABLE)} ("text" VARCHAR(64), "null" INTEGER)`);
  const region = await ports.store.region();
  const copy = { columns: ['text', 'null'], manifest: `s3://${ports.store.bucket}/${manifest}`, region, sentinel };
  await session.run(copyIn({ table: PROBE_TABLE, ...copy }, await ports.copyAuthorization()));
  const [row] = await session.query(`SELECT "text", "null" FROM ${identifier(PROBE_TABLE)}`);
  await session.run(`DROP TABLE ${identifier(PROBE_TABLE)}`);
  await ports.store.remove([object, manifest]);
  if (row?.text === PROBE_TEXT && row.null === null) return;
  throw new PgshiftError('Unexpected', 'One row went through the bucket into Redshift and came back changed.');
}
