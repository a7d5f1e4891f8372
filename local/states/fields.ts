// Which fields may each part of a definition have, and what must be in them?

import { expressionOf, isExpression } from './definition.ts';
import { InvalidDefinition } from './errors.ts';
import { compile } from './expressions.ts';
import { isObject, type Json, type JsonObject, kindOf } from './json.ts';
import { type ExecutionCall, isWriter, readerOf, resourceOf, waitsForToken } from './resource.ts';

/** Throws InvalidDefinition, naming the place, when the value is not what the field takes. */
export type Check = (value: Json, at: string) => void;
interface Shape {
  required?: Record<string, Check>;
  optional?: Record<string, Check>;
}

export function refuse(at: string, problem: string): never {
  throw new InvalidDefinition(`SCHEMA_VALIDATION_FAILED: ${problem} at ${at || '/'}`);
}

/** An object with these fields and no others. */
export const shape =
  ({ required = {}, optional = {} }: Shape): Check =>
  (value, at) => {
    if (!isObject(value)) refuse(at, `expected an object, not ${kindOf(value)},`);
    for (const name of Object.keys(required)) if (!(name in value)) refuse(at, `the field '${name}' is missing`);
    for (const [name, field] of Object.entries(value)) {
      const check = required[name] ?? optional[name];
      if (!check) refuse(at, `the field '${name}' is not supported`);
      check(field, `${at}/${name}`);
    }
  };

const is =
  (test: (value: Json) => boolean, expected: string): Check =>
  (value, at) => {
    if (!test(value)) refuse(at, `expected ${expected}, not ${JSON.stringify(value)},`);
  };

const either =
  (test: (value: Json) => boolean, yes: Check, no: Check): Check =>
  (value, at) =>
    (test(value) ? yes : no)(value, at);

const list =
  (item: Check, least = 1): Check =>
  (value, at) => {
    if (!Array.isArray(value) || value.length < least) refuse(at, `expected an array of at least ${least}`);
    for (const [index, entry] of value.entries()) item(entry, `${at}[${index}]`);
  };

const text = is((value) => typeof value === 'string', 'a string');
const named = is((value) => typeof value === 'string' && value !== '', 'a name');
const oneOf = (...values: (string | boolean)[]): Check =>
  is((value) => values.some((allowed) => allowed === value), `one of ${JSON.stringify(values)}`);
const wholeFrom = (least: number) =>
  is((value) => typeof value === 'number' && Number.isInteger(value) && value >= least, `a whole number from ${least}`);
const numberFrom = (least: number, most = Number.POSITIVE_INFINITY) =>
  is((value) => typeof value === 'number' && value >= least && value <= most, `a number from ${least}`);

const expression: Check = (value, at) => {
  if (!isExpression(value)) refuse(at, 'expected a JSONata expression, {% … %},');
  try {
    compile(expressionOf(value));
  } catch (error) {
    refuse(
      at,
      `the JSONata expression does not parse (${error instanceof Object && 'message' in error ? error.message : error})`,
    );
  }
};

/** A string that is a whole expression, or has nothing of one. */
const literalOrExpression: Check = (value, at) => {
  if (isExpression(value)) expression(value, at);
  else if (typeof value === 'string' && value.includes('{%')) refuse(at, 'the expression is not the whole string');
};

const template: Check = (value, at) => {
  if (Array.isArray(value)) for (const [index, item] of value.entries()) template(item, `${at}[${index}]`);
  else if (isObject(value)) for (const [key, item] of Object.entries(value)) template(item, `${at}/${key}`);
  else literalOrExpression(value, at);
};

const orExpression = (literal: Check): Check => either(isExpression, expression, literal);

/** At most 80 characters, as the service has it; `states` is taken. */
const VARIABLE = /^[\p{ID_Start}_][\p{ID_Continue}]{0,79}$/u;

const assign: Check = (value, at) => {
  if (!isObject(value)) refuse(at, 'expected an object of variables');
  for (const name of Object.keys(value)) {
    if (!VARIABLE.test(name) || name === 'states') refuse(at, `'${name}' cannot be the name of a variable`);
  }
  template(value, at);
};

