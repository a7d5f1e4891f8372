// What does a column of PostgreSQL become in another PostgreSQL? The same type, where the target has it or can be given it;
// else its text. Values travel as PostgreSQL writes them, and are read by the type's own input function.

import type { ColumnType } from '../catalog/model.ts';
import type { Cast, CastTarget } from './model.ts';
import type { Family, TargetType } from './redshift-types.ts';
import { sourceModifier } from './redshift-types.ts';
import type { Road } from './road.ts';

/** What the target calls a type, or why it has none; to complete the sentence "… ". */
export type TypeIn = (type: ColumnType) => { readonly sql: string } | { readonly problem: string };

/** Types whose CSV is never empty and needs no quotes. */
const UNQUOTED =
  /^(?:bool|int[248]|oid|float[48]|numeric|money|date|time|timetz|timestamp|timestamptz|uuid|xid8?|cid|pg_lsn)$/;

export const postgresqlRoad = (typeIn: TypeIn): Road => ({
  own: (type, column) => own(type, column, typeIn),
  named,
  convert: (target, type, expression) => convert(target, type, expression),
});

function own(type: ColumnType, column: string, typeIn: TypeIn): Cast {
  const found = typeIn(type);
  if ('sql' in found) return { type: found.sql, expression: sentAs(type, column), quoted: !isUnquoted(type) };
  const base = type.kind === 'domain' && type.base !== undefined ? typeIn(type.base) : undefined;
  if (type.base !== undefined && base !== undefined && 'sql' in base) {
    const message = `${type.sql} ${found.problem}; it goes as ${base.sql}, of which it is a domain`;
    return {
      type: base.sql,
      expression: sentAs(type, column),
      quoted: !isUnquoted(type),
      hazard: { kind: 'LOSES_DETAIL', message },
    };
  }
  const message = `${type.sql} ${found.problem}; it goes as text`;
  return { type: 'text', expression: `${column}::text`, quoted: true, hazard: { kind: 'TYPE_AS_TEXT', message } };
}

const effective = (type: ColumnType): ColumnType => (type.kind === 'domain' && type.base ? type.base : type);

const isUnquoted = (type: ColumnType): boolean => {
  const { schema, kind, name } = effective(type);
  return schema === 'pg_catalog' && kind === 'base' && UNQUOTED.test(name);
};

/**
 * Money is written as its server's locale has it, and is kept as a number of its smallest unit: that number is sent as so
 * many cents, and read where the locale is C.
 */
function sentAs(type: ColumnType, column: string): string {
  const { schema, name } = effective(type);
  if (schema !== 'pg_catalog' || name !== 'money') return column;
  return `round(${column}::numeric * 10::numeric ^ (scale(${column}::numeric) - 2), 2)`;
}

const FAMILIES: readonly (readonly [RegExp, Family])[] = [
  [/^(?:smallint|integer|bigint)$/, 'integer'],
  [/^(?:numeric|decimal)\b/, 'decimal'],
  [/^(?:real|double precision)$/, 'float'],
  [/^boolean$/, 'boolean'],
  [/^(?:text|character|varchar|char|bpchar|citext)\b/, 'text'],
  [/^date$/, 'date'],
];

/** Words for types that CREATE TABLE would take for something else, or that other servers have. */
const SPELLINGS: Readonly<Record<string, string>> = {
  serial: 'integer',
  serial4: 'integer',
  bigserial: 'bigint',
  serial8: 'bigint',
  smallserial: 'smallint',
  int: 'integer',
  int2: 'smallint',
  int4: 'integer',
  int8: 'bigint',
  float: 'double precision',
  float8: 'double precision',
  float4: 'real',
  bool: 'boolean',
  super: 'jsonb',
  varbyte: 'bytea',
  tinyint: 'smallint',
  datetime: 'timestamp',
};

/** A name of a type, with its schema, time zone and brackets; whether the target has it, Prepare finds out. */
const NAME = /^(?:[a-z_][\w$]*\.)?[a-z_][\w$]*(?: precision| varying| with(?:out)? time zone)?(?:\[\])*$/i;
/** Types of which a length or digits of the column's own may be kept. */
const KEEPS: readonly RegExp[] = [/^(?:varchar|character varying|char|character|bpchar)$/, /^(?:numeric|decimal)$/];

/** The types that a rule may name on every road to PostgreSQL. */
export function named(to: CastTarget, source: ColumnType, keepTypmod: boolean): TargetType {
  const written = to.name.trim().replaceAll(/\s+/g, ' ');
  if (!NAME.test(written)) return { problem: `"${written}" is no name of a type` };
  const sql = SPELLINGS[written.toLowerCase()] ?? written;
  const [texts, numbers] = KEEPS;
  const own = keepTypmod ? sourceModifier(source) : {};
  const kept = texts?.test(sql)
    ? own.characters === undefined
      ? []
      : [own.characters]
    : numbers?.test(sql)
      ? (own.digits ?? [])
      : [];
  const modifiers = to.modifiers.length > 0 ? to.modifiers : kept;
  const family = FAMILIES.find(([pattern]) => pattern.test(sql.toLowerCase()))?.[1] ?? 'other';
  return { sql: withModifiers(sql, modifiers), family };
}

/** The modifier of `timestamp with time zone` stands inside its name. */
function withModifiers(sql: string, modifiers: readonly number[]): string {
  if (modifiers.length === 0) return sql;
  const [, name = sql, rest = ''] = /^(.*?)((?: with(?:out)? time zone)?(?:\[\])*)$/i.exec(sql) ?? [];
  return `${name}(${modifiers.join(',')})${rest}`;
}

/** By its text, but for what has another one where it is read. */
function convert(
  { sql, family }: { readonly sql: string; readonly family: Family },
  type: ColumnType,
  expression: string,
): Cast {
  const { name } = effective(type);
  const cast = (into: string): Cast => ({ type: sql, expression: `(${expression})::${into}`, quoted: true });
  if (name === 'bool' && family !== 'boolean' && family !== 'text') return cast('integer');
  if (family === 'integer' && /^(?:float[48]|numeric|money)$/.test(name)) {
    const message = `${type.sql} to ${sql}: what stands after the point is rounded`;
    return { ...cast(`numeric::${sql}`), hazard: { kind: 'NARROWS', message } };
  }
  if (family === 'date' && /^timestamp/.test(name)) {
    const message = `${type.sql} to ${sql}: the time of day is lost`;
    return { ...cast('date'), hazard: { kind: 'LOSES_DETAIL', message } };
  }
  return { type: sql, expression: `(${sentAs(type, expression)})::text`, quoted: true };
}
