// What happened? Also after a failure: whatever records the run left are read, and nothing is taken for granted.

import { artifactKeys } from '../../core/artifacts.ts';
import type { LoadCommand } from '../../core/command/model.ts';
import type { FailureEvent, StepInput, StepOutput } from '../../core/pipeline.ts';
import type { PlanSummary } from '../../core/plan/model.ts';
import type { Ports } from '../../core/ports.ts';
import { buildReport } from '../../core/report/build.ts';
import type { ErrorRecord, Report, StepRecord } from '../../core/report/model.ts';
import { reportText } from '../../core/report/text.ts';
import { publishedTables } from '../published.ts';
import { readBatches, readRecords } from '../read-records.ts';
import { writeRejectFiles } from './reject-files.ts';

export async function report(ports: Ports, input: StepInput<'report'>): Promise<StepOutput<'report'>> {
  const failure: FailureEvent | undefined = 'status' in input ? input : undefined;
  const run = 'status' in input ? input.name : input.run;
  const [plan, steps, batches, errors, live, before] = await Promise.all([
    find<PlanSummary>(ports, artifactKeys.plan(run)),
    readRecords<StepRecord>(ports.store, artifactKeys.stepRecords(run)),
    readBatches(ports.store, run),
    readRecords<ErrorRecord>(ports.store, artifactKeys.errorRecords(run)),
    publishedTables(ports.store, run),
    find<Report>(ports, artifactKeys.reportJson(run)),
  ]);
  const rejects = await writeRejectFiles(ports.store, run, plan, batches);
  const failedBefore = earlierFailure(before, failure);
  const records = { run, plan, steps, batches, rejects, errors, live };
  const result = buildReport({ ...records, failure, failedBefore, now: ports.now() });
  const reportKey = artifactKeys.reportText(run);
  await ports.store.putText(reportKey, reportText(result));
  await ports.store.putText(artifactKeys.reportJson(run), `${JSON.stringify(result, null, 2)}\n`);
  if (!failure) await removeParts(ports, run);
  const { outcome, rows, rejected } = result;
  return { outcome, rows, rejected, reportKey };
}

/** EventBridge may tell of one failure twice: the report of the same failure is none of an earlier one. */
function earlierFailure(before: Report | undefined, failure: FailureEvent | undefined): number {
  const failedAt = before?.failedAt ?? 0;
  return failedAt === failure?.stopDate ? 0 : failedAt;
}

async function find<Value>(ports: Ports, key: string): Promise<Value | undefined> {
  const text = await ports.store.findText(key);
  return text === undefined ? undefined : JSON.parse(text);
}

/** Rows have arrived: their copies in the bucket go, unless the command keeps them. After a failure they stay. */
async function removeParts(ports: Ports, run: string): Promise<void> {
  const command = await ports.store.getJson<LoadCommand>(artifactKeys.command(run));
  if (command.options.keepFiles) return;
  const parts = await ports.store.list(artifactKeys.partObjects(run));
  await ports.store.remove(parts.map(({ key }) => key));
}
