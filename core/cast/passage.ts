// A value's passage: what it may be in the source, and what its column in Redshift holds. What Redshift refuses or alters
// lies between the two.

import type { ColumnType } from '../catalog/model.ts';
import { castToRedshift } from './postgresql-to-redshift.ts';
import { MOST_DIGITS, MOST_VARCHAR_BYTES, sourceModifier } from './redshift-types.ts';

export interface Passage {
  readonly from: SourceValue;
  readonly to: TargetColumn;
  /** Whether the source keeps text in UTF-8. */
  readonly utf8: boolean;
}

/** Least and greatest, as SQL writes them. */
export type Range = readonly [least: string, most: string];

export type SourceKind =
  | 'date'
  | 'timestamp'
  | 'timestamptz'
  | 'integer'
  | 'numeric'
  | 'float4'
  | 'float8'
  | 'text'
  | 'bpchar'
  | 'bytes'
  | 'json'
  | 'jsonb'
  | 'other';

export interface SourceValue {
  readonly kind: SourceKind;
  /** Precision and scale; absent for a number without bounds. */
  readonly digits?: readonly [precision: number, scale: number];
  /** Of a whole number: the least and greatest. */
  readonly range?: Range;
  /** The most bytes of its text in UTF-8; absent when there is no bound. */
  readonly longest?: number;
  /** Whether its text is sure to be ASCII. */
  readonly ascii?: true;
  /** What its JSON may hold, where it is sent as such and is not bounded. */
  readonly json?: JsonContent;
}

export interface JsonContent {
  /** Strings of any length, and numbers of any digits. */
  readonly strings: boolean;
  readonly numbers: boolean;
  /** Values within values, as deep as one likes. */
  readonly nested: boolean;
  /** Escapes as they were written: json keeps them. */
  readonly escapes: boolean;
}

export interface TargetColumn {
  readonly family:
    | 'date'
    | 'timestamp'
    | 'integer'
    | 'decimal'
    | 'float'
    | 'varchar'
    | 'char'
    | 'super'
    | 'bytes'
    | 'shape'
    | 'other';
  /** The longest value of VARCHAR, CHAR, VARBYTE and shapes. */
  readonly bytes?: number;
  readonly digits?: readonly [precision: number, scale: number];
  /** The least and greatest number. */
  readonly range?: Range;
  /** The least number above 0 that is not taken for 0. */
  readonly tiny?: string;
}

const KINDS: Readonly<Record<string, SourceKind>> = {
  date: 'date',
  timestamp: 'timestamp',
  timestamptz: 'timestamptz',
  int2: 'integer',
  int4: 'integer',
  int8: 'integer',
  numeric: 'numeric',
  money: 'numeric',
  float4: 'float4',
  float8: 'float8',
  text: 'text',
  varchar: 'text',
  citext: 'text',
  bpchar: 'bpchar',
  bytea: 'bytes',
  json: 'json',
  jsonb: 'jsonb',
};

/** A currency may have no digits after the point, or three. */
const MONEY = [22, 3] as const;

/** `type` is what is read: the column's, or what a transform made of it. */
export function sourceValue(type: ColumnType): SourceValue {
  const effective = type.kind === 'domain' && type.base ? type.base : type;
  const known = effective.kind === 'base' && (effective.schema === 'pg_catalog' || effective.extension !== undefined);
  const kind = known ? (KINDS[effective.name] ?? 'other') : 'other';
  const digits = effective.name === 'money' ? MONEY : sourceModifier(effective).digits;
  const range = kind === 'integer' ? INTEGERS[effective.name] : undefined;
  const longest = longestText(effective);
  return {
    kind,
    ...(range === undefined ? {} : { range }),
    ...(digits === undefined ? {} : { digits }),
    ...(longest === undefined ? {} : { longest }),
    ...(known && longest !== undefined && !TEXTS.has(effective.name) ? { ascii: true } : {}),
    ...jsonOf(effective, { kind, digits, longest }),
  };
}

/** Bounded, and yet any text. */
const TEXTS = new Set(['varchar', 'bpchar', 'char', 'name']);

const ANYTHING: JsonContent = { strings: true, numbers: true, nested: true, escapes: true };
const NOTHING: JsonContent = { strings: false, numbers: false, nested: false, escapes: false };

