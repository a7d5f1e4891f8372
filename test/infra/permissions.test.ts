// May each step do what it has to, and nothing else?
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { describe, expect, test } from 'vitest';
import { STEPS } from '../../core/pipeline.ts';
import { Pgshift } from '../../infra/index.ts';
import {
  COPY_ROLE,
  EVERYTHING,
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

const template = synthesized({ ...SECRETS, ...COPY_ROLE });
const everything = synthesized(EVERYTHING);

const functionOf = (of: Synthesized, state: string) =>
  one(of, 'AWS::Lambda::Function', `Pgshift${state}Function`).Properties;
const rolePrefix = (state: string): string => `Pgshift${state}Role`;

/** Actions and resources of a step, without its log group's. */
function allowed(of: Synthesized, state: string): [action: string, resource: string][] {
  return statementsOf(of, rolePrefix(state))
    .flatMap(({ Action, Resource }) => Action.flatMap((a) => Resource.map((r): [string, string] => [a, r])))
    .filter(([action]) => !action.startsWith('logs:'));
}

const bucketArn = `<${ofType(template, 'AWS::S3::Bucket').find(([id]) => id.includes('StagingBucket'))?.[0]}.Arn>`;
const runs = `${bucketArn}/runs/*`;

describe.each(STEPS.map((step) => [step.state, step] as const))('%s', (state, step) => {
  test('reads the secrets of the ends it connects to, and no other', () => {
    const arns = { source: SECRETS.sourceSecretArn, target: SECRETS.targetSecretArn };
    const secrets = allowed(template, state).filter(([action]) => action.startsWith('secretsmanager:'));
    expect(new Set(secrets.map(([, resource]) => resource))).toEqual(new Set(step.ends.map((end) => arns[end])));
  });

  test('does with objects of runs what its definition says, and touches nothing else', () => {
    const actions = {
      read: ['s3:GetObject', 's3:ListBucket', 's3:GetBucketLocation'],
      write: ['s3:PutObject', 's3:AbortMultipartUpload'],
      delete: ['s3:DeleteObject'],
      list: ['s3:ListBucket', 's3:GetBucketLocation'],
    };
    const onBucket = ['s3:ListBucket', 's3:GetBucketLocation'];
    const expected = new Set(step.objects.flatMap((what) => actions[what]));
    const onObjects = [...expected].filter((action) => !onBucket.includes(action));
    const found = allowed(template, state).filter(([action]) => action.startsWith('s3:'));
    expect(found.toSorted()).toEqual(
      [
        ...onObjects.map((action) => [action, runs]),
        ...onBucket.filter((action) => expected.has(action)).map((action) => [action, bucketArn]),
        ...(state === 'Detect' ? [['s3:GetObject', `${bucketArn}/commands/*`]] : []),
      ].toSorted(),
    );
  });

  test('lists runs only', () => {
    const [listing] = statementsOf(template, rolePrefix(state)).filter(({ Action }) =>
      Action.includes('s3:ListBucket'),
    );
    const prefixes = state === 'Detect' ? ['runs/*', 'commands/*'] : ['runs/*'];
    expect(listing?.Condition).toEqual({ StringLikeIfExists: { 's3:prefix': prefixes } });
  });

  test('has memory, time, runtime and settings as declared', () => {
    const connectsToTarget = step.ends.includes('target');
    expect(functionOf(template, state)).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      MemorySize: step.memoryMb,
      Timeout: step.timeoutSeconds,
      LoggingConfig: { LogFormat: 'JSON', ApplicationLogLevel: 'INFO', SystemLogLevel: 'WARN' },
    });
    expect(functionOf(template, state).Environment).toEqual({
      Variables: {
        PGSHIFT_BUCKET: bucketArn.replace('.Arn', ''),
        PGSHIFT_BUCKET_OWNER: '<AWS::AccountId>',
        ...(step.ends.includes('source') ? { PGSHIFT_SOURCE_SECRET: SECRETS.sourceSecretArn } : {}),
        ...(connectsToTarget ? { PGSHIFT_TARGET_SECRET: SECRETS.targetSecretArn } : {}),
        ...(connectsToTarget ? { PGSHIFT_COPY_ROLE: COPY_ROLE.copyRoleArn } : {}),
        ...(step.ends.includes('source') ? { PGSHIFT_UNLOAD_ROLE: COPY_ROLE.unloadRoleArn } : {}),
      },
    });
  });

  test('has a log group and a role of its own', () => {
    const { LoggingConfig, Role } = functionOf(template, state);
    const { LogGroup } = LoggingConfig as { LogGroup: string };
    const others = STEPS.filter((other) => other.state !== state).map((other) => functionOf(template, other.state));
    expect(others.map((other) => (other.LoggingConfig as { LogGroup: string }).LogGroup)).not.toContain(LogGroup);
    expect(others.map((other) => other.Role)).not.toContain(Role);
    expect(template.resources[LogGroup.slice(1, -1)]?.Properties.RetentionInDays).toBe(30);
  });

  test('is in the VPC only when it connects to a server', () => {
    const { VpcConfig } = functionOf(everything, state);
    if (step.ends.length === 0) expect(VpcConfig).toBeUndefined();
    else expect(VpcConfig).toMatchObject({ SubnetIds: NETWORK.subnetIds });
  });
});

