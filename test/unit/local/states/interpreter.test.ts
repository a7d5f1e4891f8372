// Does each kind of state do what the States Language says: data, variables, choices, branches, iterations, limits?
import { expect, test } from 'vitest';
import { call, countOf, failure, INVOKE, machine, ofBytes, outputOf, run, start, typesOf } from './machine.ts';

const end = { Type: 'Pass', End: true };

test('evaluates Output and Assign from the same entry values', async () => {
  const definition = machine({
    A: { Type: 'Pass', Assign: { n: 1 }, Next: 'B' },
    B: { Type: 'Pass', Assign: { n: '{% $n + 1 %}', seen: '{% $n %}' }, Output: '{% $n %}', Next: 'C' },
    C: { ...end, Output: { before: '{% $states.input %}', n: '{% $n %}', seen: '{% $seen %}' } },
  });
  expect(await outputOf(definition)).toEqual({ before: 1, n: 2, seen: 1 });
});

test('fails on a variable that does not exist, and says where', async () => {
  const execution = await run(machine({ A: { ...end, Output: { a: ['{% $nothing %}'] } } }));
  expect(execution).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
  expect(execution.cause).toBe(
    "An error occurred while executing the state 'A' (entered at the event id #2). The JSONata expression '$nothing' specified for the field 'Output/a[0]' returned nothing (undefined).",
  );
  expect(typesOf(execution)).toEqual(['ExecutionStarted', 'PassStateEntered', 'EvaluationFailed', 'ExecutionFailed']);
});

test('fails on an expression that fails, that gives a function, or that asks for $eval', async () => {
  const causeOf = async (expression: string) => (await run(machine({ A: { ...end, Output: expression } }))).cause;
  expect(await causeOf("{% 1 + 'a' %}")).toContain('T2002');
  for (const odd of ['$sum', 'function($x) { $x }', '[1, {"a": $sum}]']) {
    expect(await causeOf(`{% ${odd} %}`)).toContain('unsupported result type');
  }
  expect(await causeOf("{% $eval('1') %}")).toContain('$eval is not available');
});

