// Which parts has an earlier attempt written whole? What is written of a part is recorded once, by whoever is first; every
// other attempt, of a retry, a redrive or a run that is resumed, goes by that record and reads nothing.

import { artifactKeys } from '../../core/artifacts.ts';
import { PgshiftError } from '../../core/errors.ts';
import type { InRun, InSnapshot, PartAddress, WrittenPart } from '../../core/pipeline.ts';
import type { Store } from '../../core/ports.ts';
import { snapshotLost } from '../../core/snapshot.ts';
import { findSnapshot } from '../run-snapshot.ts';

export interface WrittenParts {
  /** Undefined when nobody has written it whole, of the moment that the run copies. */
  find(part: PartAddress): Promise<WrittenPart | undefined>;
  /**
   * Records a part, and gives what is recorded: another attempt's part when that one was faster. Without a snapshot the two
   * may differ, and the ledger would know the one and this attempt the other.
   */
  keep(part: WrittenPart): Promise<WrittenPart>;
}

/** Throws SnapshotLost when the run wants a snapshot and has none. */
export async function writtenParts(store: Store, { run, snapshot }: InRun & InSnapshot): Promise<WrittenParts> {
  const moment = snapshot ? (await findSnapshot(store, run))?.takenAt : 0;
  if (moment === undefined) throw snapshotLost('there is no record of it');
  const keyOf = ({ batch, part }: PartAddress) => artifactKeys.writtenPart(run, batch, part, moment);
  const find = async (part: PartAddress): Promise<WrittenPart | undefined> => {
    const text = await store.findText(keyOf(part));
    return text === undefined ? undefined : JSON.parse(text);
  };
  return {
    find,
    async keep(part) {
      if (await store.putNew(keyOf(part), JSON.stringify(part))) return part;
      // A yes whose answer was lost is a no when it is asked again: what is stored tells.
      const kept = await find(part);
      if (kept !== undefined) return kept;
      throw new PgshiftError('Unfinished', `The record of part ${part.part} of batch ${part.batch} was not stored.`);
    },
  };
}

/** The same for all parts at once, which a source without a snapshot to share reads in one transaction. */
export function writtenTogether(store: Store, run: string) {
  const key = artifactKeys.writtenTogether(run);
  const find = async (): Promise<readonly WrittenPart[] | undefined> => {
    const text = await store.findText(key);
    return text === undefined ? undefined : JSON.parse(text);
  };
  return {
    find,
    async keep(parts: readonly WrittenPart[]): Promise<readonly WrittenPart[]> {
      if (await store.putNew(key, JSON.stringify(parts))) return parts;
      const kept = await find();
      if (kept !== undefined) return kept;
      throw new PgshiftError('Unfinished', 'The record of the parts was not stored.');
    },
  };
}
