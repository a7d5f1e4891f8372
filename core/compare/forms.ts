// Which text stands for a value at both ends, so that two values are the same exactly when their texts are? By the family
// of types that the two columns meet in, as SQL of each dialect. What the sessions have to pin stands in
// core/sql/session.ts; Redshift prints floats with 15 digits here (`extra_float_digits` 0).

import type { Dialect } from '../catalog/model.ts';

/** What two columns are compared as. */
export type Family =
  | { readonly kind: 'decimal'; readonly scale: number }
  | { readonly kind: 'float'; readonly real: boolean }
  | { readonly kind: 'bytes'; readonly most: number }
  | {
      readonly kind:
        | 'integer'
        | 'boolean'
        | 'date'
        | 'timestamp'
        | 'timestamptz'
        | 'time'
        | 'timetz'
        | 'text'
        | 'padded text'
        | 'document'
        /** Whether a document is an object, an array, a string, …: all that is the same whatever the order of its keys. */
        | 'kind of document'
        | 'shape'
        /** Between two columns of one type in PostgreSQL: its own text. */
        | 'itself';
    };

/** What is read of a column. */
export interface Value {
  /** An expression of the dialect's SQL. */
  readonly sql: string;
  /** pg_type.typname of what it gives, where that is known; a domain's is its base's. */
  readonly type?: string;
  /** The digits after the point of a numeric that has a precision. */
  readonly scale?: number;
  /** Redshift rounds what has more digits than its column, and the command lets it. */
  readonly rounds?: true;
}

/** What one end makes its text of. */
export interface Summed {
  readonly family: Family;
  readonly value: Value;
}

/** A value in two layers of SELECT: what is computed once, and the text that is made of its name. */
export interface Form {
  readonly value: string;
  /** `pieces`: how many pieces of a long value are looked at where that has to be said, as in Redshift. */
  readonly text: (name: string, pieces: number) => string;
  /** In Redshift, of what may be long: how many bytes it has. */
  readonly bytes?: (name: string) => string;
}

/** The form of a column at one end. NULL has NULL for its text, but in documents, where it is JSON's null. */
export const formOf = (dialect: Dialect, family: Family, value: Value): Form =>
  dialect === 'postgresql' ? postgresqlForm(family, value) : redshiftForm(family, value);

/** A text's bytes are those of UTF-8 at either end. */
export function digestOf(dialect: Dialect, text: string, utf8: boolean): string {
  return dialect === 'redshift' || utf8 ? `md5(${text})` : `md5(convert_to(${text}, 'UTF8'))`;
}

/**
 * A digest as a number of 60 bits: the sum of 10^19 of them still has 38 digits, which is what Redshift's sum of BIGINT
 * holds.
 */
export const numberOf = (dialect: Dialect, digest: string): string =>
  dialect === 'postgresql'
    ? `('x' || substr(${digest}, 1, 15))::bit(60)::bigint`
    : `strtol(substring(${digest}, 1, 15), 16)`;

const asIs = (name: string): string => name;
const whole = (sql: string): Form => ({ value: sql, text: asIs });

// --- PostgreSQL

const MOMENT = `'YYYY-MM-DD HH24:MI:SS.US BC'`;

function postgresqlForm(family: Family, value: Value): Form {
  const { sql, type } = value;
  /** Money is written with its currency. */
  const text = type === 'money' ? `(${sql})::numeric::text` : `(${sql})::text`;
  /** The value as one of these types: itself, or read from its text as COPY reads it. */
  const as = (...types: readonly string[]): string =>
    type !== undefined && types.includes(type) ? sql : `${text}::${types[0]}`;
  switch (family.kind) {
    case 'integer':
      return whole(type !== undefined && WHOLE.has(type) ? text : `trim_scale(${text}::numeric)::text`);
    case 'decimal':
      return decimal(as('numeric'), family.scale, value);
    case 'float':
      return float(family.real, value);
    case 'boolean':
      return { value: as('bool'), text: (c) => `CASE WHEN ${c} THEN 't' WHEN NOT ${c} THEN 'f' END` };
    case 'date':
      return whole(`(${as('date')})::text`);
    case 'timestamp':
      return { value: as('timestamp'), text: moment };
    case 'timestamptz':
      return { value: `(${as('timestamptz')}) AT TIME ZONE 'UTC'`, text: moment };
    case 'time':
      return whole(`(${as('time')})::text`);
    case 'timetz':
      return { value: as('timetz'), text: timeInUtc };
    case 'text':
      // Written by itself it would lose what it says of its encoding, which a text has kept.
      return whole(type === 'xml' ? text : textOf(value));
    case 'padded text':
      return whole(`rtrim(${textOf(value)})`);
    case 'bytes':
      return { value: type === 'bytea' ? sql : `decode(${sql}, 'hex')`, text: hexText(family.most) };
    case 'document': {
      const text = `coalesce(${withoutBlanks(jsonb(value))}, 'null')`;
      return { value: `convert_to(${text}, 'UTF8')`, text: hexText(MOST_BYTES) };
    }
    case 'kind of document':
      return { value: jsonb(value), text: (c) => `coalesce(jsonb_typeof(${c}), 'null')` };
    case 'shape':
      return whole(`upper((${sql})::text)`);
    case 'itself':
      // Zeros at a number's end are its spelling.
      return whole(
        type === 'numeric' ? `trim_scale(${sql})::text` : type === 'money' ? `(${sql})::numeric::text` : textOf(value),
      );
  }
}

