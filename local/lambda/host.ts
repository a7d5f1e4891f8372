// How do the functions of an assembly run here: which child process takes an invocation, and how many are there?
import { randomUUID } from 'node:crypto';
import type { Json } from '../states/json.ts';
import type { AssemblyFunction } from './assembly.ts';
import { Child, type ChildOptions } from './child.ts';
import { environmentOf } from './environment.ts';
import { functionNotFound, MAX_PAYLOAD_BYTES, requestTooLarge } from './failures.ts';

export interface LambdaHostOptions {
  functions: readonly AssemblyFunction[];
  region: string;
  /** The caller's environment; see environmentOf for what of it reaches a function. */
  env: NodeJS.ProcessEnv;
  /** Gets each line a function writes to stdout or stderr. */
  log: (functionName: string, line: string) => void;
  /** Whether a child's heap is capped to its function's memory; false by default. */
  limitMemory?: boolean;
  /** Invocations beyond this wait their turn; 64 by default. */
  maxConcurrency?: number;
}

/** How long a child stays warm without work. */
const IDLE_SECONDS = 60;
const DEFAULT_MAX_CONCURRENCY = 64;

export class LambdaHost {
  private readonly options: LambdaHostOptions;
  private readonly functions = new Map<string, AssemblyFunction>();
  private readonly idle = new Map<string, Child[]>();
  private readonly children = new Set<Child>();
  private readonly queue: (() => void)[] = [];
  private running = 0;
  private closed = false;

  constructor(options: LambdaHostOptions) {
    this.options = options;
    for (const lambda of options.functions) {
      this.functions.set(lambda.name, lambda);
      this.functions.set(lambda.arn, lambda);
    }
  }

  /** Runs a function by name or ARN. Throws StateError as Step Functions sees it, or the signal's reason. */
  async invoke(functionName: string, payload: Json, signal: AbortSignal): Promise<Json> {
    const lambda = this.functions.get(functionName);
    if (!lambda) throw functionNotFound(functionName);
    const event = JSON.stringify(payload);
    const bytes = Buffer.byteLength(event);
    if (bytes > MAX_PAYLOAD_BYTES) throw requestTooLarge(bytes);
    await this.turn(signal);
    try {
      return JSON.parse(await this.run(lambda, event, signal));
    } finally {
      this.running -= 1;
      this.queue.shift()?.();
    }
  }

  /**
   * Starts one process per function, so that the first invocation of each finds it ready. One after the other, in the
   * order that the template has them in: all at once would delay the first.
   */
  async warm(): Promise<void> {
    for (const lambda of this.options.functions) {
      if (this.closed) return;
      const child = this.take(lambda);
      this.keep(lambda, child);
      await child.loaded;
    }
  }

  /** Kills every child and waits until none is left. */
  async close(): Promise<void> {
    this.closed = true;
    const children = [...this.children];
    for (const child of children) child.kill();
    await Promise.all(children.map((child) => child.gone));
  }

  private async run(lambda: AssemblyFunction, event: string, signal: AbortSignal): Promise<string> {
    signal.throwIfAborted();
    if (this.closed) throw new Error('the functions have been closed');
    const child = this.take(lambda);
    try {
      return await child.invoke(randomUUID(), event, signal);
    } finally {
      if (child.usable) this.keep(lambda, child);
    }
  }

  private take(lambda: AssemblyFunction): Child {
    const idle = this.idle.get(lambda.name) ?? [];
    for (let child = idle.pop(); child; child = idle.pop()) if (child.usable) return child;
    const { region, env, log, limitMemory = false } = this.options;
    const options: ChildOptions = {
      env: environmentOf(lambda, region, env),
      limitMemory,
      log: (line) => log(lambda.name, line),
    };
    const child = new Child(lambda, options);
    this.children.add(child);
    void child.gone.then(() => this.children.delete(child));
    return child;
  }

  private keep(lambda: AssemblyFunction, child: Child): void {
    const idle = this.idle.get(lambda.name) ?? [];
    idle.push(child);
    this.idle.set(lambda.name, idle);
    const cool = () => {
      const index = idle.indexOf(child);
      if (index < 0) return;
      idle.splice(index, 1);
      child.kill();
    };
    const timer = setTimeout(cool, IDLE_SECONDS * 1000).unref();
    void child.gone.then(() => clearTimeout(timer));
  }

  /** Waits until one more invocation may run; the caller gives its turn back. */
  private async turn(signal: AbortSignal): Promise<void> {
    if (this.running >= (this.options.maxConcurrency ?? DEFAULT_MAX_CONCURRENCY)) {
      await new Promise<void>((resolve) => this.queue.push(resolve));
    }
    this.running += 1;
    if (signal.aborted) {
      this.running -= 1;
      this.queue.shift()?.();
      signal.throwIfAborted();
    }
  }
}
