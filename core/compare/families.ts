// What are two columns compared as? By the type of the one that keeps less: a column of Redshift says it where there is
// one; two columns of PostgreSQL say it together.

import { castToRedshift } from '../cast/postgresql-to-redshift.ts';
import { MOST_DIGITS, sourceModifier } from '../cast/redshift-types.ts';
import type { ColumnType } from '../catalog/model.ts';
import { canonicalType } from '../plan/existing.ts';
import { type Family, MOST_BYTES } from './forms.ts';

/** A domain is what its base is. */
export const effective = (type: ColumnType): ColumnType => (type.kind === 'domain' && type.base ? type.base : type);

const REDSHIFT: Readonly<Record<string, Exclude<Family['kind'], 'decimal' | 'float' | 'bytes'>>> = {
  smallint: 'integer',
  integer: 'integer',
  bigint: 'integer',
  boolean: 'boolean',
  date: 'date',
  'timestamp without time zone': 'timestamp',
  'timestamp with time zone': 'timestamptz',
  'time without time zone': 'time',
  'time with time zone': 'timetz',
  'character varying': 'text',
  character: 'padded text',
  super: 'document',
  geometry: 'shape',
  geography: 'shape',
  'interval year to month': 'text',
  'interval day to second': 'text',
};

const plain = (kind: (typeof REDSHIFT)[string]): Family => ({ kind });

/** By a type of Redshift, from DDL or a catalog. Undefined for what has no text (HLLSKETCH). */
export function familyInRedshift(sql: string): Family | undefined {
  const [, name = '', first, second] = /^([a-z0-9_ ]+?)(?:\((\d+)(?:,(\d+))?\))?$/.exec(canonicalType(sql)) ?? [];
  switch (name) {
    case 'numeric':
      return { kind: 'decimal', scale: Number(second ?? 0) };
    case 'real':
      return { kind: 'float', real: true };
    case 'double precision':
      return { kind: 'float', real: false };
    case 'binary varying':
      return { kind: 'bytes', most: Number(first ?? MOST_BYTES) };
    default: {
      const kind = REDSHIFT[name];
      return kind === undefined ? undefined : plain(kind);
    }
  }
}

/**
 * The family of a column of Redshift whose values were sent from PostgreSQL. Blanks at the end of a char(n) mean nothing
 * there, and it is a VARCHAR here.
 */
export function familyFrom(source: ColumnType, sql: string, isItself: boolean): Family | undefined {
  const family = familyInRedshift(sql);
  const padded = isItself && effective(source).name === 'bpchar' && family?.kind === 'text';
  return padded ? { kind: 'padded text' } : family;
}

/** The family of a column of Redshift whose values went into PostgreSQL, where a CAST may have made a char(n) of a VARCHAR. */
export function familyInto(sql: string, target: ColumnType): Family | undefined {
  const family = familyInRedshift(sql);
  return family?.kind === 'text' && effective(target).name === 'bpchar' ? { kind: 'padded text' } : family;
}

/** What a type of PostgreSQL is read as where the other end has another type. */
const POSTGRESQL: Readonly<Record<string, (typeof REDSHIFT)[string]>> = {
  int2: 'integer',
  int4: 'integer',
  int8: 'integer',
  bool: 'boolean',
  date: 'date',
  timestamp: 'timestamp',
  timestamptz: 'timestamptz',
  time: 'time',
  timetz: 'timetz',
  json: 'document',
  jsonb: 'document',
};

/** Whether a column of PostgreSQL is of the type that another one comes back as from Redshift, and of no other. */
export const cameBack = (source: ColumnType, target: ColumnType): boolean =>
  !sameType(source, target) && isWayBack(castToRedshift(source, '').type, target);

/**
 * Two columns of PostgreSQL. `isAway`: the second one is what the first becomes by way of Redshift. `tableIsAway`: others of the
 * table say so of it, whose types differ.
 */
export function familyInPostgresql(
  source: ColumnType,
  target: ColumnType,
  tableIsAway: boolean,
): { family: Family; isAway: boolean } {
  if (sameType(source, target) && !tableIsAway) return { family: { kind: 'itself' }, isAway: false };
  const there = castToRedshift(source, '').type;
  if (isWayBack(there, target)) {
    return { family: familyFrom(source, there, true) ?? { kind: 'text' }, isAway: true };
  }
  if (sameType(source, target)) return { family: { kind: 'itself' }, isAway: false };
  const [from, to] = [effective(source), effective(target)];
  const kind = POSTGRESQL[from.name];
  if (kind !== undefined && kind === POSTGRESQL[to.name]) return { family: plain(kind), isAway: false };
  if (isFloat(from) && isFloat(to)) return { family: { kind: 'float', real: false }, isAway: false };
  if (isNumber(from) && isNumber(to)) return { family: { kind: 'decimal', scale: scaleOf(to) ?? 0 }, isAway: false };
  if (from.name === 'bpchar' || to.name === 'bpchar') return { family: { kind: 'padded text' }, isAway: false };
  return { family: { kind: 'text' }, isAway: false };
}

const isFloat = ({ name }: ColumnType): boolean => name === 'float4' || name === 'float8';
const isNumber = ({ name }: ColumnType): boolean => name === 'numeric' || POSTGRESQL[name] === 'integer';

/** Of a numeric with a precision. */
export function scaleOf(type: ColumnType): number | undefined {
  const { name, modifier } = effective(type);
  return name === 'numeric' && modifier >= 0
    ? Math.max(0, sourceModifier(effective(type)).digits?.[1] ?? 0)
    : undefined;
}

/** A type of one's own goes with its schema, whose name a load may fold or change. */
export function sameType(source: ColumnType, target: ColumnType): boolean {
  const isOwn = ({ schema }: ColumnType): boolean => schema !== 'pg_catalog';
  if (!isOwn(source) || !isOwn(target)) return source.sql === target.sql && source.kind === target.kind;
  return (
    source.kind === target.kind &&
    source.modifier === target.modifier &&
    source.name.toLowerCase() === target.name.toLowerCase()
  );
}

/** Whether a column of PostgreSQL is what a type of Redshift becomes there. */
export function isWayBack(redshift: string, type: ColumnType): boolean {
  const wanted = wayBack(redshift);
  return wanted !== undefined && wanted === canonicalType(type.sql);
}

/** The type in PostgreSQL that a type of Redshift becomes by itself. */
export function wayBack(redshift: string): string | undefined {
  const canonical = canonicalType(redshift);
  const name = canonical.replace(/\(.*$/, '');
  switch (name) {
    case 'binary varying':
      return 'bytea';
    case 'super':
      return 'jsonb';
    case 'hllsketch':
      return undefined;
    case 'numeric':
      return canonical.includes('(') ? canonical : `numeric(${MOST_DIGITS},0)`;
    default:
      return canonical;
  }
}
