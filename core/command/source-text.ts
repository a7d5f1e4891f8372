// A text to be read, with its name and where each place of it stands in the file that people see.

import { type Diagnostic, diagnosticAt, type Severity } from './diagnostic.ts';
import { type Rendered, renderTemplate, type Variables } from './template.ts';

/** A text as it is read: variables filled in, places known in the file. */
export class SourceText {
  readonly file: string;
  /** As people wrote it. */
  readonly written: string;
  readonly rendered: Rendered;
  readonly #lineStarts: number[] = [0];
  readonly #holes: readonly number[];

  constructor(file: string, written: string, variables: Variables | undefined) {
    this.file = file;
    this.written = written;
    this.rendered =
      variables === undefined
        ? { text: written, stretches: [{ at: 0, inFile: 0, tagLength: 0 }], holes: [], secrets: [] }
        : renderTemplate(written, variables);
    this.#holes = this.rendered.holes.map((hole) => hole.at);
    for (let at = written.indexOf('\n'); at >= 0; at = written.indexOf('\n', at + 1)) this.#lineStarts.push(at + 1);
  }

  /** Whether a missing variable stands in `[from, to)`. */
  hasHole(from: number, to: number): boolean {
    return anyWithin(this.#holes, from, to);
  }

  /** Whether a `{{secret:…}}` begins in `[from, to)`. */
  hasSecret(from: number, to: number): boolean {
    return anyWithin(this.rendered.secrets, from, to);
  }

  /** The stretch of the file that `[from, to)` of the rendered text came from: a variable counts as its whole tag. */
  inFile(from: number, to: number): { readonly from: number; readonly to: number } {
    const start = this.#stretchAt(from);
    const end = to > from ? this.#stretchAt(to - 1) : start;
    const written = start.tagLength > 0 ? start.inFile : start.inFile + from - start.at;
    const ended = end.tagLength > 0 ? end.inFile + end.tagLength : end.inFile + to - end.at;
    return { from: written, to: Math.max(written, ended) };
  }

  /** A diagnostic at `[from, to)` of the rendered text. */
  diagnostic(severity: Severity, message: string, from: number, to: number): Diagnostic {
    const place = this.inFile(from, to);
    const line = lastAtMost(this.#lineStarts, place.from);
    const start = this.#lineStarts[line] ?? 0;
    const end = (this.#lineStarts[line + 1] ?? this.written.length + 1) - 1;
    return diagnosticAt({
      severity,
      file: this.file,
      line: line + 1,
      text: this.written.slice(start, Math.max(start, end)),
      from: place.from - start,
      to: Math.min(place.to, end) - start,
      message,
    });
  }

  #stretchAt(at: number): Rendered['stretches'][number] {
    const { stretches } = this.rendered;
    let low = 0;
    let high = stretches.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((stretches[middle]?.at ?? 0) <= at) low = middle;
      else high = middle - 1;
    }
    return stretches[low] ?? { at: 0, inFile: 0, tagLength: 0 };
  }
}

function anyWithin(places: readonly number[], from: number, to: number): boolean {
  const place = places[lastAtMost(places, to - 1)];
  return place !== undefined && place >= from && place < to;
}

/** The index of the last of ascending numbers that is at most `limit`. */
function lastAtMost(numbers: readonly number[], limit: number): number {
  let low = 0;
  let high = numbers.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((numbers[middle] ?? 0) <= limit) low = middle;
    else high = middle - 1;
  }
  return low;
}
