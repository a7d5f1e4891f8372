// `pgshift plan`: what would a load do? The same steps as in a run, in this process and on a store in memory: nothing
// is changed anywhere.
import { memoryStore } from '../adapters/memory-store.ts';
import { portsOf } from '../adapters/ports.ts';
import { artifactKeys } from '../core/artifacts.ts';
import type { LoadCommand } from '../core/command/model.ts';
import { DEFAULT_BUCKET } from '../core/environment.ts';
import { PgshiftError } from '../core/errors.ts';
import type { PlanChunk, PlanSummary } from '../core/plan/model.ts';
import { planScript } from '../core/plan/print.ts';
import { type Found, scanLines } from '../core/plan/scanned.ts';
import type { Ports, Store } from '../core/ports.ts';
import { detect } from '../lambdas/1-detect/detect.ts';
import { discover } from '../lambdas/3-discover/discover.ts';
import { plan as planStep } from '../lambdas/4-plan/plan.ts';
import { regionOf } from './aws-settings.ts';
import { type LoadArguments, type ReadyCommand, readCommands } from './commands.ts';
import { withLifetime } from './lifetime.ts';
import { scanError, scanTables } from './scan.ts';
import type { Terminal } from './terminal.ts';

/** What is printed as JSON: the plan's summary, its tables with their columns and statements, and what was asked. */
export interface PrintedPlan extends PlanSummary {
  /** What `--scan` found. */
  readonly scan?: readonly Found[];
  readonly options: LoadCommand['options'];
  readonly origins: LoadCommand['origins'];
  readonly chunksInFull: readonly PlanChunk[];
}

interface MadePlan {
  readonly plan: PrintedPlan;
  readonly command: LoadCommand;
  /** A refused plan is a plan too: it is what the refusal speaks of. */
  readonly refused?: PgshiftError;
}

const run = 'plan';

/** As much as a Lambda has at its start: 15 minutes. Statements get what is left. */
const remainingMilliseconds = 900_000;

/** There is nothing to clean up but connections, which end with us. */
export const graceMilliseconds = 500;

export interface PlanFlags {
  readonly json: boolean;
  /** Whether values that Redshift refuses or alters are counted. */
  readonly scan: boolean;
}

/** Prints the plan of each command. Throws what a run would fail with: before it changed anything, or, scanned, after. */
export async function plan(terminal: Terminal, args: LoadArguments, { json, scan }: PlanFlags): Promise<void> {
  const commands = readCommands(args, terminal.secrets);
  terminal.secrets.add(process.env.PGPASSWORD ?? '');
  await withLifetime({ graceMilliseconds, complain: terminal.note }, async (life) => {
    const plans: PrintedPlan[] = [];
    let refused: PgshiftError | undefined;
    for (const command of commands) {
      const made = await life.orInterrupted(planOne(command, 'no bucket'));
      const values = scan ? await life.orInterrupted(scanOne(command, made)) : undefined;
      plans.push({ ...made.plan, ...(values === undefined ? {} : { scan: values }) });
      if (!json) terminal.result(scriptOf(made, values));
      refused = made.refused ?? scanError(values ?? []);
      if (refused !== undefined) break;
    }
    if (json) printJson(terminal, plans, commands.length);
    if (refused !== undefined) throw refused;
  });
}

function scriptOf({ plan, command }: MadePlan, values: readonly Found[] | undefined): string {
  const script = planScript(plan, plan.chunksInFull, command);
  return values === undefined ? script : [script, ...scanLines(values)].join('\n');
}

/** One command gives an object, a file of several an array. */
function printJson(terminal: Terminal, plans: readonly PrintedPlan[], commands: number): void {
  terminal.result(JSON.stringify(commands === 1 ? plans[0] : plans, null, 2));
}

/**
 * Plans a command. A plan needs no bucket, nor credentials: only whether COPY carries keys is in it. Whether a load could
 * start needs both, so that a dry run tries them, too.
 */
export async function planOne(ready: ReadyCommand, bucket: 'real bucket' | 'no bucket'): Promise<MadePlan> {
  const environment = { ...process.env, ...ready.secrets };
  const store = memoryStore(environment.AWS_S3_BUCKET_NAME || DEFAULT_BUCKET, regionIfKnown());
  const ports = quietPorts(environment, store);
  const text = ready.text;
  await detect(bucket === 'real bucket' ? withRealBucket(environment, ports) : ports, {
    run,
    input: { command: text },
  });
  // Nothing is read but the catalogs: nobody keeps a snapshot for it.
  await discover(ports, { run, snapshot: false });
  let refused: PgshiftError | undefined;
  try {
    await planStep(ports, { run });
  } catch (error) {
    if (!(error instanceof PgshiftError) || error.kind !== 'PlanRefused') throw error;
    refused = error;
  }
  const command = await store.getJson<LoadCommand>(artifactKeys.command(run));
  const plan = await printedPlan(store, command);
  return refused === undefined ? { plan, command } : { plan, command, refused };
}

/** Undefined for a plan that is refused: it has no tables in full. */
async function scanOne(ready: ReadyCommand, { command, plan, refused }: MadePlan): Promise<Found[] | undefined> {
  if (refused !== undefined) return undefined;
  const ports = quietPorts({ ...process.env, ...ready.secrets }, memoryStore(DEFAULT_BUCKET, 'unknown'));
  const tables = plan.chunksInFull.flatMap((chunk) => chunk.tables);
  return scanTables(ports, run, command, tables);
}

type Environment = Readonly<Record<string, string | undefined>>;

const alone = (environment: Environment, store?: Store): Ports =>
  portsOf(environment, store)({ run, step: 'plan', remaining: () => remainingMilliseconds });

/** Without credentials a plan can be made all the same: only whether COPY carries keys is in it. */
function quietPorts(environment: Environment, store: Store): Ports {
  const ports = alone(environment, store);
  return {
    ...ports,
    log: { info: () => {} },
    copyAuthorization: () => ports.copyAuthorization().catch(() => ({ accessKeyId: '', secretAccessKey: '' })),
  };
}

/** The real bucket is asked for its region, written to and cleaned; what is found out stays in memory. */
function withRealBucket(environment: Environment, { store, log, ...ports }: Ports): Ports {
  const real = alone(environment);
  return {
    ...ports,
    log,
    copyAuthorization: real.copyAuthorization,
    store: { ...store, region: real.store.region, putText: real.store.putText, remove: real.store.remove },
  };
}

function regionIfKnown(): string {
  try {
    return regionOf(process.env);
  } catch {
    return 'unknown';
  }
}

async function printedPlan(store: Store, { options, origins }: LoadCommand): Promise<PrintedPlan> {
  const summary = await store.getJson<PlanSummary>(artifactKeys.plan(run));
  const chunksInFull: PlanChunk[] = [];
  for (let chunk = 0; chunk < summary.chunks; chunk++) {
    const text = await store.findText(artifactKeys.planChunk(run, chunk));
    if (text !== undefined) chunksInFull.push(JSON.parse(text));
  }
  return { ...summary, options, origins, chunksInFull };
}
