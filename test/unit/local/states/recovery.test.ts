// Do Retry, Catch, timeouts, heartbeats and task tokens behave as the States Language says?
import { expect, test } from 'vitest';
import { Attempts, takes } from '../../../../local/states/retry.ts';
import { TaskTokens } from '../../../../local/states/tokens.ts';
import { call, countOf, failure, INVOKE, machine, outputOf, run, start, typesOf } from './machine.ts';

const end = { Type: 'Pass', End: true };
const waiting = (extra: object = {}) => ({
  Type: 'Task',
  Resource: `${INVOKE}.waitForTaskToken`,
  Arguments: { FunctionName: 'f', Payload: '{% $states.context.Task.Token %}' },
  End: true,
  ...extra,
});

/** Fails `times` times with the error, then gives its count of calls. */
function failing(times: number, error: string) {
  let calls = 0;
  return () => {
    calls += 1;
    if (calls <= times) throw failure(error, 'because');
    return calls;
  };
}

/** The seconds before each further attempt, of nine failures. */
function pauses(retrier: object, error: string, random = 1): number[] {
  const attempts = new Attempts(() => random);
  const retriers = [{ ErrorEquals: [error], ...retrier }];
  const tries = Array.from({ length: 9 }, () => attempts.pauseBeforeNext(retriers, failure(error)));
  return tries.filter((seconds) => seconds !== undefined);
}

test('grows the pause by the rate up to the most, as often as allowed', () => {
  expect(pauses({}, 'X')).toEqual([1, 2, 4]);
  expect(pauses({ IntervalSeconds: 2, BackoffRate: 3, MaxAttempts: 4, MaxDelaySeconds: 20 }, 'X')).toEqual([
    2, 6, 18, 20,
  ]);
  expect(pauses({ MaxAttempts: 0 }, 'X')).toEqual([]);
  expect(pauses({ JitterStrategy: 'FULL' }, 'X', 0.25)).toEqual([0.25, 0.5, 1]);
});

test('counts each retrier by itself', () => {
  const attempts = new Attempts(() => 1);
  const retriers = ['A', 'B'].map((name) => ({ ErrorEquals: [name], MaxAttempts: 1 }));
  const next = (error: string) => attempts.pauseBeforeNext(retriers, failure(error));
  expect([next('A'), next('B'), next('A'), next('B')]).toEqual([1, 1, undefined, undefined]);
});

test.each<[string, string, boolean]>([
  ['States.ALL', 'Anything', true],
  ['States.ALL', 'States.Timeout', true],
  ['States.ALL', 'States.DataLimitExceeded', false],
  ['States.ALL', 'States.Runtime', false],
  ['States.DataLimitExceeded', 'States.DataLimitExceeded', true],
  ['States.TaskFailed', 'Anything', true],
  ['States.TaskFailed', 'States.Timeout', false],
  ['States.Timeout', 'States.HeartbeatTimeout', true],
  ['Some', 'Something', false],
])('%s takes %s: %s', (name, error, expected) => {
  expect(takes([name], failure(error))).toBe(expected);
});

test('tries a task again until it succeeds, and counts the retries in the context', async () => {
  const counts: unknown[] = [];
  const fails = failing(2, 'Busy');
  const f = ({ payload }: { payload: unknown }) => {
    counts.push(payload);
    return fails();
  };
  const Arguments = { FunctionName: 'f', Payload: '{% $states.context.State.RetryCount %}' };
  const A = call('f', { Arguments, Retry: [{ ErrorEquals: ['Busy'] }], End: true });
  const execution = await run(machine({ A }), {}, { functions: { f } });
  expect(execution.output).toBe(3);
  expect(counts).toEqual([0, 1, 2]);
  expect(
    ['TaskScheduled', 'TaskFailed', 'TaskSucceeded'].map((type) => countOf(execution, type as 'TaskFailed')),
  ).toEqual([3, 2, 1]);
});

