// A place in a load file: reads words, names, quoted texts and numbers there, says what was expected instead, and finds
// its way to the next item or clause after a mistake. Every loop moves on, so that reading takes linear time.

import type { Diagnostic } from './diagnostic.ts';
import { Findings } from './findings.ts';
import { didYouMean } from './nearest.ts';
import type { SourceText } from './source-text.ts';

export interface Token<Value = string> {
  readonly value: Value;
  readonly from: number;
  readonly to: number;
}

/** A letter, digit or sign of a bare name. Two hyphens begin a comment. */
const NAME = /[\p{L}_](?:[\p{L}\p{N}_$%]|-(?!-))*/uy;
const WORD = /[A-Za-z_]+(?![\p{L}\p{N}_$])/uy;
const ANY_TOKEN = /[^\s,;()'"=]+/y;
const NUMBER = /\d+(?![\d.])/y;
const DOLLAR = /\$(?:[A-Za-z_]\w*)?\$/y;

/** The words that begin a clause. Some of them stand within clauses too, before these others. */
const CLAUSE =
  /(?:with(?!\s+(?:extra|time)\b)|set(?!\s+(?:not|schema|tablespace)\b|\s*\()|cast|including|excluding|materialize|decoding|alter|distribute|before|after)(?![\p{L}\p{N}_$-])/iuy;
const NEXT_COMMAND = /load\s+(?:database|csv|fixed|copy|dbf|ixf|archive|messages)(?![\p{L}\p{N}_$-])/iuy;

/** What may follow a quoted text that runs over several lines; anything else means that its quote was forgotten. */
const AFTER_QUOTED = /[\s,;().=]|$/y;

export class Cursor extends Findings {
  readonly text: string;
  readonly within: 'file' | 'option';
  at = 0;
  /** `within`: a file goes on with clauses, an option of the command line with nothing. */
  constructor(source: SourceText, within: Cursor['within'] = 'file') {
    super(source);
    this.within = within;
    this.text = source.rendered.text;
  }

  /** Whether nothing is left but white space and comments. */
  done(): boolean {
    this.blank();
    return this.at >= this.text.length;
  }

  /** Skips white space and comments. */
  blank(quietly = false): void {
    for (;;) {
      this.#match(/\s+/y);
      if (this.text.startsWith('--', this.at)) {
        const end = this.text.indexOf('\n', this.at);
        this.#skipUnread(end < 0 ? this.text.length : end);
      } else if (this.text.startsWith('/*', this.at)) {
        const end = this.text.indexOf('*/', this.at + 2);
        if (end < 0 && !quietly) this.fail('this comment is never closed; expected */', this.at, this.at + 2);
        this.#skipUnread(end < 0 ? this.text.length : end + 2);
      } else return;
    }
  }

  #skipUnread(to: number): void {
    // Looking ahead may have been here before.
    const known = (this.unread.at(-1)?.to ?? 0) >= to;
    if (!known && this.hasGap(this.at, to)) this.unread.push({ from: this.at, to });
    this.at = to;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (match === null) return undefined;
    this.at += match[0].length;
    return match[0];
  }

  /** Reads what the sticky pattern matches here, after blanks. */
  read(pattern: RegExp): Token | undefined {
    this.blank();
    const from = this.at;
    const value = this.#match(pattern);
    return value === undefined ? undefined : { value, from, to: this.at };
  }

  /** Whether these words stand here, in any case. */
  looksAt(...words: readonly string[]): boolean {
    const before = this.at;
    const found = this.words(...words);
    this.at = before;
    return found;
  }

  /** Reads these words, or nothing. */
  words(...words: readonly string[]): boolean {
    this.blank();
    const before = this.at;
    for (const word of words) {
      if (this.read(WORD)?.value.toLowerCase() !== word) {
        this.at = before;
        return false;
      }
    }
    return true;
  }

  /** The word that stands here, in lower case. */
  peekWord(): string | undefined {
    this.blank();
    const before = this.at;
    const word = this.#match(WORD)?.toLowerCase();
    this.at = before;
    return word;
  }

  /** Reads the sign, or nothing. */
  sign(sign: string): boolean {
    this.blank();
    if (!this.text.startsWith(sign, this.at)) return false;
    this.at += sign.length;
    return true;
  }

  number(): Token | undefined {
    return this.read(NUMBER);
  }

  /** name = letter (letter | digit | "_" | "-" | "$" | "%")* | "'" … "'" | '"' … '"' */
  name(what: string): Token | undefined {
    return this.read(NAME) ?? this.#hole() ?? this.quoted() ?? this.expected(what);
  }

  /** Reads a bare name, or nothing. */
  bareName(): Token | undefined {
    return this.read(NAME);
  }

  #hole(): Token | undefined {
    this.blank();
    return this.source.hasHole(this.at, this.at + 1) ? this.read(ANY_TOKEN) : undefined;
  }

  /** A text in quotes, in which a doubled quote is one; nothing where there is no quote. An empty name is none. */
  quoted(quotes = `'"`): Token | undefined {
    this.blank();
    const quote = this.text[this.at];
    if (quote === undefined || !quotes.includes(quote)) return undefined;
    const from = this.at;
    const close = this.#closing(quote);
    if (close === undefined) {
      const line = this.text.indexOf('\n', from);
      this.at = line < 0 ? this.text.length : line;
      this.fail(`this quote is never closed; expected ${quote}`, from, from + 1);
      return { value: '', from, to: this.at };
    }
    this.at = close + 1;
    return { value: this.text.slice(from + 1, close).replaceAll(quote + quote, quote), from, to: this.at };
  }

  /** Where the quoted text that begins here ends, or undefined. */
  #closing(quote: string): number | undefined {
    let close = this.at;
    for (;;) {
      close = this.text.indexOf(quote, close + 1);
      if (close < 0) return undefined;
      if (this.text[close + 1] !== quote) break;
      close += 1;
    }
    AFTER_QUOTED.lastIndex = close + 1;
    return !AFTER_QUOTED.test(this.text) && this.text.slice(this.at, close).includes('\n') ? undefined : close;
  }

  /** `$$ … $$` or `$tag$ … $tag$`: what stands between. */
  dollarQuoted(): Token | undefined {
    const opening = this.read(DOLLAR);
    if (opening === undefined) return undefined;
    const end = this.text.indexOf(opening.value, this.at);
    if (end < 0) {
      this.fail(`this text is never closed; expected ${opening.value}`, opening.from, opening.to);
      this.at = this.text.length;
      return { value: '', from: opening.to, to: opening.to };
    }
    const from = this.at;
    this.at = end + opening.value.length;
    return { value: this.text.slice(from, end), from, to: end };
  }

  /** Whether a clause, a command or nothing at all begins here. */
  atClause(): boolean {
    if (this.done()) return true;
    if (this.text[this.at] === ';') return true;
    CLAUSE.lastIndex = this.at;
    NEXT_COMMAND.lastIndex = this.at;
    return CLAUSE.test(this.text) || NEXT_COMMAND.test(this.text);
  }

  /** After a mistake: to the comma that ends this item, or to what follows the list. */
  skipItem(): void {
    let depth = 0;
    while (!this.atClause()) {
      const character = this.text[this.at];
      if (character === ',' && depth <= 0) return;
      if (character === '(') depth += 1;
      if (character === ')') depth -= 1;
      this.skipToken();
    }
  }

  /** After a mistake: to the next clause or the end of the command. */
  skipToClause(): void {
    while (!this.atClause()) this.skipToken();
  }

  /** After a mistake: past one token. */
  skipToken(): void {
    const opening = this.#match(DOLLAR);
    if (opening !== undefined) {
      const end = this.text.indexOf(opening, this.at);
      this.at = end < 0 ? this.text.length : end + opening.length;
    } else if (this.#match(/'[^'\n]*'|"[^"\n]*"/y) === undefined && this.#match(ANY_TOKEN) === undefined) {
      this.at += 1;
    }
  }

  /** Says what should stand here, and which of the known words is meant. Gives nothing, so that a reader can return it. */
  expected(what: string, known: readonly string[] = []): undefined {
    this.blank();
    const { from, to } = this.#tokenHere();
    const found = from >= this.text.length ? 'the end' : this.shown(from, to);
    const hint = foreignSign(this.text.slice(from, to)) ?? didYouMean(this.peekWord() ?? '', known);
    this.fail(`expected ${what}, found ${found}${hint}`, from, to);
    return undefined;
  }

  #tokenHere(): { readonly from: number; readonly to: number } {
    const from = this.at;
    for (const pattern of [DOLLAR, /'[^'\n]*'|"[^"\n]*"/y, ANY_TOKEN]) {
      pattern.lastIndex = from;
      const match = pattern.exec(this.text);
      if (match !== null) return { from, to: from + match[0].length };
    }
    return { from, to: Math.min(this.text.length, from + 1) };
  }

  /** After too many mistakes reading ends. */
  override add(diagnostic: Diagnostic): void {
    super.add(diagnostic);
    if (this.full) this.at = this.text.length;
  }
}

/** What other languages, and word processors, write for signs of this one. */
function foreignSign(token: string): string | undefined {
  if (/[\u2018-\u201f\u00ab\u00bb`\u00b4]/.test(token)) return `; quotes are ' and "`;
  return /^(?:#|\/\/)/.test(token) ? '; a comment begins with --' : undefined;
}
