// `when` and its like: what a column must be, beyond its type, for a rule to apply.

import type { Cursor } from '../cursor.ts';
import type { CastGuards, TypmodTest } from '../model.ts';
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
    if (cursor.words('not', 'null')) guards.notNull = true;
    else cursor.expected('not null');
    return true;
  }
  if (cursor.words('with', 'extra')) {
    if (cursor.words('auto_increment')) guards.autoIncrement = true;
    else if (cursor.words('on', 'update', 'current_timestamp')) guards.onUpdateCurrentTimestamp = true;
    else cursor.expected('auto_increment or on update current_timestamp');
    return true;
  }
  if (!cursor.words('when')) return false;
  parseWhen(cursor, guards);
  return true;
}

function parseWhen(cursor: Cursor, guards: Guards): void {
  cursor.blank();
  const from = cursor.at;
  if (cursor.words('unsigned') || cursor.words('signed')) setSigned(cursor, guards, from);
  else if (cursor.words('default')) {
    const value = cursor.quoted("'");
    if (value === undefined) cursor.expected("a default in single quotes: when default 'value'");
    else guards.default = value.value;
  } else if (cursor.text[from] === '(') {
    const test = parseTest(cursor, 0);
    if (test !== undefined) guards.typmod = guards.typmod ? { test: 'and', of: [guards.typmod, test] } : test;
  } else cursor.expected("unsigned, signed, default 'value' or a test: when (= precision 1)");
}

function setSigned(cursor: Cursor, guards: Guards, from: number): void {
  const unsigned = cursor.text.slice(from, cursor.at).toLowerCase().endsWith('unsigned');
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
  if (junction === undefined) return cursor.expected('one of = /= < <= > >= and or not');
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
