// How do the rows of a query leave the backend? By a COPY TO STDOUT on the client's own connection, in pieces that wait
// until they are asked for.
import type { BackendConnection } from '../backend.ts';
import { backendError } from '../copy/backend-copy.ts';
import { code, errorFields, query } from '../wire.ts';

/** So many bytes of rows are held before the backend has to wait: 1 MB. */
const maxHeldBytes = 1024 * 1024;

/** The rows, each as one line of PostgreSQL's text format. `cancel` ends the query when the reader breaks off. */
export async function* resultRows(
  backend: BackendConnection,
  sql: string,
  cancel: () => Promise<unknown>,
): AsyncGenerator<readonly Buffer[]> {
  let held: Buffer[] = [];
  let bytes = 0;
  let refused: Map<string, string> | undefined;
  let state: 'flowing' | 'dropped' | 'ended' = 'flowing';
  let wake: () => void = () => {};
  const ended = backend
    .sendWith(query(`COPY (${sql}) TO STDOUT`), (arrived) => {
      if (arrived[0] === code('E')) refused ??= errorFields(arrived);
      if (arrived[0] !== code('d') || state === 'dropped') return;
      held.push(arrived.subarray(5));
      bytes += arrived.length;
      if (bytes > maxHeldBytes) backend.pause();
      wake();
    })
    .finally(() => {
      state = 'ended';
      wake();
    });
  // Awaited below, but it may fail before.
  ended.catch(() => {});
  try {
    for (;;) {
      const piece = held;
      held = [];
      bytes = 0;
      backend.resume();
      if (piece.length > 0) yield piece;
      else if (hasEnded()) break;
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    if (!hasEnded()) {
      state = 'dropped';
      backend.resume();
      await cancel();
    }
    await ended;
  }
  if (refused) throw backendError(refused);

  function hasEnded(): boolean {
    return state === 'ended';
  }
}
