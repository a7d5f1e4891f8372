// WITH: the options of a load.

import type { Cursor, Token } from '../cursor.ts';
import type { Draft } from '../draft.ts';
import { didYouMean } from '../nearest.ts';
import { type NumberWords, nameOf, OPTION_WORDS, type OptionWords } from '../options.ts';
import { expectedPolicy, parseHazard } from '../value-policies.ts';
import { readList } from './list.ts';

interface Phrase {
  readonly option: OptionWords;
  readonly words: readonly string[];
}

/** By their first words; the longest first: of two that fit, it is meant. */
const PHRASES: ReadonlyMap<string, readonly Phrase[]> = Map.groupBy(
  OPTION_WORDS.map((option): Phrase => ({ option, words: option.words.split(' ') })).toSorted(
    (a, b) => b.words.length - a.words.length,
  ),
  ({ words }) => words[0] ?? '',
);

/** An option's words with what stands after them, as in a message. */
const spelling = (option: OptionWords): string =>
  'set' in option ? option.words : `${option.words} = N${unitOf(option)}`;
const unitOf = ({ unit }: NumberWords): string => (unit === 'bytes' ? ' MB' : unit === 'time' ? ' hours' : '');

/** "WITH" option ("," option)* */
export function parseWith(cursor: Cursor, draft: Draft): void {
  readList(
    cursor,
    'an option',
    () => optionHere(cursor) !== undefined,
    () => parseOption(cursor, draft),
  );
}

/** option = words | words "=" number [unit] */
function parseOption(cursor: Cursor, draft: Draft): void {
  cursor.blank();
  const from = cursor.at;
  const option = optionHere(cursor);
  if (option === undefined) {
    unknownOption(cursor);
    return;
  }
  cursor.words(...option.words.split(' '));
  const words = { value: option.words, from, to: cursor.at };
  if ('set' in option) {
    if (cursor.sign('=')) cursor.fail(`\`${option.words}\` takes no value`, words.from, words.to);
    else give(cursor, draft, option, words, option.set);
    return;
  }
  const value = parseValue(cursor, option, words);
  if (value !== undefined) give(cursor, draft, option, words, { [option.name]: value });
}

/** The option whose words stand here: the longest, where one is the beginning of another. */
export function optionHere(cursor: Cursor): OptionWords | undefined {
  return PHRASES.get(cursor.peekWord() ?? '')?.find(({ words }) => cursor.looksAt(...words))?.option;
}

/** One more than an option has: what follows is prose, and is not compared. */
const MOST_WORDS = Math.max(...OPTION_WORDS.map(({ words }) => words.split(' ').length)) + 1;

function unknownOption(cursor: Cursor): void {
  const from = cursor.at;
  const hazard = cursor.words('on') ? parseHazard(cursor) : undefined;
  if (hazard !== undefined) {
    expectedPolicy(cursor, hazard);
    return;
  }
  cursor.at = from;
  const words: string[] = [];
  let to = from;
  while (!cursor.atClause()) {
    const word = cursor.bareName();
    if (word === undefined) break;
    if (words.length < MOST_WORDS) words.push(word.value.toLowerCase());
    to = word.to;
  }
  if (words.length === 0) {
    cursor.expected('an option');
    return;
  }
  cursor.fail(`unknown option ${cursor.shown(from, to)}${meantBy(words)}`, from, to);
}

/** More than these nobody reads. */
const MOST_OPTIONS_NAMED = 8;

/** The options that hold these words in a row, else the nearest, else those that begin as these do. */
function meantBy(words: readonly string[]): string {
  const known = OPTION_WORDS.map((option) => option.words);
  // A policy's option once, without its policies.
  const shown = [...new Set(OPTION_WORDS.map((option) => (isPolicy(option) ? nameOf(option) : option.words)))];
  const wrong = words.join(' ');
  const beginning = (count: number) =>
    shown.filter((each) => `${each} `.startsWith(`${words.slice(0, count).join(' ')} `));
  const holding = shown.filter((each) => ` ${each} `.includes(` ${wrong} `));
  const some = holding.length > MOST_OPTIONS_NAMED ? beginning(words.length) : holding;
  if (some.length > 0) return naming(some);
  const near = didYouMean(wrong, known);
  return near === ''
    ? naming(words.map((_, left) => beginning(words.length - left)).find((each) => each.length > 0))
    : near;
}

