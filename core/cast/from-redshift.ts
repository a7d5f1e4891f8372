// What does a column of Redshift become at each target, and what of a CAST rule's words can be done in Redshift's SQL?

import type { ColumnType } from '../catalog/model.ts';
import type { Cast } from './model.ts';
import { REDSHIFT_SOURCE, type RedshiftEntry, type Way } from './redshift-source-map.ts';

type Target = 'redshift' | 'postgresql';

const BY_NAME: ReadonlyMap<string, RedshiftEntry> = new Map(
  REDSHIFT_SOURCE.flatMap((entry) => entry.types.split(' ').map((name) => [name, entry] as const)),
);

/** The parts of `numeric(12,2)` or `binary varying(20)`; none where they are to be dropped. */
function modifierOf({ sql, modifier }: ColumnType): readonly string[] {
  if (modifier < 0) return [];
  const [, numbers = ''] = /\(([\d, ]+)\)/.exec(sql) ?? [];
  return numbers === '' ? [] : numbers.split(',').map((number) => number.trim());
}

/** The longest VARCHAR, where a column of a view has no length. */
const LONGEST: Readonly<Record<string, string>> = { VARCHAR: '65535', CHAR: '4096', VARBYTE: '16777216' };

/** How a column of `type` goes to a target. `column` is its quoted name, or an expression. */
export function castFromRedshift(target: Target, type: ColumnType, column: string): Cast {
  const entry = BY_NAME.get(type.name);
  if (entry === undefined) return unknownType(target, type, column);
  const way = entry[target];
  const digits = modifierOf(type);
  // What a query computes may be a number without digits: a bare DECIMAL would cut its fraction.
  if (type.name === 'numeric' && digits.length === 0) return bareNumeric(target, type, column);
  const hazard = way.hazard === undefined ? undefined : { kind: way.hazard, message: `${type.sql}: ${way.note}` };
  return {
    type: sized(way, digits),
    expression: (way.render ?? '{}').replaceAll('{}', () => column),
    quoted: way.text === true,
    ...(hazard === undefined ? {} : { hazard }),
  };
}

function sized({ type }: Way, digits: readonly string[]): string {
  const [, name = type, letters] = /^(\w+)\((n|p,s)\)$/.exec(type) ?? [];
  if (letters === undefined) return type;
  if (letters === 'p,s') return `${name}(${digits[0]},${digits[1] ?? '0'})`;
  const length = digits[0] ?? LONGEST[name.toUpperCase()];
  return length === undefined ? name : `${name}(${length})`;
}

function bareNumeric(target: Target, type: ColumnType, column: string): Cast {
  if (target === 'postgresql') return { type: 'numeric', expression: column, quoted: false };
  const message = `${type.sql} without digits goes as text: a CAST to decimal(p,s) would make it a number`;
  return { type: 'VARCHAR(65535)', expression: column, quoted: true, hazard: { kind: 'TYPE_AS_TEXT', message } };
}

function unknownType(target: Target, type: ColumnType, column: string): Cast {
  const message = `${type.sql} is no type that pgshift knows of Redshift; it goes as text`;
  const sql = target === 'redshift' ? 'VARCHAR(65535)' : 'text';
  return { type: sql, expression: column, quoted: true, hazard: { kind: 'TYPE_AS_TEXT', message } };
}

/** The transforms of `using` that Redshift's SQL can do, given the column. */
const TRANSFORMS: Readonly<Record<string, (column: string) => string>> = {
  'empty-string-to-null': (c) => `NULLIF(${c}, '')`,
  'right-trim': (c) => `RTRIM(${c}, ' ')`,
  'remove-null-characters': (c) => `REPLACE(${c}, CHR(0), '')`,
};

const TEXTS = new Set(['varchar', 'bpchar', 'text', 'char', 'name']);

/** Completes the sentence "using … " where it cannot be done. */
export function transformInRedshift(
  name: string,
  type: ColumnType,
  column: string,
): { readonly expression: string; readonly type: ColumnType } | { readonly problem: string } {
  const transform = Object.hasOwn(TRANSFORMS, name) ? TRANSFORMS[name] : undefined;
  if (transform === undefined) {
    return { problem: `is done by a PostgreSQL source; Redshift can do ${Object.keys(TRANSFORMS).join(', ')}` };
  }
  if (!TEXTS.has(type.name)) return { problem: `takes text, and the column is ${type.sql}` };
  return { expression: transform(column), type };
}

/** How Redshift says the present in a default. */
export const NOW = /^(?:getdate|sysdate)(?:\(\))?$/i;
