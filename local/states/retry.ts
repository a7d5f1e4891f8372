// Which retrier or catcher takes an error, and how long is the pause before the next attempt?
import type { Catcher, Retrier } from './definition.ts';
import type { StateError } from './errors.ts';

/** Not even States.ALL catches these. */
const TERMINAL = new Set(['States.DataLimitExceeded', 'States.Runtime']);

/** Whether a list of ErrorEquals takes this error. */
export function takes(names: readonly string[], error: StateError): boolean {
  return names.some((name) => {
    if (name === error.error) return true;
    const caught = !TERMINAL.has(error.error ?? '');
    switch (name) {
      case 'States.ALL':
        return caught;
      case 'States.TaskFailed':
        return caught && error.error !== 'States.Timeout';
      case 'States.Timeout':
        return error.error === 'States.HeartbeatTimeout';
      default:
        return false;
    }
  });
}

export const catcherOf = (catchers: readonly Catcher[] | undefined, error: StateError): Catcher | undefined =>
  catchers?.find((catcher) => takes(catcher.ErrorEquals, error));

/** Counts the attempts of one visit to a state: every retrier has its own count. */
export class Attempts {
  private readonly used = new Map<Retrier, number>();
  private readonly random: () => number;

  /** `random` gives the jitter, in [0, 1). */
  constructor(random: () => number) {
    this.random = random;
  }

  /** Seconds to wait before trying again, or undefined when no retrier takes the error any more. */
  pauseBeforeNext(retriers: readonly Retrier[] | undefined, error: StateError): number | undefined {
    const retrier = retriers?.find((candidate) => takes(candidate.ErrorEquals, error));
    if (!retrier) return undefined;
    const used = this.used.get(retrier) ?? 0;
    if (used >= (retrier.MaxAttempts ?? 3)) return undefined;
    this.used.set(retrier, used + 1);
    const grown = (retrier.IntervalSeconds ?? 1) * (retrier.BackoffRate ?? 2) ** used;
    const seconds = Math.min(grown, retrier.MaxDelaySeconds ?? Number.POSITIVE_INFINITY);
    return retrier.JitterStrategy === 'FULL' ? seconds * this.random() : seconds;
  }
}
