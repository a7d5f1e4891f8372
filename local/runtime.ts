// How does a synthesized assembly run on this machine: its state machines, its functions, and its rules about failures?

import { randomUUID } from 'node:crypto';
import type { S3Client } from '@aws-sdk/client-s3';
import { type Assembly, type RuleTarget, readAssembly } from './lambda/assembly.ts';
import { LambdaHost } from './lambda/host.ts';
import { inputFor, targetsOf } from './lambda/rules.ts';
import { type States, startStates } from './states/api.ts';
import { InvalidDefinition } from './states/errors.ts';
import type { Execution } from './states/execution.ts';
import type { JsonObject } from './states/json.ts';
import { s3Objects } from './states/s3-objects.ts';
import type { Credentials } from './states/signature.ts';

export interface RuntimeOptions {
  /** The folder of the assembly. */
  assembly: string;
  /** Names of resources that are not of this runtime, buckets above all: see Place. */
  physical: Readonly<Record<string, string>>;
  /** The environment functions get their share of: see environmentOf. */
  env: NodeJS.ProcessEnv;
  /** The key pair that requests to the endpoint must be signed with. */
  credentials: Credentials;
  region: string;
  /** Twelve digits. */
  accountId: string;
  /** Reads and writes the objects of Distributed Maps. */
  s3: S3Client;
  /** Multiplies the seconds of Wait states and of pauses before retries; 1, the default, is real time. */
  timeScale?: number;
  /** Whether a function's heap is capped to its MemorySize. */
  limitMemory?: boolean;
  /** Whether each function's process is started before its first invocation; true by default. */
  warm?: boolean;
  /** Gets one line at a time: what functions write, and what happens to rule targets. */
  log?: (line: string) => void;
}

export interface Runtime {
  /** For AWS_ENDPOINT_URL_SFN. */
  endpoint: string;
  /** ARNs of the machines that run here, by logical id and by name. */
  stateMachines: Record<string, string>;
  /** Why the other machines of the assembly do not run here, by logical id. */
  refused: Record<string, string>;
  /** Resolves when the rule targets of all executions that have ended so far are done. */
  settled(): Promise<void>;
  /** Stops executions and functions at once; rule targets are no longer called. */
  close(): Promise<void>;
}

/** Starts everything. Throws when the assembly cannot be read, or holds no machine that runs here. */
export async function startRuntime(options: RuntimeOptions): Promise<Runtime> {
  const { region, accountId, physical, env, log = () => {} } = options;
  const assembly = await readAssembly(options.assembly, { region, accountId, physical });
  const lambdas = new LambdaHost({
    functions: assembly.functions,
    region,
    env,
    log: (name, line) => log(`${name}: ${line}`),
    ...(options.limitMemory !== undefined && { limitMemory: options.limitMemory }),
  });
  const states = await startStates({
    host: {
      ...s3Objects(options.s3),
      task: ({ functionName, payload, signal }) => lambdas.invoke(functionName, payload, signal),
    },
    credentials: options.credentials,
    region,
    accountId,
    ...(options.timeScale !== undefined && { timeScale: options.timeScale }),
  });
  const rules = new FailureRules(assembly, lambdas, { region, accountId, log });
  const close = async () => {
    rules.stop();
    await states.close();
    await lambdas.close();
  };
  try {
    const { stateMachines, refused } = register(states, assembly);
    for (const [id, reason] of Object.entries(refused)) log(`${id} does not run locally: ${reason}`);
    states.onExecutionEnded((execution) => rules.ended(execution));
    if (options.warm ?? true) void lambdas.warm();
    return { endpoint: states.endpoint, stateMachines, refused, settled: () => rules.settled(), close };
  } catch (error) {
    await close();
    throw error;
  }
}

function register(states: States, assembly: Assembly): Pick<Runtime, 'stateMachines' | 'refused'> {
  const stateMachines: Record<string, string> = {};
  const refused: Record<string, string> = {};
  for (const { logicalId, name, definition, allows } of assembly.machines) {
    try {
      const arn = states.register(name, definition, allows);
      stateMachines[logicalId] = arn;
      stateMachines[name] = arn;
    } catch (error) {
      if (!(error instanceof InvalidDefinition)) throw error;
      refused[logicalId] = error.message;
    }
  }
  if (Object.keys(stateMachines).length > 0) return { stateMachines, refused };
  throw new Error(`no state machine of the assembly runs locally: ${JSON.stringify(refused)}`);
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Hands the end of an execution to the rules of the assembly, as EventBridge does. */
class FailureRules {
  private readonly assembly: Assembly;
  private readonly lambdas: LambdaHost;
  private readonly place: { region: string; accountId: string; log: (line: string) => void };
  private readonly abort = new AbortController();
  private pending: Promise<void>[] = [];

  constructor(assembly: Assembly, lambdas: LambdaHost, place: FailureRules['place']) {
    this.assembly = assembly;
    this.lambdas = lambdas;
    this.place = place;
  }

  ended(execution: Execution): void {
    if (this.abort.signal.aborted) return;
    const event = this.eventOf(execution);
    try {
      const targets = targetsOf(this.assembly.rules, event);
      this.pending.push(...targets.map((target) => this.deliver(target, event)));
    } catch (error) {
      this.place.log(`the rules could not be matched: ${messageOf(error)}`);
    }
  }

  async settled(): Promise<void> {
    const pending = this.pending;
    this.pending = [];
    await Promise.all(pending);
  }

  stop(): void {
    this.abort.abort(new Error('the runtime was closed'));
  }

  private async deliver(target: RuleTarget, event: JsonObject): Promise<void> {
    const { log } = this.place;
    try {
      const input = inputFor(target, event);
      if (target.arn.includes(':lambda:')) await this.lambdas.invoke(target.arn, input, this.abort.signal);
      else log(`notice to ${target.arn}: ${JSON.stringify(input)}`);
    } catch (error) {
      log(`${target.arn} failed: ${messageOf(error)}`);
    }
  }

  private eventOf({ identity, status, startDate, stopDate, input, output, error, cause }: Execution): JsonObject {
    return {
      version: '0',
      id: randomUUID(),
      'detail-type': 'Step Functions Execution Status Change',
      source: 'aws.states',
      account: this.place.accountId,
      time: (stopDate ?? new Date()).toISOString(),
      region: this.place.region,
      resources: [identity.arn],
      detail: {
        executionArn: identity.arn,
        stateMachineArn: identity.machineArn,
        name: identity.name,
        status,
        startDate: startDate.getTime(),
        stopDate: stopDate?.getTime() ?? null,
        input: JSON.stringify(input),
        output: output === undefined ? null : JSON.stringify(output),
        ...(error !== undefined && { error }),
        ...(cause !== undefined && { cause }),
      },
    };
  }
}
