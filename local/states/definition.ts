// What does a checked definition look like: the part of the Amazon States Language, in JSONata, that runs here?
import type { Json, JsonObject } from './json.ts';

export interface Graph {
  Comment?: string;
  StartAt: string;
  States: Record<string, State>;
}

export interface Machine extends Graph {
  QueryLanguage?: 'JSONata';
  Version?: '1.0';
  TimeoutSeconds?: number;
}

export type State =
  | PassState
  | TaskState
  | ChoiceState
  | WaitState
  | SucceedState
  | FailState
  | ParallelState
  | MapState;

/** A JSONata expression in a field. */
export type Expression = `{%${string}%}`;

/** A number, or a JSONata expression that gives one. */
export type NumberField = number | string;

interface Named {
  Comment?: string;
  QueryLanguage?: 'JSONata';
}

interface Transition {
  Next?: string;
  End?: boolean;
}

/** What a state, or one way out of it, hands on. Both are evaluated from the same entry values. */
export interface Outcome {
  Assign?: JsonObject;
  Output?: Json;
}

export interface Retrier {
  ErrorEquals: string[];
  IntervalSeconds?: number;
  MaxAttempts?: number;
  BackoffRate?: number;
  MaxDelaySeconds?: number;
  JitterStrategy?: 'FULL' | 'NONE';
}

export interface Catcher extends Outcome {
  ErrorEquals: string[];
  Next: string;
}

export interface Recovering {
  Retry?: Retrier[];
  Catch?: Catcher[];
}

export interface PassState extends Named, Transition, Outcome {
  Type: 'Pass';
}

export interface TaskState extends Named, Transition, Outcome, Recovering {
  Type: 'Task';
  Resource: string;
  Arguments?: Json;
  TimeoutSeconds?: NumberField;
  HeartbeatSeconds?: NumberField;
}

export interface ChoiceRule extends Outcome {
  Condition: boolean | string;
  Next: string;
}

export interface ChoiceState extends Named {
  Type: 'Choice';
  Choices: ChoiceRule[];
  Default?: string;
}

export interface WaitState extends Named, Transition, Outcome {
  Type: 'Wait';
  Seconds?: NumberField;
  Timestamp?: string;
}

export interface SucceedState extends Named {
  Type: 'Succeed';
  Output?: Json;
}

export interface FailState extends Named {
  Type: 'Fail';
  Error?: string;
  Cause?: string;
}

export interface ParallelState extends Named, Transition, Outcome, Recovering {
  Type: 'Parallel';
  Branches: Graph[];
  Arguments?: Json;
}

export interface ItemReader {
  Resource: string;
  Arguments: JsonObject | string;
  ReaderConfig?: {
    InputType?: 'JSON' | 'JSONL' | 'CSV';
    ItemsPointer?: string;
    MaxItems?: NumberField;
    CSVHeaderLocation?: 'FIRST_ROW' | 'GIVEN';
    CSVHeaders?: string[];
    CSVDelimiter?: 'COMMA' | 'PIPE' | 'SEMICOLON' | 'SPACE' | 'TAB';
  };
}

export interface ItemBatcher {
  MaxItemsPerBatch?: NumberField;
  MaxInputBytesPerBatch?: NumberField;
  BatchInput?: Json;
}

export interface WriterConfig {
  Transformation?: 'NONE' | 'COMPACT';
  OutputType?: 'JSON' | 'JSONL';
}

export interface ResultWriter {
  Resource?: string;
  Arguments?: JsonObject | string;
  WriterConfig?: WriterConfig;
}

export interface ItemProcessor extends Graph {
  ProcessorConfig?: { Mode?: 'INLINE' | 'DISTRIBUTED'; ExecutionType?: 'STANDARD' };
}

export interface MapState extends Named, Transition, Outcome, Recovering {
  Type: 'Map';
  ItemProcessor: ItemProcessor;
  Items?: Json;
  ItemReader?: ItemReader;
  ItemSelector?: Json;
  ItemBatcher?: ItemBatcher;
  ResultWriter?: ResultWriter;
  MaxConcurrency?: NumberField;
  ToleratedFailurePercentage?: NumberField;
  ToleratedFailureCount?: NumberField;
  Label?: string;
}

/** Whether a field's value is a JSONata expression, `{% … %}`, rather than a literal. */
export const isExpression = (value: unknown): value is Expression =>
  typeof value === 'string' && value.startsWith('{%') && value.endsWith('%}');

/** The expression inside `{% … %}`. */
export const expressionOf = (value: Expression): string => value.slice(2, -2).trim();

export const isDistributed = (state: MapState): boolean => state.ItemProcessor.ProcessorConfig?.Mode === 'DISTRIBUTED';
