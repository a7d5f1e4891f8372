// Which COPYs load a batch: one, or one for each piece where the command bounds what one COPY loads.

import type { StepInput, WrittenPiece } from '../../core/pipeline.ts';
import type { PlannedTable } from '../../core/plan/model.ts';
import type { Store } from '../../core/ports.ts';
import { WHOLE_BATCH } from '../../core/sql/ledger.ts';

/** What one COPY loads: a batch, or a piece of it. */
export interface Load {
  readonly table: PlannedTable;
  readonly batch: number;
  readonly piece: number;
  /** With it the batch is whole. */
  readonly last: boolean;
  /** As many as its objects hold. */
  readonly rows: number;
  /** Empty when no part has a row. */
  readonly objects: readonly LoadObject[];
}

export interface LoadObject {
  readonly key: string;
  readonly rows: number;
}

export async function loadsOf(
  store: Store,
  { batch, written }: StepInput<'copy'>,
  table: PlannedTable,
): Promise<Load[]> {
  const cut = written.filter((part) => part.pieces !== undefined);
  if (cut.length === 0) {
    const objects = written.flatMap(({ key, rows }) => (key === null ? [] : [{ key, rows }]));
    return [{ table, batch, piece: WHOLE_BATCH, last: true, rows: sum(objects, ({ rows }) => rows), objects }];
  }
  const pieces: WrittenPiece[] = [];
  for (const { key } of cut) if (key !== null) pieces.push(...(await store.getJson<WrittenPiece[]>(key)));
  return pieces.map(({ key, rows }, index) => ({
    table,
    batch,
    piece: index + 1,
    last: index === pieces.length - 1,
    rows,
    objects: [{ key, rows }],
  }));
}

/** As messages name it: `schema.table` of the target. */
export const nameOf = ({ target }: PlannedTable): string => `${target.schema}.${target.name}`;

/** As a message begins with it. */
export const loadName = ({ batch, piece, table }: Load): string =>
  `${piece === WHOLE_BATCH ? `Batch ${batch}` : `Piece ${piece} of batch ${batch}`} of ${nameOf(table)}`;

export const sum = <Item>(items: readonly Item[], of: (item: Item) => number): number =>
  items.reduce((total, item) => total + of(item), 0);
