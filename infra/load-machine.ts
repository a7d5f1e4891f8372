// What is the state machine on AWS? The workflow, its log group, and a role that lists exactly what it may do.
import { type Duration, Fn, Names, type RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import {
  DefinitionBody,
  type IChainable,
  LogLevel,
  QueryLanguage,
  StateMachine,
  StateMachineType,
} from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { STEPS, type StepName } from '../core/pipeline.ts';
import { acknowledgeWildcards } from './acknowledgements.ts';
import { keyStatements } from './step-function.ts';
import { buildWorkflow, MAP_LABEL } from './workflow.ts';

export interface LoadMachineProps {
  readonly functions: Readonly<Record<StepName, IFunction>>;
  readonly bucket: IBucket;
  /** Keeps the source's snapshot for runs that want one, and for so long when they have stopped. */
  readonly relay: StateMachine;
  readonly keepSnapshot: Duration;
  /** How long an execution may take before it is ended. */
  readonly timeout: Duration;
  readonly removalPolicy: RemovalPolicy;
}

export class LoadMachine extends Construct {
  readonly stateMachine: StateMachine;

  constructor(scope: Construct, id: string, props: LoadMachineProps) {
    super(scope, id);
    const { functions, bucket, relay, keepSnapshot } = props;
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('states.amazonaws.com'),
      description: 'What the state machine of pgshift may do',
    });
    // States get a scope of their own: a state and a function may bear the same name.
    const workflow = buildWorkflow(new Construct(this, 'Workflow'), { functions, bucket, relay, keepSnapshot });
    this.stateMachine = stateMachine(this, { role, workflow, ...props });
    const { stateMachine: machine } = this;

    const batches = bucket.arnForObjects('runs/*/batches.jsonl');
    const results = bucket.arnForObjects('runs/*/results/*');
    const children = executionArn(machine, ':*');
    const redrivable = executionArn(machine, `/${MAP_LABEL}:*`);
    const policy = new Policy(this, 'Policy', {
      roles: [role],
      statements: [
        allow(
          ['lambda:InvokeFunction'],
          STEPS.filter((step) => step.machine === 'load').map((step) => functions[step.name].functionArn),
        ),
        allow(['s3:GetObject'], [batches]),
        allow(['s3:PutObject', 's3:GetObject', 's3:ListMultipartUploadParts', 's3:AbortMultipartUpload'], [results]),
        ...keyStatements(bucket),
        allow(['states:StartExecution'], [machine.stateMachineArn, relay.stateMachineArn]),
        allow(['states:DescribeExecution', 'states:StopExecution'], [children]),
        allow(['states:RedriveExecution'], [redrivable]),
      ],
    });
    acknowledgeWildcards(policy, {
      [batches]: 'Each run has its own list of batches.',
      [results]: 'Each run has its own results.',
      [children]: 'The distributed map names its child executions itself; only those of this machine are meant.',
      [redrivable]: 'The distributed map names its child executions itself; only those of this machine are meant.',
    });
    this.allowLook(functions.prepare, children);
  }

  /**
   * Prepare looks whether a run that has claimed a table still runs. A policy of its own, after the machine: in the function's
   * it would come before it, and the machine comes after the function.
   */
  private allowLook({ role }: IFunction, runs: string): void {
    if (role === undefined) return;
    const policy = new Policy(this, 'LookPolicy', {
      roles: [role],
      statements: [allow(['states:DescribeExecution'], [runs])],
    });
    acknowledgeWildcards(policy, {
      [runs]: 'Runs are named when they are started; only those of this machine are meant.',
    });
  }
}

/** Names of executions are not known before they start, so a suffix stands for them. */
export function executionArn(machine: StateMachine, suffix: string): string {
  const stack = Stack.of(machine);
  return `arn:${stack.partition}:states:${stack.region}:${stack.account}:execution:${machine.stateMachineName}${suffix}`;
}

const allow = (actions: readonly string[], resources: readonly string[]): PolicyStatement =>
  new PolicyStatement({ actions: [...actions], resources: [...resources] });

/** What a state machine needs to write its log and its traces. */
function observationStatements(): PolicyStatement[] {
  return [
    allow(
      [
        'logs:CreateLogDelivery',
        'logs:GetLogDelivery',
        'logs:UpdateLogDelivery',
        'logs:DeleteLogDelivery',
        'logs:ListLogDeliveries',
        'logs:PutResourcePolicy',
        'logs:DescribeResourcePolicies',
        'logs:DescribeLogGroups',
      ],
      ['*'],
    ),
    allow(
      ['xray:PutTraceSegments', 'xray:PutTelemetryRecords', 'xray:GetSamplingRules', 'xray:GetSamplingTargets'],
      ['*'],
    ),
  ];
}

export interface MachineProps {
  readonly role: Role;
  readonly workflow: IChainable;
  readonly timeout: Duration;
  readonly removalPolicy: RemovalPolicy;
}

/**
 * A STANDARD state machine in JSONata whose log has every event but no data: what passes between states is in the
 * history, for those who may read executions, and nowhere else. The construct's own permissions, broader than needed,
 * are left out: the caller attaches what the role may do. The log is the exception: Step Functions refuses to create a
 * machine whose role may not write it, so that right has to be there first.
 */
export function stateMachine(scope: Construct, { role, workflow, timeout, removalPolicy }: MachineProps): StateMachine {
  for (const statement of observationStatements()) role.addToPolicy(statement);
  acknowledgeWildcards(role, { '*': 'Delivery of logs and X-Ray have no resource-level permissions.' });
  const machine = new StateMachine(scope, 'StateMachine', {
    stateMachineType: StateMachineType.STANDARD,
    queryLanguage: QueryLanguage.JSONATA,
    definitionBody: DefinitionBody.fromChainable(workflow),
    role: role.withoutPolicyUpdates(),
    timeout,
    tracingEnabled: true,
    logs: {
      destination: vendedLogGroup(scope, removalPolicy),
      level: LogLevel.ALL,
      includeExecutionData: false,
    },
    removalPolicy,
  });
  machine.node.addDependency(role);
  // Attached to nothing, since the role takes no updates, but still in the tree for cdk-nag to judge.
  machine.node.tryRemoveChild('DistributedMapPolicy');
  return machine;
}

/** 23 characters before it and 13 after it; CloudWatch allows 512, people read fewer. */
const LOG_NAME_LENGTH = 100;

/**
 * Below `/aws/vendedlogs/`, log groups do not use up the resource policy that all state machines of a region share. The
 * name ends in a piece of the stack's id, so that a log group which outlived its stack is never in a new one's way.
 */
function vendedLogGroup(scope: Construct, removalPolicy: RemovalPolicy): LogGroup {
  const name = Names.uniqueResourceName(scope, { maxLength: LOG_NAME_LENGTH });
  // arn:aws:cloudformation:region:account:stack/name/11111111-2222-3333-4444-555555555555
  const unique = Fn.select(4, Fn.split('-', Fn.select(2, Fn.split('/', Stack.of(scope).stackId))));
  return new LogGroup(scope, 'Logs', {
    logGroupName: `/aws/vendedlogs/states/${name}-${unique}`,
    retention: RetentionDays.ONE_MONTH,
    removalPolicy,
  });
}
