// How does a step become a Task state: its function called with its contract's input, given the time it may take, tried
// again as the error policy says?
import { Duration } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { JitterType, type RetryProps, TaskInput, Timeout } from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';
import { kindsOf, PLATFORM_ERRORS, RETRIES } from '../core/errors.ts';
import { type InRun, STEPS, type StepInput, type StepName } from '../core/pipeline.ts';

/** One JSONata expression for each field of a value; nothing more and nothing less. */
export type Expressions<Value> = { readonly [Field in keyof Value]-?: string };

/** What a Task hands to its function: an expression for each field of the step's input, of which all begin with the run. */
export type Payload<Name extends StepName> = Expressions<Extract<StepInput<Name>, InRun>>;

export const jsonata = (expression: string): string => `{% ${expression} %}`;

/** How much longer than its function a Task waits: a cold start in a VPC and the answer's way back. */
const TASK_GRACE_SECONDS = 60;

export interface StepTaskProps<Name extends StepName> {
  readonly name: Name;
  readonly function: IFunction;
  readonly payload: Payload<Name>;
  /** Where it is not the step's own. */
  readonly state?: string;
  readonly assign?: Record<string, string>;
}

export function stepTask<Name extends StepName>(scope: Construct, props: StepTaskProps<Name>): LambdaInvoke {
  const definition = STEPS.find((step) => step.name === props.name);
  if (definition === undefined) throw new Error(`step ${props.name}: not in STEPS of core/pipeline.ts`);
  const task = LambdaInvoke.jsonata(scope, props.state ?? definition.state, {
    lambdaFunction: props.function,
    payload: TaskInput.fromObject({ ...props.payload }),
    outputs: jsonata('$states.result.Payload'),
    // The construct's own retries; ours are the policy's.
    retryOnServiceExceptions: false,
    taskTimeout: Timeout.duration(Duration.seconds(definition.timeoutSeconds + TASK_GRACE_SECONDS)),
    ...(props.assign === undefined ? {} : { assign: props.assign }),
  });
  for (const retry of retriesOfPolicy()) task.addRetry(retry);
  return task;
}

/** The error policy as Step Functions writes it: one Retry per class that is retried. */
function retriesOfPolicy(): RetryProps[] {
  return (['transient', 'busy'] as const).map((retry) => ({
    errors: [...kindsOf(retry), ...PLATFORM_ERRORS[retry]],
    interval: Duration.seconds(RETRIES[retry].firstSeconds),
    backoffRate: RETRIES[retry].rate,
    maxAttempts: RETRIES[retry].attempts,
    maxDelay: Duration.seconds(RETRIES[retry].mostSeconds),
    jitterStrategy: JitterType.FULL,
  }));
}

/**
 * For calls of Step Functions' own: 5 + 10 + 20 + 40 + 60 = 135 s. Throttling is over by then, and what waits for the call
 * far from its timeout.
 */
export const RETRY_CALLS: RetryProps = {
  errors: ['States.TaskFailed'],
  interval: Duration.seconds(5),
  backoffRate: 2,
  maxAttempts: 5,
  maxDelay: Duration.minutes(1),
  jitterStrategy: JitterType.FULL,
};
