// Is every definition refused that AWS would refuse, or that would silently mean something else here?
import { expect, test } from 'vitest';
import { InvalidDefinition } from '../../../../local/states/errors.ts';
import { checkedDefinition, parseDefinition } from '../../../../local/states/validate.ts';
import { call, machine } from './machine.ts';

const pass = { Type: 'Pass', End: true };
const map = (extra: object, mode = 'DISTRIBUTED') => ({
  Type: 'Map',
  ItemProcessor: { ProcessorConfig: { Mode: mode }, StartAt: 'A', States: { A: pass } },
  End: true,
  ...extra,
});
const check = (definition: object) => () => checkedDefinition(definition);

test.each<[string, object, RegExp]>([
  ['an unknown field', machine({ A: { ...pass, Output2: 1 } }), /'Output2' is not supported at \/States\/A/],
  ['a JSONPath field', machine({ A: { ...pass, ResultPath: '$' } }), /'ResultPath'/],
  ['an unknown field of the machine', machine({ A: pass }, { Retry: [] }), /'Retry' is not supported at \//],
  ['an unknown type', machine({ A: { Type: 'Sleep', End: true } }), /no state of type "Sleep"/],
  ['a missing start', { ...machine({ A: pass }), StartAt: 'B' }, /MISSING_TRANSITION_TARGET/],
  ['a target that is not there', machine({ A: { Type: 'Pass', Next: 'B' } }), /MISSING_TRANSITION_TARGET.*'B'/],
  ['a state nothing leads to', machine({ A: pass, B: pass }), /UNREACHABLE_STATE: State "B"/],
  ['neither Next nor End', machine({ A: { Type: 'Pass' } }), /either Next or End/],
  ['both Next and End', machine({ A: { ...pass, Next: 'A' } }), /either Next or End/],
  ['an expression that does not parse', machine({ A: { ...pass, Output: '{% 1 + %}' } }), /does not parse/],
  ['an expression within a string', machine({ A: { ...pass, Output: 'x {% 1 %}' } }), /not the whole string/],
  ['a variable named states', machine({ A: { ...pass, Assign: { states: 1 } } }), /'states' cannot be/],
  ['an empty Retry', machine({ A: call('f', { End: true, Retry: [] }) }), /at least 1/],
  [
    'a Retry without pause',
    machine({ A: call('f', { End: true, Retry: [{ ErrorEquals: ['X'], IntervalSeconds: 0 }] }) }),
    /from 1/,
  ],
  [
    'a resource not known here',
    machine({ A: { Type: 'Task', Resource: 'arn:aws:states:::sqs:sendMessage', End: true } }),
    /lambda:invoke/,
  ],
  [
    'an asynchronous invocation',
    machine({ A: call('f', { End: true, Arguments: { FunctionName: 'f', InvocationType: 'Event' } }) }),
    /RequestResponse/,
  ],
  [
    'an argument of Invoke not known here',
    machine({ A: call('f', { End: true, Arguments: { FunctionName: 'f', Qualifier: '1' } }) }),
    /'Qualifier'/,
  ],
  [
    'an argument of StartExecution not known here',
    machine({
      A: {
        Type: 'Task',
        Resource: 'arn:aws:states:::states:startExecution',
        Arguments: { StateMachineArn: 'x', TraceHeader: 'y' },
        End: true,
      },
    }),
    /'TraceHeader'/,
  ],
  [
    'a start that waits for the end',
    machine({ A: { Type: 'Task', Resource: 'arn:aws:states:::states:startExecution.sync:2', End: true } }),
    /states:startExecution or/,
  ],
  ['a heartbeat nothing could send', machine({ A: call('f', { End: true, HeartbeatSeconds: 5 }) }), /waitForTaskToken/],
  ['a Wait without an end', machine({ A: { Type: 'Wait', End: true } }), /Seconds or Timestamp/],
  ['a reader on an inline Map', machine({ A: map({ ItemReader: {} }, 'INLINE') }), /expected|needs|missing/],
  ['tolerance on an inline Map', machine({ A: map({ ToleratedFailureCount: 1 }, 'INLINE') }), /Mode DISTRIBUTED/],
  [
    'a writer config not known here',
    machine({ A: map({ ResultWriter: { WriterConfig: { Transformation: 'FLATTEN', OutputType: 'JSON' } } }) }),
    /NONE/,
  ],
  [
    'Express children',
    machine({
      A: map({
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' },
          StartAt: 'A',
          States: { A: pass },
        },
      }),
    }),
    /STANDARD/,
  ],
  [
    'Output beside Choices',
    machine({ A: { Type: 'Choice', Choices: [{ Condition: true, Next: 'B' }], Output: 1 }, B: pass }),
    /'Output'/,
  ],
  [
    'a fault inside a branch',
    machine({
      P: {
        Type: 'Parallel',
        Branches: [
          machine({ A: pass }, { QueryLanguage: undefined }),
          { StartAt: 'B', States: { B: { ...pass, X: 1 } } },
        ],
        End: true,
      },
    }),
    /\/States\/P\/Branches\[1\]\/States\/B/,
  ],
])('refuses %s', (_name, definition, message) => {
  expect(check(definition)).toThrow(InvalidDefinition);
  expect(check(definition)).toThrow(message);
});

test('refuses JSONPath, said or left unsaid', () => {
  const said = { StartAt: 'A', States: { A: { ...pass, QueryLanguage: 'JSONPath' } } };
  expect(check(said)).toThrow(/JSONPath/);
  expect(check({ ...machine({ A: pass }), QueryLanguage: 'JSONPath' })).toThrow(InvalidDefinition);
  expect(check({ StartAt: 'A', States: { A: { ...pass, Output: 1 } } })).toThrow(/only "QueryLanguage": "JSONata"/);
  const nested = {
    StartAt: 'P',
    States: {
      P: {
        Type: 'Parallel',
        QueryLanguage: 'JSONata',
        Branches: [{ StartAt: 'A', States: { A: { ...pass, Output: 1 } } }],
        End: true,
      },
    },
  };
  expect(check(nested)).toThrow(/Branches\[0\]\/States\/A/);
});

test('takes a state without any query language when it means the same in both', () => {
  expect(
    check({ StartAt: 'A', States: { A: { ...pass, End: undefined, Next: 'B' }, B: { Type: 'Fail', Cause: 'x' } } }),
  ).not.toThrow();
  expect(check({ StartAt: 'B', States: { B: { Type: 'Fail', Cause: '{% 1 %}' } } })).toThrow(InvalidDefinition);
});

test('refuses a variable of an outer scope in an inner one, but not in a child execution', () => {
  const inner = { StartAt: 'A', States: { A: { ...pass, Assign: { taken: 1 } } } };
  const around = (state: object) => machine({ First: { Type: 'Pass', Assign: { taken: 0 }, Next: 'In' }, In: state });
  expect(check(around({ Type: 'Parallel', Branches: [inner], End: true }))).toThrow(
    /'taken' belongs to an outer scope/,
  );
  const processor = (Mode: string) => ({ ItemProcessor: { ProcessorConfig: { Mode }, ...inner } });
  expect(check(around(map(processor('INLINE'))))).toThrow(InvalidDefinition);
  expect(check(around(map(processor('DISTRIBUTED'))))).not.toThrow();
});

test('refuses text that is no JSON, and a definition of more than 1 MB', () => {
  expect(() => parseDefinition('{')).toThrow(/INVALID_JSON/);
  expect(() => parseDefinition(JSON.stringify(machine({ A: { ...pass, Comment: 'x'.repeat(1_048_576) } })))).toThrow(
    /1 MB/,
  );
});
