// In which ways can an execution end other than well, and what does each carry?

/** A state failed with a States Language error: what Retry and Catch see, and what a failed execution reports. */
export class StateError extends Error {
  readonly error: string | undefined;
  override readonly cause: string | undefined;

  constructor(error: string | undefined, cause: string | undefined) {
    super(`${error ?? 'no error name'}: ${cause ?? ''}`);
    this.error = error;
    this.cause = cause;
  }
}

/** A query in one field of a state failed; becomes States.QueryEvaluationError once the state's name is known. */
export class QueryError extends Error {
  /** The field, as in `Arguments/Payload/run`. */
  readonly location: string;

  constructor(location: string, message: string) {
    super(message);
    this.location = location;
  }
}

/** The work was ended from outside the state: by a stop, a timeout of the execution, or a failed sibling. */
export class Aborted extends Error {
  readonly why: 'stopped' | 'timed out' | 'sibling failed' | 'failed';

  constructor(why: Aborted['why'], message = why as string) {
    super(message);
    this.why = why;
  }
}

/** The definition is not one this interpreter runs; the message says where and why. */
export class InvalidDefinition extends Error {
  override readonly name = 'InvalidDefinition';
}

/** Somebody else has the name, with another definition or input. */
export class NameTaken extends Error {}

/** 256 KiB: the most a state's input, output, task result or single Assign may hold. */
export const MAX_PAYLOAD_BYTES = 256 * 1024;

export const dataLimitExceeded = (state: string): StateError =>
  new StateError(
    'States.DataLimitExceeded',
    `The state/task '${state}' returned a result with a size exceeding the maximum number of bytes service limit.`,
  );
