// What should go wrong on purpose? A plan that tests fill while the server runs: which operation on which keys, how
// many times, and how. Faults strike after the signature was checked and before anything else happens.
import { notImplemented } from './errors.ts';
import type { OperationName } from './operations.ts';

/**
 * How the server misbehaves: an error answer; `cut-connection`: the connection breaks, nothing was done; `lose-answer`:
 * everything is done, then the connection breaks instead of an answer; `hold`: the request waits until `clear()`, then
 * goes on as usual; `cutAfterBytes`: an object's data breaks off after that many bytes (GetObject only).
 */
export type FaultAnswer =
  | { readonly status: number; readonly code: string; readonly message?: string }
  | { readonly cutAfterBytes: number }
  | 'cut-connection'
  | 'lose-answer'
  | 'hold';

export interface Fault {
  readonly operation: OperationName | 'any';
  /** Only for keys that match; absent: every request of the operation. */
  readonly key?: RegExp;
  readonly times: number;
  readonly answer: FaultAnswer;
}

export interface PlannedFault {
  /** How often it has struck. */
  readonly struck: number;
  /** Resolves when it strikes for the first time. */
  readonly firstStrike: Promise<void>;
}

interface Planned extends PlannedFault {
  readonly fault: Fault;
  struck: number;
  readonly strike: () => void;
}

export class FaultPlan {
  #planned: Planned[] = [];
  #releases = new Set<() => void>();

  /** Faults added first strike first. */
  add(fault: Fault): PlannedFault {
    if (typeof fault.answer === 'object' && 'cutAfterBytes' in fault.answer && fault.operation !== 'GetObject')
      throw notImplemented(`cutAfterBytes on ${fault.operation}: only GetObject sends data`);
    const { promise, resolve } = Promise.withResolvers<void>();
    const planned = { fault, struck: 0, firstStrike: promise, strike: resolve };
    this.#planned.push(planned);
    return planned;
  }

  /** Forgets all faults and lets held requests go on. */
  clear(): void {
    this.#planned = [];
    for (const release of this.#releases) release();
  }

  /** The fault that strikes this request, used up by one. */
  take(operation: OperationName, key: string): FaultAnswer | undefined {
    const found = this.#planned.find(
      ({ fault, struck }) =>
        struck < fault.times &&
        (fault.operation === 'any' || fault.operation === operation) &&
        (fault.key === undefined || key.search(fault.key) >= 0),
    );
    if (found === undefined) return undefined;
    found.struck += 1;
    found.strike();
    return found.fault.answer;
  }

  /** Resolves with `clear()`, or when `abandoned` fires. */
  async held(abandoned: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#releases.add(resolve);
    abandoned.addEventListener('abort', () => resolve(), { once: true });
    if (abandoned.aborted) resolve();
    await promise;
    this.#releases.delete(resolve);
  }
}