/** Of a value that is bounded nothing is to be feared, and of a list of such its length alone. */
function jsonOf(
  type: ColumnType,
  { kind, digits, longest }: { kind: SourceKind; digits: SourceValue['digits']; longest: number | undefined },
): { json?: JsonContent } {
  if (kind === 'json') return { json: ANYTHING };
  if (kind === 'jsonb') return { json: { ...ANYTHING, escapes: false } };
  if (type.kind === 'array') return { json: type.element === undefined ? ANYTHING : elementJson(type.element) };
  if (type.kind === 'composite' || type.name === 'record') return { json: ANYTHING };
  if (kind === 'numeric' && (digits === undefined || digits[0] > MOST_DIGITS))
    return { json: { ...NOTHING, numbers: true } };
  return longest !== undefined && longest < MOST_VARCHAR_BYTES ? {} : { json: { ...NOTHING, strings: true } };
}

const elementJson = (element: ColumnType): JsonContent => sourceValue(element).json ?? NOTHING;

/** A `123456-12-31 23:59:59.999999+00 BC`, or a float's 17 digits with their exponent. */
const LONGEST_PLAIN = 40;

/** The type map gives each type a column that holds all of its values, where there is one. */
function longestText(type: ColumnType): number | undefined {
  const own = targetColumn(castToRedshift(type, '').type);
  switch (own.family) {
    case 'varchar':
    case 'char':
      return own.bytes === MOST_VARCHAR_BYTES ? undefined : own.bytes;
    case 'decimal':
      return (own.digits?.[0] ?? MOST_DIGITS) + 3;
    case 'super':
    case 'bytes':
      return undefined;
    default:
      return LONGEST_PLAIN;
  }
}

/** IEEE 754's greatest finite numbers, and the least that have all their digits. */
const DOUBLE = {
  range: ['-1.7976931348623157e308', '1.7976931348623157e308'],
  tiny: '2.2250738585072014e-308',
} as const;
const REAL = { range: ['-3.4028235e38', '3.4028235e38'], tiny: '1.17549435e-38' } as const;

const MOST_SHAPE_BYTES = 1_048_447;

const INT2 = ['-32768', '32767'] as const;
const INT4 = ['-2147483648', '2147483647'] as const;
const INT8 = ['-9223372036854775808', '9223372036854775807'] as const;
/** By the names of Redshift, and of PostgreSQL. */
const INTEGERS: Readonly<Record<string, Range>> = {
  smallint: INT2,
  integer: INT4,
  bigint: INT8,
  int2: INT2,
  int4: INT4,
  int8: INT8,
};

/** A column's type as SQL, whether from our DDL (`VARCHAR(20)`) or from a catalog (`character varying(20)`). */
export function targetColumn(sql: string): TargetColumn {
  const [, name = '', first, second] = /^([a-z0-9 ]+?)\s*(?:\((\d+)(?:,\s*(\d+))?\))?$/.exec(sql.toLowerCase()) ?? [];
  const number = first === undefined ? undefined : Number(first);
  switch (name) {
    case 'date':
      return { family: 'date' };
    case 'timestamp':
    case 'timestamptz':
    case 'timestamp without time zone':
    case 'timestamp with time zone':
      return { family: 'timestamp' };
    case 'real':
      return { family: 'float', ...REAL };
    case 'double precision':
      return { family: 'float', ...DOUBLE };
    case 'decimal':
    case 'numeric':
      return decimal(number ?? 18, Number(second ?? 0));
    case 'varchar':
    case 'character varying':
      return { family: 'varchar', bytes: number ?? 256 };
    case 'char':
    case 'character':
      return { family: 'char', bytes: number ?? 1 };
    case 'varbyte':
    case 'binary varying':
      return { family: 'bytes', bytes: number ?? 64_000 };
    case 'super':
      return { family: 'super' };
    case 'geometry':
    case 'geography':
      return { family: 'shape', bytes: MOST_SHAPE_BYTES };
    default: {
      const range = INTEGERS[name];
      return range === undefined ? { family: 'other' } : { family: 'integer', digits: [19, 0], range };
    }
  }
}

function decimal(precision: number, scale: number): TargetColumn {
  // DECIMAL(19) is kept in 64 bits: its greatest number is not all nines.
  const digits = precision === 19 ? '9223372036854775807' : '9'.repeat(precision);
  const whole = digits.slice(0, precision - scale) || '0';
  const most = scale === 0 ? whole : `${whole}.${digits.slice(precision - scale)}`;
  return { family: 'decimal', digits: [precision, scale], range: [`-${most}`, most] };
}
