// Numbers that a column of Redshift does not hold, in the SQL of PostgreSQL.

import type { Passage, Range, SourceValue, TargetColumn } from '../passage.ts';
import type { Bounds } from './bounds.ts';

const TYPES = {
  integer: 'bigint',
  numeric: 'numeric',
  float4: 'double precision',
  float8: 'double precision',
} as const;

/** What every test of a number needs; undefined where no number goes into a column of numbers. */
function numberBounds({ from, to }: Passage): (Bounds & { readonly range: Range }) | undefined {
  const { kind } = from;
  if (kind !== 'integer' && kind !== 'numeric' && kind !== 'float4' && kind !== 'float8') return undefined;
  if (to.range === undefined) return undefined;
  const rounded = kind !== 'integer' && to.family !== 'float';
  return { type: TYPES[kind], range: to.range, ...(rounded ? { scale: scaleOf(to) } : {}) };
}

const scaleOf = ({ family, digits }: TargetColumn): number => (family === 'decimal' ? (digits?.[1] ?? 0) : 0);

const isFloat = ({ kind }: SourceValue): boolean => kind === 'float4' || kind === 'float8';

export function nanBounds(passage: Passage): Bounds | undefined {
  return passage.from.kind === 'integer' ? undefined : numberBounds(passage);
}

/** A numeric with digits of its own is finite. */
export function infinityBounds(passage: Passage): Bounds | undefined {
  return passage.from.digits === undefined ? nanBounds(passage) : undefined;
}

export function rangeBounds(passage: Passage): Bounds | undefined {
  const bounds = numberBounds(passage);
  if (bounds === undefined) return undefined;
  const { from, to } = passage;
  const { tiny } = to;
  const { range, ...others } = bounds;
  const large = exceeds(from, to);
  const small = tiny !== undefined && comesNear0(from, to);
  if (!large && !small) return undefined;
  return { ...others, ...(large ? { range } : {}), ...(small ? { tiny } : {}) };
}

function exceeds(from: SourceValue, to: TargetColumn): boolean {
  if (isFloat(from)) return to.family !== 'float' || (from.kind === 'float8' && isReal(to));
  const { digits } = from;
  if (digits === undefined) return true;
  const whole = wholeDigits(to);
  // A carry may add a digit: 9.99 with one digit after the point is 10.0.
  const carry = to.family === 'float' || digits[1] <= scaleOf(to) ? 0 : 1;
  if (from.range !== undefined && to.family === 'integer') return wholeDigits(from) > whole;
  return digits[0] - digits[1] + carry > whole;
}

/** How many digits before the point always fit. */
function wholeDigits({ range }: Pick<TargetColumn, 'range'>): number {
  const most = range?.[1] ?? '';
  const exponent = /e(\d+)$/.exec(most)?.[1];
  if (exponent !== undefined) return Number(exponent);
  const whole = most.replace(/\..*$/, '');
  return /^9*$/.test(whole.replace(/^0$/, '')) ? whole.replace(/^0$/, '').length : whole.length - 1;
}

const isReal = ({ tiny }: TargetColumn): boolean => tiny?.endsWith('e-38') === true;

/** Whether it can be no 0 and yet nearer to 0 than the column's numbers. */
function comesNear0({ kind, digits }: SourceValue, to: TargetColumn): boolean {
  if (kind === 'float8') return true;
  if (kind === 'float4') return isReal(to);
  return kind === 'numeric' && (digits === undefined || digits[1] >= (isReal(to) ? 38 : 308));
}

/** A float as wide as its column: only its numbers next to 0 could be lost, and those of IEEE 754 are not known to be. */
export const isFloatOfItsOwn = ({ from, to }: Passage): boolean =>
  to.family === 'float' && (from.kind === 'float4' || (from.kind === 'float8' && !isReal(to)));

export function scaleBounds(passage: Passage): Bounds | undefined {
  const bounds = nanBounds(passage);
  if (bounds?.scale === undefined) return undefined;
  const { digits } = passage.from;
  return digits === undefined || digits[1] > bounds.scale ? bounds : undefined;
}

// --- SQL

const typed = (text: string, { type }: Bounds): string => `'${text}'::${type}`;

const isNumeric = ({ type }: Bounds): boolean => type === 'numeric';

export const isNan = (value: string, bounds: Bounds): string => `${value} = ${typed('NaN', bounds)}`;

/** PostgreSQL 13 knows no infinite numeric, not even as a literal. */
export function isInfinite(value: string, bounds: Bounds): string {
  return isNumeric(bounds) ? `${value}::text LIKE '%Infinity'` : `abs(${value}) = ${typed('Infinity', bounds)}`;
}

/** What is asked of every value before the text of a numeric is looked at. */
export const maybeInfinite = (value: string, bounds: Bounds): string =>
  isNumeric(bounds) ? outsideNumbers(value, bounds) : isInfinite(value, bounds);

export function outsideNumbers(value: string, bounds: Bounds): string {
  const { range, scale, tiny } = bounds;
  const tests: string[] = [];
  if (range !== undefined) {
    const [least, most] = range;
    // Half a digit more is rounded up, past the greatest.
    const half = scale === 0 ? '.5' : '5';
    tests.push(
      scale === undefined
        ? `${value} NOT BETWEEN ${typed(least, bounds)} AND ${typed(most, bounds)}`
        : `NOT (${value} > ${typed(least + half, bounds)} AND ${value} < ${typed(most + half, bounds)})`,
    );
  }
  if (tiny !== undefined) tests.push(`(${value} <> 0 AND abs(${value}) < ${typed(tiny, bounds)})`);
  return tests.join(' OR ');
}

export function outOfRange(value: string, bounds: Bounds): string {
  const outside = `(${outsideNumbers(value, bounds)})`;
  if (bounds.type === 'bigint') return outside;
  return `NOT (${isNan(value, bounds)}) AND NOT (${isInfinite(value, bounds)}) AND ${outside}`;
}

/** Of a number that is out of range. What is rounded is sent as a numeric, whatever it was. */
export function nearestNumber(value: string, bounds: Bounds): string {
  const { range, scale, tiny } = bounds;
  const sent = scale === undefined ? bounds : { type: 'numeric' };
  const [least, most] = (range ?? ['0', '0']).map((bound) => typed(bound, sent));
  const end = `WHEN ${value} > 0 THEN ${most} ELSE ${least} END`;
  return tiny === undefined ? `CASE ${end}` : `CASE WHEN abs(${value}) < ${typed(tiny, bounds)} THEN 0 ${end}`;
}

/** A float's own digits, and no more of them. */
const digitsOf = (value: string, bounds: Bounds): string => (isNumeric(bounds) ? value : `${value}::text::numeric`);

export function hasMoreDigits(value: string, bounds: Bounds): string {
  const digits = digitsOf(value, bounds);
  const more = `${digits} <> round(${digits}, ${bounds.scale})`;
  return isNumeric(bounds) ? more : `CASE WHEN abs(${value}) < ${typed('Infinity', bounds)} THEN ${more} END`;
}

export const rounded = (value: string, bounds: Bounds): string => `round(${digitsOf(value, bounds)}, ${bounds.scale})`;

export const cut = (value: string, bounds: Bounds): string => `trunc(${digitsOf(value, bounds)}, ${bounds.scale})`;
