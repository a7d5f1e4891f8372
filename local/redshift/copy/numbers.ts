// Which texts are numbers to COPY, and within which ranges?
import { LoadError } from '../errors.ts';
import type { FieldWriter, Rules } from './field-writer.ts';
import type { Output } from './output.ts';

const plus = 43;
const minus = 45;
const dot = 46;
const zero = 48;
const five = 53;
const nine = 57;

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= zero && byte <= nine;
}

function behindSign(source: Buffer, start: number): number {
  return source[start] === minus || source[start] === plus ? start + 1 : start;
}

function invalidDigit(source: Buffer, at: number, start: number, type: string): LoadError {
  const shown = source.toString('utf8', at, at + 1);
  return new LoadError(1207, `Invalid digit, Value '${shown}', Pos ${at - start}, Type: ${type}`, at - start);
}

/** So many digits fit any double exactly. */
const exactDigits = 15;

/** `type` is the name in Redshift's message. */
export function integerWriter(type: string, least: bigint, most: bigint): FieldWriter {
  const leastNumber = Number(least);
  const mostNumber = Number(most);
  return (source, start, end, output) => {
    const first = behindSign(source, start);
    if (first === end) throw invalidDigit(source, start, start, type);
    let value = 0;
    for (let i = first; i < end; i++) {
      const byte = source[i] as number;
      if (byte < zero || byte > nine) throw invalidDigit(source, i, start, type);
      value = value * 10 + (byte - zero);
    }
    const signed = source[start] === minus ? -value : value;
    const fits =
      end - first <= exactDigits
        ? signed >= leastNumber && signed <= mostNumber
        : fitsExactly(source.toString('latin1', start, end), least, most);
    if (!fits) throw new LoadError(1222, `Overflow, value out of range for type: ${type}`);
    output.plain(source, source[start] === plus ? first : start, end);
  };
}

function fitsExactly(text: string, least: bigint, most: bigint): boolean {
  const value = BigInt(text.replace(/^\+/, ''));
  return value >= least && value <= most;
}

/** DECIMAL(19, s) is kept in 64 bits: not all 19 digits fit. */
const shortPrecision = 19;
const mostUnscaled = 2n ** 63n - 1n;

export function decimalWriter(precision: number, scale: number, rules: Rules): FieldWriter {
  const { roundDecimals } = rules.options;
  return (source, start, end, output) => {
    const first = behindSign(source, start);
    const point = endOfDigits(source, first, end);
    const last = point < end && source[point] === dot ? endOfDigits(source, point + 1, end) : point;
    const places = last > point ? last - point - 1 : 0;
    if (last < end || point - first + places === 0) {
      writeExponent(source, start, end, last, rules, output);
      return;
    }
    // Decimals over the scale are cut; with ROUNDEC the backend gets them all, and rounds.
    const cut = places <= scale ? last : scale === 0 ? point : point + 1 + scale;
    const up = roundDecimals && places > scale && (source[point + 1 + scale] as number) >= five;
    if (!fits(source, first, point, cut, up, precision, scale)) throw overflow(precision, scale);
    const stop = roundDecimals ? last : cut;
    writeDecimal(source, source[start] === minus, first, stop, output);
  };
}

function endOfDigits(source: Buffer, from: number, end: number): number {
  let at = from;
  while (at < end && isDigit(source[at])) at++;
  return at;
}

/** Without leading zeros. */
function significantDigits(source: Buffer, from: number, end: number): number {
  let at = from;
  while (at < end && source[at] === zero) at++;
  return end - at;
}

/** How many digits there are when, leading zeros left out, all are 9; else -1. */
function countOfNines(source: Buffer, from: number, end: number): number {
  let nines = 0;
  for (let at = from; at < end; at++) {
    const byte = source[at] as number;
    if (byte === nine) nines++;
    else if (byte !== dot && (byte !== zero || nines > 0)) return -1;
  }
  return nines;
}

const exponent = /^[+-]?(\d+\.?\d*|\.\d+)[eE][+-]?\d+$/;

/** Whether COPY takes exponents into a DECIMAL is unknown. */
function writeExponent(source: Buffer, start: number, end: number, bad: number, rules: Rules, output: Output): void {
  if (rules.pessimistic || !exponent.test(source.toString('latin1', start, end))) {
    throw invalidDigit(source, Math.min(bad, end - 1), start, 'Decimal');
  }
  output.plain(source, start, end);
}

function writeDecimal(source: Buffer, negative: boolean, first: number, stop: number, output: Output): void {
  if (negative) output.byte(minus);
  if (stop === first) output.byte(zero);
  else output.plain(source, first, stop);
}

/** Whether the digits up to `cut`, and one more when they are rounded up, are within the type. */
function fits(
  source: Buffer,
  first: number,
  point: number,
  cut: number,
  up: boolean,
  precision: number,
  scale: number,
): boolean {
  if (significantDigits(source, first, point) > precision - scale) return false;
  if (up && countOfNines(source, first, cut) === precision) return false;
  if (precision !== shortPrecision) return true;
  const fraction = cut > point ? source.toString('latin1', point + 1, cut) : '';
  const unscaled = `${source.toString('latin1', first, point)}${fraction.padEnd(scale, '0')}`;
  return BigInt(unscaled || '0') + (up ? 1n : 0n) <= mostUnscaled;
}

function overflow(precision: number, scale: number): LoadError {
  return new LoadError(1209, `Overflow for NUMERIC(${precision},${scale})`);
}

const floatText = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const specialFloats: Readonly<Record<string, string>> = {
  nan: 'NaN',
  inf: 'Infinity',
  infinity: 'Infinity',
  '+inf': 'Infinity',
  '+infinity': 'Infinity',
  '-inf': '-Infinity',
  '-infinity': '-Infinity',
};

/** 30 characters without an exponent, and not all of them 0, are from 1e-29 to 1e30: both types hold that. */
const inRangeCharacters = 30;

function isInRange(source: Buffer, start: number, end: number): boolean {
  if (end - start > inRangeCharacters) return false;
  let points = 0;
  let isZero = true;
  for (let i = behindSign(source, start); i < end; i++) {
    const byte = source[i] as number;
    if (byte === dot) points++;
    else if (byte < zero || byte > nine) return false;
    else if (byte > zero) isZero = false;
  }
  return points <= 1 && !isZero;
}

/** Out of range is no error: the value becomes infinite, or zero. */
export function floatWriter(single: boolean): FieldWriter {
  return (source, start, end, output) => {
    if (isInRange(source, start, end)) {
      output.plain(source, start, end);
      return;
    }
    const text = source.toString('latin1', start, end);
    const special = specialFloats[text.toLowerCase()];
    if (special !== undefined) {
      output.ascii(special);
      return;
    }
    if (!floatText.test(text)) throw new LoadError(1208, 'Invalid value for a floating point number');
    const value = single ? Math.fround(Number(text)) : Number(text);
    if (value === 0) output.ascii(text.startsWith('-') ? '-0' : '0');
    else if (Number.isFinite(value)) output.plain(source, start, end);
    else output.ascii(value > 0 ? 'Infinity' : '-Infinity');
  };
}