test('Prepare alone may look whether a run still runs, and at runs of the load only', () => {
  const machine = Object.keys(template.resources).find((id) => id.startsWith('PgshiftLoadStateMachine'));
  const runs = `arn:aws:states:<AWS::Region>:<AWS::AccountId>:execution:<${machine}.Name>:*`;
  const looking = STEPS.flatMap(({ state }) =>
    allowed(template, state).flatMap(([action, resource]) =>
      action.startsWith('states:') ? [[state, action, resource]] : [],
    ),
  );
  expect(looking).toEqual([['Prepare', 'states:DescribeExecution', runs]]);
});

test('no policy allows a wildcard of actions', () => {
  for (const each of [template, everything]) {
    const roles = ofType(each, 'AWS::IAM::Role').map(([id]) => id);
    const actions = roles.flatMap((role) => statementsOf(each, role)).flatMap(({ Action }) => Action);
    expect(actions.filter((action) => action.includes('*'))).toEqual([]);
    expect(actions).toContain('s3:PutObject');
  }
});

test('every resource of `*` is one that AWS cannot narrow', () => {
  const roles = ofType(everything, 'AWS::IAM::Role').map(([id]) => id);
  const open = roles.flatMap((role) => statementsOf(everything, role)).filter(({ Resource }) => Resource.includes('*'));
  const services = new Set(open.flatMap(({ Action }) => Action.map((action) => action.split(':')[0])));
  expect(services).toEqual(new Set(['logs', 'xray', 'ec2']));
});

test('no role has a managed policy', () => {
  for (const [, role] of ofType(everything, 'AWS::IAM::Role')) {
    expect(role.Properties.ManagedPolicyArns).toBeUndefined();
    expect(role.Properties.Policies).toBeUndefined();
  }
});

test('the role of COPY may read runs and nothing else', () => {
  const policies = ofType(template, 'AWS::IAM::Policy').filter(([, { Properties }]) =>
    (Properties.Roles as string[]).includes('copy'),
  );
  const statements = policies.flatMap(
    ([, { Properties }]) => (Properties.PolicyDocument as { Statement: unknown[] }).Statement,
  );
  expect(statements).toEqual([
    { Action: 's3:GetObject', Effect: 'Allow', Resource: runs },
    {
      Action: ['s3:GetBucketLocation', 's3:ListBucket'],
      Condition: { StringLikeIfExists: { 's3:prefix': ['runs/*'] } },
      Effect: 'Allow',
      Resource: bucketArn,
    },
  ]);
});

test('a key of the user encrypts the bucket, and every reader and writer may use it', () => {
  const app = new App({ context: flags, stackTraces: false });
  const stack = new Stack(app, 'Mine');
  new Pgshift(stack, 'Pgshift', { encryptionKey: Key.fromKeyArn(stack, 'Key', KEY_ARN) });
  const json = Template.fromStack(stack).toJSON();
  const mine: Synthesized = { resources: shortened(json.Resources), outputs: {} };
  expect(one(mine, 'AWS::S3::Bucket', 'PgshiftStagingBucket').Properties.BucketEncryption).toEqual({
    ServerSideEncryptionConfiguration: [
      { BucketKeyEnabled: true, ServerSideEncryptionByDefault: { KMSMasterKeyID: KEY_ARN, SSEAlgorithm: 'aws:kms' } },
    ],
  });
  for (const state of [...STEPS.map((step) => step.state), 'Load']) {
    expect(statementsOf(mine, rolePrefix(state))).toContainEqual({
      Effect: 'Allow',
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Resource: [KEY_ARN],
    });
  }
});

const KEY_ARN = 'arn:aws:kms:eu-central-1:111111111111:key/11111111-2222-3333-4444-555555555555';

test('the role of an UNLOAD may write and read the objects of runs, and list them', () => {
  const statements = ofType(template, 'AWS::IAM::Policy')
    .filter(([id]) => id.startsWith('UnloadRole'))
    .flatMap(
      ([, { Properties }]) => (Properties.PolicyDocument as { Statement: { Action: string | string[] }[] }).Statement,
    );
  expect(statements.flatMap(({ Action }) => Action).toSorted()).toEqual([
    ...['s3:AbortMultipartUpload', 's3:GetBucketLocation', 's3:GetObject', 's3:ListBucket', 's3:PutObject'],
  ]);
});
