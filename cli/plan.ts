// `pgshift plan`: what would a load do? The same steps as in a run, in this process and on a store in memory: nothing
// is changed anywhere.
import { memoryStore } from '../adapters/memory-store.ts';
import { portsOf } from '../adapters/ports.ts';
import { artifactKeys } from '../core/artifacts.ts';
import { DEFAULT_BUCKET } from '../core/environment.ts';
import { PgshiftError } from '../core/errors.ts';
import type { PlanChunk, PlanSummary } from '../core/plan/model.ts';
import type { Ports, Store } from '../core/ports.ts';
import { detect } from '../lambdas/1-detect/detect.ts';
import { discover } from '../lambdas/3-discover/discover.ts';
import { plan as planStep } from '../lambdas/4-plan/plan.ts';
import { regionOf } from './aws-settings.ts';
import { type LoadArguments, type ReadyCommand, readCommands } from './commands.ts';
import { withLifetime } from './lifetime.ts';
import { planText } from './plan-text.ts';
import type { Terminal } from './terminal.ts';

/** What is printed as JSON: the plan's summary, and its tables with their columns and statements. */
export interface PrintedPlan extends PlanSummary {
  readonly chunksInFull: readonly PlanChunk[];
}

const run = 'plan';

/** As much as a Lambda has at its start: 15 minutes. Statements get what is left. */
const remainingMilliseconds = 900_000;

/** There is nothing to clean up but connections, which end with us. */
const graceMilliseconds = 500;

/** Prints the plan of each command. Throws what a run would fail with before it changed anything. */
export async function plan(terminal: Terminal, args: LoadArguments, json: boolean): Promise<void> {
  const commands = readCommands(args, terminal.secrets);
  terminal.secrets.add(process.env.PGPASSWORD ?? '');
  await withLifetime({ graceMilliseconds, complain: terminal.note }, async (life) => {
    const plans: PrintedPlan[] = [];
    for (const command of commands) {
      const made = await life.orInterrupted(planOne(command));
      if (json) plans.push(made.plan);
      else terminal.result(planText(made.plan));
      if (made.refused !== undefined) {
        if (json) printJson(terminal, plans, commands.length);
        throw made.refused;
      }
    }
    if (json) printJson(terminal, plans, commands.length);
  });
}

/** One command gives an object, a file of several an array. */
function printJson(terminal: Terminal, plans: readonly PrintedPlan[], commands: number): void {
  terminal.result(JSON.stringify(commands === 1 ? plans[0] : plans, null, 2));
}

/** A refused plan is a plan too: it is what the refusal speaks of. */
async function planOne(command: ReadyCommand): Promise<{ plan: PrintedPlan; refused?: PgshiftError }> {
  const environment = { ...process.env, ...command.secrets };
  const store = memoryStore(environment.AWS_S3_BUCKET_NAME || DEFAULT_BUCKET, regionIfKnown());
  const ports = quietPorts(environment, store);
  await detect(ports, { run, input: { command: command.text } });
  await discover(ports, { run });
  try {
    await planStep(ports, { run });
  } catch (error) {
    if (!(error instanceof PgshiftError) || error.kind !== 'PlanRefused') throw error;
    return { plan: await printedPlan(store), refused: error };
  }
  return { plan: await printedPlan(store) };
}

/** Without credentials a plan can be made all the same: only whether COPY carries keys is in it. */
function quietPorts(environment: Readonly<Record<string, string | undefined>>, store: Store): Ports {
  const ports = portsOf(environment, store)({ run, step: 'plan', remaining: () => remainingMilliseconds });
  return {
    ...ports,
    log: { info: () => {} },
    copyAuthorization: () => ports.copyAuthorization().catch(() => ({ accessKeyId: '', secretAccessKey: '' })),
  };
}

function regionIfKnown(): string {
  try {
    return regionOf(process.env);
  } catch {
    return 'unknown';
  }
}

async function printedPlan(store: Store): Promise<PrintedPlan> {
  const summary = await store.getJson<PlanSummary>(artifactKeys.plan(run));
  const chunksInFull: PlanChunk[] = [];
  for (let chunk = 0; chunk < summary.chunks; chunk++) {
    const text = await store.findText(artifactKeys.planChunk(run, chunk));
    if (text !== undefined) chunksInFull.push(JSON.parse(text));
  }
  return { ...summary, chunksInFull };
}
