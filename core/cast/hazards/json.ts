// JSON that SUPER refuses or alters, told by its text, in the SQL of PostgreSQL. The text is looked at as it is sent: a value
// that PostgreSQL keeps as json may be none that it takes for jsonb.

import type { Passage } from '../passage.ts';
import type { Bounds } from './bounds.ts';
import { MOST_ROW_BYTES } from './texts.ts';

/** SUPER's limits. */
const MOST_STRING_BYTES = 65_535;
const MOST_DEPTH = 1000;
const MOST_DIGITS = 38;
/** The quotes around the value in CSV. */
const MOST_JSON_BYTES = MOST_ROW_BYTES - 2;

export const jsonBounds = ({ from, to }: Passage): Bounds | undefined =>
  to.family === 'super' && from.json !== undefined ? {} : undefined;

const boundsIf =
  (has: 'strings' | 'numbers' | 'nested' | 'escapes') =>
  (passage: Passage): Bounds | undefined =>
    passage.from.json?.[has] === true ? jsonBounds(passage) : undefined;

export const stringBounds = boundsIf('strings');
export const numberBounds = boundsIf('numbers');
export const depthBounds = boundsIf('nested');
export const characterBounds = boundsIf('escapes');

// --- SQL

/** Quotes are doubled in CSV. */
export const maybeLongJson = (text: string): string => `octet_length(${text}) > ${MOST_JSON_BYTES / 2}`;
export const isLongJson = (text: string): string => `octet_length(replace(${text}, '"', '""')) > ${MOST_JSON_BYTES}`;

export const maybeLongString = (text: string): string => `octet_length(${text}) > ${MOST_STRING_BYTES}`;

/** Without escapes every second piece between quotes is a string. */
export const hasLongString = (text: string): string =>
  `EXISTS (SELECT FROM unnest(string_to_array(regexp_replace(${text}, '\\\\(u[0-9a-fA-F]{4}|.)', '_', 'g'), '"')) ` +
  `WITH ORDINALITY AS pieces (piece, number) WHERE number % 2 = 0 AND octet_length(piece) > ${MOST_STRING_BYTES})`;

const withoutEscapes = (text: string): string => `regexp_replace(${text}, '\\\\.', '', 'g')`;

/** Each level takes two characters; and who has so few openings is not so deep. */
export const maybeDeep = (text: string): string =>
  `octet_length(${text}) > ${2 * MOST_DEPTH} AND ` +
  `octet_length(${text}) - octet_length(replace(replace(${text}, '[', ''), '{', '')) > ${MOST_DEPTH}`;

/** Its brackets alone, peeled from the inside: as often as it is deep. */
export const isDeep = (text: string): string =>
  `EXISTS (WITH RECURSIVE peeled (rest, depth) AS (` +
  `SELECT regexp_replace(${withoutEscapes(text)}, '"[^"]*"|[^][{}]', '', 'g'), 0 ` +
  `UNION ALL SELECT regexp_replace(rest, '\\[\\]|\\{\\}', '', 'g'), depth + 1 FROM peeled WHERE rest <> '' AND depth < ${MOST_DEPTH}` +
  `) SELECT FROM peeled WHERE rest <> '' AND depth = ${MOST_DEPTH})`;

/** So many digits, with a point among them or without; or an exponent. */
export const maybeLongNumber = (text: string): string => `${text} ~ '[0-9.]{${MOST_DIGITS + 1}}|[0-9][eE][-+]?[0-9]'`;
export const hasLongNumber = (text: string): string => {
  const outside = `regexp_replace(${withoutEscapes(text)}, '"[^"]*"', '', 'g')`;
  const digits = `${outside} ~ '[0-9]{${MOST_DIGITS + 1}}|[0-9.]{${MOST_DIGITS + 2}}'`;
  return `(${digits} OR EXISTS (SELECT FROM regexp_matches(${outside}, '([0-9.]+)[eE]([-+]?[0-9]+)', 'g') AS number WHERE ${isNoDouble('number')}))`;
};

/** The least and greatest double: also those next to 0, as a column of DOUBLE PRECISION takes them. */
const DOUBLES = '4.9406564584124654e-324 AND 1.7976931348623157e308';

/**
 * With an exponent a number is a double in SUPER: whether that is another number. What would fail a cast is told before:
 * a numeric has room for exponents of four digits beside the 38 of the number.
 */
const isNoDouble = (number: string): string => {
  const [mantissa, exponent] = [`${number}[1]`, `${number}[2]`];
  const value = `(${mantissa} || 'e' || ${exponent})`;
  return (
    `CASE WHEN ${mantissa} ~ '^[0.]*$' THEN false WHEN ${exponent} ~ '[1-9][0-9]{4}' THEN true ` +
    `WHEN ${value}::numeric NOT BETWEEN ${DOUBLES} THEN true ` +
    `ELSE ${value}::double precision::text::numeric <> ${value}::numeric END`
  );
};

export const maybeBadCharacter = (text: string): string => `${text} LIKE '%\\\\u%'`;

/** U+0000, or half of a pair: what is left of pairs when whole ones are taken out. */
export const hasBadCharacter = (text: string): string => {
  const escapes = `regexp_replace(${text}, '\\\\[^u]', '', 'g')`;
  const pairs = `\\\\ud[89ab][0-9a-f]{2}\\\\ud[c-f][0-9a-f]{2}`;
  return `regexp_replace(${escapes}, '${pairs}', '', 'gi') ~* '\\\\u(0000|d[89a-f])'`;
};
