// CAST: rules by type or by column, that come before pgshift's own.

import type { CastGuards, CastRule } from '../../cast/cast-rule.ts';
import type { CastTarget } from '../../cast/model.ts';
import { OTHER_TRANSFORMS, TRANSFORMS } from '../../cast/transform-names.ts';
import type { Cursor, Token } from '../cursor.ts';
import type { Draft } from '../draft.ts';
import { keywords, looksLike, oneOf } from '../keywords.ts';
import { didYouMean } from '../nearest.ts';
import { parsePolicy } from '../value-policies.ts';
import { parseGuard } from './cast-guard.ts';
import { readList } from './list.ts';

/** "CAST" rule ("," rule)* */
export function parseCast(cursor: Cursor, draft: Draft): void {
  const begins = () => cursor.looksAt('type') || cursor.looksAt('column');
  const item = () => {
    cursor.blank();
    const from = cursor.at;
    const rule = parseRule(cursor);
    if (rule === undefined) return;
    draft.places.set(`casts.${draft.casts.length}`, { source: cursor.source, from, to: cursor.at });
    draft.casts.push(rule);
  };
  readList(cursor, RULE, begins, item, RULE_WORDS);
}

const RULE = 'a rule: type NAME to NAME, or column TABLE.COLUMN to NAME';

/** What a rule may go on with. */
const RULE_WORDS = ['to', 'using', 'drop', 'keep', 'set', 'when', 'and', 'with extra', 'on'];

interface Said {
  to?: CastTarget;
  default?: CastRule['default'];
  typmod?: CastRule['typmod'];
  notNull?: CastRule['notNull'];
  extra?: CastRule['extra'];
  on?: CastRule['on'];
  using?: string;
}

/** rule = ("type" type | "column" column) guard* ("to" type | option | "on" hazard policy)* ["using" transform] */
function parseRule(cursor: Cursor): CastRule | undefined {
  const mistakes = cursor.mistakes;
  const match = parseMatch(cursor);
  if (match === undefined) return undefined;
  const guards: CastGuards = {};
  const said: Said = {};
  while (parseGuard(cursor, guards) || parsePart(cursor, said)) {
    if (cursor.mistakes > mistakes) return undefined;
  }
  if (cursor.mistakes > mistakes) return undefined;
  if (Object.keys(said).length === 0) {
    cursor.expected('to and a type, an option (drop default) or using', RULE_WORDS);
    return skipListed(cursor);
  }
  const { to, on, using } = said;
  return {
    match,
    guards,
    ...(to === undefined ? {} : { to }),
    default: said.default ?? 'keep',
    typmod: said.typmod ?? 'keep',
    notNull: said.notNull ?? 'keep',
    extra: said.extra ?? 'keep',
    ...(on === undefined ? {} : { on }),
    ...(using === undefined ? {} : { using }),
  };
}

/** `type a, b to c`: what follows the comma is no rule of its own. */
function skipListed(cursor: Cursor): undefined {
  const before = cursor.at;
  if (!cursor.sign(',') || cursor.atClause() || looksLike(cursor, 'type') || looksLike(cursor, 'column')) {
    cursor.at = before;
  }
  return undefined;
}

function parseMatch(cursor: Cursor): CastRule['match'] | undefined {
  const by = oneOf(cursor, ['type', 'column'], RULE);
  if (by === undefined) return undefined;
  if (by === 'column') return parseColumn(cursor);
  cursor.blank();
  const from = cursor.at;
  const type = parseType(cursor);
  if (type === undefined) return undefined;
  if (type.modifiers.length > 0) {
    return cursor.fail('a rule by type takes no (n); say: when (= precision n)', from, cursor.at);
  }
  return { by: 'type', type: type.name };
}

