// What is one step on AWS? A function, its log group, and a role that lists exactly what the step may do: objects of
// runs, the secrets of the ends it connects to, and nothing else.
import { join } from 'node:path';
import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  ApplicationLogLevel,
  Architecture,
  Code,
  type IFunction,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { StepDefinition } from '../core/pipeline.ts';
import { acknowledgeWildcards } from './acknowledgements.ts';

/** Everything of a run is below this prefix, and a step may touch nothing else. */
export const RUNS = 'runs/*';
/** Where a user may put commands for `{"commandKey": …}`; only detect reads them. */
const COMMANDS = 'commands/*';

export interface StepFunctionProps {
  readonly step: StepDefinition;
  /** The folder of the bundles. */
  readonly bundles: string;
  readonly bucket: IBucket;
  readonly environment: Readonly<Record<string, string>>;
  /** The secrets of the ends that this step connects to. */
  readonly secrets: readonly ISecret[];
  readonly removalPolicy: RemovalPolicy;
  /** Given only to steps that connect to a server. */
  readonly network?: StepNetwork;
}

export interface StepNetwork {
  readonly vpc: IVpc;
  readonly vpcSubnets?: SubnetSelection;
  readonly securityGroups: readonly ISecurityGroup[];
}

export class StepFunction extends Construct {
  readonly function: IFunction;

  constructor(scope: Construct, id: string, props: StepFunctionProps) {
    super(scope, id);
    const { step, network } = props;
    const logGroup = new LogGroup(this, 'Logs', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: props.removalPolicy,
    });
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `What the step ${step.name} of pgshift may do`,
    });
    logGroup.grantWrite(role);
    for (const statement of objectStatements(step, props.bucket)) role.addToPolicy(statement);
    for (const secret of props.secrets) secret.grantRead(role);
    if (network !== undefined) role.addToPolicy(networkInterfaces());

    const stepFunction = new LambdaFunction(this, 'Function', {
      description: `pgshift: ${step.state}`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(join(props.bundles, step.folder)),
      handler: 'index.handler',
      memorySize: step.memoryMb,
      timeout: Duration.seconds(step.timeoutSeconds),
      role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      applicationLogLevelV2: ApplicationLogLevel.INFO,
      systemLogLevelV2: SystemLogLevel.WARN,
      environment: { ...props.environment },
      ...(network === undefined ? {} : { ...network, securityGroups: [...network.securityGroups] }),
    });

    // As in the staging bucket: the class does not fit its interface by itself.
    this.function = stepFunction as IFunction;

    acknowledgeWildcards(role, {
      [props.bucket.arnForObjects(RUNS)]: 'A step works on the objects of whichever run calls it.',
      [props.bucket.arnForObjects(COMMANDS)]: 'Detect reads the command that an execution names.',
      ...(network === undefined ? {} : { '*': 'EC2 has no resource-level permissions for network interfaces.' }),
    });
  }
}

/** What a step may do with the bucket, from its `objects`. */
function objectStatements(step: StepDefinition, bucket: IBucket): PolicyStatement[] {
  const may = (what: StepDefinition['objects'][number]): boolean => step.objects.includes(what);
  const readable = step.name === 'detect' ? [RUNS, COMMANDS] : [RUNS];
  const objects = (actions: readonly string[], prefixes: readonly string[]): PolicyStatement =>
    new PolicyStatement({ actions: [...actions], resources: prefixes.map((prefix) => bucket.arnForObjects(prefix)) });
  return [
    ...(may('read') ? [objects(['s3:GetObject'], readable)] : []),
    ...(may('write') ? [objects(['s3:PutObject', 's3:AbortMultipartUpload'], [RUNS])] : []),
    ...(may('delete') ? [objects(['s3:DeleteObject'], [RUNS])] : []),
    ...(may('read') || may('list') ? [listStatement(bucket, readable)] : []),
    ...(may('read') || may('write') ? keyStatements(bucket) : []),
  ];
}

/**
 * Readers may list, too: without that right S3 answers 403 for an object that is not there, which cannot be told from a
 * missing permission. `IfExists`, because such a GET and HeadBucket carry no prefix.
 */
export function listStatement(bucket: IBucket, prefixes: readonly string[]): PolicyStatement {
  return new PolicyStatement({
    actions: ['s3:ListBucket', 's3:GetBucketLocation'],
    resources: [bucket.bucketArn],
    conditions: { StringLikeIfExists: { 's3:prefix': [...prefixes] } },
  });
}

/** The right to use the bucket's key, when it has one of its own. */
export function keyStatements(bucket: IBucket): PolicyStatement[] {
  const { encryptionKey: key } = bucket;
  if (key === undefined) return [];
  return [new PolicyStatement({ actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [key.keyArn] })];
}

/** What Lambda needs to put a function into a VPC. */
const networkInterfaces = (): PolicyStatement =>
  new PolicyStatement({
    actions: [
      'ec2:CreateNetworkInterface',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeSubnets',
      'ec2:DeleteNetworkInterface',
      'ec2:AssignPrivateIpAddresses',
      'ec2:UnassignPrivateIpAddresses',
    ],
    resources: ['*'],
  });
