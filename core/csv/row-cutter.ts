// A stream of CSV into pieces of whole rows, none with more rows or bytes than its bounds allow. A newline between
// quotes ends no row. A state machine fed with chunks: wherever they are split, the pieces are the same.

import type { PieceBounds } from '../plan/model.ts';

/** Bytes of the piece at hand, or its end with the number of its rows. */
export type CutEvent = { readonly bytes: Uint8Array } | { readonly rows: number };

const QUOTE = 0x22;
const NEWLINE = 0x0a;

/**
 * As PostgreSQL writes CSV: `"` around a value and doubled inside, `\n` after each row. So a newline is a row's end where
 * an even number of quotes stands before it. A row longer than the bound is a piece of its own.
 */
export class RowCutter {
  private readonly mostRows: number;
  private readonly mostBytes: number;
  private quoted = false;
  /** Rows and bytes of the piece at hand. */
  private rows = 0;
  private bytes = 0;
  /** The beginning of a row whose end has not come yet. */
  private held: Uint8Array[] = [];
  private heldBytes = 0;

  constructor(bounds: PieceBounds) {
    this.mostRows = bounds.rows ?? Number.POSITIVE_INFINITY;
    this.mostBytes = bounds.bytes ?? Number.POSITIVE_INFINITY;
  }

  /** What is known by now. The bytes given back are views of the chunks: use them before the chunk is reused. */
  push(chunk: Uint8Array): CutEvent[] {
    const events: CutEvent[] = [];
    // Of the chunk: where the bytes begin that are not given back yet, and where the row at hand begins.
    let from = 0;
    let row = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at];
      if (byte === QUOTE) this.quoted = !this.quoted;
      else if (byte === NEWLINE && !this.quoted) {
        const length = this.heldBytes + at + 1 - row;
        if (this.isFull(length)) {
          if (row > from) events.push({ bytes: chunk.subarray(from, row) });
          events.push(this.end());
          from = row;
        }
        events.push(...this.release());
        this.rows += 1;
        this.bytes += length;
        row = at + 1;
      }
    }
    if (row > from) events.push({ bytes: chunk.subarray(from, row) });
    if (row < chunk.length) {
      this.held.push(chunk.slice(row));
      this.heldBytes += chunk.length - row;
    }
    return events;
  }

  /** The end of the stream: a last row may lack its newline. */
  finish(): CutEvent[] {
    const events: CutEvent[] = [];
    if (this.heldBytes > 0) {
      if (this.isFull(this.heldBytes)) events.push(this.end());
      events.push(...this.release());
      this.rows += 1;
    }
    if (this.rows > 0) events.push(this.end());
    return events;
  }

  /** Whether a row of that many bytes belongs to the next piece. */
  private isFull(length: number): boolean {
    return this.rows > 0 && (this.rows >= this.mostRows || this.bytes + length > this.mostBytes);
  }

  private end(): CutEvent {
    const { rows } = this;
    this.rows = 0;
    this.bytes = 0;
    return { rows };
  }

  private release(): CutEvent[] {
    const events = this.held.map((bytes) => ({ bytes }));
    this.held = [];
    this.heldBytes = 0;
    return events;
  }
}
