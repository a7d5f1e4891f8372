// The clauses after INTO: their words, who reads each, and what is done with misspelt ones.

import type { Cursor } from '../cursor.ts';
import type { Draft } from '../draft.ts';
import { nearest } from '../nearest.ts';
import { parseAlterSchema } from './alter-schema.ts';
import { parseAlterTable } from './alter-table.ts';
import { parseCast } from './cast.ts';
import { parseDecoding } from './decoding.ts';
import { parseDistribute } from './distribute.ts';
import { parseExcluding, parseIncluding } from './filter.ts';
import { CLAUSE_WORDS } from './list.ts';
import { parseMaterialize, parseMaterializeAll } from './materialize.ts';
import { parseSet } from './set.ts';
import { parseSqlBlocks } from './sql-blocks.ts';
import { optionHere, parseWith } from './with.ts';

interface Clause {
  readonly words: readonly string[];
  readonly parse: (cursor: Cursor, draft: Draft) => void;
}

const clause = (words: string, parse: Clause['parse']): Clause => ({ words: words.split(' '), parse });

const CLAUSES: readonly Clause[] = [
  clause('with', parseWith),
  clause('set', parseSet),
  clause('cast', parseCast),
  clause('including only', parseIncluding),
  clause('excluding', parseExcluding),
  clause('materialize all views', parseMaterializeAll),
  clause('materialize views', parseMaterialize),
  clause('decoding table names matching', parseDecoding),
  clause('alter schema', parseAlterSchema),
  clause('alter table names matching', parseAlterTable),
  clause('distribute', parseDistribute),
  clause('before load', (cursor, draft) => parseSqlBlocks(cursor, draft, draft.beforeLoad)),
  clause('after create schema', (cursor, draft) => parseSqlBlocks(cursor, draft, draft.afterCreateSchema)),
  clause('after load', (cursor, draft) => parseSqlBlocks(cursor, draft, draft.afterLoad)),
];

/** clause*, in any order, each as often as wanted; up to the ";" or the end, which are left. */
export function parseClauses(cursor: Cursor, draft: Draft): void {
  while (!cursor.done() && cursor.text[cursor.at] !== ';' && !cursor.looksAt('load')) {
    const found = CLAUSES.find(({ words }) => cursor.words(...words)) ?? misspeltClause(cursor);
    if (found === undefined) cursor.skipToClause();
    else found.parse(cursor, draft);
  }
}

/** Says which words were expected. Gives the clause that is meant, if it is clear, with its words read. */
function misspeltClause(cursor: Cursor): Clause | undefined {
  if (optionHere(cursor) !== undefined) {
    cursor.expected('WITH and options');
    return CLAUSES.find(({ words }) => words[0] === 'with');
  }
  const first = cursor.peekWord() ?? '';
  const meant = nearest(first, CLAUSE_WORDS)?.toLowerCase();
  if (meant === undefined) return cursor.expected(`a clause (${CLAUSE_WORDS.join(', ')}) or ;`);
  if (first !== meant) cursor.expected('a clause or ;', CLAUSE_WORDS);
  cursor.bareName();
  let candidates = CLAUSES.filter(({ words }) => words[0] === meant);
  for (let at = 1; candidates.some(({ words }) => words.length > at); at++) {
    const word = cursor.peekWord() ?? '';
    const wanted = [...new Set(candidates.flatMap(({ words }) => words[at]?.toUpperCase() ?? []))];
    const known = nearest(word, wanted)?.toLowerCase();
    if (known !== word) {
      cursor.expected(candidates.map(({ words }) => words.slice(at).join(' ').toUpperCase()).join(' or '), wanted);
      // A missing word is taken for read, a misspelt one is read.
      if (known === undefined) return candidates.length === 1 ? candidates[0] : undefined;
    }
    cursor.bareName();
    candidates = candidates.filter(({ words }) => words[at] === known);
  }
  return candidates[0];
}
