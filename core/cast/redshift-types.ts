// The type a CAST rule names, as Redshift's SQL, or why Redshift has no such type.

import type { ColumnType } from '../catalog/model.ts';
import type { CastTarget } from './model.ts';

/** What a value has to look like for a type. */
export type Family =
  | 'integer'
  | 'decimal'
  | 'float'
  | 'boolean'
  | 'text'
  | 'date'
  | 'time'
  | 'timetz'
  | 'timestamp'
  | 'timestamptz'
  | 'super'
  | 'bytes'
  | 'other';

export type TargetType =
  | { readonly sql: string; readonly family: Family; readonly scale?: number }
  | { readonly problem: string };

/** Redshift's limits, in bytes and digits. */
export const MOST_VARCHAR_BYTES = 65_535;
const MOST_CHAR_BYTES = 4096;
const MOST_VARBYTE_BYTES = 16_777_216;
export const MOST_DIGITS = 38;
export const MOST_PLACES = 37;
/** A character of UTF-8 takes up to 4 bytes; Redshift counts bytes where PostgreSQL counts characters. */
export const BYTES_PER_CHARACTER = 4;

const plain: Readonly<Record<string, readonly [sql: string, family: Family]>> = {
  smallint: ['SMALLINT', 'integer'],
  int2: ['SMALLINT', 'integer'],
  integer: ['INTEGER', 'integer'],
  int: ['INTEGER', 'integer'],
  int4: ['INTEGER', 'integer'],
  bigint: ['BIGINT', 'integer'],
  int8: ['BIGINT', 'integer'],
  real: ['REAL', 'float'],
  float4: ['REAL', 'float'],
  float: ['DOUBLE PRECISION', 'float'],
  float8: ['DOUBLE PRECISION', 'float'],
  'double precision': ['DOUBLE PRECISION', 'float'],
  boolean: ['BOOLEAN', 'boolean'],
  bool: ['BOOLEAN', 'boolean'],
  date: ['DATE', 'date'],
  time: ['TIME', 'time'],
  'time without time zone': ['TIME', 'time'],
  timetz: ['TIMETZ', 'timetz'],
  'time with time zone': ['TIMETZ', 'timetz'],
  timestamp: ['TIMESTAMP', 'timestamp'],
  'timestamp without time zone': ['TIMESTAMP', 'timestamp'],
  timestamptz: ['TIMESTAMPTZ', 'timestamptz'],
  'timestamp with time zone': ['TIMESTAMPTZ', 'timestamptz'],
  super: ['SUPER', 'super'],
  geometry: ['GEOMETRY', 'other'],
  geography: ['GEOGRAPHY', 'other'],
  hllsketch: ['HLLSKETCH', 'other'],
};

/** What to write instead of types that people expect. */
const INSTEAD: Readonly<Record<string, string>> = {
  json: 'super',
  jsonb: 'super',
  hstore: 'super',
  uuid: 'char(36)',
  bytea: 'varbyte(n)',
  serial: 'integer',
  bigserial: 'bigint',
  smallserial: 'smallint',
  tinyint: 'smallint',
  money: 'decimal(20,2)',
  inet: 'varchar(50)',
  citext: 'varchar(n)',
  xml: 'varchar(n)',
  interval: 'varchar(128)',
  datetime: 'timestamp',
};

/**
 * The type in Redshift. `source` is the column's, for what `keep typemod` keeps: a length in characters becomes bytes, and
 * digits stay. Modifiers that the rule writes itself are Redshift's own: bytes.
 */
export function targetType(to: CastTarget, source: ColumnType, keepTypmod: boolean): TargetType {
  const name = to.name.toLowerCase().replaceAll(/\s+/g, ' ').trim();
  const kept = keepTypmod ? sourceModifier(source) : undefined;
  const simple = Object.hasOwn(plain, name) ? plain[name] : undefined;
  if (simple !== undefined) {
    const [sql, family] = simple;
    const takesPrecision =
      family === 'time' || family === 'timestamp' || family === 'timestamptz' || family === 'timetz';
    if (to.modifiers.length > 0 && !takesPrecision) return { problem: `${name} takes no modifier in Redshift` };
    return { sql, family };
  }
  switch (name) {
    case 'decimal':
    case 'numeric':
      return decimal(to.modifiers, kept);
    case 'varchar':
    case 'character varying':
    case 'nvarchar':
    case 'text':
      return characters('VARCHAR', to.modifiers, kept, MOST_VARCHAR_BYTES, MOST_VARCHAR_BYTES);
    case 'char':
    case 'character':
    case 'nchar':
    case 'bpchar':
      return characters('CHAR', to.modifiers, kept, MOST_CHAR_BYTES, undefined);
    case 'varbyte':
    case 'varbinary':
    case 'binary varying':
      return bytes(to.modifiers);
    default:
      return { problem: unknown(name) };
  }
}

