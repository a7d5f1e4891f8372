// An object's CSV into the rows that Redshift takes and those that it refuses, told by their line numbers. A state
// machine fed with chunks: wherever they are split, the rows are the same.

import { joinBytes } from './bytes.ts';

const QUOTE = 0x22;
const NEWLINE = 0x0a;

/** What a line number counts: rows, or newlines, so that a row with a newline between its quotes has several lines. */
export type Numbering = 'rows' | 'newlines';

export interface Refused<Reason> {
  /** Without those of `gone`: they were not in the object that the line numbers are of. */
  readonly lines: ReadonlyMap<number, Reason>;
  readonly numbering: Numbering;
  /** Rows refused before, by their number in the object; rows count from 1. */
  readonly gone: ReadonlyMap<number, Reason>;
}

/** Bytes of rows to keep, or one refused row: `fresh` when its line was named, not its number. */
export type SievedRows<Reason> =
  | { readonly kept: Uint8Array }
  | { readonly refused: Uint8Array; readonly row: number; readonly reason: Reason; readonly fresh: boolean };

/** As PostgreSQL writes CSV: a newline is a row's end where an even number of quotes stands before it. */
export class RowSieve<Reason> {
  /** Rows so far. */
  kept = 0;
  refused = 0;
  private readonly what: Refused<Reason>;
  private quoted = false;
  /** Lines before the row at hand, of the rows that are not gone; and newlines inside it. */
  private lines = 0;
  private inside = 0;
  /** The beginning of a row whose end has not come yet. */
  private held: Uint8Array[] = [];

  constructor(what: Refused<Reason>) {
    this.what = what;
  }

  /** What is known by now. The bytes given back are views of the chunks: use them before the chunk is reused. */
  push(chunk: Uint8Array): SievedRows<Reason>[] {
    const events: SievedRows<Reason>[] = [];
    // Of the chunk: where the bytes begin that are not given back yet, and where the row at hand begins.
    let from = 0;
    let row = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at];
      if (byte === QUOTE) this.quoted = !this.quoted;
      else if (byte === NEWLINE && this.quoted) this.inside += 1;
      else if (byte === NEWLINE) {
        const verdict = this.judge();
        if (verdict === undefined) events.push(...this.held.map((kept) => ({ kept })));
        else {
          if (row > from) events.push({ kept: chunk.subarray(from, row) });
          events.push({ refused: joinBytes([...this.held, chunk.subarray(row, at + 1)]), ...verdict });
          from = at + 1;
        }
        this.held = [];
        row = at + 1;
      }
    }
    if (row > from) events.push({ kept: chunk.subarray(from, row) });
    if (row < chunk.length) this.held.push(chunk.slice(row));
    return events;
  }

  /** The end of the stream: a last row may lack its newline. */
  finish(): SievedRows<Reason>[] {
    if (this.held.length === 0) return [];
    const verdict = this.judge();
    const row = joinBytes(this.held);
    this.held = [];
    return [verdict === undefined ? { kept: row } : { refused: row, ...verdict }];
  }

  /** Counts the row that has just ended; undefined when it is to be kept. */
  private judge(): { readonly row: number; readonly reason: Reason; readonly fresh: boolean } | undefined {
    const { gone, lines, numbering } = this.what;
    const row = this.kept + this.refused + 1;
    const first = this.lines + 1;
    const last = numbering === 'rows' ? first : first + this.inside;
    this.inside = 0;
    const before = gone.get(row);
    if (before !== undefined) {
      this.refused += 1;
      return { row, reason: before, fresh: false };
    }
    this.lines = last;
    for (let line = first; line <= last; line += 1) {
      const reason = lines.get(line);
      if (reason === undefined) continue;
      this.refused += 1;
      return { row, reason, fresh: true };
    }
    this.kept += 1;
    return undefined;
  }
}
