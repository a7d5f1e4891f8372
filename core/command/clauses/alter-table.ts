// ALTER TABLE NAMES MATCHING: new names, other schemas, and how Redshift keeps a table.

import type { Cursor, Token } from '../cursor.ts';
import type { Draft } from '../draft.ts';
import { keywords, oneOf } from '../keywords.ts';
import type { Setting, StorageParameters, TableAction } from '../model.ts';
import { didYouMean } from '../nearest.ts';
import { parseMatching } from './filter.ts';
import { endClause } from './list.ts';

const ACTIONS = { words: ['RENAME', 'SET'], what: 'RENAME TO, SET SCHEMA, SET TABLESPACE or SET (…)' } as const;

/** "ALTER TABLE NAMES MATCHING" tables action */
export function parseAlterTable(cursor: Cursor, draft: Draft): void {
  const mistakes = cursor.mistakes;
  const tables = parseMatching(cursor, ACTIONS);
  cursor.blank();
  const from = cursor.at;
  const action = tables === undefined && cursor.atClause() ? undefined : parseAction(cursor);
  if (tables !== undefined && action !== undefined && cursor.mistakes === mistakes) {
    draft.places.set(`alterTables.${draft.alterTables.length}`, { source: cursor.source, from, to: cursor.at });
    draft.alterTables.push({ ...tables, action });
  }
  if (action === undefined) cursor.skipToClause();
  else if (ACTIONS.words.some((word) => cursor.looksAt(word.toLowerCase())) && !cursor.atClause()) {
    cursor.expected('ALTER TABLE before each further action');
    cursor.skipToClause();
  } else endClause(cursor);
}

/** action = "RENAME TO" name | "SET SCHEMA" name | "SET TABLESPACE" name | "SET" "(" parameter ("," parameter)* ")" */
function parseAction(cursor: Cursor): TableAction | undefined {
  const action = oneOf(cursor, ACTIONS.words, ACTIONS.what);
  if (action === undefined) return undefined;
  if (action === 'RENAME') {
    keywords(cursor, 'TO', ' and the new name');
    const to = nameIn(cursor, 'the new name');
    return to === undefined ? undefined : { kind: 'rename', to };
  }
  if (cursor.sign('(')) return parseParameters(cursor);
  const what = oneOf(cursor, ['SCHEMA', 'TABLESPACE'], 'SCHEMA, TABLESPACE or (');
  if (what === undefined) return undefined;
  const name = nameIn(cursor, `the name of a ${what.toLowerCase()}`);
  if (name === undefined) return undefined;
  return what === 'SCHEMA' ? { kind: 'set schema', schema: name } : { kind: 'set tablespace', tablespace: name };
}

function nameIn(cursor: Cursor, what: string): string | undefined {
  const name = cursor.name(what);
  if (name?.value === '' && !cursor.source.hasHole(name.from, name.to)) {
    return cursor.fail('a name cannot be empty', name.from, name.to);
  }
  return name?.value;
}

type Mutable = { -readonly [Name in keyof StorageParameters]: StorageParameters[Name] };

interface Read {
  readonly parameters: Mutable;
  readonly others: Setting[];
  /** Where each stands, name and value. */
  readonly given: Map<string, { readonly from: number; readonly to: number }>;
}

function parseParameters(cursor: Cursor): TableAction {
  const others: Setting[] = [];
  const read: Read = { parameters: { others }, others, given: new Map() };
  const before = cursor.mistakes;
  for (;;) {
    if (!parseParameter(cursor, read)) skipParameter(cursor);
    if (cursor.sign(',')) continue;
    if (cursor.sign(')')) break;
    cursor.expected('a comma or )');
    if (parameterHere(cursor)) continue;
    skipParameter(cursor);
    if (cursor.sign(',')) continue;
    cursor.sign(')');
    break;
  }
  // The other half of a contradiction may be what is misspelt.
  if (cursor.mistakes === before) tellContradiction(cursor, read);
  return { kind: 'set', parameters: read.parameters };
}

/** After a mistake: to the comma or the parenthesis that ends the parameter, or to what follows the clause. */
function skipParameter(cursor: Cursor): void {
  while (!cursor.atClause() && !',)'.includes(cursor.text[cursor.at] ?? '')) cursor.skipToken();
}

const PARAMETER = /[A-Za-z_][\w.]*/y;

function parameterHere(cursor: Cursor): boolean {
  const before = cursor.at;
  const found = cursor.read(PARAMETER) !== undefined && cursor.sign('=');
  cursor.at = before;
  return found;
}

