// What does a row look like in the CSV of an UNLOAD? A field has quotes only where it holds a delimiter, a quote or the
// end of a line; NULL is the text that was asked for, without quotes, but in a SUPER, where it is JSON's.
import { superOid, varbyteOid } from '../catalog/types.ts';
import { Output } from '../copy/output.ts';
import { compactJson } from '../results.ts';
import type { UnloadOptions } from '../sql/unload-options.ts';
import type { ResultColumn } from '../wire.ts';

const tab = 9;
const newline = 10;
const carriageReturn = 13;
const quote = 34;
const backslash = 92;
const letterN = 78;

/** By the letter behind a backslash, what the two stand for in PostgreSQL's text format. */
const escaped = new Map([...'bfnrtv'].map((letter, i) => [letter.charCodeAt(0), [8, 12, 10, 13, 9, 11][i] ?? 0]));

export class CsvLines {
  private readonly types: readonly number[];
  private readonly nullText: Buffer;
  private readonly delimiter: number;
  private readonly output = new Output();
  private scratch = Buffer.alloc(1024);

  constructor(columns: readonly ResultColumn[], { nullAs, delimiter }: UnloadOptions) {
    this.types = columns.map(({ typeOid }) => typeOid);
    this.nullText = Buffer.from(nullAs);
    this.delimiter = delimiter.charCodeAt(0);
  }

  /** The line of names. */
  header(names: readonly string[]): Buffer {
    names.forEach((name, i) => {
      if (i > 0) this.output.byte(this.delimiter);
      const bytes = Buffer.from(name);
      this.field(bytes, 0, bytes.length);
    });
    this.output.byte(newline);
    return this.output.take();
  }

  /** The line of one row in PostgreSQL's text format. Good until the next. */
  row(row: Buffer): Buffer {
    const { output } = this;
    output.length = 0;
    let start = 0;
    for (let column = 0; column < this.types.length; column++) {
      if (column > 0) output.byte(this.delimiter);
      let end = start;
      while (row[end] !== tab && row[end] !== newline) end++;
      this.value(row, start, end, this.types[column] ?? 0);
      start = end + 1;
    }
    output.byte(newline);
    return output.bytes.subarray(0, output.length);
  }

  private value(row: Buffer, start: number, end: number, type: number): void {
    if (end === start + 2 && row[start] === backslash && row[start + 1] === letterN) {
      if (type === superOid) this.output.ascii('null');
      else this.output.plain(this.nullText, 0, this.nullText.length);
      return;
    }
    // `\\x` stands before the hex digits.
    if (type === varbyteOid) {
      this.output.plain(row, start + 3, end);
      return;
    }
    const length = this.unescape(row, start, end);
    if (type === superOid) {
      const json = compactJson(this.scratch.subarray(0, length));
      this.field(json, 0, json.length);
    } else if (length === end - start) this.field(row, start, end);
    else this.field(this.scratch, 0, length);
  }

  /** Writes what the field means into the scratch buffer; returns its length. */
  private unescape(row: Buffer, start: number, end: number): number {
    if (this.scratch.length < end - start) this.scratch = Buffer.alloc(2 * (end - start));
    const { scratch } = this;
    let length = 0;
    for (let i = start; i < end; i++) {
      const byte = row[i] as number;
      if (byte !== backslash) scratch[length++] = byte;
      else {
        const letter = row[++i] as number;
        scratch[length++] = escaped.get(letter) ?? letter;
      }
    }
    return length;
  }

  private field(source: Uint8Array, start: number, end: number): void {
    let needsQuotes = false;
    for (let i = start; i < end && !needsQuotes; i++) {
      const byte = source[i] as number;
      needsQuotes = byte === this.delimiter || byte === quote || byte === newline || byte === carriageReturn;
    }
    if (!needsQuotes) {
      this.output.plain(source, start, end);
      return;
    }
    this.output.reserve(2 * (end - start) + 2);
    this.output.byte(quote);
    for (let i = start; i < end; i++) {
      const byte = source[i] as number;
      if (byte === quote) this.output.byte(quote);
      this.output.byte(byte);
    }
    this.output.byte(quote);
  }
}