test('gives up after the last attempt, with the error of the task', async () => {
  const A = call('f', { Retry: [{ ErrorEquals: ['States.ALL'], MaxAttempts: 2 }], End: true });
  const execution = await run(machine({ A }), {}, { functions: { f: failing(9, 'Busy') } });
  expect(execution).toMatchObject({ status: 'FAILED', error: 'Busy', cause: 'because' });
  expect(countOf(execution, 'TaskFailed')).toBe(3);
});

test('catches what it names, assigns from it, and goes where it says', async () => {
  const Catch = [
    { ErrorEquals: ['Other'], Next: 'Wrong' },
    { ErrorEquals: ['Mine'], Next: 'Right', Assign: { why: '{% $states.errorOutput.Cause %}' } },
  ];
  const definition = machine({
    A: call('f', { Catch, End: true }),
    Wrong: end,
    Right: { ...end, Output: '{% [$states.input.Error, $why] %}' },
  });
  expect(await outputOf(definition, {}, { functions: { f: failing(1, 'Mine') } })).toEqual(['Mine', 'because']);
});

test('catches a query that failed', async () => {
  const A = call('f', {
    Arguments: { FunctionName: '{% $nothing %}' },
    Catch: [{ ErrorEquals: ['States.QueryEvaluationError'], Next: 'B' }],
    End: true,
  });
  const execution = await run(machine({ A, B: end }));
  expect(execution.status).toBe('SUCCEEDED');
  expect(countOf(execution, 'EvaluationFailed')).toBe(1);
});

test('assigns nothing when a state fails', async () => {
  const A = call('f', {
    Assign: { n: 1 },
    Output: '{% $nothing %}',
    Catch: [{ ErrorEquals: ['States.ALL'], Next: 'B' }],
    End: true,
  });
  const B = { ...end, Output: '{% $exists($n) %}' };
  expect(await outputOf(machine({ A, B }), {}, { functions: { f: () => 1 } })).toBe(false);
});

test('times out a task, tells its work to stop, and lets the timeout be caught', async () => {
  let aborted = false;
  const f = ({ signal }: { signal: AbortSignal }) =>
    new Promise<never>(() => signal.addEventListener('abort', () => (aborted = true)));
  const A = call('f', { TimeoutSeconds: '{% 1 %}', End: true });
  const execution = await run(machine({ A }), {}, { functions: { f } });
  expect(execution).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
  expect(countOf(execution, 'TaskTimedOut')).toBe(1);
  expect(aborted).toBe(true);
});

test('waits for the token after the function has answered', async () => {
  const tokens = new TaskTokens();
  const given = Promise.withResolvers<string>();
  const f = ({ payload }: { payload: unknown }) => {
    given.resolve(String(payload));
    return 'ignored';
  };
  const execution = start(machine({ A: waiting() }), {}, { functions: { f }, tokens });
  const token = await given.promise;
  await new Promise(setImmediate);
  expect(execution.status).toBe('RUNNING');
  expect(tokens.succeed(token, { by: 'token' })).toBe(true);
  await execution.ended;
  expect(execution.output).toEqual({ by: 'token' });
  expect(typesOf(execution).slice(2, 6)).toEqual(['TaskScheduled', 'TaskStarted', 'TaskSubmitted', 'TaskSucceeded']);
  expect(tokens.succeed(token, null)).toBe(false);
});

test('fails by the token, and fails when the function does', async () => {
  const tokens = new TaskTokens();
  const f = ({ payload }: { payload: unknown }) => {
    tokens.fail(String(payload), 'Refused', 'no');
    return null;
  };
  expect(await run(machine({ A: waiting() }), {}, { functions: { f }, tokens })).toMatchObject({
    error: 'Refused',
    cause: 'no',
  });
  const functions = { f: failing(1, 'Broken') };
  expect(await run(machine({ A: waiting() }), {}, { functions })).toMatchObject({ error: 'Broken' });
});

test('fails a task that sends no heartbeat', async () => {
  const execution = await run(machine({ A: waiting({ HeartbeatSeconds: 1 }) }), {}, { functions: { f: () => null } });
  expect(execution).toMatchObject({ status: 'FAILED', error: 'States.HeartbeatTimeout' });
});
