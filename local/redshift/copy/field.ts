// What does a field say: NULL, nothing at all, or a value of its column?
import { LoadError } from '../errors.ts';
import type { LoadColumn } from './columns.ts';
import type { Rules } from './field-writer.ts';
import type { Output } from './output.ts';

const tab = 9;
const blank = 32;

/** As stl_load_errors keeps them. */
const shownBytes = 1024;

/** Codes of bad dates and timestamps. */
const badMoments = new Set([1205, 1206]);

export class Fields {
  private readonly rules: Rules;
  private readonly output: Output;
  private readonly sentinel: Buffer;

  constructor(rules: Rules, output: Output) {
    this.rules = rules;
    this.output = output;
    this.sentinel = Buffer.from(rules.options.nullAs);
  }

  /** Writes the field; throws LoadError when its column does not take it. */
  write(source: Buffer, start: number, end: number, quoted: boolean, column: LoadColumn): void {
    if (this.isNull(source, start, end, quoted, column)) this.none(column);
    else if (start === end) this.empty(column);
    else {
      const before = this.output.length;
      try {
        column.write(source, start, end, this.output);
      } catch (error) {
        if (!(error instanceof LoadError)) throw error;
        if (this.rules.options.acceptAnyDate && badMoments.has(error.errorCode)) {
          this.output.length = before;
          this.none(column);
          return;
        }
        error.rawField = source.toString('utf8', start, Math.min(end, start + shownBytes));
        throw error;
      }
    }
  }

  /** FILLRECORD: a field that the record has not. NULL, but for a VARCHAR. */
  missing(column: LoadColumn): void {
    if (!column.isVarchar || this.rules.options.emptyAsNull) this.none(column);
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

  private none(column: LoadColumn): void {
    if (column.notNull) throw new LoadError(1213, 'Missing data for not-null field');
    this.output.none();
  }

  private empty(column: LoadColumn): void {
    if (column.empty === 'null') this.none(column);
    else if (column.empty === 'refused') throw new LoadError(1200, `Empty value for a column of type ${column.type}`);
    else this.output.ascii(column.empty);
  }
}

function isBlank(source: Buffer, start: number, end: number): boolean {
  if (start === end) return false;
  for (let i = start; i < end; i++) if (source[i] !== blank && source[i] !== tab) return false;
  return true;
}
