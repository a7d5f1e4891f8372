// What exactly will we do? Reads what was found out, decides, and writes the decision down. Stops on what refuses.

import { artifactKeys } from '../../core/artifacts.ts';
import type { Catalog } from '../../core/catalog/model.ts';
import type { LoadCommand } from '../../core/command/model.ts';
import type { Capabilities } from '../../core/dialect/capabilities.ts';
import { PgshiftError } from '../../core/errors.ts';
import type { StepInput, StepOutput } from '../../core/pipeline.ts';
import { buildPlan } from '../../core/plan/build.ts';
import type { Hazard } from '../../core/plan/model.ts';
import { tokenOf } from '../../core/plan/names.ts';
import type { Ports } from '../../core/ports.ts';
import type { StepRecord } from '../../core/report/model.ts';

/** A refusal names this many of its reasons; the plan has them all. */
const REASONS_NAMED = 20;
/** 7 bytes are 72,057,594,037,927,936 sentinels: no row holds one by chance. 2 + 14 + 1 characters of the 18 in use. */
const SENTINEL_BYTES = 7;

export async function plan(ports: Ports, { run }: StepInput<'plan'>): Promise<StepOutput<'plan'>> {
  const startedAt = ports.now();
  const { store } = ports;
  const [command, capabilities, catalogs] = await Promise.all([
    store.getJson<LoadCommand>(artifactKeys.command(run)),
    store.getJson<Capabilities>(artifactKeys.capabilities(run)),
    store.getJson<{ source: Catalog; target: Catalog }>(artifactKeys.catalog(run)),
  ]);
  const sentinel = () => `@N${ports.randomHex(SENTINEL_BYTES)}@`;
  const { summary, chunks, items } = buildPlan({
    run,
    command,
    ...catalogs,
    capabilities,
    // A source that holds all three as values makes them up from what it is asked.
    sentinels: [sentinel(), sentinel(), sentinel()],
    token: tokenOf(run),
  });
  await store.putJson(artifactKeys.plan(run), summary);
  refuse(summary.hazards);
  for (const chunk of chunks) await store.putJson(artifactKeys.planChunk(run, chunk.chunk), chunk);
  const batchesKey = artifactKeys.batches(run);
  await store.putText(batchesKey, items.map((item) => `${JSON.stringify(item)}\n`).join(''));
  const record: StepRecord = { step: 'plan', startedAt, endedAt: ports.now(), count: summary.tables.length };
  await store.putJson(artifactKeys.stepRecord(run, 'plan'), record);
  return {
    tables: summary.tables.length,
    batches: summary.batches,
    batchesKey,
    batchesAtOnce: summary.batchesAtOnce,
    partsAtOnce: summary.partsAtOnce,
    prepare: chunks.map(({ chunk }) => ({ chunk })),
    publish: summary.publish,
  };
}

function refuse(hazards: readonly Hazard[]): void {
  const reasons = hazards.filter((hazard) => hazard.policy === 'refuse');
  if (reasons.length === 0) return;
  const named = reasons.slice(0, REASONS_NAMED).map((hazard) => `\n- ${hazard.place ?? 'the run'}: ${hazard.message}`);
  const more = reasons.length > REASONS_NAMED ? `\n- and ${reasons.length - REASONS_NAMED} more, in the plan` : '';
  throw new PgshiftError('PlanRefused', `The plan is refused, and nothing was changed:${named.join('')}${more}`);
}