const WHOLE = new Set(['int2', 'int4', 'int8', 'oid']);

/** Types whose cast to text is what COPY writes. Of others it may be another one: `::text` writes the mask of an inet. */
const TEXTS = new Set([
  'text',
  'varchar',
  'bpchar',
  'name',
  'uuid',
  'int2',
  'int4',
  'int8',
  'numeric',
  'float4',
  'float8',
]);
const IS_TEXT = /::text$/;

function textOf({ sql, type }: Value): string {
  if (type === 'text' || IS_TEXT.test(sql)) return sql;
  return type !== undefined && TEXTS.has(type)
    ? `(${sql})::text`
    : `CASE WHEN (${sql}) IS NOT NULL THEN format('%s', ${sql}) END`;
}

/** With as many digits after the point as the column at the other end; one with more keeps them, and differs. */
function decimal(sql: string, scale: number, value: Value): Form {
  if (value.type === 'numeric' && value.scale === scale) return whole(`(${sql})::text`);
  const fitted = (c: string) => `round(${c}, ${scale})`;
  if (value.rounds === true) return whole(`${fitted(`(${sql})`)}::text`);
  return { value: sql, text: (c) => `(CASE WHEN ${c} = ${fitted(c)} THEN ${fitted(c)} ELSE ${c} END)::text` };
}

const moment = (c: string): string => `CASE WHEN isfinite(${c}) THEN to_char(${c}, ${MOMENT}) ELSE ${c}::text END`;

/** Turned into UTC, the day's end would become its beginning. */
const timeInUtc = (c: string): string =>
  `replace((CASE ${c} WHEN '24:00:00+00'::timetz THEN ${c} ELSE ${c} AT TIME ZONE 'UTC' END)::text, '+00', '')`;

const jsonb = ({ sql, type }: Value): string =>
  type === 'jsonb'
    ? sql
    : type === 'json' || type === 'text' || IS_TEXT.test(sql)
      ? `(${sql})::jsonb`
      : `(${sql})::text::jsonb`;

/** SUPER prints no blanks; what stands in quotes keeps them. */
const withoutBlanks = (json: string): string =>
  String.raw`regexp_replace((${json})::text, '("(?:[^"\\]|\\.)*")|\s+', '\1', 'g')`;

/** A real is a double with the same value. */
function float(real: boolean, { sql, type }: Value): Form {
  const read = type === 'float8' ? sql : type === 'float4' ? `(${sql})::float8` : `(${sql})::text::float8`;
  const narrow = real && type !== 'float4' ? `(${sql})::text::float4::float8` : read;
  return { value: narrow, text: (c) => floatText(c, fifteenDigits, (digits) => `(${digits})::float8`, '::text') };
}

/**
 * `%.15g` of a finite double, as Redshift writes it: sessions with PostgreSQL print the shortest text instead, and lists of
 * numbers have to stay as they were sent. A double becomes a numeric by its first 15 digits.
 */
function fifteenDigits(x: string): string {
  const digits = `(${x})::numeric`;
  const plain = `(${x}) = 0 OR (abs(${digits}) >= 0.0001 AND abs(${digits}) < 1e15)`;
  const scientific = `regexp_replace(ltrim(to_char(${x}, '9.99999999999999EEEE')), '\\.?0+e', 'e')`;
  return `CASE WHEN ${plain} THEN trim_scale(${digits})::text ELSE ${scientific} END`;
}

// --- both

/**
 * The first 15 digits, and those of what is left without them, which is exact: no other double has both. Halves, because
 * the largest number, rounded up to its first digits, is no number any more. Neither the sign of 0 counts, nor how a
 * server writes infinity.
 */
