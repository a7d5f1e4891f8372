// What of a table's layout in Redshift does the table have that replaces it? All that the command does not say otherwise,
// as far as the columns are still there.

import type { Layout } from '../catalog/model.ts';
import type { Hazard, PlannedColumn } from './model.ts';
import type { Storage } from './place.ts';

/** A storage that may have a kind of sort key which no command can ask for. */
export interface InheritedStorage extends Storage {
  readonly interleaved?: boolean;
}

/** `place` is the table's. */
export function inherit(
  storage: Storage,
  live: Layout | undefined,
  columns: readonly PlannedColumn[],
  place: string,
): { storage: InheritedStorage; hazards: Hazard[] } {
  if (live === undefined) return { storage, hazards: [] };
  const there = new Set(columns.map(({ target }) => target));
  const hazards: Hazard[] = [];
  const lost = (what: string, column: string) => {
    const message = `the table that is replaced has ${what} "${column}", and the new one has no such column: Redshift chooses for itself`;
    hazards.push({ kind: 'STORAGE_IGNORED', policy: 'report', place, message });
    return {};
  };
  const gone = live.sortKey.find((column) => !there.has(column));
  return {
    hazards,
    storage: {
      ...storage,
      ...(storage.distStyle !== undefined || storage.distKey !== undefined ? {} : distribution(live, there, lost)),
      ...(storage.sortKey !== undefined || live.sortKey.length === 0
        ? {}
        : gone === undefined
          ? { sortKey: live.sortKey, interleaved: live.interleaved }
          : lost('a sort key with', gone)),
      ...(storage.encode !== undefined || live.encodings.length === 0
        ? {}
        : { encode: live.encodings.filter(({ column }) => there.has(column)) }),
    },
  };
}

function distribution(
  { distStyle, distKey }: Layout,
  there: ReadonlySet<string>,
  lost: (what: string, column: string) => Storage,
): Storage {
  if (distKey !== undefined) return there.has(distKey) ? { distKey } : lost('the distribution key', distKey);
  return distStyle === undefined || distStyle === 'key' ? {} : { distStyle };
}
