// DISTRIBUTE: Citus's words for what DISTKEY and DISTSTYLE ALL are in Redshift.

import type { Cursor } from '../cursor.ts';
import type { Draft } from '../draft.ts';
import type { Distribution, TableName } from '../model.ts';
import { endClause } from './list.ts';
import { parseTableName } from './materialize.ts';

/** "DISTRIBUTE" table ("AS REFERENCE TABLE" | "USING" column ["FROM" table ("," table)*]) */
export function parseDistribute(cursor: Cursor, draft: Draft): void {
  cursor.blank();
  const from = cursor.at;
  const mistakes = cursor.mistakes;
  const table = parseTableName(cursor, 'the name of a table');
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
  endClause(cursor, 'a clause');
}

function parseHow(cursor: Cursor, table: TableName): Distribution | undefined {
  if (cursor.words('as')) {
    return cursor.words('reference', 'table') ? { ...table, by: 'reference' } : cursor.expected('REFERENCE TABLE');
  }
  if (!cursor.words('using')) return cursor.expected('USING and a column, or AS REFERENCE TABLE');
  const column = cursor.name('the name of a column');
  if (column === undefined) return undefined;
  const from: TableName[] = [];
  if (cursor.words('from')) {
    do {
      const other = parseTableName(cursor, 'the name of a table');
      if (other === undefined) return undefined;
      from.push(other);
    } while (cursor.sign(','));
  }
  return { ...table, by: 'column', column: column.value, from };
}