test("has AWS's functions", async () => {
  const give = (expression: string) => outputOf(machine({ A: { ...end, Output: `{% ${expression} %}` } }));
  expect(await give('$partition([1,2,3], 2)')).toEqual([[1, 2], [3]]);
  expect(await give('$range(1, 7, 3)')).toEqual([1, 4, 7]);
  expect(await give('$range(3, 1, -1)')).toEqual([3, 2, 1]);
  expect(await give("$hash('abc', 'SHA-1')")).toBe('a9993e364706816aba3e25717850c26c9cd0d89d');
  expect(await give('$parse(\'{"a":[1]}\')')).toEqual({ a: [1] });
  expect(await give('$random(7) = $random(7)')).toBe(true);
  expect(await give('$uuid()')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
});

test('shows the context of the execution and of the state', async () => {
  const expression =
    '{% $states.context.[Execution.Name, Execution.Input.a, StateMachine.Name, State.Name, State.RetryCount] %}';
  expect(await outputOf(machine({ A: { ...end, Output: expression } }), { a: 1 })).toEqual(['run', 1, 'test', 'A', 0]);
});

test('takes the first choice that holds, with what it assigns, else the default', async () => {
  const definition = machine({
    C: {
      Type: 'Choice',
      Choices: [
        { Condition: '{% $states.input.n > 9 %}', Next: 'Big', Assign: { size: 'big' } },
        { Condition: '{% $states.input.n > 5 %}', Next: 'Big', Assign: { size: 'medium' }, Output: { n: 0 } },
      ],
      Default: 'Small',
    },
    Big: { ...end, Output: '{% [$size, $states.input.n] %}' },
    Small: end,
  });
  expect(await outputOf(definition, { n: 10 })).toEqual(['big', 10]);
  expect(await outputOf(definition, { n: 6 })).toEqual(['medium', 0]);
  expect(await outputOf(definition, { n: 1 })).toEqual({ n: 1 });
});

test('fails when no choice holds and there is no default, or when a condition is no boolean', async () => {
  const choose = (Condition: string) =>
    run(machine({ C: { Type: 'Choice', Choices: [{ Condition, Next: 'A' }] }, A: end }));
  expect(await choose('{% false %}')).toMatchObject({ error: 'States.NoChoiceMatched' });
  const odd = await choose("{% 'yes' %}");
  expect(odd).toMatchObject({ error: 'States.QueryEvaluationError' });
  expect(odd.cause).toContain("Expected 'boolean', but was 'string' for value: \"yes\"");
});

test('waits scaled seconds, and not at all for a time that is past', async () => {
  const wait = (field: object, timeScale: number) =>
    run(machine({ W: { Type: 'Wait', ...field, End: true } }), {}, { timeScale });
  expect(await wait({ Seconds: '{% 60 * 60 %}' }, 0.000001)).toMatchObject({ status: 'SUCCEEDED' });
  expect(await wait({ Timestamp: '2016-03-05T21:29:29.243167252Z' }, 1)).toMatchObject({ status: 'SUCCEEDED' });
  expect(await wait({ Timestamp: '5 March 2016' }, 1)).toMatchObject({ error: 'States.QueryEvaluationError' });
  expect(await wait({ Seconds: '{% -1 %}' }, 1)).toMatchObject({ error: 'States.QueryEvaluationError' });
});

test('gives the results of all branches in order, and keeps their variables apart', async () => {
  const branch = (value: number) => ({
    StartAt: `Set${value}`,
    States: {
      [`Set${value}`]: { Type: 'Pass', Assign: { own: value }, Next: `Get${value}` },
      [`Get${value}`]: { ...end, Output: '{% $own + $outer %}' },
    },
  });
  const definition = machine({
    A: { Type: 'Pass', Assign: { outer: 10 }, Next: 'P' },
    P: { Type: 'Parallel', Branches: [branch(1), branch(2)], Next: 'After' },
    After: { ...end, Output: { results: '{% $states.input %}', kept: '{% $exists($own) %}' } },
  });
  expect(await outputOf(definition)).toEqual({ results: [11, 12], kept: false });
});

test('ends the other branches when one fails, and lets the Parallel catch it', async () => {
  let aborted = false;
  const definition = machine({
    P: {
      Type: 'Parallel',
      Branches: [
        { StartAt: 'Bad', States: { Bad: call('bad') } },
        { StartAt: 'Long', States: { Long: call('long') } },
      ],
      Catch: [{ ErrorEquals: ['Mine'], Next: 'After' }],
      End: true,
    },
    After: end,
  });
  const started = Promise.withResolvers<void>();
  const long = ({ signal }: { signal: AbortSignal }) => {
    started.resolve();
    return new Promise<never>(() => signal.addEventListener('abort', () => (aborted = true)));
  };
  const bad = async () => {
    await started.promise;
    throw failure('Mine', 'on purpose');
  };
  const execution = await run(definition, {}, { functions: { long, bad } });
  expect(execution.output).toEqual({ Error: 'Mine', Cause: 'on purpose' });
  expect(aborted).toBe(true);
  expect(countOf(execution, 'TaskStateAborted')).toBe(1);
  expect(countOf(execution, 'ParallelStateFailed')).toBe(1);
});

const inlineMap = (states: object, extra: object = {}) => ({
  Type: 'Map',
  ItemProcessor: { ProcessorConfig: { Mode: 'INLINE' }, StartAt: Object.keys(states)[0], States: states },
  ...extra,
});

test('maps items in order, with a selector that sees the item, the input and the variables', async () => {
  const definition = machine({
    A: { Type: 'Pass', Assign: { k: 100 }, Next: 'M' },
    M: inlineMap(
      { I: { ...end, Output: '{% $states.input.value * $states.input.k + $states.input.index %}' } },
      {
        Items: '{% $states.input.list %}',
        ItemSelector: {
          value: '{% $states.context.Map.Item.Value %}',
          index: '{% $states.context.Map.Item.Index %}',
          k: '{% $k %}',
        },
        Output: { all: '{% $states.result %}', from: '{% $count($states.input.list) %}' },
        End: true,
      },
    ),
  });
  expect(await outputOf(definition, { list: [3, 1, 2] })).toEqual({ all: [300, 101, 202], from: 3 });
});

test.each([1, 2, 3])('runs no more than MaxConcurrency iterations at once: %i', async (MaxConcurrency) => {
  let running = 0;
  let most = 0;
  const work = async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise(setImmediate);
    running -= 1;
    return null;
  };
  const M = inlineMap(
    { I: call('work') },
    { Items: [1, 2, 3, 4, 5], MaxConcurrency: '{% $states.input %}', End: true },
  );
  await outputOf(machine({ M }), MaxConcurrency, { functions: { work } });
  expect(most).toBe(MaxConcurrency);
});

