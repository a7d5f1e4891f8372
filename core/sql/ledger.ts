// The statements that load a batch once: a lock, a look at the ledger, the ledger's row. Nothing may stand between
// BEGIN and LOCK: the first SELECT fixes the snapshot, and a zombie and its retry would both look before either wrote.

import { literal, qualified } from './quote.ts';

export interface LedgerNames {
  readonly schema: string;
  readonly staging: string;
  readonly ledger: string;
}

export const lockBatch = (names: LedgerNames): string =>
  `BEGIN; LOCK TABLE ${qualified(names.schema, names.ledger)}, ${qualified(names.schema, names.staging)}`;

/** Pieces of a batch count from 1; 0 is the row that says that the batch is whole. */
export const WHOLE_BATCH = 0;

/** One row when the piece is loaded: its `rows`, how many were `rejected`, and by which `cut`. */
export const findPiece = (names: LedgerNames, batch: number, piece: number): string =>
  `SELECT "rows", "rejected", "cut" FROM ${qualified(names.schema, names.ledger)} WHERE "batch" = ${batch} AND "piece" = ${piece}`;

export interface PieceRecord {
  readonly batch: number;
  readonly piece: number;
  readonly rows: number;
  readonly rejected: number;
  /** Names the cut that took the rejected rows out; null when there are none. */
  readonly cut: string | null;
}

export const recordPiece = (names: LedgerNames, { batch, piece, rows, rejected, cut }: PieceRecord): string =>
  `INSERT INTO ${qualified(names.schema, names.ledger)} ("batch", "piece", "rows", "rejected", "cut") ` +
  `VALUES (${batch}, ${piece}, ${rows}, ${rejected}, ${cut === null ? 'NULL' : literal(cut)})`;
