// What exactly will we do? Reads what was found out, decides, and writes the decision down. Stops on what refuses. What an
// earlier attempt has written down to its end stands: this one leaves out what has been loaded since.

import { artifactKeys } from '../../core/artifacts.ts';
import type { Catalog } from '../../core/catalog/model.ts';
import type { LoadCommand } from '../../core/command/model.ts';
import type { Capabilities } from '../../core/dialect/capabilities.ts';
import { PgshiftError } from '../../core/errors.ts';
import type { BatchItem, StepInput, StepOutput } from '../../core/pipeline.ts';
import { buildPlan } from '../../core/plan/build.ts';
import type { Hazard, PlanSummary } from '../../core/plan/model.ts';
import { tokenOf } from '../../core/plan/names.ts';
import type { Ports } from '../../core/ports.ts';
import type { StepRecord } from '../../core/report/model.ts';
import { readBatches } from '../read-records.ts';

/** A refusal names this many of its reasons; the plan has them all. */
const REASONS_NAMED = 20;
/** 7 bytes are 72,057,594,037,927,936 sentinels: no row holds one by chance. 2 + 14 + 1 characters of the 18 in use. */
const SENTINEL_BYTES = 7;

export async function plan(ports: Ports, { run }: StepInput<'plan'>): Promise<StepOutput<'plan'>> {
  const startedAt = ports.now();
  const { store } = ports;
  const items = await store.findText(artifactKeys.batches(run));
  if (items !== undefined) return goOn(ports, run, readItems(items));
  const [command, capabilities, catalogs] = await Promise.all([
    store.getJson<LoadCommand>(artifactKeys.command(run)),
    store.getJson<Capabilities>(artifactKeys.capabilities(run)),
    store.getJson<{ source: Catalog; target: Catalog }>(artifactKeys.catalog(run)),
  ]);
  const sentinel = () => `@N${ports.randomHex(SENTINEL_BYTES)}@`;
  const planned = buildPlan({
    run,
    command,
    ...catalogs,
    capabilities,
    // A source that holds all three as values makes them up from what it is asked.
    sentinels: [sentinel(), sentinel(), sentinel()],
    token: tokenOf(run),
  });
  const { summary, chunks } = planned;
  await store.putJson(artifactKeys.plan(run), summary);
  refuse(summary.hazards);
  for (const chunk of chunks) await store.putJson(artifactKeys.planChunk(run, chunk.chunk), chunk);
  // The last of them: where it is, the plan is whole.
  await store.putText(artifactKeys.batches(run), printItems(planned.items));
  const record: StepRecord = { step: 'plan', startedAt, endedAt: ports.now(), count: summary.tables.length };
  await store.putJson(artifactKeys.stepRecord(run, 'plan'), record);
  return outputOf(run, summary, summary.batches);
}

const outputOf = (run: string, summary: PlanSummary, batches: number): StepOutput<'plan'> => ({
  tables: summary.tables.length,
  batches,
  batchesKey: artifactKeys.batches(run),
  batchesAtOnce: summary.batchesAtOnce,
  partsAtOnce: summary.partsAtOnce,
  prepare: Array.from({ length: summary.chunks }, (_, chunk) => ({ chunk })),
  publish: summary.publish,
});

const printItems = (items: readonly BatchItem[]): string => items.map((item) => `${JSON.stringify(item)}\n`).join('');

const readItems = (text: string): BatchItem[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

/**
 * The plan that was made, without the items all of whose batches were loaded. That they are is proved when their table is
 * published, by its ledger; a table that was published has no ledger any more that could be asked.
 */
async function goOn({ store, log }: Ports, run: string, items: readonly BatchItem[]): Promise<StepOutput<'plan'>> {
  const loaded = new Set((await readBatches(store, run)).map(({ batch }) => batch));
  const missing = ({ reads }: BatchItem): number =>
    new Set(reads.flatMap(({ parts }) => parts.map(({ batch }) => batch)).filter((batch) => !loaded.has(batch))).size;
  const left = items.filter((item) => missing(item) > 0);
  if (left.length < items.length) await store.putText(artifactKeys.batches(run), printItems(left));
  const batches = left.reduce((sum, item) => sum + missing(item), 0);
  log.info('already planned', { items: items.length, left: left.length });
  return outputOf(run, await store.getJson<PlanSummary>(artifactKeys.plan(run)), batches);
}

function refuse(hazards: readonly Hazard[]): void {
  const reasons = hazards.filter((hazard) => hazard.policy === 'refuse');
  if (reasons.length === 0) return;
  const named = reasons.slice(0, REASONS_NAMED).map((hazard) => `\n- ${hazard.place ?? 'the run'}: ${hazard.message}`);
  const more = reasons.length > REASONS_NAMED ? `\n- and ${reasons.length - REASONS_NAMED} more, in the plan` : '';
  throw new PgshiftError('PlanRefused', `The plan is refused, and nothing was changed:${named.join('')}${more}`);
}
