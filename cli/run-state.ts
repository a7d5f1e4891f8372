// How far has a run come that ended before its end? Told by the objects that its steps left in the bucket.
import { artifactKeys } from '../core/artifacts.ts';
import type { LoadCommand } from '../core/command/model.ts';
import type { Capabilities } from '../core/dialect/capabilities.ts';
import type { BatchItem } from '../core/pipeline.ts';
import type { PlanSummary } from '../core/plan/model.ts';
import type { Store } from '../core/ports.ts';
import type { Report } from '../core/report/model.ts';
import { keepsSnapshot } from '../core/snapshot.ts';
import { publishedTables } from '../lambdas/published.ts';
import { readBatches } from '../lambdas/read-records.ts';
import { findSnapshot } from '../lambdas/run-snapshot.ts';

export interface RunState {
  readonly command: LoadCommand;
  /** Of its end, where one was written. */
  readonly report?: Report;
  /** Absent when its plan was not written to the end: then nothing was done. */
  readonly progress?: Progress;
}

export interface Progress {
  /** Whether its readers see one moment that a relay keeps. */
  readonly snapshot: boolean;
  readonly parts: number;
  /** Parts that have to be read from the source. */
  readonly unread: number;
  readonly batches: number;
  readonly loaded: number;
  readonly tables: number;
  readonly live: number;
}

/** Undefined when there is no such run, or it did nothing but try to connect. */
export async function lookAtRun(store: Store, run: string): Promise<RunState | undefined> {
  const [command, report, items, plan] = await Promise.all([
    find<LoadCommand>(store, artifactKeys.command(run)),
    find<Report>(store, artifactKeys.reportJson(run)),
    store.findText(artifactKeys.batches(run)),
    find<PlanSummary>(store, artifactKeys.plan(run)),
  ]);
  if (command === undefined) return undefined;
  const state: RunState = report === undefined ? { command } : { command, report };
  if (items === undefined || plan === undefined) return state;
  return { ...state, progress: await progressOf(store, run, { command, plan, items: readLines(items) }) };
}

async function find<Value>(store: Store, key: string): Promise<Value | undefined> {
  const text = await store.findText(key);
  return text === undefined ? undefined : JSON.parse(text);
}

const readLines = (text: string): BatchItem[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

interface Planned {
  readonly command: LoadCommand;
  readonly plan: PlanSummary;
  /** Those that were left when the run began, or was last resumed. */
  readonly items: readonly BatchItem[];
}

async function progressOf(store: Store, run: string, { command, plan, items }: Planned): Promise<Progress> {
  const [{ source }, taken, objects, records, live] = await Promise.all([
    store.getJson<Capabilities>(artifactKeys.capabilities(run)),
    findSnapshot(store, run),
    store.list(artifactKeys.partObjects(run)),
    readBatches(store, run),
    publishedTables(store, run),
  ]);
  const loaded = new Set(records.map(({ batch }) => batch));
  const keys = new Set(objects.map(({ key }) => key));
  const snapshot = keepsSnapshot(command.options, source.dialect);
  const moment = snapshot ? (taken?.takenAt ?? -1) : 0;
  const together = keys.has(artifactKeys.writtenTogether(run));
  const parts = items.flatMap(({ reads }) => reads.flatMap((read) => read.parts));
  const unread = parts.filter(
    ({ batch, part }) =>
      !together && !loaded.has(batch) && !keys.has(artifactKeys.writtenPart(run, batch, part, moment)),
  );
  return {
    snapshot,
    parts: plan.tables.reduce((sum, table) => sum + table.parts, 0),
    unread: unread.length,
    batches: plan.batches,
    loaded: loaded.size,
    tables: plan.tables.length,
    live: live.size,
  };
}
