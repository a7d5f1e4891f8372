// ALTER SCHEMA … RENAME TO: where the tables of a schema arrive.

import type { Cursor } from '../cursor.ts';
import type { Draft } from '../draft.ts';
import { keywords } from '../keywords.ts';
import { endClause } from './list.ts';

/** "ALTER SCHEMA" name "RENAME TO" name */
export function parseAlterSchema(cursor: Cursor, draft: Draft): void {
  const what = 'the name of a schema';
  const from = cursor.looksAt('rename', 'to') ? cursor.expected(what) : cursor.name(what);
  const renamed = from !== undefined && keywords(cursor, 'RENAME TO');
  const to = renamed ? cursor.name('the new name') : undefined;
  if (from === undefined || to === undefined) {
    cursor.skipToClause();
    return;
  }
  const before = draft.said.get(`ALTER SCHEMA ${from.value}`);
  draft.said.set(`ALTER SCHEMA ${from.value}`, to.value);
  if (before !== undefined && before !== to.value) {
    cursor.fail(`the schema ${from.value} is renamed twice`, from.from, from.to);
  } else if (before === undefined) draft.alterSchemas.push({ from: from.value, to: to.value });
  endClause(cursor);
}
