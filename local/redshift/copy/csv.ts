// How does CSV become rows, by Redshift's rules? Works on bytes: a record is found, its fields are checked and written
// one after the other, and taken back when one is bad.
import { LoadError } from '../errors.ts';
import type { LoadColumn } from './columns.ts';
import type { Rules } from './field-writer.ts';
import { Output } from './output.ts';

const tab = 9;
const newline = 10;
const carriageReturn = 13;
const blank = 32;

/** 4 MB: the longest row that Redshift reads. */
const maxRecordBytes = 4 * 1024 * 1024;
const shownBytes = 1024;
/** From here on a native search is faster than a loop. */
const shortFieldBytes = 24;

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
  private readonly quote: number;
  private readonly delimiter: number;
  private readonly sentinel: Buffer;
  private readonly scratch: Buffer = Buffer.allocUnsafe(maxRecordBytes);
  private leftover: Buffer = Buffer.alloc(0);

  /** `refused` gets each bad row; it throws to end the load. */
  constructor(columns: readonly LoadColumn[], rules: Rules, refused: (error: LoadError) => void) {
    this.columns = columns;
    this.rules = rules;
    this.refused = refused;
    this.quote = (rules.options.quote ?? '"').charCodeAt(0);
    this.delimiter = (rules.options.delimiter ?? ',').charCodeAt(0);
    this.sentinel = Buffer.from(rules.options.nullAs);
  }

  /** Reads the records that end in these bytes; keeps the rest for the next call. */
  push(chunk: Buffer): void {
    const data = this.leftover.length === 0 ? chunk : Buffer.concat([this.leftover, chunk]);
    const end = this.readAll(data, false);
    this.leftover = data.subarray(end);
    if (this.leftover.length > maxRecordBytes) this.tooLong(this.leftover);
  }

  /** The last record may lack its newline. */
  endOfFile(): void {
    const data = this.leftover;
    this.leftover = Buffer.alloc(0);
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
      const next = this.fields(data, start, last, (at) => {
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

  private fields(data: Buffer, start: number, last: boolean, reading: (column: number) => void): number {
    const { columns, output, delimiter } = this;
    let at = start;
    for (let index = 0; index < columns.length; index++) {
      reading(index);
      const column = columns[index] as LoadColumn;
      if (index > 0) output.byte(tab);
      const end = this.field(data, at, last, column);
      if (end === incomplete) return incomplete;
      const stop = data[end];
      if (index === columns.length - 1) {
        if (stop === delimiter && end < data.length) {
          reading(-1);
          throw new LoadError(1202, 'Extra column(s) found');
        }
        return this.endOfRecord(data, start, end, last);
      }
      if (stop === delimiter && end < data.length) at = end + 1;
      else {
        if (!this.rules.options.fillRecord) {
          reading(index + 1);
          throw new LoadError(1203, 'Delimiter not found');
        }
        this.fill(index + 1);
        return this.endOfRecord(data, start, end, last);
      }
    }
    return incomplete;
  }

  private endOfRecord(data: Buffer, start: number, end: number, last: boolean): number {
    if (end >= data.length && !last) return incomplete;
    if (end - start > maxRecordBytes) throw new LoadError(1204, 'Row exceeds the 4 MB limit');
    this.output.byte(newline);
    if (end >= data.length) return data.length;
    return data[end] === carriageReturn ? end + 2 : end + 1;
  }

  /** FILLRECORD: what is missing is empty. */
  private fill(from: number): void {
    for (let index = from; index < this.columns.length; index++) {
      this.output.byte(tab);
      this.empty(this.columns[index] as LoadColumn);
    }
  }

  /** Reads one field; returns where its delimiter or the record's end stands, or `incomplete`. */
  private field(data: Buffer, start: number, last: boolean, column: LoadColumn): number {
    let at = start;
    while (data[at] === blank && at < data.length) at++;
    if (data[at] === this.quote && at < data.length) return this.quotedField(data, at + 1, last, column);
    const { delimiter, quote } = this;
    at = start;
    while (at < data.length) {
      const byte = data[at] as number;
      if (byte === delimiter || byte === newline) break;
      if (byte === quote) throw new LoadError(1214, 'Invalid quote formatting for CSV');
      at++;
    }
    if (at === data.length && !last) return incomplete;
    let end = at;
    if (end > start && data[end - 1] === carriageReturn && data[end] !== delimiter) {
      if (this.rules.pessimistic) throw new LoadError(1216, 'Carriage return outside quotes');
      end--;
      at = data[at] === newline ? end : at;
    }
    this.value(data, start, end, false, column);
    return at;
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
    if (doubled) this.value(this.scratch, 0, this.unquote(data, start, end), true, column);
    else this.value(data, start, end, true, column);
    return stop;
  }

  /** Behind a closing quote come blanks, then the delimiter or the record's end: where that stands. */
  private behindQuote(data: Buffer, from: number, last: boolean): number {
    let at = from;
    while (at < data.length && data[at] === blank) at++;
    if (at === data.length) return last ? at : incomplete;
    if (data[at] === this.delimiter || data[at] === newline || this.isLineEnd(data, at, last)) return at;
    if (data[at] === carriageReturn && at + 1 === data.length) return incomplete;
    throw new LoadError(1214, 'Invalid quote formatting for CSV');
  }

  private openQuote(last: boolean): number {
    if (last) throw new LoadError(1214, 'Delimited value missing end quote');
    return incomplete;
  }

  /** CR LF, which only the optimistic profile takes for the end of a line. */
  private isLineEnd(data: Buffer, at: number, last: boolean): boolean {
    if (data[at] !== carriageReturn) return false;
    const ends = data[at + 1] === newline || (last && at + 1 === data.length);
    if (ends && this.rules.pessimistic) throw new LoadError(1216, 'Carriage return outside quotes');
    return ends;
  }

  /** Takes one of each two quotes away; the text goes to the scratch buffer, its length is returned. */
  private unquote(data: Buffer, start: number, end: number): number {
    if (end - start > maxRecordBytes) throw new LoadError(1204, 'Row exceeds the 4 MB limit');
    const { scratch, quote } = this;
    let length = 0;
    for (let i = start; i < end; i++) {
      const byte = data[i] as number;
      scratch[length++] = byte;
      if (byte === quote) i++;
    }
    return length;
  }

  private value(source: Buffer, start: number, end: number, quoted: boolean, column: LoadColumn): void {
    if (this.isNull(source, start, end, quoted, column)) {
      if (column.notNull) throw new LoadError(1213, 'Missing data for not-null field');
      this.output.none();
    } else if (start === end) this.empty(column);
    else {
      try {
        column.write(source, start, end, this.output);
      } catch (error) {
        if (error instanceof LoadError) {
          error.rawField = source.toString('utf8', start, Math.min(end, start + shownBytes));
        }
        throw error;
      }
    }
  }

  /** Whether quotes protect the text that stands for NULL is unknown: pessimistically they don't. */
  private isNull(source: Buffer, start: number, end: number, quoted: boolean, column: LoadColumn): boolean {
    const { sentinel } = this;
    const { options, pessimistic } = this.rules;
    const length = end - start;
    if (length === 0 && column.isText && options.emptyAsNull) return true;
    if (options.blanksAsNull && column.isText && isBlank(source, start, end)) return true;
    if (length !== sentinel.length || (length > 0 && quoted && !pessimistic)) return false;
    for (let i = 0; i < length; i++) if (source[start + i] !== sentinel[i]) return false;
    return true;
  }

  private empty(column: LoadColumn): void {
    if (column.empty === 'empty json') this.output.ascii('""');
    else if (column.empty === 'null') {
      if (column.notNull) throw new LoadError(1213, 'Missing data for not-null field');
      this.output.none();
    }
  }

  private skip(data: Buffer, start: number, last: boolean): number {
    const next = this.endOf(data, start, last);
    if (next !== incomplete) this.line++;
    return next;
  }

  /** Reports a bad record and steps over it. */
  private bad(error: LoadError, data: Buffer, start: number, last: boolean, column: number): number {
    const next = error.errorCode === 1214 ? lineEnd(data, start, last) : this.endOf(data, start, last);
    if (next === incomplete) return incomplete;
    this.line++;
    error.line = this.line;
    error.column = column;
    error.rawLine = data.toString('utf8', start, Math.min(next, start + shownBytes)).trimEnd();
    this.refused(error);
    return next;
  }

  /** Where the next record begins: behind the first newline that no quotes enclose. */
  private endOf(data: Buffer, start: number, last: boolean): number {
    let quoted = false;
    for (let i = start; i < data.length; i++) {
      if (data[i] === this.quote) quoted = !quoted;
      else if (data[i] === newline && !quoted) return i + 1;
    }
    return last ? data.length : incomplete;
  }

  private tooLong(data: Buffer): never {
    const error = new LoadError(1204, 'Row exceeds the 4 MB limit');
    error.line = this.line + 1;
    error.rawLine = data.toString('utf8', 0, shownBytes);
    this.refused(error);
    throw error;
  }
}

function nextQuote(data: Buffer, from: number, quote: number): number {
  const near = Math.min(data.length, from + shortFieldBytes);
  for (let i = from; i < near; i++) if (data[i] === quote) return i;
  return near === data.length ? -1 : data.indexOf(quote, near);
}

function lineEnd(data: Buffer, start: number, last: boolean): number {
  const found = data.indexOf(newline, start);
  if (found >= 0) return found + 1;
  return last ? data.length : incomplete;
}

function isBlank(source: Buffer, start: number, end: number): boolean {
  if (start === end) return false;
  for (let i = start; i < end; i++) if (source[i] !== blank && source[i] !== tab) return false;
  return true;
}
