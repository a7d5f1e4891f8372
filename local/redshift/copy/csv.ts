// How does CSV become rows, by Redshift's rules? Works on bytes: a record is found, its fields are checked and written
// one after the other, and taken back when one is bad.
import { LoadError } from '../errors.ts';
import type { LoadColumn } from './columns.ts';
import { Fields } from './field.ts';
import type { Rules } from './field-writer.ts';
import { Output } from './output.ts';
import { lineEnd, nextQuote, RecordEnd } from './records.ts';

const tab = 9;
const newline = 10;
const carriageReturn = 13;
const blank = 32;

/** 4 MB: the longest row that Redshift reads. */
const maxRecordBytes = 4 * 1024 * 1024;
const shownBytes = 1024;

const incomplete = -1;

/** Reads the files of one COPY. */
export class CsvReader {
  readonly output = new Output();
  /** Loaded so far, over all files. */
  rows = 0;
  /** Records of the file so far, header included. */
  line = 0;
  private readonly columns: readonly LoadColumn[];
  private readonly rules: Rules;
  private readonly refused: (error: LoadError) => void;
  private readonly fields: Fields;
  private readonly quote: number;
  private readonly delimiter: number;
  /** By byte: whether an unquoted field may end there. */
  private readonly stops = new Uint8Array(256);
  private readonly scratch: Buffer = Buffer.allocUnsafe(maxRecordBytes);
  private leftover: Buffer = Buffer.alloc(0);
  /** While the rest of a record is passed over that was too long. */
  private passingOver: RecordEnd | undefined;

  /** `refused` gets each bad row; it throws to end the load. */
  constructor(columns: readonly LoadColumn[], rules: Rules, refused: (error: LoadError) => void) {
    this.columns = columns;
    this.rules = rules;
    this.refused = refused;
    this.fields = new Fields(rules, this.output);
    this.quote = (rules.options.quote ?? '"').charCodeAt(0);
    this.delimiter = (rules.options.delimiter ?? ',').charCodeAt(0);
    for (const byte of [this.quote, this.delimiter, newline, carriageReturn]) this.stops[byte] = 1;
  }

  /** Reads the records that end in these bytes; keeps the rest for the next call. */
  push(chunk: Buffer): void {
    const rest = this.passOver(chunk);
    const data = this.leftover.length === 0 ? rest : Buffer.concat([this.leftover, rest]);
    const end = this.readAll(data, false);
    this.leftover = data.subarray(end);
    if (this.leftover.length > maxRecordBytes) this.tooLong();
  }

  /** The last record may lack its newline. */
  endOfFile(): void {
    const data = this.leftover;
    this.leftover = Buffer.alloc(0);
    this.passingOver = undefined;
    this.readAll(data, true);
    this.line = 0;
  }

  private readAll(data: Buffer, last: boolean): number {
    let at = 0;
    while (at < data.length) {
      const next = this.record(data, at, last);
      if (next === incomplete) return at;
      at = next;
    }
    return at;
  }

  /** Reads one record; returns where the next begins, or `incomplete`. */
  private record(data: Buffer, start: number, last: boolean): number {
    const { options } = this.rules;
    if (this.line < options.ignoreHeader) return this.skip(data, start, last);
    if (options.ignoreBlankLines && data[start] === newline) return this.skip(data, start, last);
    const before = this.output.length;
    let column = 0;
    try {
      const next = this.columnsOf(data, start, last, (at) => {
        column = at;
      });
      if (next === incomplete) {
        this.output.length = before;
        return incomplete;
      }
      this.line++;
      this.rows++;
      return next;
    } catch (error) {
      if (!(error instanceof LoadError)) throw error;
      this.output.length = before;
      return this.bad(error, data, start, last, column);
    }
  }

  private columnsOf(data: Buffer, start: number, last: boolean, reading: (column: number) => void): number {
    const { columns, output, delimiter } = this;
    let at = start;
    for (let index = 0; index < columns.length; index++) {
      reading(index);
      const column = columns[index] as LoadColumn;
      if (index > 0) output.byte(tab);
      const end = this.field(data, at, last, column);
      if (end === incomplete) return incomplete;
      const more = end < data.length && data[end] === delimiter;
      if (index === columns.length - 1) {
        if (more) {
          reading(-1);
          throw new LoadError(1202, 'Extra column(s) found');
        }
        return this.endOfRecord(data, start, end, last);
      }
      if (more) at = end + 1;
      else {
        reading(index + 1);
        this.fill(index + 1);
        return this.endOfRecord(data, start, end, last);
      }
    }
    return incomplete;
  }

  private endOfRecord(data: Buffer, start: number, end: number, last: boolean): number {
    if (end >= data.length && !last) return incomplete;
    if (end - start > maxRecordBytes) throw tooLong();
    this.output.byte(newline);
    if (end >= data.length) return data.length;
    return data[end] === carriageReturn ? end + 2 : end + 1;
  }

  /** The record has fewer fields than columns. */
  private fill(from: number): void {
    if (!this.rules.options.fillRecord) throw new LoadError(1203, 'Delimiter not found');
    for (let index = from; index < this.columns.length; index++) {
      this.output.byte(tab);
      this.fields.missing(this.columns[index] as LoadColumn);
    }
  }

