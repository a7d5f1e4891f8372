// The records of a run → its report. Works for runs that ended anywhere: what is not there is not shown.

import { ERROR_KINDS, type ErrorKind } from '../errors.ts';
import type { FailureEvent, Outcome } from '../pipeline.ts';
import type { PlanSummary } from '../plan/model.ts';
import { byText } from '../plan/names.ts';
import type { BatchRecord, ErrorRecord, RejectFiles, Report, ReportError, ReportRow, StepRecord } from './model.ts';
import { oneLine } from './one-line.ts';
import { replacedInRun } from './replaced.ts';

export interface ReportInput {
  readonly run: string;
  readonly plan: PlanSummary | undefined;
  readonly steps: readonly StepRecord[];
  readonly batches: readonly BatchRecord[];
  readonly rejects: readonly RejectFiles[];
  readonly errors: readonly ErrorRecord[];
  /** Present when the run failed. */
  readonly failure: FailureEvent | undefined;
  /** The tables that are live, by their numbers in the plan. */
  readonly live: ReadonlySet<number>;
  /** When an earlier attempt failed: what was recorded up to then is not why this one did. */
  readonly failedBefore: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

const BEFORE = ['detect', 'hold', 'discover', 'plan', 'before load', 'prepare'];
const AFTER = ['publish', 'after create schema', 'after load'];

export function buildReport(input: ReportInput): Report {
  const data = tableRows(input);
  const error = input.failure ? reasonOf(input.failure, recentErrors(input, input.failure)) : null;
  const unpublished = input.failure ? unpublishedTables(input) : [];
  const rejected = sum(data, (row) => row.errs);
  const begin = Math.min(input.now, ...input.steps.map((step) => step.startedAt));
  return {
    run: input.run,
    outcome: outcomeOf(input, { rejected, unpublished }),
    source: input.plan?.source ?? null,
    target: input.plan?.target ?? null,
    preload: BEFORE.flatMap((step) => phaseRow(step, input.steps)),
    data,
    postload: AFTER.flatMap((step) => phaseRow(step, input.steps)),
    rows: sum(data, (row) => row.rows),
    rejected,
    bytes: sum(data, (row) => row.bytes),
    secs: seconds(input.now - begin),
    errs: rejected + (error === null ? 0 : 1),
    rejects: input.rejects
      .map((files) => ({ ...files, table: oneLine(files.table) }))
      .toSorted((a, b) => byText(a.table, b.table)),
    hazards: input.plan?.hazards ?? [],
    replaced: replacedInRun(input.batches, input.plan?.tables ?? []),
    views: (input.plan?.views ?? []).filter(({ after }) => input.live.has(after)).map(({ view }) => oneLine(view)),
    error,
    failedAt: input.failure?.stopDate ?? null,
    unpublished,
  };
}

function outcomeOf(
  { failure }: ReportInput,
  { rejected, unpublished }: Pick<Report, 'rejected' | 'unpublished'>,
): Outcome {
  if (failure) return unpublished.length > 0 ? 'partly published' : 'failed';
  return rejected > 0 ? 'succeeded with rejects' : 'succeeded';
}

/** Empty unless some are live, and some are not. */
function unpublishedTables({ plan, live }: ReportInput): string[] {
  const left = (plan?.tables ?? []).filter(({ table }) => !live.has(table));
  return live.size === 0 ? [] : left.map(({ source }) => oneLine(source)).toSorted(byText);
}

/** A run that is redriven or resumed leaves its errors where those of the attempts before are. */
function recentErrors({ errors, failedBefore }: ReportInput, failure: FailureEvent): readonly ErrorRecord[] {
  const since = Math.max(failedBefore, failure.startDate ?? 0);
  return errors.filter(({ at }) => at >= since);
}

function phaseRow(step: string, records: readonly StepRecord[]): ReportRow[] {
  const mine = records.filter((record) => record.step === step);
  if (mine.length === 0) return [];
  const start = Math.min(...mine.map((record) => record.startedAt));
  const stop = Math.max(...mine.map((record) => record.endedAt));
  const count = sum(mine, (record) => record.count);
  return [{ ...EMPTY, name: step, rows: count, secs: seconds(stop - start), start, stop }];
}

const EMPTY = { read: 0, rows: 0, errs: 0, bytes: 0, secs: 0, rs: 0, ws: 0, start: 0, stop: 0 };

function tableRows({ plan, batches }: ReportInput): ReportRow[] {
  const byTable = Map.groupBy(batches, (batch) => batch.table);
  return (plan?.tables ?? [])
    .map((table) => tableRow(oneLine(table.source), byTable.get(table.table) ?? []))
    .toSorted((a, b) => byText(a.name, b.name));
}

function tableRow(name: string, batches: readonly BatchRecord[]): ReportRow {
  if (batches.length === 0) return { ...EMPTY, name };
  const start = Math.min(...batches.map((batch) => batch.startedAt));
  const stop = Math.max(...batches.map((batch) => batch.endedAt));
  const rows = sum(batches, (batch) => batch.rows);
  const rejected = sum(batches, (batch) => batch.rejected);
  return {
    name,
    // A batch is recorded only when each row that was read is loaded or rejected.
    read: rows + rejected,
    rows,
    errs: rejected,
    bytes: sum(batches, (batch) => batch.csvBytes),
    secs: seconds(stop - start),
    rs: seconds(sum(batches, (batch) => batch.readMilliseconds)),
    ws: seconds(sum(batches, (batch) => batch.writeMilliseconds)),
    start,
    stop,
  };
}

/**
 * Why a run failed. A map tells its parent only that a child failed, so the errors that steps recorded come first:
 * a final one before one that healed or would have, and of those the earliest.
 */
function reasonOf(failure: FailureEvent, errors: readonly ErrorRecord[]): ReportError {
  // The relay's end is none of the run's: who needed the snapshot has said so.
  const byTime = errors.filter(({ step }) => step !== 'keep').toSorted((a, b) => a.at - b.at);
  const decisive = byTime.find((error) => policyOf(error.kind)?.retry === 'final') ?? byTime.at(-1);
  if (failure.status === 'ABORTED') {
    return { kind: 'Stopped', message: 'The run was stopped from outside.', step: null, hint: null };
  }
  if (decisive) {
    const { kind, message, step } = decisive;
    return { kind, message, step, hint: policyOf(kind)?.hint ?? null };
  }
  const kind = failure.error ?? failure.status;
  return { kind, message: causeText(failure), step: null, hint: policyOf(kind)?.hint ?? null };
}

const policyOf = (kind: string) => (Object.hasOwn(ERROR_KINDS, kind) ? ERROR_KINDS[kind as ErrorKind] : undefined);

/** Lambda wraps an error's message in JSON. */
function causeText(failure: FailureEvent): string {
  const cause = failure.cause ?? '';
  try {
    const parsed: unknown = JSON.parse(cause);
    const message = parsed !== null && typeof parsed === 'object' ? Reflect.get(parsed, 'errorMessage') : undefined;
    return typeof message === 'string' ? message : failure.status;
  } catch {
    return cause === '' ? `The run ended as ${failure.status}.` : cause;
  }
}

const seconds = (milliseconds: number): number => Math.max(0, Math.round(milliseconds)) / 1000;
const sum = <Item>(items: readonly Item[], of: (item: Item) => number): number =>
  items.reduce((total, item) => total + of(item), 0);