const outcome = { Assign: assign, Output: template };
const comment = { Comment: text };
const every = { ...comment, Type: text, QueryLanguage: oneOf('JSONata') };
const transition = { Next: named, End: oneOf(true) };
const errors = list(named);
const recovery = {
  Retry: list(
    shape({
      required: { ErrorEquals: errors },
      optional: {
        ...comment,
        IntervalSeconds: wholeFrom(1),
        MaxAttempts: wholeFrom(0),
        BackoffRate: numberFrom(1),
        MaxDelaySeconds: wholeFrom(1),
        JitterStrategy: oneOf('FULL', 'NONE'),
      },
    }),
  ),
  Catch: list(shape({ required: { ErrorEquals: errors, Next: named }, optional: { ...comment, ...outcome } })),
};

/** The nested graph itself is checked by the walk over graphs. */
const nested: Check = () => {};
const object = is(isObject, 'an object');
const argumentsOf = (...names: string[]) =>
  orExpression((value, at) => {
    shape({ optional: Object.fromEntries(names.map((name) => [name, nested])) })(value, at);
    template(value, at);
  });

const itemReader: Check = (value, at) => {
  shape({
    required: {
      Resource: is((arn) => readerOf(String(arn)) !== undefined, 'an S3 reader known here'),
      Arguments: nested,
    },
    optional: {
      ...comment,
      ReaderConfig: shape({
        optional: {
          InputType: oneOf('JSON', 'JSONL', 'CSV'),
          ItemsPointer: is((pointer) => String(pointer).startsWith('/'), 'a JSON pointer'),
          MaxItems: orExpression(wholeFrom(0)),
          CSVHeaderLocation: oneOf('FIRST_ROW', 'GIVEN'),
          CSVHeaders: list(text),
          CSVDelimiter: oneOf('COMMA', 'PIPE', 'SEMICOLON', 'SPACE', 'TAB'),
        },
      }),
    },
  })(value, at);
  if (!isObject(value)) return;
  const gets = readerOf(String(value.Resource)) === 'getObject';
  argumentsOf('Bucket', gets ? 'Key' : 'Prefix')(value.Arguments ?? null, `${at}/Arguments`);
  const type = isObject(value.ReaderConfig) ? value.ReaderConfig.InputType : undefined;
  if (gets !== (type !== undefined))
    refuse(at, `InputType is ${gets ? 'needed to read' : 'not for a list of'} objects`);
};

const resultWriter: Check = (value, at) => {
  shape({
    optional: {
      Resource: is((arn) => isWriter(String(arn)), 'the ARN of s3:putObject'),
      Arguments: argumentsOf('Bucket', 'Prefix'),
      WriterConfig: shape({
        required: { Transformation: oneOf('NONE', 'COMPACT'), OutputType: oneOf('JSON', 'JSONL') },
      }),
    },
  })(value, at);
  if (isObject(value) && 'Resource' in value !== 'Arguments' in value) {
    refuse(at, 'Resource and Arguments need each other');
  }
};

const lambdaArguments = argumentsOf('FunctionName', 'Payload', 'InvocationType');
const executionArguments: Readonly<Record<ExecutionCall, Check>> = {
  startExecution: argumentsOf('StateMachineArn', 'Name', 'Input'),
  describeExecution: argumentsOf('ExecutionArn'),
};

