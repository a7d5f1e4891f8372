// Does a schedule start runs, and never a second one beside the first?
import validate from 'asl-validator';
import { expect, test } from 'vitest';
import { RUN_NAME } from '../../core/artifacts.ts';
import { ACCOUNT, allStates, definitionOf, ofType, one, SCHEDULE, statementsOf, synthesized } from './synthesized.ts';

const template = synthesized(SCHEDULE);
const { definition } = definitionOf(template, 'PgshiftScheduled');
const states = Object.fromEntries(allStates(definition));
const idOf = (type: string, prefix: string): string => {
  const [id] = ofType(template, type)
    .map(([name]) => name)
    .filter((name) => name.startsWith(prefix));
  return `<${id}>`;
};
const load = idOf('AWS::StepFunctions::StateMachine', 'PgshiftLoad');
const guard = idOf('AWS::StepFunctions::StateMachine', 'PgshiftScheduled');

test('without a schedule there is neither schedule nor guard', () => {
  const plain = synthesized();
  expect(ofType(plain, 'AWS::Scheduler::Schedule')).toEqual([]);
  const machines = ofType(plain, 'AWS::StepFunctions::StateMachine').map(([id]) => id.replace(/StateMachine.*/, ''));
  expect(machines.toSorted()).toEqual(['PgshiftLoad', 'PgshiftRelay']);
});

test('the schedule starts the guard and tells it the tick', () => {
  const { ScheduleExpression, Target } = one(template, 'AWS::Scheduler::Schedule', '').Properties;
  expect(ScheduleExpression).toBe('rate(1 day)');
  expect(Target).toMatchObject({ Arn: guard, Input: '{"scheduledAt":"<aws.scheduler.scheduled-time>"}' });
});

test('what the schedule cannot deliver waits in a queue for two weeks', () => {
  const queue = idOf('AWS::SQS::Queue', 'PgshiftUndelivered');
  expect(one(template, 'AWS::Scheduler::Schedule', '').Properties.Target).toMatchObject({
    DeadLetterConfig: { Arn: queue.replace('>', '.Arn>') },
  });
  expect(one(template, 'AWS::SQS::Queue', 'PgshiftUndelivered').Properties).toMatchObject({
    MessageRetentionPeriod: 14 * 24 * 3600,
    SqsManagedSseEnabled: true,
  });
});

test('the guard is valid Amazon States Language in JSONata', () => {
  expect(definition.QueryLanguage).toBe('JSONata');
  expect(validate(structuredClone(definition), { checkArn: false }).errors).toEqual([]);
});

test('the guard asks whether a load is running, and starts one only when none is', () => {
  expect(definition.StartAt).toBe('List running');
  expect(states['List running']).toMatchObject({
    Resource: 'arn:aws:states:::aws-sdk:sfn:listExecutions',
    Arguments: { StateMachineArn: load, StatusFilter: 'RUNNING', MaxResults: 1 },
    Next: 'Any running?',
  });
  expect(states['Any running?']).toMatchObject({
    Choices: [{ Condition: '{% $running > 0 %}', Next: 'Skipped' }],
    Default: 'Start',
  });
  expect(states.Skipped).toEqual({ Type: 'Succeed' });
});

test('the guard starts the load with the command that the schedule was given', () => {
  expect(states.Start).toMatchObject({
    Resource: 'arn:aws:states:::states:startExecution',
    Arguments: { StateMachineArn: load, Name: '{% $name %}', Input: { commandKey: 'commands/nightly.load' } },
    End: true,
  });
});

test('a run is named after its tick, so that a tick delivered twice starts one', () => {
  expect(states['List running']?.Assign).toMatchObject({
    name: "{% 'scheduled-' & $replace($states.input.scheduledAt, /[^A-Za-z0-9_-]/, '-') %}",
  });
  expect('scheduled-2026-11-22T12-00-00Z').toMatch(RUN_NAME);
  expect(states.Start?.Catch).toEqual([
    { ErrorEquals: ['StepFunctions.ExecutionAlreadyExistsException'], Next: 'Already started' },
  ]);
  expect(states.Start?.Retry).toMatchObject([
    { ErrorEquals: ['StepFunctions.ExecutionAlreadyExistsException'], MaxAttempts: 0 },
    { ErrorEquals: ['States.TaskFailed'] },
  ]);
});

test('the guard may list and start executions of the load and nothing else', () => {
  const statements = statementsOf(template, 'PgshiftScheduledRole').filter(({ Resource }) => !Resource.includes('*'));
  expect(statements).toEqual([
    { Effect: 'Allow', Action: ['states:ListExecutions', 'states:StartExecution'], Resource: [load] },
  ]);
});

test("the guard's log holds no data", () => {
  expect(one(template, 'AWS::StepFunctions::StateMachine', 'PgshiftScheduled').Properties).toMatchObject({
    LoggingConfiguration: { IncludeExecutionData: false, Level: 'ALL' },
    TracingConfiguration: { Enabled: true },
  });
});

test.each([
  ['a schedule without a command', { schedule: 'rate(1 day)' }, 'a schedule needs either command or commandKey'],
  ['two commands', { ...SCHEDULE, command: 'x' }, 'a schedule needs either command or commandKey'],
  ['a command without a schedule', { command: 'x' }, 'command and commandKey need a schedule'],
  ['a key that detect may not read', { ...SCHEDULE, commandKey: 'x.load' }, 'must begin with commands/'],
  [
    'a command with a password',
    { schedule: 'rate(1 day)', command: 'LOAD DATABASE FROM pgsql://me:hush@host/db INTO redshift:///;' },
    'command holds a password',
  ],
])('%s is refused', (_, props, message) => {
  expect(() => synthesized(props, ACCOUNT)).toThrow(message);
});
