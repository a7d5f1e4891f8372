// The coat that makes a Lambda handler of a step: opens the ports, and turns whatever is thrown into one of our
// kinds, recorded where the report finds it and free of secrets and values.

import { randomUUID } from 'node:crypto';
import { artifactKeys, RUN_NAME } from '../core/artifacts.ts';
import { PgshiftError } from '../core/errors.ts';
import type { StepInput, StepName, StepOutput } from '../core/pipeline.ts';
import type { Ports } from '../core/ports.ts';
import type { ErrorRecord } from '../core/report/model.ts';
import { portsOf } from './ports.ts';

export type Step<Name extends StepName> = (ports: Ports, input: StepInput<Name>) => Promise<StepOutput<Name>>;

/** What is used of the context that Lambda hands to a handler. */
export interface LambdaContext {
  getRemainingTimeInMillis(): number;
}

/** Made by the first invocation of a process and kept for the next: connections to S3 outlive one. */
let shared: ReturnType<typeof portsOf> | undefined;

export function lambdaHandler<Name extends StepName>(name: Name, step: Step<Name>) {
  return async (input: StepInput<Name>, context: LambdaContext): Promise<StepOutput<Name>> => {
    const run = runOf(input);
    const remaining = () => context.getRemainingTimeInMillis();
    shared ??= portsOf(process.env);
    const ports = shared({ run, step: name, remaining });
    const startedAt = ports.now();
    try {
      const output = await step(ports, input);
      ports.log.info('done', { milliseconds: ports.now() - startedAt });
      return output;
    } catch (error) {
      const known = knownError(error);
      ports.log.info('failed', { kind: known.kind, message: known.message });
      await record(ports, run, name, known);
      throw known;
    }
  };
}

function runOf(input: object): string {
  const run: unknown = Reflect.get(input, 'run') ?? Reflect.get(input, 'name');
  if (typeof run === 'string' && RUN_NAME.test(run)) return run;
  throw new PgshiftError('ConfigurationInvalid', `The run has no name of the form ${RUN_NAME.source}.`);
}

/** What is not ours is a defect of ours: its message may hold anything, so only its class and place are kept. */
export function knownError(error: unknown): PgshiftError {
  if (error instanceof PgshiftError) return error;
  if (!(error instanceof Error)) return new PgshiftError('Unexpected', 'Something was thrown that is no error.');
  const place =
    /\n\s+at ([^\n]+)/.exec(error.stack ?? '')?.[1]?.replace(/\(?(?:file:\/\/)?\/[^\s)]*\//, '(') ?? 'an unknown place';
  return new PgshiftError('Unexpected', `${error.name} at ${place}.`);
}

/** Best effort: where even the bucket fails, the execution's own error has to do. */
async function record(ports: Ports, run: string, step: StepName, error: PgshiftError): Promise<void> {
  const entry: ErrorRecord = { step, kind: error.kind, message: error.message, at: ports.now() };
  await ports.store.putJson(artifactKeys.errorRecord(run, `${step}-${randomUUID()}`), entry).catch(() => {});
}