const STATES: Readonly<Record<string, Shape>> = {
  Pass: { optional: { ...transition, ...outcome } },
  Task: {
    required: {
      Resource: is(
        (arn) => resourceOf(String(arn)) !== undefined,
        'a Lambda function, lambda:invoke, states:startExecution or aws-sdk:sfn:describeExecution',
      ),
    },
    optional: {
      ...{ ...transition, ...outcome, ...recovery },
      Arguments: template,
      TimeoutSeconds: orExpression(wholeFrom(1)),
      HeartbeatSeconds: orExpression(wholeFrom(1)),
    },
  },
  Choice: {
    required: {
      Choices: list(
        shape({
          required: { Condition: orExpression(oneOf(true, false)), Next: named },
          optional: { ...comment, ...outcome },
        }),
      ),
    },
    // Assign and Output beside Choices: the service's documents disagree on when they apply, so they go into the rules.
    optional: { Default: named },
  },
  Wait: {
    optional: {
      ...{ ...transition, ...outcome },
      Seconds: orExpression(wholeFrom(0)),
      Timestamp: orExpression(text),
    },
  },
  Succeed: { optional: { Output: template } },
  Fail: { optional: { Error: orExpression(text), Cause: orExpression(text) } },
  Parallel: {
    required: { Branches: list(nested) },
    optional: { ...transition, ...outcome, ...recovery, Arguments: template },
  },
  Map: {
    required: { ItemProcessor: object },
    optional: {
      ...{ ...transition, ...outcome, ...recovery },
      Items: orExpression(either(Array.isArray, template, is(isObject, 'an expression, an array or an object'))),
      ItemReader: itemReader,
      ItemSelector: template,
      ItemBatcher: shape({
        optional: {
          MaxItemsPerBatch: orExpression(wholeFrom(1)),
          MaxInputBytesPerBatch: orExpression(wholeFrom(1)),
          BatchInput: template,
        },
      }),
      ResultWriter: resultWriter,
      MaxConcurrency: orExpression(wholeFrom(0)),
      ToleratedFailurePercentage: orExpression(numberFrom(0, 100)),
      ToleratedFailureCount: orExpression(wholeFrom(0)),
      Label: is((label) => /^[\w-]{1,40}$/.test(String(label)), 'a label of 1 to 40 plain characters'),
    },
  },
};

const processorConfig = shape({
  required: { Mode: oneOf('INLINE', 'DISTRIBUTED') },
  optional: { ExecutionType: oneOf('STANDARD') },
});

const graph = { required: { StartAt: named, States: object }, optional: comment };
export const checkMachine = shape({
  ...graph,
  optional: { ...comment, QueryLanguage: oneOf('JSONata'), Version: oneOf('1.0'), TimeoutSeconds: wholeFrom(1) },
});
export const checkBranch = shape(graph);
export const checkProcessor = shape({ ...graph, optional: { ...comment, ProcessorConfig: processorConfig } });

/** Checks the fields of one state, and those that need or exclude each other. */
export function checkState(state: Json, at: string): void {
  if (!isObject(state)) refuse(at, 'expected a state');
  const fields = STATES[String(state.Type)];
  if (!fields) refuse(at, `there is no state of type ${JSON.stringify(state.Type)}`);
  shape({ ...fields, optional: { ...every, ...fields.optional } })(state, at);
  if ('Next' in (fields.optional ?? {}) && 'Next' in state === 'End' in state) refuse(at, 'needs either Next or End');
  if (state.Type === 'Wait' && 'Seconds' in state === 'Timestamp' in state) refuse(at, 'needs Seconds or Timestamp');
  if (state.Type === 'Task') checkTask(state, at);
  if (state.Type === 'Map') checkMap(state, at);
}

function checkTask(state: JsonObject, at: string): void {
  const resource = resourceOf(String(state.Resource));
  if (resource?.kind === 'execution') {
    executionArguments[resource.call](state.Arguments ?? {}, `${at}/Arguments`);
  }
  if (resource?.kind === 'invoke' && state.Arguments !== undefined) {
    lambdaArguments(state.Arguments, `${at}/Arguments`);
    const type = isObject(state.Arguments) ? state.Arguments.InvocationType : undefined;
    if (type !== undefined && type !== 'RequestResponse') refuse(at, 'only InvocationType RequestResponse runs here');
  }
  if ('HeartbeatSeconds' in state && !(resource && waitsForToken(resource)))
    refuse(at, 'HeartbeatSeconds needs .waitForTaskToken');
}

const DISTRIBUTED_ONLY = [
  ...['ItemReader', 'ItemBatcher', 'ResultWriter'],
  ...['ToleratedFailurePercentage', 'ToleratedFailureCount', 'Label'],
];

function checkMap(state: JsonObject, at: string): void {
  const config = isObject(state.ItemProcessor) ? state.ItemProcessor.ProcessorConfig : undefined;
  const distributed = isObject(config) && config.Mode === 'DISTRIBUTED';
  const wrong = DISTRIBUTED_ONLY.find((field) => field in state && !distributed);
  if (wrong) refuse(at, `the field '${wrong}' needs a ProcessorConfig of Mode DISTRIBUTED`);
  if ('Items' in state && 'ItemReader' in state) refuse(at, 'Items and ItemReader exclude each other');
}
