// A problem in a command's text, with its place: `file:line:column`, the line, carets under the token, and what would
// be right. What stands in a connection string is never shown.

import stringWidth from 'string-width';

export type Severity = 'error' | 'warning';

export interface Diagnostic {
  readonly severity: Severity;
  readonly file: string;
  /** Both from 1; columns count characters. */
  readonly line: number;
  readonly column: number;
  /** Characters of the token on its line, at least 1. */
  readonly length: number;
  readonly message: string;
  /** The line, or the part of it around the token; connection strings left out. */
  readonly excerpt: string;
  /** What stands below the excerpt: blanks and carets. */
  readonly carets: string;
}

export interface PlacedMessage {
  readonly severity: Severity;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** The line, whole. */
  readonly text: string;
  /** The token within the line, as offsets in code units. */
  readonly from: number;
  readonly to: number;
  readonly message: string;
}

/** A line longer than this is shown in part: so much before the token, and twice as much from it on. */
const CONTEXT_CHARACTERS = 60;

export function diagnosticAt({ text, from, to, ...placed }: PlacedMessage): Diagnostic {
  const start = Math.max(0, text.length > 3 * CONTEXT_CHARACTERS ? from - CONTEXT_CHARACTERS : 0);
  const shown = text.slice(start, start + 3 * CONTEXT_CHARACTERS).trimEnd();
  const picture = draw(shown, hiddenIn(text, start, shown.length), from - start, Math.max(to, from + 1) - start);
  return {
    severity: placed.severity,
    file: placed.file,
    line: placed.line,
    column: characters(text, from) + 1,
    length: Math.max(1, [...text.slice(from, to)].length),
    message: placed.message,
    ...picture,
  };
}

function characters(text: string, to: number): number {
  let count = 0;
  for (let at = 0; at < to; count++) at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  return count;
}

interface Span {
  readonly from: number;
  readonly to: number;
}

/** No connection string is longer; what begins further off than this does not reach into what is shown. */
const LONGEST_URI_CHARACTERS = 4000;

/**
 * What must not be shown of `text` from `start` on: a connection string from its `://` to the next blank, or, where a
 * password holds blanks, to the end of the word with the @; any other word with an @; and what follows `password=`.
 */
function hiddenIn(text: string, start: number, length: number): Span[] {
  const first = Math.max(0, start - LONGEST_URI_CHARACTERS);
  const part = text.slice(first, start + length + LONGEST_URI_CHARACTERS);
  const hidden: Span[] = [];
  let open: number | undefined;
  let secret = false;
  for (const { index, 0: word } of part.matchAll(/\S+/g)) {
    const from = index + first - start;
    const scheme = word.indexOf('://');
    const at = word.lastIndexOf('@');
    const to = from + word.length - (/[;,'")]*$/.exec(word)?.[0].length ?? 0);
    const password = word.search(/password\s*=/i);
    // A password's words go on, blanks and all, up to a word of the language.
    if (secret && !/^(?:from|into|with|set|cast|before|after|including|excluding|alter|materialize)$/i.test(word)) {
      hidden.push({ from, to });
      continue;
    }
    secret = password >= 0;
    if (scheme >= 0) hidden.push({ from: from + scheme + 3, to });
    else if (password >= 0) hidden.push({ from: from + password, to });
    else if (at >= 0) hidden.push({ from: open ?? from, to });
    // A colon and no @ yet: a password may go on behind the blank.
    if (scheme >= 0 && at < scheme && /:./.test(word.slice(scheme + 3))) open = from + scheme + 3;
    else if (scheme >= 0 || at >= 0) open = undefined;
  }
  return hidden;
}

/** The line as a terminal can show it, and the carets below `[from, to)` of it. */
function draw(line: string, hidden: readonly Span[], from: number, to: number): { excerpt: string; carets: string } {
  let excerpt = '';
  let carets = '';
  let at = 0;
  let hiding: Span | undefined;
  for (const character of line) {
    const span = hidden.findLast((each) => at >= each.from && at < each.to);
    // One sign stands for all that a connection string hides.
    const sign = span !== undefined && span !== hiding ? '…' : '';
    const piece = span === undefined ? visible(character) : sign;
    excerpt += piece;
    if (at < from) carets += piece === '\t' ? '\t' : ' '.repeat(stringWidth(piece));
    else if (at < to) carets = withCaret(carets, piece);
    hiding = span;
    at += character.length;
  }
  return { excerpt, carets: carets.includes('^') ? carets : `${carets}^` };
}

/** Carets as wide as the piece. One that shows nothing is hidden behind the sign before it. */
function withCaret(carets: string, piece: string): string {
  if (piece === '' && !carets.endsWith('^')) return `${carets.slice(0, -1)}^`;
  return carets + '^'.repeat(piece === '\t' ? 1 : stringWidth(piece));
}

/** Control characters could move the cursor, and marks of direction could reorder the line. */
function visible(character: string): string {
  if (character === '\t') return character;
  return /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(character) ? '�' : character;
}

/** As a terminal shows it. */
export function printDiagnostic(problem: Diagnostic): string {
  const severity = problem.severity === 'warning' ? 'warning: ' : '';
  const head = `${problem.file}:${problem.line}:${problem.column}: ${severity}${problem.message}`;
  if (problem.excerpt.trim() === '') return head;
  return `${head}\n  ${problem.excerpt}\n  ${problem.carets}`;
}
