// Values that Redshift refuses or alters, as one table of data: which columns can hold them, how such a value is told
// from the others inside the source's SELECT, and what each policy puts in its place.

import type { Bounds } from './hazards/bounds.ts';
import { dayBounds, farDay, infiniteDay, isDay, nearestDay, outsideDays } from './hazards/days.ts';
import {
  characterBounds,
  depthBounds,
  hasBadCharacter,
  hasLongNumber,
  hasLongString,
  isDeep,
  isLongJson,
  jsonBounds,
  maybeBadCharacter,
  maybeDeep,
  maybeLongJson,
  maybeLongNumber,
  maybeLongString,
  numberBounds,
  stringBounds,
} from './hazards/json.ts';
import {
  cut,
  hasMoreDigits,
  infinityBounds,
  isFloatOfItsOwn,
  isInfinite,
  isNan,
  maybeInfinite,
  nanBounds,
  nearestNumber,
  outOfRange,
  outsideNumbers,
  rangeBounds,
  rounded,
  scaleBounds,
} from './hazards/numbers.ts';
import {
  asciiBounds,
  blankBounds,
  bytesBounds,
  cutBytes,
  cutText,
  isLongByBlanks,
  isLongBytes,
  isLongText,
  isMultibyte,
  lengthBounds,
  maybeLonger,
} from './hazards/texts.ts';
import type { Passage } from './passage.ts';

/** What becomes of such a value. `keep`: it is sent as it is, and nothing is looked for. */
const POLICIES = ['fail', 'null', 'clamp', 'truncate', 'keep'] as const;
export type Policy = (typeof POLICIES)[number];

export const HAZARD_NAMES = [
  'infinity',
  'nan',
  'date out of range',
  'number out of range',
  'extra digits',
  'multibyte',
  'long text',
  'extra blanks',
  'long bytes',
  'long json',
  'long json string',
  'long json number',
  'deep json',
  'bad json character',
  'long row',
] as const;
/** Also the words of the command language: `on infinity null`. */
export type HazardName = (typeof HAZARD_NAMES)[number];

/** What the command can say of a hazard, and what is said when it stops the run. */
export interface HazardWords {
  readonly name: HazardName;
  /** What such a value is, with its article. */
  readonly what: string;
  /** What Redshift does with it: completes the sentence "Redshift …". */
  readonly redshift: string;
  /** Those that make sense. */
  readonly policies: readonly Policy[];
}

/** A hazard of single values. */
export interface ValueHazard extends HazardWords {
  /** Whether it is looked for in the text that is sent, and not in the value that the source has. */
  readonly inText?: true;
  /** Too dear to ask of every value: asked where the CSV of a part has shown that there may be one. */
  readonly afterwards?: true;
  /** What to test against where a column can hold such a value; undefined where it cannot. */
  applies(passage: Passage): Bounds | undefined;
  /** Whether the column holds such a value after all: then it is kept where the command says nothing. */
  held?(passage: Passage): boolean;
  /** Whether Redshift takes it and alters it, where it refuses the row otherwise. */
  altered?(passage: Passage): boolean;
  /** A cheap test that every such value passes, asked of every value. */
  suspect(value: string, bounds: Bounds): string;
  /** The exact test, asked of suspects. Neither may fail, whatever the value. */
  test(value: string, bounds: Bounds): string;
  /** The nearest value that the column holds. */
  clamp?(value: string, bounds: Bounds): string;
  /** As much of it as the column holds. */
  truncate?(value: string, bounds: Bounds): string;
}

const intoFloat = ({ to }: Passage): boolean => to.family === 'float';

/** The hazard of a row as a whole, whose values all have their place. */
export const LONG_ROW: HazardWords = {
  name: 'long row',
  what: 'a row of more than 4 MB',
  redshift: 'refuses it',
  policies: ['fail', 'keep'],
};

/** The hazard of a name. */
export function hazardOf(name: HazardName): ValueHazard {
  const hazard = VALUE_HAZARDS.find((each) => each.name === name);
  if (hazard === undefined) throw new RangeError(`no such hazard: ${name}`);
  return hazard;
}

