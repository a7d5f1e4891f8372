// How does one snapshot of the source outlive the functions that hold it? A state machine of two holders that take turns:
// each turn is a call of the step Keep, and the second's first turn is half as long, so that their hand-overs lie apart.
//
// Between two turns the first asks whether the run is still running: a function in a VPC without a way to Step Functions
// could not. A holder that is lost is called again, by the retries of its state; when both are, the machine fails.
import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import {
  Choice,
  Condition,
  type IChainable,
  Parallel,
  Pass,
  type StateMachine,
  Succeed,
} from 'aws-cdk-lib/aws-stepfunctions';
import { CallAwsService } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';
import type { Holder, RELAY_STATES, RelayInput } from '../core/pipeline.ts';
import { acknowledgeWildcards } from './acknowledgements.ts';
import { executionArn, stateMachine } from './load-machine.ts';
import { jsonata, RETRY_CALLS, stepTask } from './step-task.ts';

export interface RelayMachineProps {
  readonly keep: IFunction;
  readonly removalPolicy: RemovalPolicy;
}

/**
 * A turn of 14 minutes adds 22 events to the history, of which Step Functions takes 25,000: eleven days. A snapshot that
 * old has cost its source dearly.
 */
const LONGEST = Duration.days(10);

export class RelayMachine extends Construct {
  readonly stateMachine: StateMachine;
  private readonly role: Role;
  private readonly keep: IFunction;

  constructor(scope: Construct, id: string, props: RelayMachineProps) {
    super(scope, id);
    this.keep = props.keep;
    this.role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('states.amazonaws.com'),
      description: 'What the relay of pgshift may do',
    });
    this.stateMachine = stateMachine(this, {
      role: this.role,
      workflow: buildRelay(new Construct(this, 'Workflow'), props.keep),
      timeout: LONGEST,
      removalPolicy: props.removalPolicy,
    });
  }

  /** Allows what the relay does for executions of the load, which is made after it. */
  serve(load: StateMachine): void {
    const runs = executionArn(load, ':*');
    const policy = new Policy(this, 'Policy', {
      roles: [this.role],
      statements: [
        new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [this.keep.functionArn] }),
        new PolicyStatement({ actions: ['states:DescribeExecution'], resources: [runs] }),
      ],
    });
    acknowledgeWildcards(policy, { [runs]: 'Runs are named when they are started; only those of the load are meant.' });
  }
}

const named = (name: keyof typeof RELAY_STATES): string => name;

function buildRelay(scope: Construct, keep: IFunction): IChainable {
  const input = (field: keyof RelayInput): string => jsonata(`$states.input.${field}`);
  const begin = Pass.jsonata(scope, named('Begin'), {
    assign: {
      run: input('run'),
      execution: input('AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID'),
      turnSeconds: input('turnSeconds'),
      keepSeconds: input('keepSeconds'),
    },
  });
  const turns = Parallel.jsonata(scope, named('Take turns'), { outputs: {} });
  return begin.next(turns.branch(firstHolder(scope, keep)).branch(secondHolder(scope, keep)));
}

/** Looks at the run between its turns; `until` is 0 while the run is running. */
function firstHolder(scope: Construct, keep: IFunction): IChainable {
  const holds = stepTask(scope, {
    name: 'keep',
    state: named('First holds'),
    function: keep,
    payload: {
      run: jsonata('$run'),
      holder: 'first' satisfies Holder,
      take: jsonata('$take'),
      seconds: jsonata('$turnSeconds'),
      until: jsonata('$until'),
    },
    assign: { take: jsonata('false') },
  });
  const look = CallAwsService.jsonata(scope, named('Look at the run'), {
    service: 'sfn',
    action: 'describeExecution',
    parameters: { ExecutionArn: jsonata('$execution') },
    iamResources: ['*'],
    assign: {
      until: jsonata(
        "$states.result.Status in ['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'] ? $toMillis($states.result.StopDate) + $keepSeconds * 1000 : 0",
      ),
    },
  });
  look.addRetry(RETRY_CALLS);
  const begins = Pass.jsonata(scope, named('First begins'), { assign: { take: true, until: 0 } });
  const over = Choice.jsonata(scope, named('First goes on?'))
    .when(IS_OVER, Succeed.jsonata(scope, named('First is done')))
    .otherwise(look.next(holds));
  holds.next(over);
  return begins.next(holds);
}

function secondHolder(scope: Construct, keep: IFunction): IChainable {
  const holds = stepTask(scope, {
    name: 'keep',
    state: named('Second holds'),
    function: keep,
    payload: {
      run: jsonata('$run'),
      holder: 'second' satisfies Holder,
      take: jsonata('false'),
      seconds: jsonata('$seconds'),
      until: jsonata('0'),
    },
    assign: { seconds: jsonata('$turnSeconds') },
  });
  const begins = Pass.jsonata(scope, named('Second begins'), { assign: { seconds: jsonata('$turnSeconds / 2') } });
  const over = Choice.jsonata(scope, named('Second goes on?'))
    .when(IS_OVER, Succeed.jsonata(scope, named('Second is done')))
    .otherwise(holds);
  holds.next(over);
  return begins.next(holds);
}

const IS_OVER = Condition.jsonata(jsonata('$states.input.over'));
