// A stream of CSV into its rows, some at a time, each with the lines that it has for COPY. A state machine fed with chunks: wherever
// they are split, the rows are the same.

import { joinBytes } from './bytes.ts';

const QUOTE = 0x22;
const NEWLINE = 0x0a;
const RETURN = 0x0d;

export interface CsvRow {
  readonly bytes: Uint8Array;
  /** Newlines and carriage returns between its quotes. */
  readonly newlines: number;
  readonly returns: number;
}

/** As PostgreSQL writes CSV: a newline is a row's end where an even number of quotes stands before it. */
export class RowReader {
  private quoted = false;
  private newlines = 0;
  private returns = 0;
  private held: Uint8Array[] = [];

  /** The rows that end in the chunk; they hold no part of it. */
  push(chunk: Uint8Array): CsvRow[] {
    const rows: CsvRow[] = [];
    let from = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at];
      if (byte === QUOTE) this.quoted = !this.quoted;
      else if (byte === RETURN && this.quoted) this.returns += 1;
      else if (byte === NEWLINE && this.quoted) this.newlines += 1;
      else if (byte === NEWLINE) {
        rows.push(this.end(chunk.slice(from, at + 1)));
        from = at + 1;
      }
    }
    if (from < chunk.length) this.held.push(chunk.slice(from));
    return rows;
  }

  /** The end of the stream: a last row may lack its newline. */
  finish(): CsvRow[] {
    return this.held.length === 0 ? [] : [this.end(Uint8Array.of(NEWLINE))];
  }

  private end(bytes: Uint8Array): CsvRow {
    const row = { bytes: joinBytes([...this.held, bytes]), newlines: this.newlines, returns: this.returns };
    this.held = [];
    this.newlines = 0;
    this.returns = 0;
    return row;
  }
}

/**
 * Which of the rows, from 0, COPY means by a line. It counts the newlines inside of rows; of the first row, of which it does not know
 * yet how lines end, the carriage returns.
 */
export function rowOfLine(rows: readonly CsvRow[], line: number): number | undefined {
  let last = 0;
  for (const [index, { newlines, returns }] of rows.entries()) {
    last += 1 + (index === 0 ? returns : newlines);
    if (line <= last) return index;
  }
  return undefined;
}
