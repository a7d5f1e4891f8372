// Who is waiting for which task token, and how do SendTaskSuccess, -Failure and -Heartbeat reach them?
import { randomUUID } from 'node:crypto';
import { StateError } from './errors.ts';
import type { Json } from './json.ts';

interface Waiting {
  succeed(output: Json): void;
  fail(error: StateError): void;
  beat(): void;
}

export class TaskTokens {
  private readonly waiting = new Map<string, Waiting>();

  newToken = (): string => randomUUID();

  /** Resolves when the token's task is reported done; `beat` runs on each heartbeat. Rejects with StateError. */
  wait(token: string, beat: () => void): Promise<Json> {
    return new Promise((succeed, fail) => this.waiting.set(token, { succeed, fail, beat }));
  }

  forget(token: string): void {
    this.waiting.delete(token);
  }

  /** False when nobody waits for the token (any more). */
  succeed(token: string, output: Json): boolean {
    return this.tell(token, (task) => task.succeed(output));
  }

  fail(token: string, error: string | undefined, cause: string | undefined): boolean {
    return this.tell(token, (task) => task.fail(new StateError(error, cause)));
  }

  beat(token: string): boolean {
    return this.tell(token, (task) => task.beat());
  }

  private tell(token: string, message: (task: Waiting) => void): boolean {
    const task = this.waiting.get(token);
    if (task) message(task);
    return task !== undefined;
  }
}