  /** Reads one field; returns where its delimiter or the record's end stands, or `incomplete`. */
  private field(data: Buffer, start: number, last: boolean, column: LoadColumn): number {
    let at = start;
    while (data[at] === blank && at < data.length) at++;
    if (data[at] === this.quote && at < data.length) return this.quotedField(data, at + 1, last, column);
    const { stops } = this;
    at = start;
    while (at < data.length && (stops[data[at] as number] === 0 || this.isData(data, at, last))) at++;
    // A carriage return that is the last byte: what follows decides.
    if (!last && (at === data.length || (at + 1 === data.length && data[at] === carriageReturn))) return incomplete;
    if (at < data.length && data[at] === this.quote) throw new LoadError(1214, 'Invalid quote formatting for CSV');
    this.fields.write(data, start, at, false, column);
    return at;
  }

  /** A carriage return inside a line, which only the optimistic profile takes for data. */
  private isData(data: Buffer, at: number, last: boolean): boolean {
    if (data[at] !== carriageReturn || (at + 1 === data.length && !last)) return false;
    return !this.isLineEnd(data, at, last);
  }

  private quotedField(data: Buffer, start: number, last: boolean, column: LoadColumn): number {
    const { quote } = this;
    let doubled = false;
    let end = start;
    for (;;) {
      end = nextQuote(data, end, quote);
      if (end < 0) return this.openQuote(last);
      if (end + 1 === data.length && !last) return incomplete;
      if (end + 1 === data.length || data[end + 1] !== quote) break;
      doubled = true;
      end += 2;
    }
    const stop = this.behindQuote(data, end + 1, last);
    if (stop === incomplete) return incomplete;
    if (doubled) this.fields.write(this.scratch, 0, this.unquote(data, start, end), true, column);
    else this.fields.write(data, start, end, true, column);
    return stop;
  }

  /** Behind a closing quote come blanks, then the delimiter or the record's end: where that stands. */
  private behindQuote(data: Buffer, from: number, last: boolean): number {
    let at = from;
    while (at < data.length && data[at] === blank) at++;
    if (at === data.length) return last ? at : incomplete;
    if (data[at] === this.delimiter || data[at] === newline) return at;
    if (data[at] === carriageReturn) {
      if (at + 1 === data.length && !last) return incomplete;
      if (this.isLineEnd(data, at, last)) return at;
    }
    throw new LoadError(1214, 'Invalid quote formatting for CSV');
  }

  private openQuote(last: boolean): number {
    if (last) throw new LoadError(1214, 'Delimited value missing end quote');
    return incomplete;
  }

  /** CR LF, which only the optimistic profile takes for the end of a line: the other refuses each CR outside quotes. */
  private isLineEnd(data: Buffer, at: number, last: boolean): boolean {
    if (this.rules.pessimistic) throw new LoadError(1216, 'Carriage return outside quotes');
    return data[at + 1] === newline || (last && at + 1 === data.length);
  }

  /** Takes one of each two quotes away; the text goes to the scratch buffer, its length is returned. */
  private unquote(data: Buffer, start: number, end: number): number {
    if (end - start > maxRecordBytes) throw tooLong();
    const { scratch, quote } = this;
    let length = 0;
    for (let i = start; i < end; i++) {
      const byte = data[i] as number;
      scratch[length++] = byte;
      if (byte === quote) i++;
    }
    return length;
  }

  // --- records that are not loaded

  private skip(data: Buffer, start: number, last: boolean): number {
    const next = this.endOf(data, start, last);
    if (next !== incomplete) this.line++;
    return next;
  }

  /** Reports a bad record and steps over it. */
  private bad(error: LoadError, data: Buffer, start: number, last: boolean, column: number): number {
    const next = this.endOf(data, start, last, error.errorCode === 1214);
    if (next === incomplete) return incomplete;
    error.column = column;
    this.report(error, data.subarray(start, next));
    return next;
  }

  /** Where the next record begins. After a quote too many or too few, it is taken to begin with the next line. */
  private endOf(data: Buffer, start: number, last: boolean, byLine = false): number {
    const found = byLine ? lineEnd(data, start) : new RecordEnd(this.quote).find(data, start);
    if (found >= 0) return found;
    return last ? data.length : incomplete;
  }

  private report(error: LoadError, record: Buffer): void {
    this.line++;
    error.line = this.line;
    error.rawLine = record.toString('utf8', 0, shownBytes).trimEnd();
    this.refused(error);
  }

  /** What waits is longer than any record may be, and has not ended yet. */
  private tooLong(): void {
    this.passingOver = new RecordEnd(this.quote);
    this.passingOver.find(this.leftover, 0);
    this.report(tooLong(), this.leftover);
    this.leftover = Buffer.alloc(0);
  }

  /** What is left of these bytes behind a record that was too long. */
  private passOver(chunk: Buffer): Buffer {
    if (this.passingOver === undefined) return chunk;
    const end = this.passingOver.find(chunk, 0);
    if (end < 0) return chunk.subarray(chunk.length);
    this.passingOver = undefined;
    return chunk.subarray(end);
  }
}

function tooLong(): LoadError {
  return new LoadError(1204, 'Row exceeds the 4 MB limit');
}
