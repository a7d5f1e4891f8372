// What does someone embed who wants pgshift in a stack of theirs? One construct: bucket, steps, state machine, schedule
// and notice of failures, each within reach as a property.
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import {
  Connections,
  type IConnectable,
  type ISecurityGroup,
  type IVpc,
  SecurityGroup,
  type SubnetSelection,
} from 'aws-cdk-lib/aws-ec2';
import { type Grant, type IGrantable, type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { IStateMachine, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { ENVIRONMENT } from '../core/environment.ts';
import { STEPS, type StepDefinition, type StepName } from '../core/pipeline.ts';
import { acknowledge, acknowledgeWildcards } from './acknowledgements.ts';
import { bundledSteps } from './bundle.ts';
import { Failures } from './failures.ts';
import { LoadMachine } from './load-machine.ts';
import { RelayMachine } from './relay-machine.ts';
import { ScheduledStart } from './scheduled-start.ts';
import { StagingBucket } from './staging-bucket.ts';
import { keyStatements, listStatement, RUNS, StepFunction, type StepNetwork } from './step-function.ts';

export interface PgshiftProps {
  /**
   * What a command's source URI leaves out: host, port, database, user, password. Only the steps that connect to the
   * source may read it.
   *
   * @default - the command says where its secrets are, and the functions are granted them by hand
   */
  readonly sourceSecret?: ISecret;

  /**
   * The same for the target.
   *
   * @default - the command says where its secrets are, and the functions are granted them by hand
   */
  readonly targetSecret?: ISecret;

  /**
   * The role, attached to the cluster or namespace, that Redshift assumes to read the bucket. It is granted that.
   *
   * @default - COPY carries the temporary credentials of the step that runs it
   */
  readonly copyRole?: IRole;

  /**
   * The role that a source assumes which is a Redshift, to write into the bucket: another cluster may have one of its own. It
   * is granted that.
   *
   * @default - UNLOAD carries the temporary credentials of the step that runs it
   */
  readonly unloadRole?: IRole;

  /**
   * Where the steps that connect to a server run. It needs a way to S3 (a gateway endpoint is free) and, for secrets, to
   * Secrets Manager.
   *
   * @default - outside of any VPC
   */
  readonly vpc?: IVpc;

  /**
   * Which subnets of the VPC.
   *
   * @default - the private ones
   */
  readonly vpcSubnets?: SubnetSelection;

  /**
   * Security groups of the steps in the VPC.
   *
   * @default - a new one, which may connect to anything
   */
  readonly securityGroups?: ISecurityGroup[];

  /**
   * When to start a run. A tick is skipped while a run is alive. Needs `command` or `commandKey`.
   *
   * @default - runs are started by hand
   */
  readonly schedule?: ScheduleExpression;

  /**
   * The command that the schedule runs, without passwords.
   *
   * @default - `commandKey`
   */
  readonly command?: string;

  /**
   * The key of an object in the bucket, below `commands/`, that holds the command that the schedule runs.
   *
   * @default - `command`
   */
  readonly commandKey?: string;

  /**
   * What happens to bucket and logs when the stack goes.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * How long a run may take before it is ended.
   *
   * @default Duration.days(1)
   */
  readonly timeout?: Duration;

  /**
   * How long a run's snapshot of the source is kept when the run has stopped, for a redrive to find it. It holds back vacuum
   * at the source all the while.
   *
   * @default Duration.minutes(30)
   */
  readonly keepSnapshot?: Duration;

  /**
   * How long the objects of a run stay in the bucket.
   *
   * @default Duration.days(7)
   */
  readonly keepRuns?: Duration;

  /**
   * A KMS key for the bucket. Everyone here who reads or writes it is granted the key.
   *
   * @default - S3's own encryption
   */
  readonly encryptionKey?: IKey;
}

/** How long what nobody took is kept for a person to look at: the longest that SQS allows. */
const UNDELIVERED_DAYS = 14;

export class Pgshift extends Construct implements IConnectable {
  /** The staging bucket: artifacts below `runs/`, commands below `commands/`. */
  readonly bucket: IBucket;
  readonly stateMachine: StateMachine;
  /** Keeps the source's snapshot alive while a run reads. Runs start it. */
  readonly relay: StateMachine;
  /** Gets a notice of each failed run: name, status and kind of error. */
  readonly failures: ITopic;
  /** The function of each step, by the step's name. */
  readonly functions: Readonly<Record<StepName, IFunction>>;
  /** What the schedule starts. Undefined without a schedule. */
  readonly guard: IStateMachine | undefined;
  /** Of the steps in the VPC: `database.connections.allowDefaultPortFrom(pgshift)`. */
  readonly connections: Connections;

  constructor(scope: Construct, id: string, props: PgshiftProps = {}) {
    super(scope, id);
    const input = scheduledInput(props);
    const removalPolicy = props.removalPolicy ?? RemovalPolicy.RETAIN;
    this.bucket = new StagingBucket(this, 'Staging', {
      removalPolicy,
      keepRuns: props.keepRuns ?? Duration.days(7),
      ...(props.encryptionKey === undefined ? {} : { encryptionKey: props.encryptionKey }),
    }).bucket;
    if (props.copyRole !== undefined) this.allowCopy(props.copyRole);
    if (props.unloadRole !== undefined) this.allowUnload(props.unloadRole);

    const network = this.network(props);
    this.connections = new Connections({ securityGroups: [...(network?.securityGroups ?? [])] });
    this.functions = this.steps(props, removalPolicy, network);
    const relay = new RelayMachine(this, 'Relay', { keep: this.functions.keep, removalPolicy });
    this.relay = relay.stateMachine;
    this.stateMachine = new LoadMachine(this, 'Load', {
      functions: this.functions,
      bucket: this.bucket,
      relay: this.relay,
      keepSnapshot: props.keepSnapshot ?? Duration.minutes(30),
      timeout: props.timeout ?? Duration.days(1),
      removalPolicy,
    }).stateMachine;
    relay.serve(this.stateMachine);

    const undelivered = this.undelivered();
    const failures = new Failures(this, 'Failures', {
      load: this.stateMachine,
      report: this.functions.report,
      undelivered,
    });
    this.failures = failures.topic;
    if (props.schedule !== undefined && input !== undefined) {
      this.guard = new ScheduledStart(this, 'Scheduled', {
        load: this.stateMachine,
        schedule: props.schedule,
        input,
        undelivered,
        removalPolicy,
      }).guard;
      failures.watchGuard(this.guard);
    }
  }

  /** Allows to start runs. */
  grantStart(grantee: IGrantable): Grant {
    return this.stateMachine.grantStartExecution(grantee);
  }

  /** Any metric of the state machine, by its name. */
  metric(name: string, options?: MetricOptions): Metric {
    return this.stateMachine.metric(name, options);
  }

  /** How many runs were started. */
  metricStarted(options?: MetricOptions): Metric {
    return this.stateMachine.metricStarted(options);
  }

  /** How many runs succeeded. */
  metricSucceeded(options?: MetricOptions): Metric {
    return this.stateMachine.metricSucceeded(options);
  }

  /** How many runs failed. Those that timed out or were stopped are counted apart. */
  metricFailed(options?: MetricOptions): Metric {
    return this.stateMachine.metricFailed(options);
  }

  private network(props: PgshiftProps): StepNetwork | undefined {
    const { vpc, vpcSubnets } = props;
    if (vpc === undefined) {
      if (vpcSubnets !== undefined || props.securityGroups !== undefined) {
        throw new Error('vpcSubnets and securityGroups need a vpc');
      }
      return undefined;
    }
    const securityGroups = props.securityGroups ?? [
      new SecurityGroup(this, 'SecurityGroup', { vpc, description: 'Steps of pgshift that connect to a server' }),
    ];
    return { vpc, securityGroups, ...(vpcSubnets === undefined ? {} : { vpcSubnets }) };
  }

  private steps(
    props: PgshiftProps,
    removalPolicy: RemovalPolicy,
    network: StepNetwork | undefined,
  ): Record<StepName, IFunction> {
    const bundles = bundledSteps();
    const secretOf = { source: props.sourceSecret, target: props.targetSecret };
    return Object.fromEntries(
      STEPS.map((step) => {
        const stepFunction = new StepFunction(this, step.state, {
          step,
          bundles,
          bucket: this.bucket,
          environment: this.environment(step, props),
          secrets: step.ends.flatMap((end) => secretOf[end] ?? []),
          removalPolicy,
          ...(network === undefined || step.ends.length === 0 ? {} : { network }),
        });
        return [step.name, stepFunction.function];
      }),
    ) as Record<StepName, IFunction>;
  }

  private environment(step: StepDefinition, props: PgshiftProps): Record<string, string> {
    const { sourceSecret, targetSecret, copyRole, unloadRole } = props;
    const connectsTo = (end: 'source' | 'target'): boolean => step.ends.includes(end);
    return {
      [ENVIRONMENT.bucket]: this.bucket.bucketName,
      [ENVIRONMENT.bucketOwner]: Stack.of(this).account,
      ...(connectsTo('source') && sourceSecret ? { [ENVIRONMENT.sourceSecret]: idOf(sourceSecret) } : {}),
      ...(connectsTo('target') && targetSecret ? { [ENVIRONMENT.targetSecret]: idOf(targetSecret) } : {}),
      ...(connectsTo('source') && unloadRole ? { [ENVIRONMENT.unloadRole]: unloadRole.roleArn } : {}),
      ...(connectsTo('target') && copyRole ? { [ENVIRONMENT.copyRole]: copyRole.roleArn } : {}),
    };
  }

  private allowCopy(role: IRole): void {
    const runs = this.bucket.arnForObjects(RUNS);
    const statements = [
      new PolicyStatement({ actions: ['s3:GetObject'], resources: [runs] }),
      listStatement(this.bucket, [RUNS]),
      ...keyStatements(this.bucket),
    ];
    for (const statement of statements) role.addToPrincipalPolicy(statement);
    acknowledgeWildcards(role, { [runs]: 'COPY reads the objects of whichever run calls it.' });
  }

  private allowUnload(role: IRole): void {
    const runs = this.bucket.arnForObjects(RUNS);
    const statements = [
      new PolicyStatement({ actions: ['s3:GetObject', 's3:PutObject', 's3:AbortMultipartUpload'], resources: [runs] }),
      listStatement(this.bucket, [RUNS]),
      ...keyStatements(this.bucket),
    ];
    for (const statement of statements) role.addToPrincipalPolicy(statement);
    acknowledgeWildcards(role, { [runs]: 'UNLOAD writes objects of whichever run calls it.' });
  }

  /** Where ticks and events go that could not be delivered. */
  private undelivered(): Queue {
    const queue = new Queue(this, 'Undelivered', {
      enforceSSL: true,
      encryption: QueueEncryption.SQS_MANAGED,
      retentionPeriod: Duration.days(UNDELIVERED_DAYS),
    });
    acknowledge(queue, 'AwsSolutions-SQS3', 'It is the dead-letter queue of the schedule and of the failure rules.');
    return queue;
  }
}

/** What Secrets Manager finds the secret by: a partial ARN is no id. */
function idOf(secret: ISecret): string {
  return secret.secretFullArn ?? secret.secretName;
}

/** `scheme://user:password@host`. Detect finds the rest; this much is found before it stands in a template. */
const PASSWORD_IN_URI = /:\/\/[^\s/@:]*:[^\s@]+@/;

function scheduledInput({
  schedule,
  command,
  commandKey,
}: PgshiftProps): { command: string } | { commandKey: string } | undefined {
  if (schedule === undefined) {
    if (command !== undefined || commandKey !== undefined) throw new Error('command and commandKey need a schedule');
    return undefined;
  }
  if ((command === undefined) === (commandKey === undefined)) {
    throw new Error('a schedule needs either command or commandKey');
  }
  if (command !== undefined) {
    if (PASSWORD_IN_URI.test(command)) throw new Error('command holds a password: use sourceSecret and targetSecret');
    return { command };
  }
  if (!commandKey?.startsWith('commands/')) throw new Error(`commandKey ${commandKey}: must begin with commands/`);
  return { commandKey };
}
