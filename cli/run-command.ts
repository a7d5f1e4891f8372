// How is one command run: started as an execution, shown while it runs, and told when it has ended?
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { SFNClient } from '@aws-sdk/client-sfn';
import { artifactKeys, runFolder } from '../core/artifacts.ts';
import { printUri } from '../core/command/uri.ts';
import { describeError, type ErrorKind } from '../core/errors.ts';
import { type ExecutionInput, LARGEST_INPUT_BYTES } from '../core/pipeline.ts';
import type { Store } from '../core/ports.ts';
import type { Report } from '../core/report/model.ts';
import type { ReadyCommand } from './commands.ts';
import { type ExecutionEnd, type ExecutionView, runExecution } from './execution.ts';
import { PartlyPublished } from './failure.ts';
import { type Resumption, startHeartbeat } from './heartbeat.ts';
import { Interrupted } from './lifetime.ts';
import { noticeLines } from './notices.ts';
import { startProgress } from './progress.ts';
import type { Terminal } from './terminal.ts';

/** A state machine that runs commands. */
export interface Machine {
  readonly client: SFNClient;
  readonly stateMachineArn: string;
  /** The run's bucket. */
  readonly store: Store;
  /** Resolves once everything that follows an execution has run too: the report of a failed one. */
  settled(): Promise<void>;
}

/** The message is complete: what, where, what to do, and where the report is. */
export class RunFailed extends Error {}

export interface Ran {
  readonly run: string;
  /** The text summary. */
  readonly summary: string;
  readonly end: ExecutionEnd;
  /** Rows that were put aside. */
  readonly rejected: number;
}

/** `20261122-101530-3f9c2a`: sorts by time, and two runs of one second differ. */
function newRun(): string {
  const time = new Date().toISOString().replaceAll(/[-:]/g, '').replace('T', '-').slice(0, 15);
  return `${time}-${randomBytes(3).toString('hex')}`;
}

/**
 * Runs one command to its end: a new run, or one that is resumed. Throws RunFailed or PartlyPublished, or Interrupted after
 * telling what was left behind.
 */
export async function runCommand(
  terminal: Terminal,
  machine: Machine,
  ready: ReadyCommand,
  signal: AbortSignal,
  resumption?: Pick<Resumption, 'run' | 'resumed'>,
): Promise<Ran> {
  const run = resumption?.run ?? newRun();
  const { source, target } = ready.command;
  const doing = resumption === undefined ? 'Loading' : 'Going on loading';
  terminal.note(`${doing} ${nameOf(source)} into ${nameOf(target)}, run ${run}`);
  const progress = startProgress(terminal);
  let latest: ExecutionView = { states: [] };
  const endHeartbeat = await startHeartbeat(machine.store, run);
  try {
    const end = await runExecution(machine.client, {
      stateMachineArn: machine.stateMachineArn,
      name: run,
      input: {
        ...(await inputOf(machine.store, run, ready.text)),
        ...(resumption === undefined ? {} : { resumed: resumption.resumed }),
      },
      signal,
      onProgress: (view) => {
        latest = view;
        progress.show(view);
      },
    });
    progress.end();
    if (end.status !== 'SUCCEEDED') throw await failureOf(machine, run, end);
    const { hazards, rejected } = await machine.store.getJson<Report>(artifactKeys.reportJson(run));
    for (const line of noticeLines(hazards)) terminal.note(line);
    return { run, end, rejected, summary: await machine.store.getText(artifactKeys.reportText(run)) };
  } catch (error) {
    progress.end();
    if (error instanceof Interrupted) terminal.note(`pgshift: ${leftBehind(latest, machine.store.bucket, run)}`);
    throw error;
  } finally {
    await endHeartbeat();
  }
}

/** The command itself, or the object that it is put into when it is too large for an input. */
async function inputOf(store: Store, run: string, text: string): Promise<ExecutionInput> {
  const input = { command: text };
  if (Buffer.byteLength(JSON.stringify(input)) <= LARGEST_INPUT_BYTES) return input;
  // Asked first, because it tells a bucket that is missing, or somebody else's, from one that may not be written.
  await store.region();
  const commandKey = artifactKeys.commandText(run);
  await store.putText(commandKey, text);
  return { commandKey };
}