/** column = [schema "."] table "." column */
function parseColumn(cursor: Cursor): CastRule['match'] | undefined {
  cursor.blank();
  const from = cursor.at;
  const names: Token[] = [];
  do {
    const name = names.length === 0 ? cursor.name('a column: table.column') : columnPart(cursor);
    if (name === undefined) return undefined;
    names.push(name);
  } while (names.length < 4 && cursor.text[cursor.at] === '.' && cursor.sign('.'));
  const [first, second, third] = names.map((name) => name.value);
  if (first === undefined || second === undefined || names.length > 3) {
    return cursor.fail('expected a column: table.column or schema.table.column', from, cursor.at);
  }
  return third === undefined
    ? { by: 'column', table: first, column: second }
    : { by: 'column', schema: first, table: second, column: third };
}

/** After a point even a digit may begin a name. */
function columnPart(cursor: Cursor): Token | undefined {
  return cursor.read(/[\p{L}\p{N}_](?:[\p{L}\p{N}_$%]|-(?!-))*/uy) ?? cursor.name('the name of a column');
}

/** Types of several words, as SQL spells them. */
const LONG_TYPES = ['double precision', 'character varying', 'bit varying'];

/** type = (name | words of SQL | '"' … '"') ["(" number ("," number)* ")"] ["with time zone" | "without time zone"] "[]"* */
function parseType(cursor: Cursor): CastTarget | undefined {
  cursor.blank();
  const quoted = cursor.quoted();
  if (quoted !== undefined) {
    if (quoted.value.trim() === '') return cursor.fail('the name of a type cannot be empty', quoted.from, quoted.to);
    const inside = splitModifiers(quoted.value);
    if (inside.modifiers.length > 0) return inside;
    const modifiers = parseModifiers(cursor);
    return modifiers && { name: quoted.value, modifiers };
  }
  const long = LONG_TYPES.find((words) => looksLike(cursor, ...words.split(' ')));
  if (long !== undefined) keywords(cursor, long);
  const from = cursor.at;
  const bare = long ?? cursor.read(/[\p{L}_][\p{L}\p{N}_$]*/uy)?.value.toLowerCase();
  if (bare === undefined) return cursor.expected('the name of a type');
  const to = cursor.at;
  const modifiers = parseModifiers(cursor);
  if (modifiers === undefined) return undefined;
  const zone = parseZone(cursor);
  if (zone !== '' && !TIMES.includes(bare)) {
    const found = `${cursor.shown(from, to)}${didYouMean(bare, TIMES)}`;
    cursor.fail(`expected time or timestamp in front of \`${zone.trim()}\`, found ${found}`, from, to);
  }
  return { name: bare + zone + (cursor.read(/(?:\[\])+/y)?.value ?? ''), modifiers };
}

const TIMES = ['time', 'timestamp'];

/** ["with" | "without"] "time zone". WITH may begin the next clause, too. */
function parseZone(cursor: Cursor): string {
  const word = ['with', 'without'].find((each) => ['time', 'timezone'].some((next) => looksLike(cursor, each, next)));
  if (word === undefined) return '';
  keywords(cursor, `${word} time zone`);
  return ` ${word} time zone`;
}

/** `timestamp(3) with time zone` in quotes: the same as without them. */
function splitModifiers(text: string): CastTarget {
  const parts = /^([^()]+?)\s*\(\s*(\d{1,9}(?:\s*,\s*\d{1,9})*)\s*\)\s*([^()]*)$/.exec(text.trim());
  if (parts === null) return { name: text, modifiers: [] };
  const [, before = '', numbers = '', after = ''] = parts;
  return { name: after === '' ? before : `${before} ${after}`, modifiers: numbers.split(',').map(Number) };
}

function parseModifiers(cursor: Cursor): number[] | undefined {
  if (!cursor.sign('(')) return [];
  const modifiers: number[] = [];
  do {
    const number = cursor.read(/\d{1,9}(?!\d)/y);
    if (number === undefined) return cursor.expected('a number: varchar(200)');
    modifiers.push(Number(number.value));
  } while (cursor.sign(','));
  return cursor.sign(')') ? modifiers : cursor.expected(')');
}

