// The session that reads parts of the source: opened for the first, and anew after one whose reading broke. Each part is
// read in a transaction of its own.

import type { Ports, Session } from '../../core/ports.ts';
import { connectToSource, type Reading, type SourceReader } from '../source-reader.ts';

export interface PartReader {
  /** A session with everything pinned that changes bytes or hides rows, in a transaction. */
  read<Result>(part: (session: Session) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

export function partReader(ports: Ports, reading: Reading): PartReader {
  let open: SourceReader | undefined;
  const close = async () => {
    await open?.session.close();
    open = undefined;
  };
  return {
    async read(part) {
      try {
        open ??= await connectToSource(ports, reading);
        await open.begin();
        const result = await part(open.session);
        await open.session.run('COMMIT');
        return result;
      } catch (error) {
        await close();
        throw error;
      }
    },
    close,
  };
}
