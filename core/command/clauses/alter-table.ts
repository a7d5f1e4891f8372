// ALTER TABLE NAMES MATCHING: new names, other schemas, and how Redshift keeps a table.

import type { Cursor, Token } from '../cursor.ts';
import type { Draft } from '../draft.ts';
import type { Setting, StorageParameters, TableAction } from '../model.ts';
import { parseMatching } from './filter.ts';
import { endClause } from './list.ts';

/** "ALTER TABLE NAMES MATCHING" tables action */
export function parseAlterTable(cursor: Cursor, draft: Draft): void {
  const mistakes = cursor.mistakes;
  const tables = parseMatching(cursor, 'RENAME TO, SET SCHEMA, SET TABLESPACE or SET (…)');
  cursor.blank();
  const from = cursor.at;
  const action = tables === undefined && cursor.atClause() ? undefined : parseAction(cursor);
  if (tables !== undefined && action !== undefined && cursor.mistakes === mistakes) {
    draft.places.set(`alterTables.${draft.alterTables.length}`, { source: cursor.source, from, to: cursor.at });
    draft.alterTables.push({ ...tables, action });
  }
  if (cursor.mistakes > mistakes) cursor.skipToClause();
  else endClause(cursor, 'a clause');
}

/** action = "RENAME TO" name | "SET SCHEMA" name | "SET TABLESPACE" name | "SET" "(" parameter ("," parameter)* ")" */
function parseAction(cursor: Cursor): TableAction | undefined {
  if (cursor.words('rename')) {
    if (!cursor.words('to')) return cursor.expected('TO and the new name');
    const to = nameIn(cursor, 'the new name');
    return to === undefined ? undefined : { kind: 'rename', to };
  }
  if (!cursor.words('set')) return cursor.expected('RENAME TO, SET SCHEMA, SET TABLESPACE or SET (…)');
  if (cursor.words('schema')) {
    const schema = nameIn(cursor, 'the name of a schema');
    return schema === undefined ? undefined : { kind: 'set schema', schema };
  }
  if (cursor.words('tablespace')) {
    const tablespace = nameIn(cursor, 'the name of a tablespace');
    return tablespace === undefined ? undefined : { kind: 'set tablespace', tablespace };
  }
  if (!cursor.sign('(')) return cursor.expected('SCHEMA, TABLESPACE or (');
  return parseParameters(cursor);
}

function nameIn(cursor: Cursor, what: string): string | undefined {
  const name = cursor.name(what);
  if (name?.value === '' && !cursor.source.hasHole(name.from, name.to)) {
    return cursor.fail('a name cannot be empty', name.from, name.to);
  }
  return name?.value;
}

type Mutable = { -readonly [Name in keyof StorageParameters]: StorageParameters[Name] };

function parseParameters(cursor: Cursor): TableAction | undefined {
  const mistakes = cursor.mistakes;
  const others: Setting[] = [];
  const parameters: Mutable = { others };
  const given = new Set<string>();
  do {
    parseParameter(cursor, parameters, others, given);
    if (cursor.mistakes > mistakes) return undefined;
  } while (cursor.sign(','));
  if (!cursor.sign(')')) return cursor.expected('a comma or )');
  return contradiction(cursor, parameters) ?? { kind: 'set', parameters };
}

/** parameter = name "=" value, with value = quoted | a word | a number */
function parseParameter(cursor: Cursor, parameters: Mutable, others: Setting[], given: Set<string>): void {
  const name = cursor.read(/[A-Za-z_][\w.]*/y);
  if (name === undefined) {
    cursor.expected("the name of a parameter: distkey = 'column'");
    return;
  }
  const lower = name.value.toLowerCase();
  if (given.has(lower)) {
    cursor.fail(`${lower} is given twice`, name.from, name.to);
    return;
  }
  given.add(lower);
  if (!cursor.sign('=')) {
    cursor.expected(`= and a value: ${lower} = 'value'`);
    return;
  }
  const value = cursor.quoted() ?? cursor.read(/[\w.+-]+/y) ?? cursor.expected("a value: 'value'");
  if (value === undefined) return;
  const read = OURS[lower];
  if (read === undefined) others.push({ name: lower, value: value.value });
  else Object.assign(parameters, read(cursor, value));
}

