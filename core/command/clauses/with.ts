// WITH: the options of a load.

import type { Cursor, Token } from '../cursor.ts';
import type { Draft } from '../draft.ts';
import { didYouMean } from '../nearest.ts';
import { type NumberWords, nameOf, OPTION_WORDS, type OptionWords } from '../options.ts';
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
function optionHere(cursor: Cursor): OptionWords | undefined {
  return PHRASES.get(cursor.peekWord() ?? '')?.find(({ words }) => cursor.looksAt(...words))?.option;
}

function unknownOption(cursor: Cursor): void {
  const from = cursor.at;
  const words: string[] = [];
  let to = from;
  while (!cursor.atClause()) {
    const word = cursor.bareName();
    if (word === undefined) break;
    words.push(word.value.toLowerCase());
    to = word.to;
  }
  if (words.length === 0) {
    cursor.expected('an option');
    return;
  }
  const known = OPTION_WORDS.map((option) => option.words);
  cursor.fail(`unknown option ${cursor.shown(from, to)}${didYouMean(words.join(' '), known)}`, from, to);
}

function parseValue(cursor: Cursor, option: NumberWords, words: Token): number | undefined {
  if (!cursor.sign('=')) {
    return cursor.expected(`= and a number: ${spelling(option)}`);
  }
  const number = cursor.number();
  if (number === undefined) return cursor.expected(`a whole number: ${spelling(option)}`);
  const factor = option.unit === 'none' ? 1 : parseUnit(cursor, option);
  if (factor === undefined) return undefined;
  const value = Number(number.value) * factor;
  if (!Number.isSafeInteger(value) || value < option.least || value > option.most) {
    const most = option.most === Number.MAX_SAFE_INTEGER ? 'on' : `to ${option.most}`;
    return cursor.fail(`\`${words.value}\` takes a whole number from ${option.least} ${most}`, number.from, cursor.at);
  }
  return value;
}

/** In bytes, each 1024 of the one before, as pgloader has them; and in seconds. */
const UNITS: Readonly<Record<'bytes' | 'time', Readonly<Record<string, number>>>> = {
  bytes: { b: 1, kb: 2 ** 10, mb: 2 ** 20, gb: 2 ** 30, tb: 2 ** 40, pb: 2 ** 50 },
  time: { second: 1, minute: 60, hour: 3600, day: 86_400 },
};

/** unit = [k|M|G|T|P] "B" | "second"["s"] | "minute"["s"] | "hour"["s"] | "day"["s"], in any case */
function parseUnit(cursor: Cursor, option: NumberWords): number | undefined {
  const units = option.unit === 'bytes' ? UNITS.bytes : UNITS.time;
  const what = option.unit === 'bytes' ? 'B, kB, MB, GB, TB or PB' : 'seconds, minutes, hours or days';
  const word = cursor.read(/[A-Za-z]+/y);
  if (word === undefined) return cursor.expected(what);
  const name = word.value.toLowerCase();
  const factor = units[option.unit === 'time' ? name.replace(/s$/, '') : name];
  return factor ?? cursor.fail(`expected ${what}, found ${cursor.shown(word.from, word.to)}`, word.from, word.to);
}

/** Options that cannot both be given. */
const CONTRADICTIONS = [
  ['dataOnly', 'schemaOnly'],
  ['noSnapshot', 'snapshotMaxAgeSeconds'],
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
  if (before === undefined)
    draft.places.set(`options.${name}`, { source: cursor.source, from: words.from, to: words.to });
  draft.given.set(name, words.value);
}
