// How does a schedule start a run without ever starting a second one beside it? The schedule starts a guard, a state
// machine of three steps without Lambdas: it asks whether an execution of the load is running, and starts one or ends.
//
// Scheduler delivers at least once. Two deliveries of one tick may both see no run, so the run is named after the tick:
// Step Functions starts a name once. ListExecutions lags by some seconds: a run started by hand at the very moment of a
// tick may be missed, and the claims on the target's tables then refuse the second run.
import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { ContextAttribute, Schedule, type ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { StepFunctionsStartExecution as ScheduleTarget } from 'aws-cdk-lib/aws-scheduler-targets';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import {
  Choice,
  Condition,
  type IChainable,
  type IStateMachine,
  type StateMachine,
  Succeed,
  TaskInput,
} from 'aws-cdk-lib/aws-stepfunctions';
import { CallAwsService, StepFunctionsStartExecution } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';
import type { ExecutionInput } from '../core/pipeline.ts';
import { stateMachine } from './load-machine.ts';
import { RETRY_CALLS } from './step-task.ts';

export interface ScheduledStartProps {
  readonly load: IStateMachine;
  readonly schedule: ScheduleExpression;
  readonly input: ExecutionInput;
  /** Gets what Scheduler could not deliver. */
  readonly undelivered: IQueue;
  readonly removalPolicy: RemovalPolicy;
}

const ALREADY_STARTED = 'StepFunctions.ExecutionAlreadyExistsException';

export class ScheduledStart extends Construct {
  readonly guard: StateMachine;

  constructor(scope: Construct, id: string, props: ScheduledStartProps) {
    super(scope, id);
    const { load, removalPolicy } = props;
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('states.amazonaws.com'),
      description: 'What the guard of the schedule of pgshift may do',
    });
    this.guard = stateMachine(this, {
      role,
      workflow: buildGuard(new Construct(this, 'Workflow'), props),
      timeout: Duration.minutes(15),
      removalPolicy,
    });
    new Policy(this, 'Policy', {
      roles: [role],
      statements: [
        new PolicyStatement({
          actions: ['states:ListExecutions', 'states:StartExecution'],
          resources: [load.stateMachineArn],
        }),
      ],
    });

    new Schedule(this, 'Schedule', {
      description: 'Starts a run of pgshift unless one is running',
      schedule: props.schedule,
      target: new ScheduleTarget(this.guard, {
        input: ScheduleTargetInput.fromObject({ scheduledAt: ContextAttribute.scheduledTime }),
        deadLetterQueue: props.undelivered,
        retryAttempts: 3,
        maxEventAge: Duration.hours(1),
      }),
    });
  }
}

/** Ask, then start or skip. `$states.input.scheduledAt` is the tick, in ISO 8601. */
function buildGuard(scope: Construct, { load, input }: Pick<ScheduledStartProps, 'load' | 'input'>): IChainable {
  const ask = CallAwsService.jsonata(scope, 'List running', {
    service: 'sfn',
    action: 'listExecutions',
    parameters: { StateMachineArn: load.stateMachineArn, StatusFilter: 'RUNNING', MaxResults: 1 },
    iamResources: [load.stateMachineArn],
    assign: {
      running: '{% $count($states.result.Executions) %}',
      // The characters that a run's name, hence an object key, may not have: 2026-11-22T12:00:00Z
      name: "{% 'scheduled-' & $replace($states.input.scheduledAt, /[^A-Za-z0-9_-]/, '-') %}",
    },
  });
  ask.addRetry(RETRY_CALLS);
  const start = StepFunctionsStartExecution.jsonata(scope, 'Start', {
    stateMachine: load,
    name: '{% $name %}',
    input: TaskInput.fromObject({ ...input }),
  });
  // A twin of this tick was faster: done, not failed.
  start.addRetry({ errors: [ALREADY_STARTED], maxAttempts: 0 });
  start.addRetry(RETRY_CALLS);
  start.addCatch(Succeed.jsonata(scope, 'Already started'), { errors: [ALREADY_STARTED] });
  return ask.next(
    Choice.jsonata(scope, 'Any running?')
      .when(Condition.jsonata('{% $running > 0 %}'), Succeed.jsonata(scope, 'Skipped'))
      .otherwise(start),
  );
}
