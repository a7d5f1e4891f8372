// How is one invocation run in a child process, and what ends it: an answer, a timeout, a crash or an abort?
import { type ChildProcess, fork } from 'node:child_process';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { StateError } from '../states/errors.ts';
import type { AssemblyFunction } from './assembly.ts';
import { exited, functionFailed, MAX_PAYLOAD_BYTES, responseTooLarge, timedOut } from './failures.ts';
import { type Answer, type Invocation, isAnswer } from './messages.ts';

export interface ChildOptions {
  env: NodeJS.ProcessEnv;
  /** Caps the old space of the child's heap to the function's memory. */
  limitMemory: boolean;
  /** Gets every line of the child's stdout and stderr. */
  log: (line: string) => void;
}

/** The worker beside this file: TypeScript in the repository, JavaScript in the package. */
const WORKER = fileURLToPath(import.meta.url).replace(/child(\.[jt]s)$/, 'worker$1');

/**
 * Beside the code, so that it goes with it: what V8 made of the code, kept for the next process. Starting one takes
 * 110 ms then, instead of 200 ms.
 */
const compileCache = ({ codeFolder }: AssemblyFunction): string => join(dirname(codeFolder), 'compile-cache');

export class Child {
  /** False once the process has ended or must not be used again. */
  usable = true;
  readonly gone: Promise<void>;
  /** Resolves when the code is loaded, or never will be. */
  readonly loaded: Promise<void>;
  private readonly lambda: AssemblyFunction;
  private readonly process: ChildProcess;

  constructor(lambda: AssemblyFunction, { env, limitMemory, log }: ChildOptions) {
    this.lambda = lambda;
    this.process = fork(WORKER, [], {
      env: { ...env, NODE_COMPILE_CACHE: compileCache(lambda) },
      cwd: lambda.codeFolder,
      execArgv: limitMemory ? [`--max-old-space-size=${lambda.memoryMb}`] : [],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [this.process.stdout, this.process.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', log);
    }
    this.loaded = new Promise((resolve) => {
      this.process.once('message', () => resolve());
      this.process.once('exit', () => resolve());
      this.process.once('error', () => resolve());
    });
    this.gone = new Promise((resolve) => {
      const end = () => {
        this.usable = false;
        resolve();
      };
      this.process.once('exit', end);
      // The process could not be started: there will be no exit.
      this.process.once('error', end);
    });
  }

  /** Ends the process at once. */
  kill(): void {
    this.usable = false;
    this.process.kill('SIGKILL');
  }

  /** Runs one invocation and gives the result's JSON. Throws StateError, or the signal's reason. */
  async invoke(requestId: string, event: string, signal: AbortSignal): Promise<string> {
    const { timeoutSeconds, arn } = this.lambda;
    const deadline = Date.now() + timeoutSeconds * 1000;
    const invocation: Invocation = { requestId, event, functionArn: arn, deadline };
    try {
      return await this.race(invocation, timeoutSeconds * 1000, signal);
    } catch (error) {
      // Whatever it was doing when it failed to answer, it must not go on doing it.
      if (!(error instanceof Answered)) this.kill();
      throw error instanceof Answered ? error.failure : error;
    }
  }

  private race(invocation: Invocation, timeoutMs: number, signal: AbortSignal): Promise<string> {
    const { requestId } = invocation;
    const { process } = this;
    return new Promise((resolve, reject) => {
      const done = <T>(settle: (value: T) => void) => {
        return (value: T) => {
          clearTimeout(timer);
          signal.removeEventListener('abort', onAbort);
          process.off('message', onMessage).off('exit', onExit).off('error', onError);
          settle(value);
        };
      };
      const fail = done(reject);
      const timer = setTimeout(() => fail(timedOut(requestId, this.lambda.timeoutSeconds)), timeoutMs);
      const onAbort = () => fail(signal.reason);
      const onExit = (code: number | null, by: string | null) => fail(exited(requestId, code, by));
      const onError = (error: Error) =>
        fail(new StateError('Lambda.Unknown', `the function's process could not be started: ${error.message}`));
      const onMessage = (message: unknown) => {
        if (!isAnswer(message) || message.requestId !== requestId) return;
        const failure = failureIn(message);
        if (failure) fail(failure);
        else if ('result' in message) done(resolve)(message.result);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      process.on('message', onMessage).once('exit', onExit).once('error', onError);
      if (signal.aborted) onAbort();
      else process.send(invocation, (error) => error && onExit(process.exitCode, process.signalCode));
    });
  }
}

/** The function answered, with an error: its process can go on. */
class Answered extends Error {
  readonly failure: StateError;

  constructor(failure: StateError) {
    super(failure.message);
    this.failure = failure;
  }
}

function failureIn(answer: Answer): Error | undefined {
  if ('error' in answer) {
    const failure = functionFailed(answer.error);
    return answer.broken ? failure : new Answered(failure);
  }
  return Buffer.byteLength(answer.result) > MAX_PAYLOAD_BYTES ? new Answered(responseTooLarge()) : undefined;
}