function floatText(c: string, digits: (x: string) => string, read: (digits: string) => string, toText: string): string {
  const half = `(${c} / 2)`;
  const both = (x: string) => `${digits(x)} || ' ' || ${digits(`(${x} - ${read(digits(x))})`)}`;
  const written = `lower(${c}${toText})`;
  return (
    `CASE WHEN ${written} LIKE 'nan' THEN 'nan' WHEN ${written} LIKE 'inf%' THEN 'inf' WHEN ${written} LIKE '-inf%' THEN '-inf' ` +
    `WHEN ${c} = 0 THEN '0' WHEN abs(${c}) > 1 THEN '2*' || ${both(half)} ELSE ${both(c)} END`
  );
}

/**
 * Redshift's texts have 65,535 bytes at most: what is longer in hexadecimal is its length and the digests of its pieces of
 * 32,000 bytes. How many there may be has to be known there; PostgreSQL finds out for each value.
 */
export const PIECE_BYTES = 32_000;
/** Redshift's longest VARBYTE and SUPER. */
export const MOST_BYTES = 16_777_216;

const hexText =
  (most: number) =>
  (c: string): string => {
    const short = `encode(${c}, 'hex')`;
    if (most <= PIECE_BYTES) return short;
    const piece = `md5(encode(substr(${c}, n * ${PIECE_BYTES} + 1, ${PIECE_BYTES}), 'hex'))`;
    const pieces = `(SELECT string_agg(${piece}, '' ORDER BY n) FROM generate_series(0, (octet_length(${c}) - 1) / ${PIECE_BYTES}) AS n)`;
    return `CASE WHEN octet_length(${c}) <= ${PIECE_BYTES} THEN ${short} ELSE octet_length(${c}) || ':' || ${pieces} END`;
  };

// --- Redshift

function redshiftForm(family: Family, { sql }: Value): Form {
  const text = (c: string) => redshiftText(family, c);
  switch (family.kind) {
    case 'bytes':
      if (family.most <= PIECE_BYTES) return { value: sql, text: (c) => hexOf(c) };
      return { value: sql, text: longBytes, bytes: (c) => `octet_length(${c})` };
    case 'document': {
      const bytes = (c: string) => `json_serialize_to_varbyte(${c})`;
      // A SUPER may be NULL, or hold JSON's null, which may read like it.
      const inBytes = (c: string, pieces: number) => `coalesce(${longBytes(bytes(c), pieces)}, '6e756c6c')`;
      return { value: sql, text: inBytes, bytes: (c) => `octet_length(${bytes(c)})` };
    }
    default:
      return { value: sql, text };
  }
}

function redshiftText(family: Family, c: string): string {
  switch (family.kind) {
    case 'boolean':
      return `CASE WHEN ${c} THEN 't' WHEN NOT ${c} THEN 'f' END`;
    case 'float':
      return float8(family.real ? `${c}::float8` : c);
    case 'timestamp':
      return momentInRedshift(c);
    case 'timestamptz':
      return momentInRedshift(`(${c} AT TIME ZONE 'UTC')`);
    case 'time':
      return withoutZeros(`${c}::varchar`);
    case 'timetz':
      return withoutZeros(`replace(${c}::varchar, '+00', '')`);
    case 'padded text':
      return `rtrim(${c})`;
    case 'kind of document':
      return `coalesce(json_typeof(${c}), 'null')`;
    case 'shape':
      return `upper(st_ashexewkb(${c}))`;
    default:
      return `${c}::varchar`;
  }
}

const float8 = (c: string): string =>
  floatText(
    c,
    (x) => `${x}::varchar`,
    (digits) => `${digits}::float8`,
    '::varchar',
  );

/** to_char has no text for infinity, where there is one. */
const momentInRedshift = (c: string): string => `coalesce(nullif(to_char(${c}, ${MOMENT}), ''), ${c}::varchar)`;

/** PostgreSQL writes no zeros at the end of a fraction. */
const withoutZeros = (text: string): string =>
  `CASE WHEN ${text} LIKE '%.%' THEN rtrim(rtrim(${text}, '0'), '.') ELSE ${text} END`;

const hexOf = (c: string): string => `lower(to_hex(${c}))`;

function longBytes(c: string, pieces: number): string {
  const length = `octet_length(${c})`;
  const digests = Array.from({ length: pieces }, (_, number) => {
    const first = number * PIECE_BYTES;
    return ` || CASE WHEN ${length} > ${first} THEN md5(${hexOf(`substring(${c}, ${first + 1}, ${PIECE_BYTES})`)}) ELSE '' END`;
  });
  return `CASE WHEN ${length} <= ${PIECE_BYTES} THEN ${hexOf(c)} ELSE ${length}::varchar || ':'${digests.join('')} END`;
}
