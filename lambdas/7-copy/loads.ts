// Which COPYs load a batch, and where: one, or one for each piece where the command bounds what one COPY loads, or where NULL is not
// the same text in all of its parts.

import type { Dialect } from '../../core/catalog/model.ts';
import type { LoadOptions } from '../../core/command/model.ts';
import { PgshiftError } from '../../core/errors.ts';
import type { WrittenPart, WrittenPiece } from '../../core/pipeline.ts';
import type { PlannedTable, Sentinels } from '../../core/plan/model.ts';
import type { Ports, Session, Store } from '../../core/ports.ts';
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
  /** Which of the plan's sentinels stands for NULL in them. */
  readonly draw: number;
}

export interface LoadObject {
  readonly key: string;
  readonly rows: number;
}

/** Where a load takes place. */
export interface Loading {
  readonly ports: Ports;
  readonly session: Session;
  readonly dialect: Dialect;
  readonly run: string;
  readonly sentinels: Sentinels;
  /** What becomes of rows that the target refuses. */
  readonly onError: LoadOptions['onError'];
  /** A COPY of Redshift passes over fewer refused rows than this. */
  readonly maxErrors: number;
}

/** As the ledger has it. */
export interface Loaded {
  readonly rows: number;
  readonly rejected: number;
  /** Names the cut that took the rejected rows out; null when there are none. */
  readonly cut: string | null;
}

/** Loads in one transaction with the check of its count and the ledger's row; what the ledger has is done. */
export type LoadOnce = (loading: Loading, load: Load) => Promise<Loaded>;

/** Every row that was extracted is loaded or rejected, or nothing is committed. */
export function whole(load: Load, loaded: Loaded): Loaded {
  if (loaded.rows + loaded.rejected === load.rows) return loaded;
  const message = `${loadName(load)} holds ${load.rows} rows: ${loaded.rows} loaded, and ${loaded.rejected} rejected.`;
  throw new PgshiftError('CountMismatch', message);
}

/** The text that stands for NULL in a load's objects. */
export function sentinelOf({ sentinels }: Loading, { draw }: Load): string {
  const sentinel = sentinels[draw];
  if (sentinel === undefined) throw new PgshiftError('Unexpected', `The plan has no sentinel ${draw}.`);
  return sentinel;
}

/** What one COPY loads has one text for NULL: parts that were written with another one are a piece of their own. */
export async function loadsOf(
  store: Store,
  { batch, written }: { readonly batch: number; readonly written: readonly WrittenPart[] },
  table: PlannedTable,
): Promise<Load[]> {
  const copies = [...(await wholeParts(store, written)), ...(await piecesOf(store, written))];
  const isCut = copies.length > 1 || written.some((part) => part.pieces !== undefined);
  const loads = copies.length === 0 ? [{ draw: 0, objects: [] }] : copies;
  return loads.map(({ draw, objects }, index) => ({
    table,
    batch,
    piece: isCut ? index + 1 : WHOLE_BATCH,
    last: index === loads.length - 1,
    rows: sum(objects, ({ rows }) => rows),
    objects,
    draw,
  }));
}

type Copied = Pick<Load, 'objects' | 'draw'>;

async function wholeParts(store: Store, written: readonly WrittenPart[]): Promise<Copied[]> {
  const parts = written.filter((part) => part.pieces === undefined && part.key !== null);
  const copies: Copied[] = [];
  for (const [draw, members] of Map.groupBy(parts, ({ draw = 0 }) => draw)) {
    const objects: LoadObject[] = [];
    for (const { key, rows, objects: listed } of members) {
      if (key === null) continue;
      if (listed === undefined) objects.push({ key, rows });
      else
        objects.push(...(await store.getJson<WrittenPiece[]>(key)).map((each) => ({ key: each.key, rows: each.rows })));
    }
    copies.push({ draw, objects });
  }
  return copies;
}

async function piecesOf(store: Store, written: readonly WrittenPart[]): Promise<Copied[]> {
  const copies: Copied[] = [];
  for (const { key, pieces, draw = 0 } of written) {
    if (pieces === undefined || key === null) continue;
    const cut = await store.getJson<WrittenPiece[]>(key);
    copies.push(...cut.map((piece) => ({ draw, objects: [{ key: piece.key, rows: piece.rows }] })));
  }
  return copies;
}

/** As messages name it: `schema.table` of the target. */
export const nameOf = ({ target }: PlannedTable): string => `${target.schema}.${target.name}`;

/** As a message begins with it. */
export const loadName = ({ batch, piece, table }: Load): string =>
  `${piece === WHOLE_BATCH ? `Batch ${batch}` : `Piece ${piece} of batch ${batch}`} of ${nameOf(table)}`;

export const sum = <Item>(items: readonly Item[], of: (item: Item) => number): number =>
  items.reduce((total, item) => total + of(item), 0);
