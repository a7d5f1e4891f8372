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
 * `what` names an item. `begins` tells whether one begins here, so that a forgotten comma costs one message.
 */
export function readList(cursor: Cursor, what: string, begins: () => boolean, item: () => void): void {
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
    if (begins()) cursor.expected('a comma');
    else if (!endsHere(cursor, 'a comma') || !cursor.sign(',')) return;
  }
}

/** After an item: says what may follow, and goes on to the next comma. False where another clause may be meant. */
function endsHere(cursor: Cursor, what: string): boolean {
  if (leaveMisspelt(cursor, what)) return false;
  cursor.skipItem();
  return true;
}

/** Where something else than a clause follows the end of a list: says so, and goes on to the next clause. */
export function endClause(cursor: Cursor, what: string): void {
  if (!cursor.atClause() && !leaveMisspelt(cursor, what)) cursor.skipToClause();
}

/** Whoever reads the clauses takes a misspelt word for the clause that it resembles; so it is told, and left. */
function leaveMisspelt(cursor: Cursor, what: string): boolean {
  const misspelt = nearest(cursor.peekWord() ?? '', CLAUSE_WORDS);
  cursor.expected(`${what}, a clause or ;`, misspelt === undefined ? '' : `; did you mean \`${misspelt}\`?`);
  return misspelt !== undefined;
}
