// PostgreSQL's types in Redshift, as one table of data: the target's type, how the value is rendered in the source's
// SELECT, and what is lost. What the table does not name goes as text, and that is a hazard.

import type { ColumnType } from '../catalog/model.ts';

/** Redshift's limits, in bytes and digits. */
const VARCHAR_BYTES = 65_535;
const DECIMAL_DIGITS = 38;
const DECIMAL_SCALE = 37;
const VARBYTE_BYTES = 16_777_216;
/** A character of UTF-8 takes up to 4 bytes; Redshift counts bytes where PostgreSQL counts characters. */
const BYTES_PER_CHARACTER = 4;
/** The length of PostgreSQL's varlena header, which its modifiers include. */
const HEADER = 4;

export interface Cast {
  /** The target's type as SQL. */
  readonly type: string;
  /** The value's expression, given the quoted column. */
  readonly expression: string;
  /** Text is always quoted in CSV: an unquoted empty field would be taken for NULL by what is not text. */
  readonly quoted: boolean;
  readonly hazard?: { readonly kind: 'TYPE_AS_TEXT' | 'NARROWS' | 'LOSES_DETAIL'; readonly message: string };
}

interface Rule {
  readonly type: (modifier: number) => string;
  readonly render?: (column: string) => string;
  readonly quoted?: boolean;
  /** What is lost, in words. */
  readonly loses?: string;
}

const same =
  (type: string): Rule['type'] =>
  () =>
    type;
const plain = (type: string): Rule => ({ type: same(type) });
const text = (type: string | Rule['type'], loses?: string): Rule => ({
  type: typeof type === 'string' ? same(type) : type,
  quoted: true,
  ...(loses === undefined ? {} : { loses }),
});
const varchar = (bytes: number): string => `VARCHAR(${Math.min(bytes, VARCHAR_BYTES)})`;
const characters = (modifier: number): string =>
  modifier < 0 ? varchar(VARCHAR_BYTES) : varchar((modifier - HEADER) * BYTES_PER_CHARACTER);
const bits = (modifier: number): string => varchar(modifier < 0 ? VARCHAR_BYTES : modifier);

/** By pg_type.typname, in pg_catalog. Numeric, bytea, arrays, enums, domains and composites have code of their own. */
const RULES: Readonly<Record<string, Rule>> = {
  int2: plain('SMALLINT'),
  int4: plain('INTEGER'),
  int8: plain('BIGINT'),
  // Unsigned 32-bit numbers, past INTEGER's range.
  oid: plain('BIGINT'),
  xid: plain('BIGINT'),
  cid: plain('BIGINT'),
  // Unsigned 64-bit: 20 digits.
  xid8: plain('DECIMAL(20,0)'),
  float4: plain('REAL'),
  float8: plain('DOUBLE PRECISION'),
  // 64-bit cents: up to 92,233,720,368,547,758.07, 19 digits; DECIMAL(19) holds less than that.
  money: { type: same('DECIMAL(20,2)'), render: (column) => `${column}::numeric` },
  bool: plain('BOOLEAN'),
  date: plain('DATE'),
  time: plain('TIME'),
  timetz: {
    type: same('TIMETZ'),
    // Turned into UTC, the day's end would become its beginning.
    render: (column) =>
      `CASE ${column} WHEN '24:00:00+00'::timetz THEN ${column} ELSE ${column} AT TIME ZONE 'UTC' END`,
    loses: 'the zone it was written in: Redshift keeps UTC',
  },
  timestamp: plain('TIMESTAMP'),
  timestamptz: plain('TIMESTAMPTZ'),
  // `-178000000 years … -2147483648:59:59.999999` is far below 64 bytes.
  interval: text('VARCHAR(64)', 'arithmetic: it arrives as text'),
  uuid: text('CHAR(36)'),
  text: text('VARCHAR(65535)'),
  varchar: text(characters),
  bpchar: text(characters),
  char: text('VARCHAR(4)'),
  name: text('VARCHAR(256)'),
  json: {
    type: same('SUPER'),
    render: (column) => `${column}::text`,
    quoted: true,
    loses: 'white space and duplicate keys',
  },
  jsonb: { type: same('SUPER'), render: (column) => `${column}::text`, quoted: true },
  // Longest: `1234:5678:1234:5678:1234:5678:255.255.255.255/128`, 49 bytes.
  inet: text('VARCHAR(50)'),
  cidr: text('VARCHAR(50)'),
  macaddr: text('CHAR(17)'),
  macaddr8: text('CHAR(23)'),
  bit: text(bits),
  varbit: text(bits),
};

