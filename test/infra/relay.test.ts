// Is the relay what core/pipeline.ts says, and may it do what that takes and nothing else?
import validate from 'asl-validator';
import jsonata from 'jsonata';
import { expect, test } from 'vitest';
import { STEPS, TURN_SECONDS } from '../../core/pipeline.ts';
import { allStates, definitionOf, one, statementsOf, synthesized } from './synthesized.ts';

const template = synthesized();
const { text, definition } = definitionOf(template, 'PgshiftRelay');
const states = Object.fromEntries(allStates(definition));
const look = states['Look at the run'];
const load = Object.fromEntries(allStates(definitionOf(template, 'PgshiftLoad').definition));
const idOf = (prefix: string) => Object.keys(template.resources).find((id) => id.startsWith(prefix));
const keep = STEPS.find(({ name }) => name === 'keep');

test('the definition is valid Amazon States Language, in JSONata, and catches nothing', () => {
  expect(validate(structuredClone(definition), { checkArn: false }).errors).toEqual([]);
  expect(definition.QueryLanguage).toBe('JSONata');
  expect(text).not.toMatch(/"Catch"/);
});

test('both holders call the same function and are tried again as every step is', () => {
  for (const holder of ['First holds', 'Second holds']) {
    expect(states[holder]).toMatchObject({
      Resource: 'arn:aws:states:::lambda:invoke',
      TimeoutSeconds: (keep?.timeoutSeconds ?? 0) + 60,
      Retry: load.Extract?.Retry,
    });
  }
});

test('a turn leaves Lambda a minute for what comes before and after it', () => {
  expect(load['Start relay']?.Arguments).toMatchObject({ Input: { turnSeconds: TURN_SECONDS, keepSeconds: 1800 } });
  expect((keep?.timeoutSeconds ?? 0) - TURN_SECONDS).toBeGreaterThanOrEqual(60);
});

const untilOf = (result: object, keepSeconds = 60): Promise<unknown> => {
  const { until = '' } = (look?.Assign ?? {}) as { until?: string };
  return jsonata(until.replace(/^\{%|%\}$/g, '')).evaluate({}, { states: { result }, keepSeconds });
};

test.each(['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'])(
  'a run that is %s ends the relay some time after it stopped',
  async (Status) => {
    expect(await untilOf({ Status, StopDate: '2026-11-22T12:00:00.000Z' })).toBe(Date.UTC(2026, 10, 22, 12, 1));
  },
);

test('a run that is running, or running again, does not', async () => {
  expect(await untilOf({ Status: 'RUNNING' })).toBe(0);
  expect(await untilOf({ Status: 'PENDING_REDRIVE' })).toBe(0);
});

test('its role may call the holders’ function and look at runs', () => {
  const name = idOf('PgshiftLoadStateMachine');
  const statements = statementsOf(template, 'PgshiftRelayRole').filter(({ Resource }) => !Resource.includes('*'));
  expect(statements).toEqual([
    { Effect: 'Allow', Action: ['lambda:InvokeFunction'], Resource: [`<${idOf('PgshiftKeepFunction')}.Arn>`] },
    {
      Effect: 'Allow',
      Action: ['states:DescribeExecution'],
      Resource: [`arn:aws:states:<AWS::Region>:<AWS::AccountId>:execution:<${name}.Name>:*`],
    },
  ]);
});

test('its log has every event and no data', () => {
  const { LoggingConfiguration } = one(template, 'AWS::StepFunctions::StateMachine', 'PgshiftRelay').Properties;
  expect(LoggingConfiguration).toMatchObject({ IncludeExecutionData: false, Level: 'ALL' });
});
