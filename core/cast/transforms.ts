// What each transform of `using` does to a value: an expression of PostgreSQL (13 and later) inside the SELECT. No row
// becomes a value in JavaScript. Those that only another source needs leave a value as it is.

import type { ColumnType } from '../catalog/model.ts';
import { OTHER_TRANSFORMS, type Transform as TransformName } from './transform-names.ts';

interface Transform {
  /** What the column has to be. */
  readonly takes: readonly Kind[];
  /** The value's expression, given that of the column. */
  readonly sql: (column: string) => string;
  /** The type of the expression; `same` as the column's. */
  readonly gives: 'same' | 'text' | 'bytea' | 'bool' | 'int8' | 'timestamptz' | 'timestamp' | 'time';
}

type Kind = 'text' | 'number' | 'bytes' | 'bits' | 'boolean' | 'array';

const KINDS: Readonly<Record<string, Kind>> = {
  text: 'text',
  varchar: 'text',
  bpchar: 'text',
  name: 'text',
  citext: 'text',
  int2: 'number',
  int4: 'number',
  int8: 'number',
  numeric: 'number',
  float4: 'number',
  float8: 'number',
  money: 'number',
  bytea: 'bytes',
  bit: 'bits',
  varbit: 'bits',
  bool: 'boolean',
};

/** What a type is to a transform, or undefined. */
function kindOf(type: ColumnType): Kind | undefined {
  const effective = type.kind === 'domain' && type.base ? type.base : type;
  if (effective.kind === 'array') return 'array';
  return effective.kind === 'enum' ? 'text' : KINDS[effective.name];
}

const on = (takes: Kind | readonly Kind[], gives: Transform['gives'], sql: Transform['sql']): Transform => ({
  takes: typeof takes === 'string' ? [takes] : takes,
  gives,
  sql,
});

/** Digits run together: `2026112213…` in pieces that PostgreSQL reads as a time. */
const pieces = (column: string, pattern: string, into: string): string =>
  `regexp_replace(${column}::text, '^${pattern}$', '${into}')`;

/** `a.b.c.d` of a whole number of 32 bits. */
const dotted = (number: string): string => `host('0.0.0.0'::inet + (${number})::bigint)`;

const TRANSFORMS: Readonly<Record<TransformName, Transform>> = {
  'empty-string-to-null': on('text', 'same', (c) => `nullif(${c}, '')`),
  // With the blanks that are significant elsewhere: bpchar loses its own on the way to text.
  'right-trim': on('text', 'text', (c) => `rtrim(${c}::text, ' ')`),
  'remove-null-characters': on('text', 'same', (c) => c),
  'integer-to-string': on('number', 'text', (c) => `${c}::text`),
  'float-to-string': on('number', 'text', (c) => `${c}::text`),
  'tinyint-to-boolean': on('number', 'bool', (c) => `(${c} <> 0)`),
  'bits-to-boolean': on('bits', 'bool', (c) => `(position('1' in ${c}::text) > 0)`),
  'bits-to-hex-bitstring': on('bits', 'text', (c) => `${c}::text`),
  'unix-timestamp-to-timestamptz': on('number', 'timestamptz', (c) => `to_timestamp(${c})`),
  'zero-dates-to-null': on('text', 'text', (c) => `CASE WHEN ${c} !~ '^0000-00-00' THEN ${c}::text END`),
  'date-with-no-separator': on(
    ['text', 'number'],
    'timestamp',
    (c) =>
      `${pieces(`nullif(${c}::text, '00000000000000')`, '(\\d{4})(\\d\\d)(\\d\\d)(\\d\\d)(\\d\\d)(\\d\\d)', '\\1-\\2-\\3 \\4:\\5:\\6')}::timestamp`,
  ),
  // Six digits and fractions of a second; a number has lost the zeros before its first digit.
  'time-with-no-separator': on(
    ['text', 'number'],
    'time',
    (c) =>
      `rtrim(${pieces(`lpad(${c}::text, greatest(6, length(${c}::text)), '0')`, '(\\d\\d)(\\d\\d)(\\d\\d)(\\d*)', '\\1:\\2:\\3.\\4')}, '.')::time`,
  ),
  'int-to-ip': on('number', 'text', dotted),
  'ip-range': on('array', 'text', (c) => `(${dotted(`${c}[1]`)} || '-' || ${dotted(`${c}[2]`)})`),
  // Up to 63 bits; what is longer, or no number, is refused as no bigint instead of being cut.
  'hex-to-dec': on(
    'text',
    'int8',
    (c) =>
      `CASE WHEN ${c}::text <> '' AND ltrim(${c}::text, '0') ~ '^([0-9a-fA-F]{0,15}|[0-7][0-9a-fA-F]{15})$' ` +
      `THEN ('x' || lpad(ltrim(${c}::text, '0'), 16, '0'))::bit(64)::bigint ELSE (${c}::text || 'h')::bigint END`,
  ),
  'byte-vector-to-bytea': on('bytes', 'same', (c) => c),
  'byte-vector-to-hexstring': on('bytes', 'text', (c) => `encode(${c}, 'hex')`),
  'binary-to-uuid': on('bytes', 'text', (c) => `encode(${c}, 'hex')::uuid::text`),
  'base64-decode': on('text', 'bytea', (c) => `decode(${c}::text, 'base64')`),
  'hex-to-bytea': on('text', 'bytea', (c) => `decode(regexp_replace(${c}::text, '^(0x|\\\\x)', ''), 'hex')`),
};

const RESULTS: Readonly<Record<Exclude<Transform['gives'], 'same'>, ColumnType>> = {
  text: base('text', 'text'),
  bytea: base('bytea', 'bytea'),
  bool: base('bool', 'boolean'),
  int8: base('int8', 'bigint'),
  timestamptz: base('timestamptz', 'timestamp with time zone'),
  timestamp: base('timestamp', 'timestamp without time zone'),
  time: base('time', 'time without time zone'),
};

function base(name: string, sql: string): ColumnType {
  return { schema: 'pg_catalog', name, sql, kind: 'base', modifier: -1 };
}

const OTHERS: ReadonlySet<string> = new Set(OTHER_TRANSFORMS);

const isTransform = (name: string): name is TransformName => Object.hasOwn(TRANSFORMS, name);

/** The expression and type after a transform; or what is wrong, to complete the sentence "using … ". */
export function applyTransform(
  name: string,
  type: ColumnType,
  column: string,
): { readonly expression: string; readonly type: ColumnType } | { readonly problem: string } {
  if (OTHERS.has(name)) return { expression: column, type };
  const transform = isTransform(name) ? TRANSFORMS[name] : undefined;
  if (transform === undefined) return { problem: 'is no transform of pgshift' };
  const kind = kindOf(type);
  if (kind === undefined || !transform.takes.includes(kind)) {
    return { problem: `takes ${transform.takes.join(' or ')}, and the column is ${type.sql}` };
  }
  return {
    expression: transform.sql(column),
    type: transform.gives === 'same' ? type : RESULTS[transform.gives],
  };
}
