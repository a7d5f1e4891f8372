// The words of the language where they have to stand: a misspelt one is told, with the word that is meant, and taken for
// it, so that reading goes on behind it.

import type { Cursor } from './cursor.ts';
import { nearest } from './nearest.ts';

/** Reads these words. False, and told, where something else begins. `after` completes the message: what follows them. */
export function keywords(cursor: Cursor, words: string, after = ''): boolean {
  let told = false;
  const wanted = words.split(' ');
  for (const [at, word] of wanted.entries()) {
    if (cursor.words(word.toLowerCase())) continue;
    const meant = looksLike(cursor, word);
    if (!told) cursor.expected(wanted.slice(at).join(' ') + after, [word]);
    if (at === 0 && !meant) return false;
    told = true;
    // A missing word is taken for read.
    if (meant) cursor.bareName();
  }
  return true;
}

/** Reads the one of these words that stands here; undefined, and told, where none does. `what` names them in messages. */
export function oneOf<Word extends string>(cursor: Cursor, words: readonly Word[], what: string): Word | undefined {
  const written = cursor.peekWord() ?? '';
  const found = nearest(written, words);
  if (found?.toLowerCase() !== written) cursor.expected(what, words);
  if (found !== undefined) cursor.bareName();
  return found;
}

/** Whether words stand here that are these, or that resemble them. */
export function looksLike(cursor: Cursor, ...words: readonly string[]): boolean {
  const before = cursor.at;
  const found = words.every((word) => nearest(cursor.bareName()?.value ?? '', [word]) !== undefined);
  cursor.at = before;
  return found;
}
