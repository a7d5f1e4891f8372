// One value of PostgreSQL for a type that a CAST rule chose: how it is written in the CSV, and what is lost.

import type { ColumnType } from '../catalog/model.ts';
import type { Cast, TypeChoices } from './model.ts';
import { sourceValue, targetColumn } from './passage.ts';
import { castToRedshift } from './postgresql-to-redshift.ts';
import type { TargetType } from './redshift-types.ts';
import { type HazardName, VALUE_HAZARDS } from './value-hazards.ts';

type Target = Exclude<TargetType, { problem: string }>;

const TEXTS = new Set(['text', 'varchar', 'bpchar', 'name', 'char', 'citext']);
const FLOATS = new Set(['float4', 'float8']);
const TIMESTAMPS = new Set(['timestamp', 'timestamptz']);

/**
 * The value of `expression`, which is of `type`, for `target`. Where the value's own text will do it is left alone:
 * Redshift says so when it does not fit, and PostgreSQL would round.
 */
export function convertTo(target: Target, type: ColumnType, expression: string, choices: TypeChoices): Cast {
  const effective = type.kind === 'domain' && type.base ? type.base : type;
  const own = castToRedshift(type, expression, choices);
  const hazard = lossOf(target, effective);
  const done = (sql: string, quoted: boolean): Cast => ({
    type: target.sql,
    expression: sql,
    quoted,
    ...(hazard === undefined ? {} : { hazard: { kind: hazard.kind, message: hazard.message } }),
  });
  switch (target.family) {
    case 'text':
      return done(asText(effective, expression, own), true);
    case 'super':
      return done(asSuper(type, expression), true);
    case 'bytes':
      return done(
        effective.name === 'bytea' ? own.expression : `encode(convert_to(${expression}::text, 'UTF8'), 'hex')`,
        true,
      );
    case 'integer':
      return done(asInteger(effective, expression, own), own.quoted);
    case 'decimal':
      return done(asDecimal(effective, expression, own), own.quoted);
    case 'float':
      return done(asFloat(target.sql, effective, expression, own), own.quoted);
    case 'date':
      return done(
        TIMESTAMPS.has(effective.name) ? `${expression}::date` : plainOf(effective, expression, own),
        own.quoted,
      );
    default:
      return done(plainOf(effective, expression, own), own.quoted);
  }
}

/** Booleans are written out: as they stand they would be `t` and `f`. */
function asText(type: ColumnType, expression: string, own: Cast): string {
  return type.name === 'bool' ? `${expression}::text` : own.expression;
}

/** COPY takes digits only: no `t`, no `5.00`. */
function asInteger(type: ColumnType, expression: string, own: Cast): string {
  if (type.name === 'bool') return `${expression}::int`;
  const decimal = asDecimal(type, expression, own);
  const digits = type.name === 'numeric' || type.name === 'money' || FLOATS.has(type.name);
  return digits ? `trim_scale(${decimal})` : decimal;
}

/** A float's own digits without an exponent, which COPY is not known to take into a DECIMAL. */
const asDecimal = (type: ColumnType, expression: string, own: Cast): string =>
  FLOATS.has(type.name) ? `${expression}::text::numeric` : plainOf(type, expression, own);

/** A real's own digits: 0.1 stays 0.1, also where PostgreSQL would widen it beside a double. */
const asFloat = (target: string, type: ColumnType, expression: string, own: Cast): string =>
  type.name === 'float4' && target === 'DOUBLE PRECISION'
    ? `${expression}::text::double precision`
    : plainOf(type, expression, own);

/**
 * What has a text form of its own keeps it; the rest is rendered as it always is. An empty text is NULL by our own doing:
 * not every type of Redshift is known to take an empty field for it.
 */
const plainOf = (type: ColumnType, expression: string, own: Cast): string =>
  type.kind === 'base' && TEXTS.has(type.name) ? `NULLIF(${expression}, '')` : own.expression;

/** As it is where the type is SUPER by itself. */
function asSuper(type: ColumnType, expression: string): string {
  const own = castToRedshift(type, expression);
  return own.type === 'SUPER' ? own.expression : `to_json(${expression})::text`;
}

function lossOf(target: Target, type: ColumnType): Cast['hazard'] {
  const place = `${type.sql} to ${target.sql}`;
  const narrows = narrowing(target, type);
  if (narrows.length > 0) {
    const words = narrows.map((name) => `\`on ${name}\``).join(', ');
    return { kind: 'NARROWS', message: `${place}: not every value fits; ${words} says what becomes of the others` };
  }
  if (target.family === 'float' && digitsOf(type) > (FLOAT_DIGITS[target.sql] ?? 0)) {
    return { kind: 'LOSES_DETAIL', message: `${place}: about ${FLOAT_DIGITS[target.sql]} digits are kept` };
  }
  if (target.family === 'date' && TIMESTAMPS.has(type.name)) {
    return { kind: 'LOSES_DETAIL', message: `${place}: the time of day is lost` };
  }
  if (target.family === 'timestamp' && type.name === 'timestamptz') {
    return { kind: 'LOSES_DETAIL', message: `${place}: times are kept as they are in UTC, without their zone` };
  }
  if (TEXTS.has(type.name) && !['text', 'super', 'bytes'].includes(target.family)) {
    return { kind: 'LOSES_DETAIL', message: `${place}: an empty text arrives as NULL` };
  }
  return undefined;
}

/** What is a matter of size, and not of what a type is. */
const NARROWING: readonly HazardName[] = [
  'number out of range',
  'extra digits',
  'multibyte',
  'long text',
  'long bytes',
];

/** What the column cannot hold of the type, where the one of the type map could, or could hold more. */
function narrowing(target: Target, type: ColumnType): HazardName[] {
  const passage = { from: sourceValue(type), to: targetColumn(target.sql), utf8: true };
  const own = { ...passage, to: targetColumn(castToRedshift(type, '').type) };
  const narrowed = VALUE_HAZARDS.filter(({ name, applies, held }) => {
    const bounds = NARROWING.includes(name) && held?.(passage) !== true ? applies(passage) : undefined;
    return bounds !== undefined && JSON.stringify(bounds) !== JSON.stringify(applies(own));
  });
  return narrowed.map(({ name }) => name);
}

const FLOAT_DIGITS: Readonly<Record<string, number>> = { REAL: 6, 'DOUBLE PRECISION': 15 };

/** How many digits a number may have that count. */
function digitsOf(type: ColumnType): number {
  if (type.name === 'float4') return 6;
  if (type.name === 'float8') return 15;
  const { digits } = sourceValue(type);
  return type.name === 'numeric' ? (digits?.[0] ?? Number.POSITIVE_INFINITY) : (digits?.[0] ?? 0);
}
