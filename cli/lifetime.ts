// What has to be undone when a command ends, however it ends: done, failed, interrupted, or left by its parent?
import { watchAncestors } from './ancestors.ts';

/** Thrown, and the signal's reason, once the command was told to end. */
export class Interrupted extends Error {
  constructor() {
    super('interrupted');
    this.name = 'Interrupted';
  }
}

export interface Lifetime {
  /** Aborted when the command is told to end. */
  readonly signal: AbortSignal;
  /** Registers what undoes a step. Runs last to first, once; at once when the end has already come. */
  defer(undo: () => Promise<void> | void): Promise<void>;
  /** Throws Interrupted when the command was told to end: for between two steps of a start. */
  check(): void;
  /** The work's own result, unless the command is told to end first: then Interrupted. */
  orInterrupted<Value>(work: Promise<Value>): Promise<Value>;
}

export interface LifetimeOptions {
  /** Once told to end, the process is gone after this time even if something hangs. */
  readonly graceMilliseconds: number;
  /** Where what goes wrong while cleaning up is told; it never hides the work's own result. */
  readonly complain: (message: string) => void;
}

/** After the work is over, cleaning up may take this long before we leave anyway: a server's insisting takes 5 s. */
const cleanupMilliseconds = 15_000;

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs `work`; then, or as soon as the process is told to end, everything deferred. Signals may come any number of
 * times. Throws what the work threw, or Interrupted.
 */
export async function withLifetime<Value>(
  options: LifetimeOptions,
  work: (life: Lifetime) => Promise<Value>,
): Promise<Value> {
  const end = new AbortController();
  const undone: (() => Promise<void> | void)[] = [];
  let over = false;

  const undo = async (step: () => Promise<void> | void) => {
    try {
      await step();
    } catch (error) {
      options.complain(`while cleaning up: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const undoAll = async () => {
    for (let step = undone.pop(); step !== undefined; step = undone.pop()) await undo(step);
  };
  const told = new Promise<never>((_resolve, reject) => {
    end.signal.addEventListener('abort', () => reject(new Interrupted()), { once: true });
  });
  told.catch(() => {}); // somebody may or may not be waiting
  const life: Lifetime = {
    signal: end.signal,
    async defer(step) {
      if (over) await undo(step);
      else undone.push(step);
    },
    check() {
      if (end.signal.aborted) throw new Interrupted();
    },
    orInterrupted: (promise) => Promise.race([promise, told]),
  };
  const tell = () => end.abort(new Interrupted());
  for (const signal of signals) process.on(signal, tell);
  const unwatch = watchAncestors(tell);

  const running = work(life);
  try {
    return await Promise.race([running, told]);
  } finally {
    over = true;
    const interrupted = end.signal.aborted;
    const limit = leaveAfter(interrupted ? options.graceMilliseconds : cleanupMilliseconds, interrupted);
    await undoAll();
    // A step of the start may still have been under way: it ends, finds the end come, and is undone by its defer.
    await running.catch(() => {});
    await undoAll();
    clearTimeout(limit);
    unwatch();
    for (const signal of signals) process.off(signal, tell);
  }
}

function leaveAfter(milliseconds: number, interrupted: boolean): NodeJS.Timeout {
  return setTimeout(() => process.exit(interrupted ? 130 : (process.exitCode ?? 1)), milliseconds);
}
