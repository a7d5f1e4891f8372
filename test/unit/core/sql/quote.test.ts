import { expect, test } from 'vitest';
import {
  copyLiteral,
  identifier,
  identifiers,
  literal,
  qualified,
  redshiftLiteral,
} from '../../../../core/sql/quote.ts';

test.each([
  ['plain', '"plain"'],
  ['with "quotes"', '"with ""quotes"""'],
  ["o'clock; drop table x --", `"o'clock; drop table x --"`],
  ['back\\slash', '"back\\slash"'],
])('quotes the identifier %j', (name, quoted) => {
  expect(identifier(name)).toBe(quoted);
});

test('refuses identifiers that no server can have', () => {
  expect(() => identifier('')).toThrow(RangeError);
  expect(() => identifier('a\0b')).toThrow(RangeError);
});

test('qualifies and lists names', () => {
  expect(qualified('s', 'a"b')).toBe('"s"."a""b"');
  expect(identifiers(['a', 'b'])).toBe('"a", "b"');
});

test.each([
  ['plain', "'plain'", "'plain'"],
  ["it's", "'it''s'", "'it''s'"],
  ['a\\b', "'a\\b'", "'a\\\\b'"],
  ["\\'", "'\\'''", "'\\\\'''"],
])('writes %j as a literal of each dialect', (text, postgresql, redshift) => {
  expect(literal(text)).toBe(postgresql);
  expect(redshiftLiteral(text)).toBe(redshift);
});

test('refuses what a literal cannot hold', () => {
  expect(() => literal('\0')).toThrow(RangeError);
  expect(() => copyLiteral('a\\b')).toThrow(RangeError);
});
