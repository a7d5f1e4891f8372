// How does a step fare whose transactions commit while the answers are lost, as Step Functions tries it again?
import { PgshiftError } from '../../core/errors.ts';

/**
 * Calls a step again and again; each call loses the answer to the first COMMIT that was not lost before, told by what stands before
 * it. Ends with the call that commits nothing of the kind any more, and says how many answers were lost.
 */
export async function untilAnswered(step: (after: (sql: string) => void) => Promise<unknown>): Promise<number> {
  const lost = new Set<string>();
  for (;;) {
    let before = '';
    const known = lost.size;
    const after = (sql: string) => {
      const transaction = `${before}; ${sql}`;
      before = sql;
      if (!/(^|; )COMMIT$/.test(sql) || lost.has(transaction)) return;
      lost.add(transaction);
      throw new PgshiftError('ConnectionLost', 'The answer was lost.');
    };
    try {
      await step(after);
      return lost.size;
    } catch (error) {
      if (lost.size === known || !(error instanceof PgshiftError) || error.kind !== 'ConnectionLost') throw error;
    }
  }
}
