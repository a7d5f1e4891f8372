// `pgshift load --resume RUN`: goes on with a run of a laptop that ended before its end. Its execution is gone with the
// process that ran it; another one under the same name finds in the bucket and in the target what has been done.
import { portsOf } from '../adapters/ports.ts';
import { artifactKeys, RUN_NAME } from '../core/artifacts.ts';
import { commandChanges } from '../core/command/changes.ts';
import type { LoadCommand } from '../core/command/model.ts';
import { printCommand } from '../core/command/print.ts';
import { PgshiftError } from '../core/errors.ts';
import type { Ports } from '../core/ports.ts';
import { readSign, type SignOfLife } from '../core/running.ts';
import { openSourceReader } from '../lambdas/source-reader.ts';
import { ownAwsSettings } from './aws-settings.ts';
import { type LoadArguments, type ReadyCommand, readCommands } from './commands.ts';
import { DoneWithRejects, UsageError } from './failure.ts';
import { claimResumption, hasEnded } from './heartbeat.ts';
import { withLifetime } from './lifetime.ts';
import { callersEnvironment, graceMilliseconds, hideSecrets } from './load.ts';
import { startMachine } from './machine.ts';
import { runCommand } from './run-command.ts';
import { lookAtRun, type Progress, type RunState } from './run-state.ts';
import { forgetObjects, startOver } from './start-over.ts';
import type { Terminal } from './terminal.ts';

export interface ResumeOptions {
  /** Everything is read again, as of now. */
  readonly newSnapshot: boolean;
}

/** Dropping what was staged takes its time; nobody ends this but the user. */
const REMAINING_MS = 3_600_000;

/** Throws what load throws; ConfigurationInvalid, TableClaimed or SnapshotLost when the run cannot go on, or not so. */
export async function resume(
  terminal: Terminal,
  run: string,
  args: LoadArguments | undefined,
  options: ResumeOptions,
): Promise<void> {
  if (!RUN_NAME.test(run)) throw new UsageError(`--resume: a run is called as ${RUN_NAME.source} says`);
  const given = args === undefined ? undefined : readCommands(args, terminal.secrets);
  hideSecrets(terminal);
  await withLifetime({ graceMilliseconds, complain: terminal.note }, async (life) => {
    const aws = await life.orInterrupted(ownAwsSettings());
    const secrets = Object.assign({}, ...(given ?? []).map((command) => command.secrets));
    const ports = quietPorts({ ...process.env, ...secrets }, run);
    // Also says when the bucket is missing, or somebody else's.
    await life.orInterrupted(ports.store.region());
    const state = await life.orInterrupted(lookAtRun(ports.store, run));
    if (state === undefined) throw unresumable(`There is no run ${run} in the bucket ${ports.store.bucket}`);
    if (state.report?.error === null) {
      terminal.result(`Run ${run} is done (${state.report.outcome}): nothing is left to resume.`);
      return;
    }
    const command = given === undefined ? itsOwn(run, state.command) : theSame(run, state.command, given);
    await life.orInterrupted(expectEnded(terminal, ports, run, state));
    const resumption = await life.orInterrupted(claimResumption(ports.store, run));
    await life.defer(() => resumption.over());
    await life.orInterrupted(makeReady(terminal, ports, run, { ...state, command: command.command }, options));
    const environment = { ...callersEnvironment(process.env), ...secrets };
    const machine = await life.orInterrupted(startMachine(life, { aws, environment, log: terminal.note }));
    const ran = await runCommand(terminal, machine, command, life.signal, resumption);
    terminal.result(ran.summary.trimEnd());
    if (ran.rejected > 0) throw new DoneWithRejects();
  });
}

function quietPorts(environment: Readonly<Record<string, string | undefined>>, run: string): Ports {
  const remaining = () => REMAINING_MS;
  return { ...portsOf(environment)({ run, step: 'resume', remaining }), log: { info: () => {} } };
}

/** `why` is a sentence without its stop. */
const unresumable = (why: string): PgshiftError =>
  new PgshiftError('ConfigurationInvalid', `${why}: nothing can be resumed; start a new run.`);

/** The name of a variable that a command line made up for a password in a connection string. */
const MADE_UP = /^env:(PGSHIFT_SECRET_(?:SOURCE|TARGET)_\d+)$/;