/** Where several meet in one value, the first of the table decides. */
export const VALUE_HAZARDS: readonly ValueHazard[] = [
  {
    name: 'infinity',
    what: 'an infinite value',
    redshift: 'has no infinite numbers but in REAL and DOUBLE PRECISION, and is not known to take infinite dates',
    policies: ['fail', 'null', 'clamp', 'keep'],
    applies: (passage) => dayBounds(passage) ?? infinityBounds(passage),
    held: intoFloat,
    suspect: (value, bounds) => (isDay(bounds) ? outsideDays(value, bounds) : maybeInfinite(value, bounds)),
    test: (value, bounds) => (isDay(bounds) ? infiniteDay(value) : isInfinite(value, bounds)),
    clamp: (value, bounds) => (isDay(bounds) ? nearestDay(value, bounds) : nearestNumber(value, bounds)),
  },
  {
    name: 'nan',
    what: 'NaN',
    redshift: 'has it in REAL and DOUBLE PRECISION only',
    policies: ['fail', 'null', 'keep'],
    applies: nanBounds,
    held: intoFloat,
    suspect: isNan,
    test: isNan,
  },
  {
    name: 'date out of range',
    what: 'a date before Christ, or after the year 9999',
    redshift: 'is not known to take it',
    policies: ['fail', 'null', 'clamp', 'keep'],
    applies: dayBounds,
    suspect: outsideDays,
    test: farDay,
    clamp: nearestDay,
  },
  {
    name: 'number out of range',
    what: 'a number outside the range of its column',
    redshift: 'refuses it, and turns it into infinity or 0 in REAL and DOUBLE PRECISION',
    policies: ['fail', 'null', 'clamp', 'keep'],
    applies: rangeBounds,
    held: isFloatOfItsOwn,
    altered: intoFloat,
    suspect: outsideNumbers,
    test: outOfRange,
    clamp: nearestNumber,
  },
  {
    name: 'extra digits',
    what: 'a number with more digits after the point than its column',
    redshift: 'rounds it, and refuses it in whole numbers',
    policies: ['fail', 'null', 'clamp', 'truncate', 'keep'],
    applies: scaleBounds,
    altered: ({ to }) => to.family === 'decimal',
    suspect: hasMoreDigits,
    test: hasMoreDigits,
    clamp: rounded,
    truncate: cut,
  },
  {
    name: 'multibyte',
    what: 'a character that is not ASCII',
    redshift: 'refuses it in a CHAR; a VARCHAR takes it',
    policies: ['fail', 'null', 'keep'],
    inText: true,
    applies: asciiBounds,
    suspect: isMultibyte,
    test: isMultibyte,
  },
  {
    name: 'long text',
    what: 'a text with more bytes than its column',
    redshift: 'refuses it',
    policies: ['fail', 'null', 'truncate', 'keep'],
    inText: true,
    applies: lengthBounds,
    suspect: maybeLonger,
    test: isLongText,
    truncate: cutText,
  },
  {
    name: 'extra blanks',
    what: 'a text with more blanks at its end than its column has bytes',
    redshift: 'cuts them silently',
    policies: ['fail', 'null', 'truncate', 'keep'],
    inText: true,
    applies: blankBounds,
    altered: () => true,
    suspect: maybeLonger,
    test: isLongByBlanks,
    truncate: cutText,
  },
  {
    name: 'long bytes',
    what: 'more bytes than its column, or than a row of 4 MB can bring',
    redshift: 'refuses them',
    policies: ['fail', 'null', 'truncate', 'keep'],
    applies: bytesBounds,
    suspect: isLongBytes,
    test: isLongBytes,
    truncate: cutBytes,
  },
  {
    name: 'long json',
    what: 'JSON that is longer than a row of 4 MB',
    redshift: 'refuses it',
    policies: ['fail', 'null', 'keep'],
    inText: true,
    applies: jsonBounds,
    suspect: maybeLongJson,
    test: isLongJson,
  },
  {
    name: 'long json string',
    what: 'JSON with a string of more than 65,535 bytes in it',
    redshift: 'refuses it',
    policies: ['fail', 'null', 'keep'],
    inText: true,
    applies: stringBounds,
    suspect: maybeLongString,
    test: hasLongString,
  },
  {
    name: 'long json number',
    what: 'JSON with a number of more than 38 digits in it, or with an exponent that no double has',
    redshift: 'makes a double of it, which has about 15 digits, or refuses it',
    policies: ['fail', 'null', 'keep'],
    inText: true,
    applies: numberBounds,
    altered: () => true,
    afterwards: true,
    suspect: maybeLongNumber,
    test: hasLongNumber,
  },
  {
    name: 'deep json',
    what: 'JSON that is nested deeper than 1000 levels',
    redshift: 'refuses it',
    policies: ['fail', 'null', 'keep'],
    inText: true,
    applies: depthBounds,
    suspect: maybeDeep,
    test: isDeep,
  },
  {
    name: 'bad json character',
    what: 'JSON with the character U+0000 in it, or with half of a surrogate pair',
    redshift: 'refuses it',
    policies: ['fail', 'null', 'keep'],
    inText: true,
    applies: characterBounds,
    suspect: maybeBadCharacter,
    test: hasBadCharacter,
  },
];

/** All that the command language has words for. */
export const HAZARDS: readonly HazardWords[] = [...VALUE_HAZARDS, LONG_ROW];
