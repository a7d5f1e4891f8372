// DISTRIBUTE: Citus's words for what DISTKEY and DISTSTYLE ALL are in Redshift.

import type { Cursor } from '../cursor.ts';
import type { Draft } from '../draft.ts';
import { keywords, looksLike, oneOf } from '../keywords.ts';
import type { Distribution, TableName } from '../model.ts';
import { endClause } from './list.ts';
import { parseTableName } from './materialize.ts';

/** "DISTRIBUTE" table ("AS REFERENCE TABLE" | "USING" column ["FROM" table ("," table)*]) */
export function parseDistribute(cursor: Cursor, draft: Draft): void {
  cursor.blank();
  const from = cursor.at;
  const mistakes = cursor.mistakes;
  const what = 'the name of a table';
  const nameless = cursor.looksAt('using') || cursor.looksAt('as', 'reference');
  const table = nameless ? cursor.expected(what) : parseTableName(cursor, what);
  const to = cursor.at;
  const distribution = table && parseHow(cursor, table);
  if (distribution === undefined || cursor.mistakes > mistakes) {
    cursor.skipToClause();
    return;
  }
  const key = `DISTRIBUTE ${JSON.stringify(table)}`;
  if (draft.said.has(key)) cursor.fail(`${cursor.shown(from, to)} is distributed twice`, from, to);
  else {
    draft.said.set(key, '');
    draft.places.set(`distribute.${draft.distribute.length}`, { source: cursor.source, from, to });
    draft.distribute.push(distribution);
  }
  endClause(cursor);
}

function parseHow(cursor: Cursor, table: TableName): Distribution | undefined {
  const how = oneOf(cursor, ['USING', 'AS'], 'USING and a column, or AS REFERENCE TABLE');
  if (how === 'AS') return keywords(cursor, 'REFERENCE TABLE') ? { ...table, by: 'reference' } : undefined;
  const column = how && cursor.name('the name of a column');
  if (column === undefined) return undefined;
  const from: TableName[] = [];
  if (looksLike(cursor, 'FROM') && keywords(cursor, 'FROM')) {
    do {
      const other = parseTableName(cursor, 'the name of a table');
      if (other === undefined) return undefined;
      from.push(other);
    } while (cursor.sign(','));
  }
  return { ...table, by: 'column', column: column.value, from };
}
