// What is decided of one table by the kind of the target.

import type { Occupied } from './existing.ts';
import type { Hazard, PlannedTable } from './model.ts';
import type { NameStyle } from './names.ts';
import type { PlacedTable } from './place.ts';

export interface Draft {
  readonly planned: PlannedTable;
  readonly hazards: readonly Hazard[];
  /** The CAST rules that were used, by number. */
  readonly usedCasts: readonly number[];
  /** Between two of PostgreSQL: the columns that have their name and type in the target. */
  readonly kept?: readonly string[];
}

/** `there` is what the target has; `index` the table's number in the plan. */
export type DraftTable = (there: Occupied, placed: PlacedTable, index: number, style: NameStyle) => Draft;
