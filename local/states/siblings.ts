// How do several pieces of work run side by side, where the first failure ends the others?
import { Aborted } from './errors.ts';

/**
 * Runs `one` for 0 … count-1, at most `width` at a time. When one fails, the others' signal is aborted, all are waited
 * for, and the first failure is thrown; when `outer` is aborted, its reason is.
 */
export async function runSiblings(
  count: number,
  width: number,
  outer: AbortSignal,
  one: (index: number, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  const signal = AbortSignal.any([outer, stop.signal]);
  const failures: unknown[] = [];
  let next = 0;
  const worker = async () => {
    while (next < count && !signal.aborted) {
      try {
        await one(next++, signal);
      } catch (error) {
        failures.push(error);
        stop.abort(new Aborted('sibling failed'));
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, count) }, worker));
  outer.throwIfAborted();
  if (failures.length > 0) throw failures[0];
}
