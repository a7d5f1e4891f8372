// Items with commas between them: what is said where one is missing, and how reading goes on.

import type { Cursor } from '../cursor.ts';
import { nearest } from '../nearest.ts';

/** The first words of all clauses, as people write them. */
export const CLAUSE_WORDS = [
  'WITH',
  'SET',
  'CAST',
  'INCLUDING',
  'EXCLUDING',
  'MATERIALIZE',
  'DECODING',
  'ALTER',
  'DISTRIBUTE',
  'BEFORE',
  'AFTER',
] as const;

/**
 * item ("," item)*
 *
 * `what` names an item. `begins` tells whether one begins here, so that a forgotten comma costs one message. `more` are
 * words that an item may go on with, for whoever misspells one.
 */
export function readList(
  cursor: Cursor,
  what: string,
  begins: () => boolean,
  item: () => void,
  more: readonly string[] = [],
): void {
  for (;;) {
    const mistakes = cursor.mistakes;
    if (cursor.atClause() && !begins()) {
      cursor.expected(what);
      return;
    }
    item();
    if (cursor.mistakes > mistakes) cursor.skipItem();
    if (cursor.sign(',')) continue;
    if (cursor.atClause()) return;
    if (begins()) {
      cursor.expected('a comma');
      continue;
    }
    if (leaveMisspelt(cursor, 'a comma, ', more)) return;
    // The words of another clause may be missing here: then these items are that clause's.
    do cursor.skipItem();
    while (cursor.sign(',') && !begins());
    if (cursor.atClause()) return;
  }
}

/**
 * Where something else than a clause follows the end of one: says so, and goes on to the next clause. `more` are words
 * that could have followed, and `what` names them: `a comma, `.
 */
export function endClause(cursor: Cursor, what = '', more: readonly string[] = []): void {
  if (!cursor.atClause() && !leaveMisspelt(cursor, what, more)) cursor.skipToClause();
}

/** Whoever reads the clauses takes a misspelt word for the clause that it resembles; so it is told, and left. */
function leaveMisspelt(cursor: Cursor, what: string, more: readonly string[]): boolean {
  const inFile = cursor.within === 'file';
  const known = inFile ? [...more, ...CLAUSE_WORDS] : more;
  const meant = nearest(cursor.peekWord() ?? '', known);
  cursor.expected(what + (inFile ? 'a clause or ;' : 'the end of the option'), known);
  return meant !== undefined && !more.includes(meant);
}
