// A step in a process of its own, which ends at the place where a fault waits for it: at once, as nothing in the process
// itself could bring about.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { StepName } from '../../core/pipeline.ts';
import { exited, functionFailed } from '../../local/lambda/failures.ts';
import type { Fault } from './model.ts';

const PROGRAM = fileURLToPath(new URL('./killed-child.ts', import.meta.url));

export interface Order {
  readonly step: StepName;
  readonly input: Readonly<Record<string, unknown>>;
  readonly environment: Readonly<Record<string, string>>;
  readonly faults: readonly Fault[];
}

export type Answer = { readonly result: object } | { readonly errorType: string; readonly errorMessage: string };

export class Killables {
  #spare: Promise<ChildProcess>;
  readonly #all = new Set<ChildProcess>();

  constructor() {
    this.#spare = this.#start();
  }

  /** Throws StateError, as Step Functions sees a function fail or end. */
  async run(order: Order): Promise<object> {
    const child = await this.#spare;
    this.#spare = this.#start();
    const answered = new Promise<Answer | undefined>((resolve) => {
      child.once('message', (message) => resolve(message as Answer));
      child.once('exit', () => resolve(undefined));
    });
    child.send(order);
    const answer = await answered;
    if (answer === undefined) throw exited('in a test', child.exitCode, child.signalCode);
    child.kill('SIGKILL');
    if ('result' in answer) return answer.result;
    throw functionFailed(answer);
  }

  async close(): Promise<void> {
    await this.#spare;
    const gone = [...this.#all].map((child) => once(child, 'exit'));
    for (const child of this.#all) child.kill('SIGKILL');
    await Promise.all(gone);
  }

  /** One that has loaded its code. */
  async #start(): Promise<ChildProcess> {
    const child = fork(PROGRAM, [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.#all.add(child);
    child.once('exit', () => this.#all.delete(child));
    await once(child, 'message');
    return child;
  }
}
