// Who is told of a failed run, and what?
import { expect, test } from 'vitest';
import { EVERYTHING, ofType, one, synthesized } from './synthesized.ts';

const template = synthesized(EVERYTHING);
const rule = (prefix: string) => one(template, 'AWS::Events::Rule', prefix).Properties;
const targets = (prefix: string) => rule(prefix).Targets as Record<string, unknown>[];
const idOf = (type: string, prefix: string): string | undefined =>
  ofType(template, type)
    .map(([id]) => id)
    .find((id) => id.startsWith(prefix));

test('runs that fail, time out or are stopped count as failed', () => {
  expect(rule('PgshiftFailuresLoadFailed').EventPattern).toEqual({
    source: ['aws.states'],
    'detail-type': ['Step Functions Execution Status Change'],
    detail: {
      stateMachineArn: [`<${idOf('AWS::StepFunctions::StateMachine', 'PgshiftLoad')}>`],
      status: ['FAILED', 'TIMED_OUT', 'ABORTED'],
    },
  });
});

test('the report step gets the event, and may be called by it', () => {
  const report = `<${idOf('AWS::Lambda::Function', 'PgshiftReport')}.Arn>`;
  expect(targets('PgshiftFailuresLoadFailed')[0]).toMatchObject({ Arn: report, InputPath: '$.detail' });
  expect(one(template, 'AWS::Lambda::Permission', 'PgshiftFailures').Properties).toMatchObject({
    Action: 'lambda:InvokeFunction',
    FunctionName: report,
    Principal: 'events.amazonaws.com',
  });
});

test('people get name, status and kind of error: no cause, no input', () => {
  for (const prefix of ['PgshiftFailuresLoadFailed', 'PgshiftFailuresGuardFailed']) {
    expect(targets(prefix).at(-1)).toMatchObject({
      Arn: `<${idOf('AWS::SNS::Topic', 'PgshiftFailuresTopic')}>`,
      InputTransformer: {
        InputPathsMap: {
          'detail-name': '$.detail.name',
          'detail-status': '$.detail.status',
          'detail-error': '$.detail.error',
        },
        InputTemplate: '{"execution":<detail-name>,"status":<detail-status>,"error":<detail-error>}',
      },
    });
  }
});

test('a guard that failed is no run: there is no report to write', () => {
  expect(targets('PgshiftFailuresGuardFailed')).toHaveLength(1);
});

test('an event that no target took is kept', () => {
  const queue = `<${idOf('AWS::SQS::Queue', 'PgshiftUndelivered')}.Arn>`;
  for (const prefix of ['PgshiftFailuresLoadFailed', 'PgshiftFailuresGuardFailed']) {
    for (const target of targets(prefix)) expect(target.DeadLetterConfig).toEqual({ Arn: queue });
  }
});

test('the topic takes messages over TLS only', () => {
  const { PolicyDocument } = one(template, 'AWS::SNS::TopicPolicy', 'PgshiftFailures').Properties;
  expect(JSON.stringify(PolicyDocument)).toContain('"Effect":"Deny"');
  expect(JSON.stringify(PolicyDocument)).toContain('"aws:SecureTransport":"false"');
});

test('the address in the settings is subscribed', () => {
  expect(one(template, 'AWS::SNS::Subscription', '').Properties).toMatchObject({
    Protocol: 'email',
    Endpoint: 'ops@example.org',
  });
});
