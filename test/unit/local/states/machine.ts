// Runs a definition with functions and objects given as values, and shows what came of it.
import type { HistoryEventType } from '@aws-sdk/client-sfn';
import { StateError } from '../../../../local/states/errors.ts';
import { Execution } from '../../../../local/states/execution.ts';
import { NO_EXECUTIONS } from '../../../../local/states/executions.ts';
import type { Host, ListedObject, TaskCall } from '../../../../local/states/host.ts';
import { type Json, jsonBytes } from '../../../../local/states/json.ts';
import { TaskTokens } from '../../../../local/states/tokens.ts';
import { checkedDefinition } from '../../../../local/states/validate.ts';

export type Work = (call: TaskCall) => Json | Promise<Json>;

export interface World {
  /** By the name a Task calls. */
  functions?: Record<string, Work>;
  /** By `bucket/key`; what a ResultWriter writes comes to stand here, too. */
  objects?: Record<string, string>;
  listed?: ListedObject[];
  timeScale?: number;
  random?: () => number;
  tokens?: TaskTokens;
}

const MACHINE = 'arn:aws:states:eu-central-1:111111111111:stateMachine:test';
export const INVOKE = 'arn:aws:states:::lambda:invoke';

/** An error as a function would throw it. */
export const failure = (error: string, cause = ''): StateError => new StateError(error, cause);

export const machine = (states: object, extra: object = {}): object => ({
  QueryLanguage: 'JSONata',
  StartAt: Object.keys(states)[0],
  States: states,
  ...extra,
});

/** A Task that calls a function with its input and gives the function's result. */
export const call = (functionName: string, extra: object = { End: true }): object => ({
  Type: 'Task',
  Resource: INVOKE,
  Arguments: { FunctionName: functionName, Payload: '{% $states.input %}' },
  Output: '{% $states.result.Payload %}',
  ...extra,
});

/** Starts a definition; its waits and pauses take no time unless the world says so. */
export function start(definition: object, input: Json = {}, world: World = {}, children: Execution[] = []): Execution {
  const identity = {
    arn: `${MACHINE.replace(':stateMachine:', ':execution:')}:run`,
    name: 'run',
    machineArn: MACHINE,
    machineName: 'test',
    roleArn: 'arn:aws:iam::111111111111:role/test',
  };
  const services = {
    host: hostOf(world),
    executions: NO_EXECUTIONS,
    tokens: world.tokens ?? new TaskTokens(),
    region: 'eu-central-1',
    timeScale: world.timeScale ?? 0,
    random: world.random ?? (() => 0.5),
  };
  return new Execution(checkedDefinition(definition), input, identity, services, (child) => children.push(child));
}

/** Starts a definition and waits for its end. */
export async function run(
  definition: object,
  input: Json = {},
  world: World = {},
  children: Execution[] = [],
): Promise<Execution> {
  const execution = start(definition, input, world, children);
  await execution.ended;
  return execution;
}

/** The output of a definition that has to succeed. */
export async function outputOf(definition: object, input: Json = {}, world: World = {}): Promise<Json | undefined> {
  const { status, output, error, cause } = await run(definition, input, world);
  if (status !== 'SUCCEEDED') throw new Error(`${status}: ${error}: ${cause}`);
  return output;
}

export const typesOf = ({ history }: Execution): (HistoryEventType | undefined)[] =>
  history.events.map(({ type }) => type);

export const countOf = (execution: Execution, type: HistoryEventType): number =>
  typesOf(execution).filter((found) => found === type).length;

/** A value whose JSON has this many bytes. */
export function ofBytes(bytes: number): string {
  const text = 'x'.repeat(bytes - 2);
  if (jsonBytes(text) !== bytes) throw new Error('miscounted');
  return text;
}

function hostOf({ functions = {}, objects = {}, listed = [] }: World): Host {
  return {
    async task(taskCall) {
      const work = functions[taskCall.functionName];
      if (!work) throw failure('Lambda.ResourceNotFoundException', taskCall.functionName);
      return work(taskCall);
    },
    async readObject(bucket, key) {
      const content = objects[`${bucket}/${key}`];
      if (content === undefined) throw new Error('The specified key does not exist.');
      return Buffer.from(content);
    },
    listObjects: async (_bucket, prefix) => listed.filter(({ Key }) => Key.startsWith(prefix ?? '')),
    async writeObject(bucket, key, body) {
      objects[`${bucket}/${key}`] = body.toString();
    },
  };
}
