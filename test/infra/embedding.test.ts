// Can the construct be used in a stack of the user's, and does it say what is wrong with its properties?
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Port, SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { expect, test } from 'vitest';
import { STEPS } from '../../core/pipeline.ts';
import { Pgshift, type PgshiftProps } from '../../infra/index.ts';
import {
  flags,
  NETWORK,
  ofType,
  one,
  SECRETS,
  type Synthesized,
  shortened,
  statementsOf,
  synthesized,
} from './synthesized.ts';

const newStack = (): Stack => new Stack(new App({ context: flags, stackTraces: false }), 'Mine');

/** A stack of the user's with the construct in it, and whatever `use` adds. */
function embedded(
  props: (stack: Stack) => PgshiftProps,
  use: (pgshift: Pgshift, stack: Stack) => void = () => {},
): Synthesized {
  const stack = newStack();
  use(new Pgshift(stack, 'Pgshift', props(stack)), stack);
  const template = Template.fromStack(stack).toJSON();
  return { resources: shortened(template.Resources), outputs: {} };
}

const vpcIn = (stack: Stack) =>
  Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: NETWORK.vpcId,
    availabilityZones: NETWORK.availabilityZones,
    privateSubnetIds: NETWORK.subnetIds,
    privateSubnetRouteTableIds: ['rtb-00000000000000001', 'rtb-00000000000000002'],
  });

/** The state machine that users start, as templates name it. */
const loadOf = (template: Synthesized): string | undefined =>
  ofType(template, 'AWS::StepFunctions::StateMachine')
    .map(([id]) => `<${id}>`)
    .find((id) => id.startsWith('<PgshiftLoad'));

test('a secret made in the same stack reaches the steps of its end, and only them', () => {
  const template = embedded((stack) => ({ sourceSecret: new Secret(stack, 'Source') as ISecret }));
  const [secret] = ofType(template, 'AWS::SecretsManager::Secret').map(([id]) => `<${id}>`);
  for (const { state, ends } of STEPS) {
    const { Variables } = one(template, 'AWS::Lambda::Function', `Pgshift${state}Function`).Properties.Environment as {
      Variables: Record<string, string>;
    };
    expect(Variables.PGSHIFT_SOURCE_SECRET, state).toBe(ends.includes('source') ? secret : undefined);
    const reads = statementsOf(template, `Pgshift${state}Role`).some(({ Resource }) => Resource.includes(secret ?? ''));
    expect(reads, state).toBe(ends.includes('source'));
  }
});

test('whoever is granted it may start runs', () => {
  const template = embedded(
    () => ({}),
    (pgshift, stack) => {
      pgshift.grantStart(new Role(stack, 'Starter', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') }));
    },
  );
  const machine = loadOf(template);
  expect(statementsOf(template, 'Starter')).toEqual([
    { Effect: 'Allow', Action: ['states:StartExecution'], Resource: [machine] },
  ]);
});

test('runs that failed are a metric', () => {
  const template = embedded(
    () => ({}),
    (pgshift, stack) => {
      pgshift.metricFailed().createAlarm(stack, 'Alarm', { threshold: 1, evaluationPeriods: 1 });
    },
  );
  const machine = loadOf(template);
  expect(one(template, 'AWS::CloudWatch::Alarm', '').Properties).toMatchObject({
    Namespace: 'AWS/States',
    MetricName: 'ExecutionsFailed',
    Dimensions: [{ Name: 'StateMachineArn', Value: machine }],
  });
});

test('a database can let the steps in, by their security group', () => {
  const template = embedded(
    (stack) => ({ vpc: vpcIn(stack) }),
    (pgshift, stack) => {
      const database = SecurityGroup.fromSecurityGroupId(stack, 'Database', 'sg-00000000000000001');
      database.connections.allowFrom(pgshift, Port.tcp(5432));
    },
  );
  const [steps] = ofType(template, 'AWS::EC2::SecurityGroup').map(([id]) => `<${id}.GroupId>`);
  expect(one(template, 'AWS::EC2::SecurityGroupIngress', '').Properties).toMatchObject({
    FromPort: 5432,
    GroupId: 'sg-00000000000000001',
    SourceSecurityGroupId: steps,
  });
  expect(one(template, 'AWS::Lambda::Function', 'PgshiftExtractFunction').Properties.VpcConfig).toMatchObject({
    SecurityGroupIds: [steps],
  });
});

test('two can live in one stack', () => {
  const stack = newStack();
  new Pgshift(stack, 'One');
  new Pgshift(stack, 'Two');
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::StepFunctions::StateMachine', 4);
});

test.each([
  ['subnets without a VPC', { vpcSubnets: {} }, 'vpcSubnets and securityGroups need a vpc'],
  ['security groups without a VPC', { securityGroups: [] }, 'vpcSubnets and securityGroups need a vpc'],
])('%s are refused', (_, props, message) => {
  expect(() => new Pgshift(newStack(), 'Pgshift', props)).toThrow(message);
});

test.each([
  ['a secret that is no ARN', { sourceSecretArn: 'shop' }, 'secret shop: must be an ARN'],
  ['a VPC without subnets', { vpcId: NETWORK.vpcId }, 'a vpcId needs subnetIds'],
  ['more subnets than zones', { ...NETWORK, availabilityZones: ['eu-central-1a'] }, 'a vpcId needs subnetIds'],
  ['subnets without a VPC', { subnetIds: NETWORK.subnetIds }, 'need a vpcId'],
])('the stack refuses %s', (_, props, message) => {
  expect(() => synthesized(props)).toThrow(message);
});

test('a secret is found by its whole ARN, or by its name when the ARN lacks its last six characters', () => {
  const variables = (sourceSecretArn: string): unknown =>
    one(synthesized({ sourceSecretArn }), 'AWS::Lambda::Function', 'PgshiftExtractFunction').Properties.Environment;
  expect(variables(SECRETS.sourceSecretArn)).toMatchObject({
    Variables: { PGSHIFT_SOURCE_SECRET: SECRETS.sourceSecretArn },
  });
  expect(variables('arn:aws:secretsmanager:eu-central-1:111111111111:secret:shop')).toMatchObject({
    Variables: { PGSHIFT_SOURCE_SECRET: 'shop' },
  });
});
