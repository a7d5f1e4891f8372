// How does a Lambda function's failure look to the state machine that called it?
import { StateError } from '../states/errors.ts';

/** What the Node.js runtime reports of an error. */
export interface FunctionError {
  errorType: string;
  errorMessage: string;
  trace?: string[];
}

/** Error = errorType; Cause = the runtime's report as JSON. */
export const functionFailed = (report: FunctionError): StateError =>
  new StateError(report.errorType, JSON.stringify(report));

/** The function did not answer within its Timeout. */
export const timedOut = (requestId: string, timeoutSeconds: number): StateError =>
  functionFailed({
    errorType: 'Sandbox.Timedout',
    errorMessage: `RequestId: ${requestId} Error: Task timed out after ${timeoutSeconds.toFixed(2)} seconds`,
  });

/** The function's process ended before it answered. */
export function exited(requestId: string, code: number | null, signal: string | null): StateError {
  const how = signal ? `signal: ${signal}` : `exit status ${code}`;
  const message = code === 0 ? 'Runtime exited without providing a reason' : `Runtime exited with error: ${how}`;
  return functionFailed({ errorType: 'Runtime.ExitError', errorMessage: `RequestId: ${requestId} Error: ${message}` });
}

/** 6 MB: Lambda's limit on a synchronous request, and on a response. */
export const MAX_PAYLOAD_BYTES = 6 * 1024 * 1024;

export const requestTooLarge = (bytes: number): StateError =>
  new StateError(
    'Lambda.RequestTooLargeException',
    `${bytes} byte payload is too large for the RequestResponse invocation type (limit ${MAX_PAYLOAD_BYTES} bytes)`,
  );

export const responseTooLarge = (): StateError =>
  functionFailed({
    errorType: 'Function.ResponseSizeTooLarge',
    errorMessage: `Response payload size exceeded maximum allowed payload size (${MAX_PAYLOAD_BYTES} bytes).`,
  });

export const functionNotFound = (name: string): StateError =>
  new StateError('Lambda.ResourceNotFoundException', `Function not found: ${name}`);