/** parameter = name "=" value, with value = quoted | a word | a number. False when it is not read to its end. */
function parseParameter(cursor: Cursor, { parameters, others, given }: Read): boolean {
  const name = cursor.read(PARAMETER) ?? cursor.expected("the name of a parameter: distkey = 'column'");
  if (name === undefined) return false;
  const lower = name.value.toLowerCase();
  const ours = OURS.get(lower);
  const hint = ours === undefined ? didYouMean(lower, [...OURS.keys()]) : '';
  if (hint !== '') cursor.fail(`unknown parameter ${cursor.shown(name.from, name.to)}${hint}`, name.from, name.to);
  if (given.has(lower)) cursor.fail(`${lower} is given twice`, name.from, name.to);
  if (!cursor.sign('=')) return cursor.expected(`= and a value: ${lower} = 'value'`) ?? false;
  const value = cursor.quoted() ?? cursor.read(/[\w.+-]+/y) ?? cursor.expected("a value: 'value'");
  given.set(lower, { from: name.from, to: cursor.at });
  if (value === undefined) return false;
  if (ours === undefined) others.push({ name: lower, value: value.value });
  else Object.assign(parameters, ours(cursor, value));
  return true;
}

type ReadParameter = (cursor: Cursor, value: Token) => Partial<StorageParameters> | undefined;

const DIST_STYLES = ['auto', 'even', 'all', 'key'] as const;

const SWITCH: ReadonlyMap<string, boolean> = new Map([
  ['yes', true],
  ['true', true],
  ['on', true],
  ['no', false],
  ['false', false],
  ['off', false],
]);

const OURS: ReadonlyMap<string, ReadParameter> = new Map<string, ReadParameter>([
  [
    'diststyle',
    (cursor, value) => {
      const style = DIST_STYLES.find((each) => each === value.value.toLowerCase());
      return style === undefined ? wrong(cursor, value, 'auto, even, all or key', DIST_STYLES) : { distStyle: style };
    },
  ],
  [
    'distkey',
    (cursor, value) => {
      const [column, other] = columnsOf(value.value);
      if (column === undefined || other !== undefined) return wrong(cursor, value, 'one column');
      return { distKey: column };
    },
  ],
  [
    'sortkey',
    (cursor, value) => {
      if (isAuto(value)) return { sortKey: 'auto' };
      const columns = columnsOf(value.value);
      return columns.length === 0 ? wrong(cursor, value, "auto, or columns: sortkey = 'a, b'") : { sortKey: columns };
    },
  ],
  ['encode', (cursor, value) => (isAuto(value) ? { encode: 'auto' } : parseEncodings(cursor, value))],
  [
    'backup',
    (cursor, value) => {
      const backup = SWITCH.get(value.value.toLowerCase());
      return backup === undefined ? wrong(cursor, value, 'yes or no') : { backup };
    },
  ],
]);

const isAuto = ({ value }: Token): boolean => value.trim().toLowerCase() === 'auto';

function wrong(cursor: Cursor, value: Token, expected: string, known: readonly string[] = []): undefined {
  const found = cursor.shown(value.from, value.to);
  const hint = didYouMean(value.value, known);
  return cursor.fail(`expected ${expected}, found ${found}${hint}`, value.from, value.to);
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

/** `a zstd, "b c" az64` */
function parseEncodings(cursor: Cursor, value: Token): Partial<StorageParameters> | undefined {
  const text = value.value;
  const encode: { column: string; encoding: string }[] = [];
  for (let at = 0; at <= text.length; at++) {
    COLUMN.lastIndex = at;
    const column = COLUMN.exec(text);
    const encoding = column === null ? null : COLUMN.exec(text);
    at = COLUMN.lastIndex;
    if (column === null || encoding === null || (at < text.length && text[at] !== ',')) {
      return wrong(cursor, value, "auto, or columns with encodings: encode = 'a zstd, b az64'");
    }
    const name = (encoding[2] ?? '').toLowerCase();
    if (!ENCODINGS.includes(name)) {
      const hint = didYouMean(name, ENCODINGS) || `; Redshift has ${ENCODINGS.join(', ')}`;
      return cursor.fail(`unknown encoding in ${cursor.shown(value.from, value.to)}${hint}`, value.from, value.to);
    }
    encode.push({ column: column[1]?.replaceAll('""', '"') ?? column[2] ?? '', encoding: name });
  }
  return { encode };
}

/** DISTSTYLE and DISTKEY have to agree; Redshift refuses what does not. Told where the second of them stands. */
function tellContradiction(cursor: Cursor, { parameters, given }: Read): void {
  const { distStyle, distKey } = parameters;
  const style = given.get('diststyle');
  const key = given.get('distkey');
  if (distStyle === undefined || style === undefined) return;
  if (distStyle === 'key' && key === undefined) {
    cursor.fail("diststyle = 'key' needs a distkey", style.from, style.to);
  } else if (distStyle !== 'key' && distKey !== undefined && key !== undefined) {
    const { from, to } = key.from > style.from ? key : style;
    cursor.fail(`a distkey contradicts diststyle = '${distStyle}'`, from, to);
  }
}
