// What do the host and a function's child process say to each other?
import type { FunctionError } from './failures.ts';

export interface Invocation {
  requestId: string;
  /** JSON. */
  event: string;
  functionArn: string;
  /** Milliseconds since 1970. */
  deadline: number;
}

export type Answer =
  | { requestId: string /** JSON. */; result: string }
  | { requestId: string; error: FunctionError /** Whether the process is of no further use. */; broken: boolean };

export const isInvocation = (value: unknown): value is Invocation =>
  typeof value === 'object' && value !== null && 'event' in value && 'deadline' in value;

export const isAnswer = (value: unknown): value is Answer =>
  typeof value === 'object' && value !== null && ('result' in value || 'error' in value);
