// How long does a Wait or the pause before a retry take, when tests may shorten both?
import { setTimeout as pause } from 'node:timers/promises';

/** The longest a timer of Node can run: 2 ** 31 - 1 ms, 24.8 days. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Sleeps `seconds` times `scale`; throws the signal's reason as soon as it is aborted. */
export async function sleepSeconds(seconds: number, scale: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  try {
    for (let left = seconds * 1000 * scale; left > 0; left -= MAX_TIMER_MS) {
      await pause(Math.min(left, MAX_TIMER_MS), undefined, { signal });
    }
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}

/** Calls `late` after that many real seconds; returns how to call it off. */
export function deadline(seconds: number, late: () => void): () => void {
  let timer: NodeJS.Timeout;
  const arm = (leftMs: number) => {
    timer = setTimeout(
      () => (leftMs > MAX_TIMER_MS ? arm(leftMs - MAX_TIMER_MS) : late()),
      Math.min(leftMs, MAX_TIMER_MS),
    );
  };
  arm(seconds * 1000);
  return () => clearTimeout(timer);
}