function unknown(name: string): string {
  const element = name.endsWith('[]') ? 'super' : INSTEAD[name];
  return `Redshift has no type ${name}${element === undefined ? '' : `; write ${element}`}`;
}

function decimal(modifiers: readonly number[], kept: SourceModifier | undefined): TargetType {
  const [precision, scale = 0] = modifiers.length > 0 ? modifiers : (kept?.digits ?? []);
  // A bare DECIMAL is (18,0) in Redshift, which would cut every fraction.
  if (precision === undefined) return { problem: 'decimal wants its digits here, as in decimal(18,4)' };
  if (modifiers.length > 2 || precision < 1 || precision > MOST_DIGITS) {
    return { problem: `decimal has 1 to ${MOST_DIGITS} digits in Redshift` };
  }
  if (scale < 0 || scale > Math.min(precision, MOST_PLACES)) {
    return { problem: `decimal(${precision},…) has 0 to ${Math.min(precision, MOST_PLACES)} digits after the point` };
  }
  return { sql: decimalType(precision, scale), family: 'decimal', scale };
}

/** DECIMAL(19) is kept in 8 bytes and ends at 9223372036854775807: one digit more takes 16 bytes and holds them all. */
export const decimalType = (precision: number, scale: number): string =>
  `DECIMAL(${precision === 19 ? 20 : precision},${scale})`;

function characters(
  word: 'VARCHAR' | 'CHAR',
  modifiers: readonly number[],
  kept: SourceModifier | undefined,
  most: number,
  otherwise: number | undefined,
): TargetType {
  // CHAR holds single-byte characters only, so that there a character is a byte.
  const perCharacter = word === 'CHAR' ? 1 : BYTES_PER_CHARACTER;
  const keptBytes = kept?.characters === undefined ? undefined : Math.min(kept.characters * perCharacter, most);
  const length = modifiers[0] ?? keptBytes ?? otherwise;
  if (length === undefined) return { problem: 'char wants its length here, as in char(10)' };
  if (modifiers.length > 1 || length < 1 || length > most) {
    return { problem: `${word.toLowerCase()} has 1 to ${most} bytes in Redshift` };
  }
  return { sql: `${word}(${length})`, family: 'text' };
}

function bytes(modifiers: readonly number[]): TargetType {
  const length = modifiers[0] ?? MOST_VARBYTE_BYTES;
  if (modifiers.length > 1 || length < 1 || length > MOST_VARBYTE_BYTES) {
    return { problem: `varbyte has 1 to ${MOST_VARBYTE_BYTES} bytes in Redshift` };
  }
  return { sql: `VARBYTE(${length})`, family: 'bytes' };
}

interface SourceModifier {
  /** A text's length. */
  readonly characters?: number;
  /** A number's precision and scale. */
  readonly digits?: readonly [number, number];
}

/** PostgreSQL's modifiers include the 4 bytes of the varlena header. */
const HEADER = 4;

/** The digits that every whole number of a type fits in. */
const INTEGER_DIGITS: Readonly<Record<string, number>> = { int2: 5, int4: 10, int8: 19 };

/** What a column's own type says of lengths and digits. A domain's is its base's. */
export function sourceModifier(type: ColumnType): SourceModifier {
  const { name, modifier } = type.kind === 'domain' && type.base ? type.base : type;
  const whole = INTEGER_DIGITS[name];
  if (whole !== undefined) return { digits: [whole, 0] };
  if (modifier < 0) return {};
  if (name === 'varchar' || name === 'bpchar') return { characters: modifier - HEADER };
  if (name === 'bit' || name === 'varbit') return { characters: modifier };
  if (name !== 'numeric') return {};
  const packed = modifier - HEADER;
  return { digits: [(packed >> 16) & 0xffff, ((packed & 0x7ff) ^ 1024) - 1024] };
}

/** A numeric as if it had been given these: for what is known of its values. */
export function withDigits(numeric: ColumnType, precision: number, scale: number): ColumnType {
  return { ...numeric, sql: `numeric(${precision},${scale})`, modifier: ((precision << 16) | scale) + HEADER };
}
