// `when` and its like: what a column must be, beyond its type, for a rule to apply.

import type { CastGuards, TypmodTest } from '../../cast/cast-rule.ts';
import type { Cursor } from '../cursor.ts';
import { keywords, looksLike, oneOf } from '../keywords.ts';
import { didYouMean } from '../nearest.ts';

/** What is told once a guard is complete, and where its own words begin. */
type Guards = { -readonly [Name in keyof CastGuards]: CastGuards[Name] };

/**
 * guard = "when" ("unsigned" | "signed" | "default" quoted | test) | "and not null"
 *       | "with extra" ("auto_increment" | "on update current_timestamp")
 *
 * Gives false where none begins.
 */
export function parseGuard(cursor: Cursor, guards: Guards): boolean {
  if (cursor.words('and')) {
    if (keywords(cursor, 'not null')) guards.notNull = true;
    return true;
  }
  if (['extra', 'auto_increment'].some((next) => looksLike(cursor, 'with', next))) {
    keywords(cursor, 'with extra');
    parseExtra(cursor, guards);
    return true;
  }
  if (!cursor.words('when')) return false;
  parseWhen(cursor, guards);
  return true;
}

function parseExtra(cursor: Cursor, guards: Guards): void {
  const extra = oneOf(cursor, ['auto_increment', 'on'], 'auto_increment or on update current_timestamp');
  if (extra === 'auto_increment') guards.autoIncrement = true;
  else if (extra === 'on' && keywords(cursor, 'update current_timestamp')) guards.onUpdateCurrentTimestamp = true;
}

function parseWhen(cursor: Cursor, guards: Guards): void {
  cursor.blank();
  const from = cursor.at;
  if (cursor.text[from] === '(') {
    const test = parseTest(cursor, 0);
    if (test !== undefined) guards.typmod = guards.typmod ? { test: 'and', of: [guards.typmod, test] } : test;
    return;
  }
  const what = "unsigned, signed, default 'value' or a test: when (= precision 1)";
  const guard = oneOf(cursor, ['unsigned', 'signed', 'default'], what);
  if (guard === 'default') {
    const value = cursor.quoted();
    if (value === undefined) cursor.expected("a default in quotes: when default 'value'");
    else guards.default = value.value;
  } else if (guard !== undefined) setSigned(cursor, guards, guard === 'unsigned', from);
}

function setSigned(cursor: Cursor, guards: Guards, unsigned: boolean, from: number): void {
  if (guards.unsigned !== undefined && guards.unsigned !== unsigned) {
    cursor.fail('a column is either signed or unsigned', from, cursor.at);
  }
  guards.unsigned = unsigned;
}

const COMPARISONS = ['=', '/=', '<=', '>=', '<', '>'] as const;
const JUNCTIONS = ['and', 'or', 'not'] as const;

/** Deeper tests are no tests that anybody writes. */
const DEEPEST_TEST = 50;

/** test = "(" comparison operand operand+ ")" | "(" ("and" | "or") test+ ")" | "(" "not" test ")" */
function parseTest(cursor: Cursor, depth: number): TypmodTest | undefined {
  if (depth > DEEPEST_TEST) return cursor.fail('this test is nested too deeply', cursor.at, cursor.at + 1);
  if (!cursor.sign('(')) return cursor.expected('a test: (= precision 1)');
  const test = COMPARISONS.find((sign) => cursor.sign(sign));
  if (test !== undefined) {
    const of = readAll(cursor, () => parseOperand(cursor));
    if (of === undefined) return undefined;
    return of.length < 2
      ? cursor.expected('two or more of precision, scale and numbers')
      : closed(cursor, { test, of });
  }
  const junction = JUNCTIONS.find((word) => cursor.words(word));
  if (junction === undefined) return cursor.expected('one of = /= < <= > >= and or not: when (= precision 1)');
  const of = readAll(cursor, () => parseTest(cursor, depth + 1));
  if (of === undefined) return undefined;
  if (of.length === 0 || (junction === 'not' && of.length > 1)) return cursor.expected('a test: (= precision 1)');
  return closed(cursor, { test: junction, of });
}

function closed(cursor: Cursor, test: TypmodTest): TypmodTest | undefined {
  return cursor.sign(')') ? test : cursor.expected(')');
}

/** Up to the closing parenthesis, which is left. Undefined after a mistake. */
function readAll<Item>(cursor: Cursor, item: () => Item | undefined): Item[] | undefined {
  const items: Item[] = [];
  for (;;) {
    if (cursor.done() || cursor.text[cursor.at] === ')') return items;
    const found = item();
    if (found === undefined) return undefined;
    items.push(found);
  }
}

function parseOperand(cursor: Cursor): 'precision' | 'scale' | number | undefined {
  const number = cursor.read(/\d{1,9}(?![\d.])/y);
  if (number !== undefined) return Number(number.value);
  const word = cursor.bareName();
  if (word === undefined) return cursor.expected('precision, scale or a number');
  const name = word.value.toLowerCase();
  if (name === 'precision' || name === 'scale') return name;
  const hint = didYouMean(name, ['precision', 'scale']);
  const found = cursor.shown(word.from, word.to);
  return cursor.fail(`expected precision, scale or a number, found ${found}${hint}`, word.from, word.to);
}
