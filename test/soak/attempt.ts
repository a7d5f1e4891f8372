// What is a case of a soak whose steps threw? One that failed: the others are still tried.
import type { Lifetime } from '../../cli/lifetime.ts';
import type { Outcome } from '../properties/values/model.ts';

/** `timeIsOver` is aborted when what runs has to have ended, so long after the last minute. */
export async function attempt(
  life: Lifetime,
  timeIsOver: AbortSignal,
  graceMilliseconds: number,
  work: () => Promise<Outcome>,
): Promise<Outcome> {
  try {
    const outcome = await work();
    return outcome.ended === 'no case' ? { ended: 'failed', message: `no case: ${outcome.message}` } : outcome;
  } catch (error) {
    if (life.signal.aborted) throw error;
    const late = `Unended: it had not ended ${graceMilliseconds / 1000} s after the last minute`;
    const thrown = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { ended: 'failed', message: timeIsOver.aborted ? late : thrown };
  }
}
