// What is told from a server's message about a value that was made to fail?
import { expect, test } from 'vitest';
import { readMark } from '../../../../core/sql/guards.ts';

const sentinel = '@N0123456789abcd@';

test.each([
  [`invalid input syntax for type integer: "${sentinel}:3:1:(12,7)"`, { column: 3, guard: 1, ctid: '(12,7)' }],
  [`ungültige Eingabesyntax für Typ integer: »${sentinel}:0:0:(0,65535)«`, { column: 0, guard: 0, ctid: '(0,65535)' }],
  [`"${sentinel}:1599:12:"は型integerの入力構文として不正です`, { column: 1599, guard: 12 }],
])('a mark is read in any language: %j', (message, marked) => {
  expect(readMark(message, sentinel)).toEqual(marked);
});

test.each([
  'division by zero',
  'invalid input syntax for type integer: "@N0000000000000000@:3:1:(12,7)"',
  `invalid input syntax for type integer: "${sentinel}"`,
  `invalid input syntax for type integer: "${sentinel}:x"`,
])('what has no mark is an error like any other: %j', (message) => {
  expect(readMark(message, sentinel)).toBe(undefined);
});
