// How is a statement read from left to right? A place in its tokens, blanks left out.
import { RedshiftError, sqlstate, syntaxError } from '../errors.ts';
import { isReserved } from './reserved.ts';
import { quoteName, render, type Token } from './tokens.ts';

/** A table's name as written: folded, quoted again for the backend, and its last part alone. */
export interface TableName {
  readonly sql: string;
  readonly last: string;
}

export class Cursor {
  readonly tokens: readonly Token[];
  private readonly significant: readonly number[];
  private at = 0;

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
    this.significant = tokens.flatMap((token, index) => (token.kind === 'space' ? [] : [index]));
  }

  get position(): number {
    return this.at;
  }

  peek(ahead = 0): Token | undefined {
    const index = this.significant[this.at + ahead];
    return index === undefined ? undefined : this.tokens[index];
  }

  get done(): boolean {
    return this.at >= this.significant.length;
  }

  next(): Token {
    const token = this.peek();
    if (token === undefined) throw new RedshiftError('syntax error at end of input', sqlstate.syntaxError);
    this.at++;
    return token;
  }

  /** Whether these words or operators come next. */
  sees(...words: readonly string[]): boolean {
    return words.every((word, i) => {
      const token = this.peek(i);
      return token !== undefined && (token.kind === 'word' || token.kind === 'operator') && token.value === word;
    });
  }

  /** Takes these words when they come next. */
  take(...words: readonly string[]): boolean {
    if (!this.sees(...words)) return false;
    this.at += words.length;
    return true;
  }

  expect(...words: readonly string[]): void {
    for (const word of words) if (!this.take(word)) throw this.unexpected();
  }

  unexpected(): RedshiftError {
    const token = this.peek();
    return token ? syntaxError(token.text) : new RedshiftError('syntax error at end of input', sqlstate.syntaxError);
  }

  /** A plain or quoted name, folded. A word that is reserved needs quotes. */
  name(): string {
    const token = this.peek();
    if (token?.kind === 'word' && isReserved(token.value)) throw this.unexpected();
    return this.word();
  }

  /** A name, or a word of the language that is read like one. */
  word(): string {
    const token = this.peek();
    if (token?.kind !== 'word' && token?.kind !== 'name') throw this.unexpected();
    this.at++;
    return token.value;
  }

  string(): string {
    const token = this.peek();
    if (token?.kind !== 'string') throw this.unexpected();
    this.at++;
    return token.value;
  }

  integer(): number {
    const negative = this.take('-');
    const token = this.peek();
    if (token?.kind !== 'number' || !/^\d+$/.test(token.value)) throw this.unexpected();
    this.at++;
    return negative ? -Number(token.value) : Number(token.value);
  }

  table(): TableName {
    let last = this.name();
    const parts = [quoteName(last)];
    while (this.take('.')) {
      last = this.word();
      parts.push(quoteName(last));
    }
    return { sql: parts.join('.'), last };
  }

  /** `( name, … )` */
  names(): string[] {
    this.expect('(');
    const list: string[] = [];
    do list.push(this.name());
    while (this.take(','));
    this.expect(')');
    return list;
  }

  /** Takes tokens up to a place where `stop` holds at depth 0 (or the closing parenthesis), as SQL for the backend. */
  until(stop: () => boolean): string {
    const from = this.at;
    let depth = 0;
    while (!this.done) {
      if (depth === 0 && (stop() || this.sees(')'))) break;
      if (this.sees('(')) depth++;
      if (this.sees(')')) depth--;
      this.at++;
    }
    return this.between(from, this.at);
  }

  /** The SQL between two positions, blanks included. */
  between(from: number, to: number): string {
    const first = this.significant[from];
    const last = this.significant[to - 1];
    if (first === undefined || last === undefined || to <= from) return '';
    return render(this.tokens.slice(first, last + 1));
  }

  /** Whether this word stands between two positions. */
  spans(from: number, to: number, word: string): boolean {
    return this.significant.slice(from, to).some((index) => {
      const token = this.tokens[index];
      return token?.kind === 'word' && token.value === word;
    });
  }

  /** The tokens that are left, but for the last so many. */
  restTokens(without: number): readonly Token[] {
    const first = this.significant[this.at];
    const last = this.significant.at(-without - 1);
    this.at = this.significant.length;
    return first === undefined || last === undefined ? [] : this.tokens.slice(first, last + 1);
  }

  /** All that is left. */
  rest(): string {
    const from = this.at;
    this.at = this.significant.length;
    return this.between(from, this.at);
  }

  end(): void {
    if (!this.done) throw this.unexpected();
  }
}
