// SQL as far as a loader must know it: where one statement ends, and what in it is text, name or comment.

export interface SqlStatement {
  /** From its first word to its last sign; no `;`, and no comment before or after it. */
  readonly text: string;
  readonly from: number;
}

/** psql's own: `\i file`, alone on its line. */
export interface SqlInclude {
  readonly command: string;
  readonly argument: string;
  readonly from: number;
  readonly to: number;
}

export interface SqlProblem {
  readonly message: string;
  readonly from: number;
  readonly to: number;
}

export interface SplitSql {
  readonly parts: readonly (SqlStatement | SqlInclude)[];
  readonly problems: readonly SqlProblem[];
}

const BLANK = /[\s\uFEFF]+/y;
const LINE_COMMENT = /--[^\n]*/y;
const WORD = /[\p{L}_][\p{L}\p{N}_$]*|\d[\p{L}\p{N}_.]*/uy;
const DOLLAR = /\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$/uy;
const META = /\\([^\s;]*)[ \t]*([^\n;]*)/y;

/**
 * Splits at each `;` outside quotes, dollar quotes, comments and parentheses. `E'…'` knows backslashes, comments nest.
 * Lines of psql's own (`\i file`) are parts of their own.
 */
export function splitSql(text: string): SplitSql {
  return new Splitter(text).split();
}

class Splitter {
  readonly #text: string;
  readonly #parts: (SqlStatement | SqlInclude)[] = [];
  readonly #problems: SqlProblem[] = [];
  #at = 0;
  #first: number | undefined;
  #last = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  split(): SplitSql {
    while (this.#at < this.#text.length) this.#step();
    this.#endStatement();
    return { parts: this.#parts, problems: this.#problems };
  }

  #step(): void {
    if (this.#take(BLANK) || this.#take(LINE_COMMENT)) return;
    if (this.#text.startsWith('/*', this.#at)) {
      this.#comment();
      return;
    }
    const character = this.#text[this.#at] ?? '';
    if (character === ';' && this.#depth <= 0) {
      this.#endStatement();
      this.#at += 1;
      return;
    }
    if (character === '\\' && this.#first === undefined) {
      this.#meta();
      return;
    }
    this.#first ??= this.#at;
    this.#token(character);
    this.#last = this.#at;
  }

  #token(character: string): void {
    if (character === '(') this.#depth += 1;
    if (character === ')') this.#depth -= 1;
    if (character === "'" || character === '"') this.#quoted(character, false);
    else if (character === '$' && this.#dollar()) return;
    else {
      const from = this.#at;
      if (!this.#take(WORD)) this.#at += 1;
      const word = this.#text.slice(from, this.#at);
      if ((word === 'e' || word === 'E') && this.#text[this.#at] === "'") this.#quoted("'", true);
    }
  }

  #take(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    if (!pattern.test(this.#text)) return false;
    this.#at = pattern.lastIndex;
    return true;
  }

  #endStatement(): void {
    if (this.#first !== undefined) {
      this.#parts.push({ text: this.#text.slice(this.#first, this.#last), from: this.#first });
    }
    this.#first = undefined;
    this.#depth = 0;
  }

  /** A doubled quote is one within the text, by being two texts side by side. */
  #quoted(quote: string, backslashes: boolean): void {
    const from = this.#at;
    this.#at += 1;
    while (this.#at < this.#text.length) {
      const character = this.#text[this.#at];
      this.#at += backslashes && character === '\\' ? 2 : 1;
      if (character === quote) return;
    }
    this.#at = this.#text.length;
    this.#problem(`this quote is never closed; expected ${quote}`, from, from + 1);
  }

  #dollar(): boolean {
    const from = this.#at;
    if (!this.#take(DOLLAR)) return false;
    const opening = this.#text.slice(from, this.#at);
    const end = this.#text.indexOf(opening, this.#at);
    this.#at = end < 0 ? this.#text.length : end + opening.length;
    if (end < 0) this.#problem(`this text is never closed; expected ${opening}`, from, from + opening.length);
    return true;
  }

  #comment(): void {
    const from = this.#at;
    const sign = /\/\*|\*\//g;
    sign.lastIndex = from;
    for (let depth = 0, match = sign.exec(this.#text); match !== null; match = sign.exec(this.#text)) {
      depth += match[0] === '/*' ? 1 : -1;
      if (depth > 0) continue;
      this.#at = sign.lastIndex;
      return;
    }
    this.#at = this.#text.length;
    this.#problem('this comment is never closed; expected */', from, from + 2);
  }

  #meta(): void {
    const from = this.#at;
    META.lastIndex = from;
    const [all = '\\', command = '', argument = ''] = META.exec(this.#text) ?? [];
    this.#at = from + all.length;
    this.#parts.push({ command, argument: argument.trim(), from, to: from + all.trimEnd().length });
  }

  #problem(message: string, from: number, to: number): void {
    this.#problems.push({ message, from, to });
  }
}