/** An end as people recognise it: its connection string without what refers to its secret. */
function nameOf({ secret: _secret, secretKey: _key, ...endpoint }: ReadyCommand['command']['source']): string {
  return printUri(endpoint);
}

/** The report of a failure is written after the execution has ended: on a busy machine some seconds after. */
const settleMilliseconds = 30_000;

async function failureOf(machine: Machine, run: string, end: ExecutionEnd): Promise<Error> {
  await Promise.race([machine.settled(), pause(settleMilliseconds, undefined, { ref: false })]);
  // Without a bucket there is no report either: then what the execution says has to do.
  const text = await machine.store.findText(artifactKeys.reportJson(run)).catch(() => undefined);
  const report = text === undefined ? undefined : (JSON.parse(text) as Report);
  const place = `s3://${machine.store.bucket}/${artifactKeys.reportText(run)}`;
  if (report?.error) {
    const { kind, message } = report.error;
    const left = `${rejectsOf(report)}${partOf(report)}${leftovers(report, machine.store.bucket, run)}`;
    const told = `${describeError(kind, message)}\n  Run ${run} failed; its report is ${place}${left}`;
    return report.outcome === 'partly published' ? new PartlyPublished(told) : new RunFailed(told);
  }
  return new RunFailed(`${describeError(end.error || end.status, causeText(end))}\n  Run ${run} failed.`);
}

/** Rows that were put aside before the run failed. */
function rejectsOf({ rejects }: Report): string {
  return rejects.map(({ table, rows, csv }) => `\n  Rejected rows of ${table}, ${rows} of them: ${csv}`).join('');
}

/** Of a run that made some of its tables live. */
function partOf({ unpublished, data }: Report): string {
  if (unpublished.length === 0) return '';
  return `\n  ${data.length - unpublished.length} of ${data.length} tables are live already; the report names the others.`;
}

/** What stands in the bucket or in the plan: the same run would fail for it again, whatever was mended since. */
const STAYS: ReadonlySet<string> = new Set<ErrorKind>([
  'RowRefused',
  'ValueRefused',
  'TooManyRejects',
  'SentinelCollision',
  'TableRewritten',
  'SourceChanged',
  'CountMismatch',
]);

function whatNext(run: string, kind?: string): string {
  const resumes = kind === undefined || !STAYS.has(kind);
  const resume = resumes ? `\`pgshift load --resume ${run}\` and the same arguments go on from there; ` : '';
  return `${resume}\`pgshift clean TARGET\` removes them.`;
}

/** What a failed run leaves, as far as its steps got. */
function leftovers({ preload, error }: Report, bucket: string, run: string): string {
  if (!preload.some(({ name }) => name === 'prepare')) return '';
  const objects = `s3://${bucket}/${runFolder(run)}`;
  return `\n  It leaves tables named _pgshift_… in the target's schemas, and objects under ${objects}. ${whatNext(run, error?.kind)}`;
}

/** A failed function's cause is JSON that holds its message. */
function causeText({ cause, status }: ExecutionEnd): string {
  try {
    const parsed: unknown = JSON.parse(cause);
    const message = parsed !== null && typeof parsed === 'object' ? Reflect.get(parsed, 'errorMessage') : undefined;
    if (typeof message === 'string') return message;
  } catch {
    // no JSON: the state machine's own words
  }
  return cause === '' ? `the execution ended as ${status}` : cause;
}

/** Only what is sure: which states the run had entered when it was last seen. */
function leftBehind(view: ExecutionView, bucket: string, run: string): string {
  const entered = (name: string) => view.states.some((state) => state.name === name);
  const live = entered('Publish chunks')
    ? 'It was publishing: a table is either as it was or complete, and tables published together changed together.'
    : 'No live table was changed.';
  const staging = entered('Prepare chunks') ? ' Staging tables named _pgshift_… are left in the target,' : '';
  const objects = entered('Detect') ? ` Objects under s3://${bucket}/${runFolder(run)} may be left.` : '';
  if (staging === '') return `interrupted. ${live}${objects}`;
  return `interrupted. ${live}${staging} and objects under s3://${bucket}/${runFolder(run)}. ${whatNext(run)}`;
}