function naming(options: readonly string[] = []): string {
  const named = options.map((each) => `\`${each}\``);
  if (named.length < 2) return named.length === 0 ? '' : `; did you mean ${named[0]}?`;
  return `; there are ${named.slice(0, -1).join(', ')} and ${named.at(-1)}`;
}

const isPolicy = (option: OptionWords): boolean => nameOf(option).startsWith('on ');

function parseValue(cursor: Cursor, option: NumberWords, words: Token): number | undefined {
  if (!cursor.sign('=')) {
    return cursor.expected(`= and a number: ${spelling(option)}`);
  }
  const grouped = cursor.read(/\d+(?:[,_']\d{3})+(?!\d)/y);
  if (grouped !== undefined) {
    const digits = grouped.value.replaceAll(/\D/g, '');
    return cursor.fail(`a number is written in digits alone: ${words.value} = ${digits}`, grouped.from, grouped.to);
  }
  const number = cursor.number();
  if (number === undefined) return cursor.expected(`a whole number: ${spelling(option)}`);
  const unit = option.unit === 'none' ? { factor: 1, name: '' } : parseUnit(cursor, UNITS[option.unit]);
  if (unit === undefined) return undefined;
  const value = Number(number.value) * unit.factor;
  if (Number.isSafeInteger(value) && value >= option.least && value <= option.most) return value;
  const most = `to ${Math.floor(option.most / unit.factor)}${unit.name}`;
  const bounds = value < option.least && option.most === Number.MAX_SAFE_INTEGER ? 'on' : most;
  const message = `\`${words.value}\` takes a whole number from ${option.least} ${bounds}`;
  return cursor.fail(message, number.from, cursor.at);
}

interface Units {
  readonly names: readonly string[];
  readonly factors: readonly number[];
}

/** Bytes each 1024 of the one before, as pgloader has them. */
const UNITS: Readonly<Record<'bytes' | 'time', Units>> = {
  bytes: { names: ['B', 'kB', 'MB', 'GB', 'TB', 'PB'], factors: [1, 2 ** 10, 2 ** 20, 2 ** 30, 2 ** 40, 2 ** 50] },
  time: { names: ['seconds', 'minutes', 'hours', 'days'], factors: [1, 60, 3600, 86_400] },
};

/** unit = [k|M|G|T|P] "B" | "second"["s"] | "minute"["s"] | "hour"["s"] | "day"["s"], in any case */
function parseUnit(cursor: Cursor, { names, factors }: Units): { factor: number; name: string } | undefined {
  const word = cursor.read(/[A-Za-z]+/y);
  const written = word?.value.toLowerCase();
  const at = names.findIndex((name) => [name, name.replace(/s$/, '')].some((each) => each.toLowerCase() === written));
  const factor = factors[at];
  if (factor !== undefined) return { factor, name: ` ${names[at]}` };
  const what = `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
  if (word === undefined) return cursor.expected(what);
  const found = `${cursor.shown(word.from, word.to)}${didYouMean(word.value, names)}`;
  return cursor.fail(`expected ${what}, found ${found}`, word.from, word.to);
}

/** Options that cannot both be given. */
const CONTRADICTIONS = [
  ['dataOnly', 'schemaOnly'],
  ['noSnapshot', 'snapshotMaxAgeSeconds'],
  ['noSnapshot', 'oneTransaction'],
] as const;

function give(cursor: Cursor, draft: Draft, option: OptionWords, words: Token, set: Draft['options']): void {
  const name = nameOf(option);
  const before = draft.given.get(name);
  if (before !== undefined && draft.options[name] !== set[name]) {
    const how = before === words.value ? 'is given twice, with different values' : `contradicts \`${before}\``;
    cursor.fail(`\`${words.value}\` ${how}`, words.from, words.to);
    return;
  }
  for (const pair of CONTRADICTIONS) {
    const other = pair.find((each) => each !== name);
    const given = other !== undefined && pair.some((each) => each === name) ? draft.given.get(other) : undefined;
    if (given !== undefined) {
      cursor.fail(`\`${words.value}\` contradicts \`${given}\``, words.from, words.to);
      return;
    }
  }
  draft.options = { ...draft.options, ...set };
  if (before !== undefined) return;
  draft.places.set(`options.${name}`, { source: cursor.source, from: words.from, to: words.to });
  draft.given.set(name, words.value);
}