type ReadParameter = (cursor: Cursor, value: Token) => Partial<StorageParameters> | undefined;

const DIST_STYLES = ['auto', 'even', 'all', 'key'] as const;

const OURS: Readonly<Record<string, ReadParameter>> = {
  diststyle: (cursor, value) => {
    const style = DIST_STYLES.find((each) => each === value.value.toLowerCase());
    return style === undefined ? wrong(cursor, value, 'auto, even, all or key') : { distStyle: style };
  },
  distkey: (cursor, value) => {
    const [column, other] = columnsOf(value.value);
    if (column === undefined || other !== undefined) return wrong(cursor, value, 'one column');
    return { distKey: column };
  },
  sortkey: (cursor, value) => {
    if (value.value.trim().toLowerCase() === 'auto') return { sortKey: 'auto' };
    const columns = columnsOf(value.value);
    return columns.length === 0 ? wrong(cursor, value, "auto, or columns: sortkey = 'a, b'") : { sortKey: columns };
  },
  encode: (cursor, value) => {
    if (value.value.trim().toLowerCase() === 'auto') return { encode: 'auto' };
    const encode = encodingsOf(value.value);
    const hint = "auto, or columns with encodings: encode = 'a zstd, b az64'";
    return encode === undefined ? wrong(cursor, value, hint) : { encode };
  },
  backup: (cursor, value) => {
    const backup = { yes: true, true: true, on: true, no: false, false: false, off: false }[value.value.toLowerCase()];
    return backup === undefined ? wrong(cursor, value, 'yes or no') : { backup };
  },
};

function wrong(cursor: Cursor, value: Token, expected: string): undefined {
  const found = cursor.shown(value.from, value.to);
  return cursor.fail(`expected ${expected}, found ${found}`, value.from, value.to);
}

/** A column, in double quotes where it holds a comma or a blank; and what follows it. */
const COLUMN = /\s*(?:"((?:[^"]|"")+)"|([^\s",]+))\s*/y;

/** `a, "b, c"` as names; none when it is no list of names. */
function columnsOf(text: string): string[] {
  const columns: string[] = [];
  for (let at = 0; at <= text.length; at++) {
    COLUMN.lastIndex = at;
    const match = COLUMN.exec(text);
    if (match === null) return [];
    columns.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    at = COLUMN.lastIndex;
    if (at < text.length && text[at] !== ',') return [];
  }
  return columns;
}

/** Redshift's encodings. */
const ENCODINGS = [
  'raw',
  'az64',
  'bytedict',
  'delta',
  'delta32k',
  'lzo',
  'mostly8',
  'mostly16',
  'mostly32',
  'runlength',
  'text255',
  'text32k',
  'zstd',
];

function encodingsOf(text: string): { column: string; encoding: string }[] | undefined {
  const pairs: { column: string; encoding: string }[] = [];
  for (let at = 0; at <= text.length; at++) {
    COLUMN.lastIndex = at;
    const column = COLUMN.exec(text);
    const encoding = column === null ? null : COLUMN.exec(text);
    if (column === null || encoding === null) return undefined;
    const name = (encoding[2] ?? '').toLowerCase();
    if (!ENCODINGS.includes(name)) return undefined;
    pairs.push({ column: column[1]?.replaceAll('""', '"') ?? column[2] ?? '', encoding: name });
    at = COLUMN.lastIndex;
    if (at < text.length && text[at] !== ',') return undefined;
  }
  return pairs;
}

/** DISTSTYLE and DISTKEY have to agree; Redshift refuses what does not. */
function contradiction(cursor: Cursor, { distStyle, distKey }: StorageParameters): undefined {
  const key = distStyle === 'key';
  if (key && distKey === undefined) return cursor.fail("diststyle = 'key' needs a distkey", cursor.at - 1, cursor.at);
  if (distStyle !== undefined && !key && distKey !== undefined) {
    return cursor.fail(`a distkey contradicts diststyle = '${distStyle}'`, cursor.at - 1, cursor.at);
  }
  return undefined;
}
