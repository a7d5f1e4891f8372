// What is found wrong in a text while it is read: mistakes and warnings with their places, each once, and nothing in them
// that may not be shown.

import type { Diagnostic } from './diagnostic.ts';
import type { SourceText } from './source-text.ts';

/** After so many mistakes the file is something else than a load file; and nobody reads more warnings. */
const MOST = 100;

/** Of a text with the files that it executes. Reading takes some 20 times as many bytes, and Detect has 512 MB. */
const MOST_CHARACTERS = 16_000_000;

/** What a message repeats of a text. */
const SHOWN_CHARACTERS = 40;

interface Span {
  readonly from: number;
  readonly to: number;
}

export class Findings {
  readonly source: SourceText;
  /** Mistakes and warnings, in the order in which they were found. */
  readonly diagnostics: Diagnostic[] = [];
  /** Comments with missing variables or secrets in them: nobody misses those. */
  readonly unread: Span[] = [];
  /** The connection strings that were read: what they say of secrets has been judged. */
  readonly connectionStrings: Span[] = [];
  /** Mistakes found, also those that are not told because a missing variable is their reason. */
  mistakes = 0;
  readonly #told = { error: 0, warning: 0 };
  readonly #added = new Set<string>();
  #lastProblemAt = -1;
  #characters = 0;

  constructor(source: SourceText) {
    this.source = source;
  }

  /** Whether nothing more is told. */
  get full(): boolean {
    return this.#told.error > MOST;
  }

  /** What is wrong with reading so many characters more. */
  sizeProblem(characters: number): string | undefined {
    this.#characters += characters;
    return this.#characters > MOST_CHARACTERS
      ? `more than ${MOST_CHARACTERS / 1e6} million characters, files included; run larger SQL apart from the load`
      : undefined;
  }

  /** A stretch of the file as a message may repeat it: no connection string, no variable's value, and short. */
  shown(from: number, to: number): string {
    const place = this.source.inFile(from, to);
    const written = this.source.written.slice(place.from, place.to).replaceAll(/\s+/g, ' ');
    if (written.includes('@')) return 'what looks like a connection string';
    const scheme = /^['"]?([a-z][a-z0-9+.-]*:\/\/)./i.exec(written)?.[1];
    if (scheme !== undefined) return `\`${scheme}…\``;
    const clean = written.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Cn}]/gu, '\uFFFD');
    const characters = [...clean];
    return characters.length <= SHOWN_CHARACTERS
      ? `\`${clean}\``
      : `\`${characters.slice(0, SHOWN_CHARACTERS).join('')}…\``;
  }

  /** A mistake at `[from, to)`. Where a variable is missing, or a secret stands, that alone is told. */
  fail(message: string, from: number, to: number): undefined {
    const known = from === this.#lastProblemAt || this.#missesVariable(from, Math.max(to, from + 1));
    if (known) this.mistakes += 1;
    else this.tell(message, from, to);
    return undefined;
  }

  /** Whether a missing variable stands in `[from, to)`, and not in a comment there. */
  #missesVariable(from: number, to: number): boolean {
    let end = to;
    for (let at = this.unread.length - 1; at >= 0; at--) {
      const comment = this.unread[at];
      if (comment === undefined || comment.to <= from) break;
      if (comment.from >= end) continue;
      if (this.hasGap(comment.to, end)) return true;
      end = comment.from;
    }
    return this.hasGap(from, end);
  }

  /** Whether a missing variable, or a reference to a secret, stands in `[from, to)`. */
  protected hasGap(from: number, to: number): boolean {
    return this.source.hasHole(from, to) || this.source.hasSecret(from, to);
  }

  /** A mistake that is told whatever is missing in it. */
  tell(message: string, from: number, to: number): void {
    this.#lastProblemAt = from;
    // To draw what nobody is shown takes as long as its line.
    if (this.full) this.mistakes += 1;
    else this.add(this.source.diagnostic('error', message, from, to));
  }

  warn(message: string, from: number, to: number): void {
    if (this.#told.warning <= MOST) this.add(this.source.diagnostic('warning', message, from, to));
  }

  /** What is found here, or in a file that is read from here: one that is read twice has its mistakes once. */
  add(diagnostic: Diagnostic): void {
    const { severity, file, line, column, message } = diagnostic;
    if (severity === 'error') this.mistakes += 1;
    const what = JSON.stringify([file, line, column, message]);
    if (this.#added.has(what)) return;
    this.#added.add(what);
    this.#told[severity] += 1;
    const told = this.#told[severity];
    if (told > MOST + 1 || (severity === 'warning' && this.full)) return;
    this.diagnostics.push(told > MOST ? { ...diagnostic, message: LAST[severity] } : diagnostic);
  }
}

const LAST = {
  error: `${MOST} mistakes: reading stops here`,
  warning: `${MOST} warnings: no more are told`,
} as const;
