import { expect, test } from 'vitest';
import { identifier, identifiers, literal, plainLiteral, qualified } from '../../../../core/sql/quote.ts';

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
  ['plain', "'plain'"],
  ["it's", "'it''s'"],
  ['a\\b', "E'a\\\\b'"],
  ["\\'", "E'\\\\'''"],
])('writes %j as a literal that both servers read alike', (text, quoted) => {
  expect(literal(text)).toBe(quoted);
});

test('refuses what a literal cannot hold', () => {
  expect(() => literal('\0')).toThrow(RangeError);
  expect(() => plainLiteral('a\\b')).toThrow(RangeError);
});
