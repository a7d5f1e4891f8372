// SET: parameters of the sessions at both ends.

import type { Cursor } from '../cursor.ts';
import type { Draft } from '../draft.ts';
import { keywords, looksLike } from '../keywords.ts';
import { readList } from './list.ts';

/** "SET" [["PostgreSQL" | "Redshift" | "MySQL" | "MSSQL"] "PARAMETERS"] setting ("," setting)* */
export function parseSet(cursor: Cursor, draft: Draft): void {
  cursor.blank();
  const from = cursor.at;
  const others = ['mysql', 'mssql'].find((database) => cursor.words(database, 'parameters'));
  if (others !== undefined) {
    const name = others === 'mysql' ? 'MySQL' : 'MS SQL Server';
    cursor.fail(`there is no ${name} at either end; expected SET PostgreSQL PARAMETERS`, from, cursor.at);
    cursor.skipToClause();
    return;
  }
  parseWhose(cursor);
  readList(
    cursor,
    'a parameter',
    () => settingHere(cursor),
    () => parseSetting(cursor, draft),
  );
}

/** A list without its quotes goes on behind each of its commas. */
function skipBareValue(cursor: Cursor): void {
  for (;;) {
    cursor.skipItem();
    const before = cursor.at;
    if (cursor.sign(',') && !settingHere(cursor) && !cursor.atClause()) continue;
    cursor.at = before;
    return;
  }
}

/** "PostgreSQL PARAMETERS" and its like say nothing. Two words in a row are these, or are meant for them. */
function parseWhose(cursor: Cursor): void {
  const known = ['PostgreSQL', 'Redshift'];
  if (known.some((each) => cursor.words(each.toLowerCase(), 'parameters')) || cursor.words('parameters')) return;
  const before = cursor.at;
  const first = cursor.bareName();
  if (first !== undefined && /^(?:session|local)$/i.test(first.value) && settingHere(cursor)) {
    cursor.fail('SET speaks of whole sessions; expected a parameter', first.from, first.to);
    return;
  }
  const second = first && looksLike(cursor, 'PARAMETERS');
  cursor.at = before;
  if (!second) return;
  if (known.some((each) => cursor.words(each.toLowerCase()))) keywords(cursor, 'PARAMETERS');
  else {
    cursor.expected('PostgreSQL PARAMETERS, Redshift PARAMETERS or a parameter', known);
    cursor.bareName();
    cursor.bareName();
  }
}

/** A parameter: letters, digits, and points for the parameters of extensions. */
const PARAMETER = /[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*/y;

function settingHere(cursor: Cursor): boolean {
  cursor.blank();
  const before = cursor.at;
  const found = cursor.read(PARAMETER) !== undefined && (cursor.sign('=') || cursor.words('to'));
  cursor.at = before;
  return found;
}

/** setting = name ("TO" | "=") "'" value "'" */
function parseSetting(cursor: Cursor, draft: Draft): void {
  const name = cursor.read(PARAMETER);
  if (name === undefined) {
    cursor.expected('the name of a parameter');
    return;
  }
  if (!cursor.sign('=') && !cursor.words('to')) {
    cursor.expected("TO or = and a value: name TO 'value'", ['TO']);
    return;
  }
  const value = cursor.quoted("'");
  if (value === undefined) {
    cursor.expected("a value in single quotes: name TO 'value'");
    skipBareValue(cursor);
    return;
  }
  const lower = name.value.toLowerCase();
  const before = draft.said.get(`SET ${lower}`);
  draft.said.set(`SET ${lower}`, value.value);
  if (before !== undefined && before !== value.value) {
    cursor.fail(`${lower} is set twice, to different values`, name.from, name.to);
  } else if (before === undefined) {
    draft.settings.push({ name: lower, value: value.value });
    draft.places.set(`settings.${lower}`, { source: cursor.source, from: name.from, to: name.to });
  }
}