const OPTIONS = {
  'keep default': { default: 'keep' },
  'drop default': { default: 'drop' },
  'keep typemod': { typmod: 'keep' },
  'drop typemod': { typmod: 'drop' },
  'keep typmod': { typmod: 'keep' },
  'drop typmod': { typmod: 'drop' },
  'keep not null': { notNull: 'keep' },
  'drop not null': { notNull: 'drop' },
  'set not null': { notNull: 'set' },
  'keep extra': { extra: 'keep' },
  'drop extra': { extra: 'drop' },
} as const satisfies Readonly<Record<string, Said>>;

/** "to" type | option | "on" hazard policy | "using" transform. False where none begins. */
function parsePart(cursor: Cursor, said: Said): boolean {
  cursor.blank();
  const from = cursor.at;
  if (cursor.words('to')) {
    // A clause in the place of the type is the next one; `type` may well be one that is called `set`.
    const to = cursor.atClause() ? cursor.expected('the name of a type') : parseType(cursor);
    if (said.to !== undefined) cursor.fail('a rule has one type to cast to', from, cursor.at);
    if (to !== undefined) said.to = to;
    return true;
  }
  if (cursor.words('using')) {
    const using = parseTransform(cursor);
    if (said.using !== undefined) cursor.fail('a rule has one transform', from, cursor.at);
    if (using !== undefined) said.using = using;
    return true;
  }
  if (cursor.words('on')) {
    sayPolicy(cursor, said, from);
    return true;
  }
  return parseOption(cursor, said, from);
}

function sayPolicy(cursor: Cursor, said: Said, from: number): void {
  const found = parsePolicy(cursor);
  if (found === undefined) return;
  const { hazard, policy } = found;
  const before = said.on?.[hazard];
  if (before !== undefined && before !== policy) {
    cursor.fail(`\`on ${hazard} ${policy}\` contradicts what the rule says before`, from, cursor.at);
  }
  said.on = { ...said.on, [hazard]: policy };
}

function parseOption(cursor: Cursor, said: Said, from: number): boolean {
  const words = Object.keys(OPTIONS).find((each) => cursor.words(...each.split(' ')));
  if (words === undefined) {
    // SET at the end of a rule may begin the next clause.
    const notNull = cursor.looksAt('set', 'not') || cursor.looksAt('set', 'null');
    if (notNull || looksLike(cursor, 'set', 'not', 'null')) return keywords(cursor, 'set not null');
    if (!cursor.words('keep') && !cursor.words('drop')) return false;
    const what = oneOf(cursor, ['default', 'typemod', 'not', 'extra'], 'default, typemod, not null or extra');
    if (what === 'not') keywords(cursor, 'null');
    return true;
  }
  const option: Said = OPTIONS[words as keyof typeof OPTIONS];
  for (const [name, value] of Object.entries(option)) {
    const before = Reflect.get(said, name);
    if (before !== undefined && before !== value) {
      cursor.fail(`\`${words}\` contradicts what the rule says before`, from, cursor.at);
    }
  }
  Object.assign(said, option);
  return true;
}

/** transform = [package ":" [":"]] name */
function parseTransform(cursor: Cursor): string | undefined {
  cursor.blank();
  const from = cursor.at;
  if (cursor.text[from] === '(' || cursor.text.startsWith('#', from)) {
    return cursor.fail('Lisp is not run here; expected the name of a transform', from, from + 1);
  }
  const name = cursor.read(/[A-Za-z][\w.-]*(?:::?[A-Za-z][\w-]*)?/y);
  if (name === undefined) return cursor.expected('the name of a transform');
  const transform = name.value.replace(/^.*:/, '').toLowerCase();
  const known: readonly string[] = [...TRANSFORMS, ...OTHER_TRANSFORMS];
  if (known.includes(transform)) return transform;
  const hint = didYouMean(transform, known) || `; known are ${TRANSFORMS.join(', ')}`;
  return cursor.fail(`unknown transform ${cursor.shown(name.from, name.to)}${hint}`, name.from, name.to);
}
