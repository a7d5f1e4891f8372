// Does an execution here agree with the recording of the same execution on AWS: in outcome, and in events by type?
import { isDeepStrictEqual } from 'node:util';
import { StateError } from './errors.ts';
import { Execution } from './execution.ts';
import { NO_EXECUTIONS } from './executions.ts';
import type { Host } from './host.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { TaskTokens } from './tokens.ts';
import { checkedDefinition } from './validate.ts';

/** One recorded case. `s3` maps `bucket/key` to base64; `input` is the JSON text given to StartExecution. */
export interface Recording {
  id: string;
  definition: unknown;
  input: string;
  s3: Record<string, string>;
  history: { events: readonly JsonObject[] };
}

/** Reads one line of a recordings file. Throws when it is not a case. */
export function parseRecording(line: string): Recording {
  const value: unknown = JSON.parse(line);
  if (!isRecording(value)) throw new Error('not a recorded case: id, definition, input, s3 and history are needed');
  return value;
}

function isRecording(value: unknown): value is Recording {
  return (
    isObject(value) &&
    typeof value.id === 'string' &&
    typeof value.input === 'string' &&
    isObject(value.s3) &&
    isObject(value.history) &&
    Array.isArray(value.history.events) &&
    value.definition !== undefined
  );
}

/** Runs the case; gives every way in which it differs from the recording, none when it agrees. */
export async function differences(recording: Recording): Promise<string[]> {
  const machineArn = 'arn:aws:states:us-east-1:111111111111:stateMachine:recorded';
  const execution = new Execution(
    checkedDefinition(recording.definition),
    JSON.parse(recording.input),
    {
      arn: `${machineArn.replace(':stateMachine:', ':execution:')}:run`,
      name: 'run',
      machineArn,
      machineName: 'recorded',
      roleArn: 'arn:aws:iam::111111111111:role/recorded',
    },
    {
      host: hostOf(recording),
      executions: NO_EXECUTIONS,
      tokens: new TaskTokens(),
      region: 'us-east-1',
      timeScale: 1,
      random: Math.random,
    },
  );
  await execution.ended;
  const events = recording.history.events;
  const expected = endOf(events.at(-1) ?? {});
  const actual = endOf(execution.history.events.at(-1) ?? {});
  return [...compareEnds(expected, actual), ...compareCounts(countTypes(events), countTypes(execution.history.events))];
}

function hostOf(recording: Recording): Host {
  return {
    async task({ functionName }) {
      throw new StateError('Lambda.ResourceNotFoundException', `the recording holds no function ${functionName}`);
    },
    async readObject(bucket, key) {
      const content = recording.s3[`${bucket}/${key}`];
      if (content === undefined) throw new Error('The specified key does not exist.');
      return Buffer.from(content, 'base64');
    },
    async listObjects() {
      throw new Error('the recording lists no objects');
    },
    async writeObject() {},
  };
}

interface End {
  type: string;
  output?: Json;
  error?: Json;
  cause?: Json;
}

function endOf(event: object): End {
  const record: Record<string, unknown> = { ...event };
  const details = Object.entries(record).find(([key]) => key.endsWith('EventDetails'))?.[1];
  const { output, error, cause } = isObject(details) ? details : {};
  return {
    type: String(record.type),
    ...(output !== undefined && { output: parsed(output) }),
    ...(error !== undefined && { error }),
    ...(cause !== undefined && { cause }),
  };
}

/** Recordings hold objects as values and the rest as JSON text. */
const parsed = (value: Json): Json => (typeof value === 'string' ? JSON.parse(value) : value);

function compareEnds(expected: End, actual: End): string[] {
  const fields = ['type', 'output', 'error', 'cause'] as const;
  return fields
    .filter((field) => !agrees(expected[field], actual[field]))
    .map((field) => `${field}: recorded ${JSON.stringify(expected[field])}, here ${JSON.stringify(actual[field])}`);
}

/** What the recorder put in place of a value that changes from run to run. */
const PLACEHOLDER = /^(?:date|timestamp)$|<[A-Za-z]\w*_\d+idx>/;

/** Equal, where a placeholder of the recorder stands for any value. */
function agrees(expected: Json | undefined, actual: Json | undefined): boolean {
  if (typeof expected === 'string' && PLACEHOLDER.test(expected)) return typeof actual === 'string';
  if (Array.isArray(expected) && Array.isArray(actual)) {
    return expected.length === actual.length && expected.every((item, index) => agrees(item, actual[index]));
  }
  if (isObject(expected) && isObject(actual)) {
    const keys = new Set([...Object.keys(expected), ...Object.keys(actual)]);
    return [...keys].every((key) => agrees(expected[key], actual[key]));
  }
  return isDeepStrictEqual(expected, actual);
}

function countTypes(events: readonly object[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const event of events) {
    const type = 'type' in event ? String(event.type) : '';
    counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  return counts;
}

function compareCounts(expected: Map<string, number>, actual: Map<string, number>): string[] {
  const types = [...new Set([...expected.keys(), ...actual.keys()])].sort();
  return types
    .filter((type) => expected.get(type) !== actual.get(type))
    .map((type) => `${type}: recorded ${expected.get(type) ?? 0} events, here ${actual.get(type) ?? 0}`);
}
