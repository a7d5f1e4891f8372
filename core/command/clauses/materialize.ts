// MATERIALIZE VIEWS: views, and queries of the command's own, that arrive as tables.

import type { Cursor, Token } from '../cursor.ts';
import type { Draft } from '../draft.ts';
import type { TableName } from '../model.ts';
import { splitSql } from '../sql-text.ts';
import { readList } from './list.ts';

/** "MATERIALIZE ALL VIEWS" */
export function parseMaterializeAll(_cursor: Cursor, draft: Draft): void {
  draft.materialize.all = true;
}

/** "MATERIALIZE VIEWS" view ("," view)* */
export function parseMaterialize(cursor: Cursor, draft: Draft): void {
  readList(
    cursor,
    'the name of a view',
    () => false,
    () => parseView(cursor, draft),
    ['AS'],
  );
}

/** view = table ["AS" "$$" query "$$"] */
function parseView(cursor: Cursor, draft: Draft): void {
  cursor.blank();
  const from = cursor.at;
  const what = 'the name of a view';
  const name = cursor.looksAt('as') ? cursor.expected(what) : parseTableName(cursor, what);
  if (name === undefined) return;
  const to = cursor.at;
  const query = cursor.words('as') ? parseQuery(cursor) : null;
  if (query === undefined) return;
  const key = `MATERIALIZE ${JSON.stringify(name)}`;
  if (draft.said.has(key)) {
    cursor.fail(`the view ${name.name} is there twice`, from, to);
    return;
  }
  draft.said.set(key, '');
  draft.places.set(`materialize.${draft.materialize.views.length}`, { source: cursor.source, from, to });
  draft.materialize.views.push({ ...name, ...(query === null ? {} : { query }) });
}

function parseQuery(cursor: Cursor): string | undefined {
  const mistakes = cursor.mistakes;
  const text = cursor.dollarQuoted();
  if (cursor.mistakes > mistakes) return undefined;
  if (text === undefined) return cursor.expected('a query between $$ and $$');
  const { parts, problems } = splitSql(text.value);
  for (const { message, from, to } of problems) cursor.fail(message, text.from + from, text.from + to);
  if (problems.length > 0) return undefined;
  const [query, other] = parts;
  if (other !== undefined) return queryProblem(cursor, text, other.from, 'a view has one query; expected $$');
  if (query === undefined) return queryProblem(cursor, text, 0, 'expected a query');
  if (!('text' in query) || !/^(?:select|with|values|table|\()/i.test(query.text)) {
    return queryProblem(cursor, text, query.from, 'expected a query: SELECT …, WITH … or VALUES …');
  }
  return query.text;
}

function queryProblem(cursor: Cursor, text: Token, at: number, message: string): undefined {
  const from = text.from + at;
  return cursor.fail(message, from, Math.max(from + 1, from + (/^\w*/.exec(text.value.slice(at))?.[0].length ?? 1)));
}

/** table = [schema "."] name */
export function parseTableName(cursor: Cursor, what: string): TableName | undefined {
  const first = cursor.name(what);
  if (first === undefined) return undefined;
  if (first.value === '' && !cursor.source.hasHole(first.from, first.to)) {
    return cursor.fail('a name cannot be empty', first.from, first.to);
  }
  if (cursor.text[cursor.at] !== '.') return { name: first.value };
  cursor.sign('.');
  const second = cursor.name(what);
  return second && { schema: first.value, name: second.value };
}
