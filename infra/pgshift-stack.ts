// What does someone deploy who has no stack of their own? Ids and ARNs in, the construct, and what is needed to start a
// run out. Nothing is looked up: synthesis needs no account.
import { Annotations, CfnOutput, type Duration, type RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Role } from 'aws-cdk-lib/aws-iam';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import { Pgshift, type PgshiftProps } from './pgshift.ts';

export interface PgshiftStackProps extends StackProps {
  /** @default - none */
  readonly sourceSecretArn?: string;
  /** @default - none */
  readonly targetSecretArn?: string;
  /** @default - COPY carries temporary credentials */
  readonly copyRoleArn?: string;

  /** The role, attached to a source that is a Redshift, that it assumes to write into the bucket. */
  readonly unloadRoleArn?: string;
  /** @default - outside of any VPC */
  readonly vpcId?: string;
  /** The availability zones of `subnetIds`, in their order. @default - none */
  readonly availabilityZones?: string[];
  /** Private subnets. @default - none */
  readonly subnetIds?: string[];
  /** @default - a new one */
  readonly securityGroupIds?: string[];
  /** `rate(1 day)` or `cron(0 3 * * ? *)`. @default - no schedule */
  readonly schedule?: string;
  /** @default - none */
  readonly command?: string;
  /** @default - none */
  readonly commandKey?: string;
  /** Gets a mail for each failed run. @default - nobody */
  readonly failureEmail?: string;
  /** @default RemovalPolicy.RETAIN */
  readonly removalPolicy?: RemovalPolicy;
  /** @default Duration.days(1) */
  readonly timeout?: Duration;
  /** How long a stopped run's snapshot of the source is kept. @default Duration.minutes(30) */
  readonly keepSnapshot?: Duration;
  /** @default Duration.days(7) */
  readonly keepRuns?: Duration;
}

export class PgshiftStack extends Stack {
  readonly pgshift: Pgshift;

  constructor(scope: Construct, id: string, props: PgshiftStackProps = {}) {
    super(scope, id, { description: 'pgshift: moves a PostgreSQL database into Amazon Redshift', ...props });
    this.pgshift = new Pgshift(this, 'Pgshift', {
      ...this.secrets(props),
      ...this.network(props),
      ...(props.unloadRoleArn === undefined
        ? {}
        : { unloadRole: Role.fromRoleArn(this, 'UnloadRole', props.unloadRoleArn) }),
      ...(props.copyRoleArn === undefined ? {} : { copyRole: Role.fromRoleArn(this, 'CopyRole', props.copyRoleArn) }),
      ...(props.schedule === undefined ? {} : { schedule: ScheduleExpression.expression(props.schedule) }),
      ...given(props, ['command', 'commandKey', 'removalPolicy', 'timeout', 'keepSnapshot', 'keepRuns']),
    });
    if (props.failureEmail !== undefined)
      this.pgshift.failures.addSubscription(new EmailSubscription(props.failureEmail));
    this.outputs();
  }

  private secrets({ sourceSecretArn, targetSecretArn }: PgshiftStackProps): PgshiftProps {
    return {
      ...(sourceSecretArn === undefined ? {} : { sourceSecret: secretOf(this, 'SourceSecret', sourceSecretArn) }),
      ...(targetSecretArn === undefined ? {} : { targetSecret: secretOf(this, 'TargetSecret', targetSecretArn) }),
    };
  }

  private network({ vpcId, availabilityZones, subnetIds, securityGroupIds }: PgshiftStackProps): PgshiftProps {
    if (vpcId === undefined) {
      if (availabilityZones ?? subnetIds ?? securityGroupIds)
        throw new Error('subnets and security groups need a vpcId');
      return {};
    }
    if (subnetIds === undefined || availabilityZones === undefined || subnetIds.length !== availabilityZones.length) {
      throw new Error('a vpcId needs subnetIds, and availabilityZones that name the zone of each');
    }
    const vpc = Vpc.fromVpcAttributes(this, 'Vpc', { vpcId, availabilityZones, privateSubnetIds: subnetIds });
    for (const subnet of vpc.privateSubnets) {
      Annotations.of(subnet).acknowledgeWarning('@aws-cdk/aws-ec2:noSubnetRouteTableId', 'Route tables are not used.');
    }
    const securityGroups = securityGroupIds?.map((groupId, n) =>
      SecurityGroup.fromSecurityGroupId(this, `SecurityGroup${n}`, groupId, { mutable: false }),
    );
    return { vpc, ...(securityGroups === undefined ? {} : { securityGroups }) };
  }

  private outputs(): void {
    const { stateMachine, bucket, failures } = this.pgshift;
    const input = JSON.stringify({ commandKey: 'commands/NAME.load' });
    const values = {
      StateMachineArn: stateMachine.stateMachineArn,
      BucketName: bucket.bucketName,
      FailureTopicArn: failures.topicArn,
      StartCommand: `aws stepfunctions start-execution --state-machine-arn ${stateMachine.stateMachineArn} --input '${input}'`,
    };
    for (const [name, value] of Object.entries(values)) new CfnOutput(this, name, { value });
  }
}

/** The ARN's six random characters make it complete; without them the right covers any such six. */
function secretOf(scope: Construct, id: string, arn: string): ISecret {
  if (!arn.startsWith('arn:')) throw new Error(`secret ${arn}: must be an ARN`);
  return /-[A-Za-z0-9]{6}$/.test(arn)
    ? Secret.fromSecretCompleteArn(scope, id, arn)
    : Secret.fromSecretPartialArn(scope, id, arn);
}

/** The named properties, those only that have a value. */
function given<Value extends object, Key extends keyof Value>(value: Value, keys: readonly Key[]): Pick<Value, Key> {
  return Object.fromEntries(keys.flatMap((key) => (value[key] === undefined ? [] : [[key, value[key]]]))) as Pick<
    Value,
    Key
  >;
}