function itsOwn(run: string, command: LoadCommand): ReadyCommand {
  for (const { end, secret = '' } of [command.source, command.target]) {
    const [, variable] = MADE_UP.exec(secret) ?? [];
    if (variable === undefined || process.env[variable] !== undefined) continue;
    const message = `Run ${run} had the password of its ${end} from its connection string, and nobody kept it: give SOURCE and TARGET, or FILE, once more`;
    throw new UsageError(message);
  }
  return { command, text: printCommand(command), secrets: {} };
}

/** That one of the commands given which the run began with. */
function theSame(run: string, was: LoadCommand, given: readonly ReadyCommand[]): ReadyCommand {
  const changes = given.map((ready) => commandChanges(was, ready.command));
  const same = given[changes.findIndex((each) => each.length === 0)];
  if (same !== undefined) return same;
  const what = given.length === 1 ? `: ${(changes[0] ?? []).join('; ')}` : '; none of those in the file is it';
  throw new PgshiftError(
    'ConfigurationInvalid',
    `Run ${run} began with another command${what}. Resume it with the command it began with, or without any; or start a new run.`,
  );
}

async function expectEnded(terminal: Terminal, { store }: Ports, run: string, { progress }: RunState): Promise<void> {
  const text = await store.findText(artifactKeys.signOfLife(run));
  const sign = text === undefined ? undefined : readSign((JSON.parse(text) as SignOfLife).sign);
  if (sign !== undefined && 'execution' in sign) {
    const redrive = `aws stepfunctions redrive-execution --execution-arn ${sign.execution}`;
    const message = `Run ${run} is an execution on AWS, which goes on there, not here: ${redrive}`;
    throw new PgshiftError('ConfigurationInvalid', message);
  }
  if (sign === undefined && progress === undefined) throw unresumable(`Run ${run} did nothing yet`);
  const waits = () => terminal.note(`Run ${run} was alive less than a minute ago: waiting whether it still is`);
  if (!(await hasEnded(store, run, waits))) throw new PgshiftError('TableClaimed', `Run ${run} is still running.`);
}

/** What has to be done, or found out, before it can go on. */
async function makeReady(
  terminal: Terminal,
  ports: Ports,
  run: string,
  { command, progress }: RunState,
  { newSnapshot }: ResumeOptions,
): Promise<void> {
  if (progress === undefined) {
    terminal.note(`Run ${run} had no plan yet, and has read nothing: it starts from the beginning`);
    await forgetObjects(ports.store, run);
    return;
  }
  terminal.note(`Run ${run}: ${told(progress)}`);
  if (newSnapshot) {
    expectReadable(run, progress);
    await startOver(ports, run, command);
    terminal.note('What it had staged is gone: it reads everything again, as of now');
    return;
  }
  if (progress.snapshot && progress.unread > 0) await expectSnapshot(ports, run, command, progress);
}

function told({ parts, unread, batches, loaded, tables, live }: Progress): string {
  const read = `${parts - unread} of ${parts} parts are read, ${loaded} of ${batches} batches loaded`;
  return live === 0 ? `${read}, no table is live yet` : `${read}, ${live} of ${tables} tables are live`;
}

/** Whether another snapshot is of any use, and mixes no moments. */
function expectReadable(run: string, { snapshot, live, tables }: Progress): void {
  if (!snapshot) throw new UsageError(`run ${run} reads without a snapshot: resume it without --new-snapshot`);
  if (live === 0) return;
  const message = `${live} of ${tables} tables of run ${run} are live already, and all of its rows are read: resume it without --new-snapshot.`;
  throw new PgshiftError('ConfigurationInvalid', message);
}

/** Somebody may hold it still. When nobody does, what is left could only be read as of another moment. */
async function expectSnapshot(
  ports: Ports,
  run: string,
  command: LoadCommand,
  { unread, parts }: Progress,
): Promise<void> {
  try {
    const session = await openSourceReader(ports, { run, step: 'resume', command, snapshot: true });
    await session.close();
  } catch (error) {
    if (!(error instanceof PgshiftError) || error.kind !== 'SnapshotLost') throw error;
    const offer = `${unread} of ${parts} parts are not read. \`--resume ${run} --new-snapshot\` empties what is staged and reads everything again, as of now.`;
    throw new PgshiftError('SnapshotLost', `${error.message} ${offer}`, { cause: error });
  }
}
