// `batch rows` and `batch size`: bounds of what one COPY loads. Extract cuts each part into pieces at the ends of rows,
// and Copy loads each piece by a COPY of its own.

import type { LoadOptions } from '../command/model.ts';
import type { Hazard, PieceBounds } from './model.ts';
import type { PartBounds } from './parts.ts';

/** What is loaded of one part by one Copy: 200 COPYs at 2 s each take some 7 of a Lambda's 15 minutes. */
const PIECES_PER_PART = 200;

/** What a COPY costs however little it loads: it is planned, run, committed and entered in the ledger. */
const SECONDS_PER_COPY = 2;

/** From here on the number of COPYs decides how long a load takes. */
const MANY_COPIES = 1000;

/** The bounds that the command gives, or undefined. */
export function pieceBounds({ batchRows, batchBytes }: LoadOptions): PieceBounds | undefined {
  if (batchRows === undefined && batchBytes === undefined) return undefined;
  return {
    ...(batchRows === undefined ? {} : { rows: batchRows }),
    ...(batchBytes === undefined ? {} : { bytes: batchBytes }),
  };
}

/** Parts as the command bounds them, and small enough for their pieces to be loaded by one Copy. */
export function partBounds(options: LoadOptions): PartBounds {
  const { chunkBytes, rowsPerRange, batchRows, batchBytes } = options;
  const bytes = least(chunkBytes, batchBytes === undefined ? undefined : batchBytes * PIECES_PER_PART);
  const rows = least(rowsPerRange, batchRows === undefined ? undefined : batchRows * PIECES_PER_PART);
  return {
    ...(bytes === undefined ? {} : { bytes }),
    ...(rows === undefined ? {} : { rows }),
    single: options.readers === 'single',
  };
}

function least(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.min(a, b);
}

interface Sizes {
  readonly parts: number;
  readonly estimatedRows: number;
  readonly estimatedBytes: number;
}

/** About how many COPYs a table takes. */
function estimatedCopies({ parts, estimatedRows, estimatedBytes }: Sizes, bounds: PieceBounds): number {
  const byRows = bounds.rows === undefined ? 0 : estimatedRows / bounds.rows;
  const byBytes = bounds.bytes === undefined ? 0 : estimatedBytes / bounds.bytes;
  return Math.max(parts, Math.ceil(Math.max(byRows, byBytes)));
}

/** Says what small batches cost, where they cost much. */
export function pieceHazards(tables: readonly Sizes[], bounds: PieceBounds | undefined): Hazard[] {
  if (bounds === undefined) return [];
  const copies = tables.reduce((sum, table) => sum + estimatedCopies(table, bounds), 0);
  if (copies < MANY_COPIES) return [];
  const minutes = Math.ceil((copies * SECONDS_PER_COPY) / 60);
  const time = minutes < 120 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`;
  const asked = [
    bounds.rows === undefined ? '' : `batch rows = ${bounds.rows}`,
    bounds.bytes === undefined ? '' : `batch size = ${bounds.bytes} B`,
  ].filter((option) => option !== '');
  const message = `${asked.join(', ')} makes about ${copies} COPYs: at ${SECONDS_PER_COPY} s each some ${time} of Redshift's, one after the other for each table; without it a COPY loads up to 4 GiB`;
  return [{ kind: 'MANY_COPIES', policy: 'report', place: null, message }];
}
