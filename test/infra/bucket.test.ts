// What holds for the bucket that a run's data passes through?

import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { expect, test } from 'vitest';
import { ofType, one, type Synthesized, synthesized } from './synthesized.ts';

const template = synthesized();
const bucket = (of: Synthesized) => one(of, 'AWS::S3::Bucket', 'PgshiftStagingBucket');

test('the bucket and its access log are encrypted and closed to the public', () => {
  const buckets = ofType(template, 'AWS::S3::Bucket');
  expect(buckets).toHaveLength(2);
  for (const [, { Properties }] of buckets) {
    expect(Properties.BucketEncryption).toEqual({
      ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
    });
    expect(Properties.PublicAccessBlockConfiguration).toEqual({
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    });
  }
});

test('the bucket refuses everyone who comes without TLS 1.2', () => {
  const policies = ofType(template, 'AWS::S3::BucketPolicy');
  expect(policies).toHaveLength(2);
  for (const [, { Properties }] of policies) {
    const { Statement } = Properties.PolicyDocument as { Statement: unknown[] };
    const everything = { Action: 's3:*', Effect: 'Deny', Principal: { AWS: '*' } };
    expect(Statement).toContainEqual(
      expect.objectContaining({ ...everything, Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
    );
    expect(Statement).toContainEqual(
      expect.objectContaining({ ...everything, Condition: { NumericLessThan: { 's3:TlsVersion': 1.2 } } }),
    );
  }
});

test('runs go after a week and unfinished uploads after a day', () => {
  expect(bucket(template).Properties.LifecycleConfiguration).toEqual({
    Rules: [
      { Id: 'expire-runs', Prefix: 'runs/', ExpirationInDays: 7, Status: 'Enabled' },
      { Id: 'abort-uploads', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 }, Status: 'Enabled' },
    ],
  });
});

test('how long runs stay can be set', () => {
  const { LifecycleConfiguration } = bucket(synthesized({ keepRuns: Duration.days(30) })).Properties;
  expect(LifecycleConfiguration).toMatchObject({ Rules: [{ ExpirationInDays: 30 }, {}] });
});

test('who read the bucket is on record', () => {
  const [accessLogs] = ofType(template, 'AWS::S3::Bucket').filter(([id]) => id.includes('AccessLogs'));
  expect(bucket(template).Properties.LoggingConfiguration).toEqual({
    DestinationBucketName: `<${accessLogs?.[0]}>`,
    LogFilePrefix: 'access/',
  });
});

test('the bucket outlives the stack unless the user says otherwise', () => {
  expect(bucket(template).DeletionPolicy).toBe('Retain');
  expect(bucket(synthesized({ removalPolicy: RemovalPolicy.DESTROY })).DeletionPolicy).toBe('Delete');
});
