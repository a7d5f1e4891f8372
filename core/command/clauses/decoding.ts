// DECODING TABLE NAMES MATCHING … AS: pgloader's word for MySQL's tables of mixed encodings.

import type { Cursor } from '../cursor.ts';
import type { Draft } from '../draft.ts';
import { keywords } from '../keywords.ts';
import { parseMatching } from './filter.ts';
import { endClause } from './list.ts';

/** "DECODING TABLE NAMES MATCHING" tables "AS" encoding */
export function parseDecoding(cursor: Cursor, draft: Draft): void {
  cursor.blank();
  const from = cursor.at;
  const tables = parseMatching(cursor, { words: ['AS'], what: 'AS and an encoding' });
  if (tables === undefined && cursor.atClause()) return;
  if (!keywords(cursor, 'AS', ' and an encoding')) {
    cursor.skipToClause();
    return;
  }
  const encoding = cursor.name('the name of an encoding');
  if (tables !== undefined && encoding !== undefined) {
    draft.places.set(`decoding.${draft.decoding.length}`, { source: cursor.source, from, to: cursor.at });
    draft.decoding.push({ ...tables, encoding: encoding.value });
  }
  endClause(cursor);
}