/** How a column of `type` goes to Redshift. `column` is the quoted name. */
export function castToRedshift(type: ColumnType, column: string): Cast {
  const effective = type.kind === 'domain' && type.base ? type.base : type;
  switch (effective.kind) {
    case 'array':
      return superOf(effective, column, 'array bounds, and the types of the elements');
    case 'composite':
      return superOf(effective, column, 'the types of the fields');
    case 'enum':
      return {
        type: varchar(Math.max(1, effective.longestLabelBytes ?? VARCHAR_BYTES)),
        expression: column,
        quoted: true,
      };
    default:
      return castBase(effective, column);
  }
}

function castBase(type: ColumnType, column: string): Cast {
  if (type.schema !== 'pg_catalog') return asText(type, column);
  if (type.name === 'numeric') return castNumeric(type, column);
  if (type.name === 'bytea') {
    return { type: `VARBYTE(${VARBYTE_BYTES})`, expression: `encode(${column}, 'hex')`, quoted: true };
  }
  const rule = RULES[type.name];
  if (rule === undefined) return asText(type, column);
  const cast = {
    type: rule.type(type.modifier),
    expression: rule.render ? rule.render(column) : column,
    quoted: rule.quoted ?? false,
  };
  const hazard = narrowed(type) ?? (rule.loses === undefined ? undefined : loses(type, rule.loses));
  return hazard === undefined ? cast : { ...cast, hazard };
}

function narrowed(type: ColumnType): Cast['hazard'] {
  const isText = type.name === 'varchar' || type.name === 'bpchar';
  if (!isText || type.modifier < 0 || (type.modifier - HEADER) * BYTES_PER_CHARACTER <= VARCHAR_BYTES) return undefined;
  return {
    kind: 'NARROWS',
    message: `${type.sql} may need ${(type.modifier - HEADER) * BYTES_PER_CHARACTER} bytes; Redshift's longest VARCHAR has ${VARCHAR_BYTES}`,
  };
}

const loses = (type: ColumnType, what: string): Cast['hazard'] => ({
  kind: 'LOSES_DETAIL',
  message: `${type.sql} loses ${what}`,
});

function castNumeric(type: ColumnType, column: string): Cast {
  if (type.modifier < 0) {
    // A bare DECIMAL is (18,0) in Redshift, which would cut every fraction: text is the form that loses nothing.
    return asText(type, column, 'has no precision; cast it in the source to numeric(p,s) to have a DECIMAL');
  }
  const { precision, scale } = numericModifier(type.modifier);
  // numeric(3,5) is 0.00ddd: 5 digits after the point. numeric(3,-2) is ddd00: 5 before it.
  const digits = Math.max(scale, scale < 0 ? precision - scale : precision);
  const places = Math.max(0, scale);
  if (digits > DECIMAL_DIGITS || places > DECIMAL_SCALE) {
    const cast = asText(type, column, `has more digits than DECIMAL(${DECIMAL_DIGITS},${DECIMAL_SCALE})`);
    // Its digits, a sign, a point and a leading zero.
    return { ...cast, type: varchar(digits + 3) };
  }
  // DECIMAL(19) is kept in 8 bytes and ends at 9223372036854775807: one digit more takes 16 bytes and holds them all.
  return { type: `DECIMAL(${digits === 19 ? 20 : digits},${places})`, expression: column, quoted: false };
}

/** numeric's modifier: precision in the upper 16 bits, scale as an 11-bit signed number below (PostgreSQL 15 on). */
function numericModifier(modifier: number): { precision: number; scale: number } {
  const packed = modifier - HEADER;
  return { precision: (packed >> 16) & 0xffff, scale: ((packed & 0x7ff) ^ 1024) - 1024 };
}

function superOf(type: ColumnType, column: string, what: string): Cast {
  const hazard = loses(type, what);
  return { type: 'SUPER', expression: `to_json(${column})::text`, quoted: true, ...(hazard ? { hazard } : {}) };
}

function asText(type: ColumnType, column: string, why = 'has no counterpart in Redshift'): Cast {
  return {
    type: varchar(VARCHAR_BYTES),
    expression: `${column}::text`,
    quoted: true,
    hazard: { kind: 'TYPE_AS_TEXT', message: `${type.sql} ${why}; it goes as text` },
  };
}
