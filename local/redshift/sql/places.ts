// Where in a statement's tokens does something begin or end?
import type { Token } from './tokens.ts';

export function isWord(token: Token | undefined, word: string): boolean {
  return token?.kind === 'word' && token.value === word;
}

/** The next token that is not blank. */
export function nextIndex(tokens: readonly Token[], from: number): number {
  let at = from + 1;
  while (tokens[at]?.kind === 'space') at++;
  return at;
}

/** The parenthesis that closes the one at `open`; the last token when there is none. */
export function closing(tokens: readonly Token[], open: number): number {
  let depth = 0;
  for (let i = open; i < tokens.length; i++) {
    const token = tokens[i];
    if (token?.kind !== 'operator') continue;
    if (token.text === '(') depth++;
    if (token.text === ')' && --depth === 0) return i;
  }
  return tokens.length - 1;
}

export function topLevelComma(tokens: readonly Token[]): number {
  let depth = 0;
  return tokens.findIndex((token) => {
    if (token.kind !== 'operator') return false;
    if (token.text === '(') depth++;
    if (token.text === ')') depth--;
    return depth === 0 && token.text === ',';
  });
}

/** The place of a call's opening parenthesis when the word at this place is called; else -1. */
export function callAt(tokens: readonly Token[], place: number): number {
  const open = nextIndex(tokens, place);
  return tokens[place]?.kind === 'word' && tokens[open]?.text === '(' ? open : -1;
}