test('fails an inline Map with the error of a Fail inside, which the Map may catch', async () => {
  const F = { Type: 'Fail', Error: '{% $states.input %}' };
  const M = inlineMap({ F }, { Items: ['Odd', 'Even'], MaxConcurrency: 1, End: true });
  const failed = await run(machine({ M }));
  expect(failed).toMatchObject({ status: 'FAILED', error: 'Odd' });
  expect(typesOf(failed)).toEqual([
    ...['ExecutionStarted', 'MapStateEntered', 'MapStateStarted', 'MapIterationStarted', 'FailStateEntered'],
    ...['MapIterationFailed', 'MapStateFailed', 'ExecutionFailed'],
  ]);
  const caught = { ...M, Catch: [{ ErrorEquals: ['Odd'], Output: '{% $states.errorOutput.Error %}', Next: 'After' }] };
  expect(await outputOf(machine({ M: caught, After: end }))).toBe('Odd');
});

test('retries an inline Map as a whole', async () => {
  let calls = 0;
  const work = () => {
    calls += 1;
    if (calls === 1) throw failure('Blink');
    return calls;
  };
  const M = inlineMap(
    { I: call('work') },
    { Items: [1, 2], MaxConcurrency: 1, Retry: [{ ErrorEquals: ['Blink'] }], End: true },
  );
  expect(await outputOf(machine({ M }), {}, { functions: { work } })).toEqual([2, 3]);
});

test('fails a state whose output passes 256 KiB, and carries exactly 256 KiB', async () => {
  const definition = machine({ A: { ...end, Output: "{% $join($map([1..$states.input], function() {'x'})) %}" } });
  expect(await run(definition, 262_142)).toMatchObject({ status: 'SUCCEEDED' });
  expect(await run(definition, 262_143)).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
});

test('fails an Assign that passes 256 KiB', async () => {
  const text = ofBytes(262_144);
  const definition = machine({ A: { ...end, Assign: { a: '{% $states.input %}' }, Output: 1 } });
  expect(await run(definition, text)).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
});

test('fails a task whose arguments pass 256 KiB', async () => {
  const functions = { f: () => null };
  const execution = await run(machine({ A: call('f') }), ofBytes(262_144), { functions });
  expect(execution).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
});

test('times out a machine, and aborts what it was doing', async () => {
  let aborted = false;
  const slow = ({ signal }: { signal: AbortSignal }) =>
    new Promise<never>(() => signal.addEventListener('abort', () => (aborted = true)));
  const execution = await run(machine({ A: call('slow') }, { TimeoutSeconds: 1 }), {}, { functions: { slow } });
  expect(execution).toMatchObject({ status: 'TIMED_OUT', error: 'States.Timeout' });
  expect(typesOf(execution).slice(-2)).toEqual(['TaskStateAborted', 'ExecutionTimedOut']);
  expect(aborted).toBe(true);
});

test('ends an execution before its history passes 25,000 events', async () => {
  const definition = machine({
    A: { Type: 'Pass', Assign: { n: 0 }, Next: 'B' },
    B: { Type: 'Pass', Next: 'A' },
  });
  const execution = await run(definition);
  expect(execution).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
  expect(execution.history.events).toHaveLength(25_000);
  expect(execution.history.events.at(-1)?.type).toBe('ExecutionFailed');
});

test('stops between two states as well as inside one', async () => {
  const execution = start(machine({ W: { Type: 'Wait', Seconds: 3600, End: true } }), {}, { timeScale: 1 });
  execution.stop('Enough');
  await execution.ended;
  expect(execution).toMatchObject({ status: 'ABORTED', error: 'Enough' });
  expect(typesOf(execution)).toEqual(['ExecutionStarted', 'WaitStateEntered', 'WaitStateAborted', 'ExecutionAborted']);
});

test('calls a function by its ARN directly, with events of its own kind', async () => {
  const Resource = 'arn:aws:lambda:eu-central-1:111111111111:function:f';
  const functions = { [Resource]: ({ payload }: { payload: unknown }) => [JSON.stringify(payload)] };
  const execution = await run(
    machine({ A: { Type: 'Task', Resource, Arguments: { a: 1 }, End: true } }),
    {},
    { functions },
  );
  expect(execution.output).toEqual(['{"a":1}']);
  expect(typesOf(execution)).toEqual([
    ...['ExecutionStarted', 'TaskStateEntered', 'LambdaFunctionScheduled', 'LambdaFunctionStarted'],
    ...['LambdaFunctionSucceeded', 'TaskStateExited', 'ExecutionSucceeded'],
  ]);
});

test("gives the whole answer of lambda:invoke, not the function's alone", async () => {
  const A = { Type: 'Task', Resource: INVOKE, Arguments: { FunctionName: 'f' }, End: true };
  const output = await outputOf(machine({ A }), {}, { functions: { f: ({ payload }) => payload } });
  expect(output).toMatchObject({ StatusCode: 200, ExecutedVersion: '$LATEST', Payload: {} });
});
