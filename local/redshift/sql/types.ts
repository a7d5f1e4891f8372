// Which column types does Redshift have, within which limits, and what are they in the backend?
import { notImplemented, RedshiftError, sqlstate } from '../errors.ts';
import type { Cursor } from './cursor.ts';

/** Longest VARCHAR, CHAR and VARBYTE in bytes; digits of a DECIMAL. */
const maxVarchar = 65535;
const maxChar = 4096;
const maxVarbyte = 16_777_216;
const defaultVarbyte = 64_000;
const maxPrecision = 38;
const maxScale = 37;

const plain: Readonly<Record<string, string>> = {
  smallint: 'smallint',
  int2: 'smallint',
  integer: 'integer',
  int: 'integer',
  int4: 'integer',
  bigint: 'bigint',
  int8: 'bigint',
  real: 'real',
  float4: 'real',
  float8: 'double precision',
  boolean: 'boolean',
  bool: 'boolean',
  date: 'date',
  timestamptz: 'timestamp with time zone',
  timetz: 'time with time zone',
  super: 'super',
  geometry: 'geometry',
  geography: 'geography',
  hllsketch: 'hllsketch',
};

// Known to PostgreSQL 8.0.2, which Redshift's parser descends from: refused as column types, but by name.
const known = new Set(
  `serial bigserial serial4 serial8 bit varbit bytea money inet cidr macaddr point line lseg box path polygon circle name oid
   xid cid tid regclass regproc regtype abstime reltime tinterval int2vector oidvector refcursor record`.split(/\s+/),
);

/** Reads a type; returns it as the backend writes it. `column` is the place for messages, like `t.c`. */
export function readType(cursor: Cursor, column: string): string {
  const first = cursor.word();
  const type = named(cursor, first, column);
  if (cursor.sees('[') || cursor.sees('array')) throw unsupported(column, `${first}[]`);
  return type;
}

function named(cursor: Cursor, first: string, column: string): string {
  const simple = plain[first];
  if (simple !== undefined) return simple;
  switch (first) {
    case 'double':
      cursor.expect('precision');
      return 'double precision';
    case 'float':
      return float(cursor);
    case 'decimal':
    case 'numeric':
      return decimal(cursor);
    case 'text':
      return 'varchar(256)';
    case 'varchar':
    case 'nvarchar':
      return varchar(cursor);
    case 'character':
    case 'char':
    case 'nchar':
      return cursor.take('varying') ? varchar(cursor) : `char(${length(cursor, 1, maxChar, 'character')})`;
    case 'bpchar':
      return 'char(256)';
    case 'binary':
      cursor.expect('varying');
      return varbyte(cursor);
    case 'varbyte':
    case 'varbinary':
      return varbyte(cursor);
    case 'time':
    case 'timestamp':
      return time(cursor, first);
    case 'interval':
      return interval(cursor, column);
    default:
      throw unknown(first, column);
  }
}

function unknown(type: string, column: string): RedshiftError {
  if (known.has(type)) return unsupported(column, type);
  return new RedshiftError(`type "${type}" does not exist`, sqlstate.undefinedObject);
}

function unsupported(column: string, type: string): RedshiftError {
  return new RedshiftError(`Column "${column}" has unsupported type "${type}".`, sqlstate.featureNotSupported);
}

function float(cursor: Cursor): string {
  if (!cursor.take('(')) return 'double precision';
  const bits = cursor.integer();
  cursor.expect(')');
  if (bits < 1 || bits > 53) throw limit(`precision for float must be between 1 and 53`);
  return bits <= 24 ? 'real' : 'double precision';
}

function decimal(cursor: Cursor): string {
  if (!cursor.take('(')) return 'numeric(18,0)';
  const precision = cursor.integer();
  const scale = cursor.take(',') ? cursor.integer() : 0;
  cursor.expect(')');
  if (precision < 1 || precision > maxPrecision) {
    throw limit(`DECIMAL precision ${precision} must be between 1 and ${maxPrecision}`);
  }
  if (scale < 0 || scale > Math.min(precision, maxScale)) {
    throw limit(`DECIMAL scale ${scale} must be between 0 and precision ${precision}`);
  }
  return `numeric(${precision},${scale})`;
}

function varchar(cursor: Cursor): string {
  return `varchar(${length(cursor, 256, maxVarchar, 'character varying')})`;
}

function varbyte(cursor: Cursor): string {
  return `varbyte(${length(cursor, defaultVarbyte, maxVarbyte, 'varbyte')})`;
}

function length(cursor: Cursor, otherwise: number, max: number, type: string): number {
  if (!cursor.take('(')) return otherwise;
  const bytes = cursor.take('max') ? max : cursor.integer();
  cursor.expect(')');
  if (bytes < 1) throw limit(`length for type ${type} must be at least 1`);
  if (bytes > max) throw limit(`length for type ${type} cannot exceed ${max}`);
  return bytes;
}

function time(cursor: Cursor, first: string): string {
  if (cursor.take('(')) {
    const digits = cursor.integer();
    cursor.expect(')');
    if (digits !== 6) throw notImplemented(`${first}(${digits}): only 6 digits, or none given`);
  }
  if (cursor.take('with', 'time', 'zone')) return `${first} with time zone`;
  cursor.take('without', 'time', 'zone');
  return `${first} without time zone`;
}

function interval(cursor: Cursor, column: string): string {
  if (cursor.take('year', 'to', 'month')) return 'interval year to month';
  if (!cursor.take('day', 'to', 'second')) throw unsupported(column, 'interval');
  return 'interval day to second';
}

function limit(message: string): RedshiftError {
  return new RedshiftError(message, sqlstate.invalidParameter);
}
