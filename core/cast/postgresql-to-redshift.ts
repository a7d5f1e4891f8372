// What does a column of PostgreSQL become in Redshift? Finds its entry in the type map, and fills in lengths and digits.

import type { ColumnType } from '../catalog/model.ts';
import { type Cast, DEFAULT_CHOICES, type TypeChoices } from './model.ts';
import {
  BYTES_PER_CHARACTER,
  decimalType,
  MOST_DIGITS,
  MOST_PLACES,
  MOST_VARCHAR_BYTES,
  sourceModifier,
  withDigits,
} from './redshift-types.ts';
import { TYPE_MAP, type TypeEntry } from './type-map.ts';

const ENTRIES: readonly TypeEntry[] = TYPE_MAP.flatMap(({ entries }) => entries);

const keyOf = (extension: string | undefined, name: string): string => `${extension ?? ''} ${name}`;

const BY_NAME: ReadonlyMap<string, TypeEntry> = new Map(
  ENTRIES.flatMap((entry) =>
    (entry.types ?? '')
      .split(' ')
      .filter((name) => name !== '')
      .map((name) => [keyOf(entry.extension, name), entry] as const),
  ),
);
const BY_KIND: ReadonlyMap<string, TypeEntry> = new Map(
  ENTRIES.flatMap((entry) => (entry.kind === undefined ? [] : [[entry.kind, entry] as const])),
);

const BARE_NUMERIC = BY_NAME.get(keyOf(undefined, 'numeric'));

/** The map's entry for a type; a domain has its base's. The last one takes every type that nothing else stands for. */
export function entryOf(type: ColumnType): TypeEntry {
  const effective = effectiveType(type);
  const builtIn = effective.schema === 'pg_catalog';
  const name = effective.name === 'numeric' && builtIn ? numericName(effective) : effective.name;
  const named =
    builtIn || effective.extension !== undefined ? BY_NAME.get(keyOf(effective.extension, name)) : undefined;
  const found = named ?? BY_KIND.get(effective.kind) ?? BY_KIND.get('base');
  if (found === undefined) throw new RangeError('the type map has no entry for base types');
  return found;
}

/** How a column of `type` goes to Redshift. `column` is the quoted name. */
export function castToRedshift(type: ColumnType, column: string, choices: TypeChoices = DEFAULT_CHOICES): Cast {
  const entry = entryOf(type);
  const { numericScale } = choices;
  if (entry === BARE_NUMERIC && numericScale !== undefined) return asDecimal(type, column, numericScale);
  if (entry.varchar !== undefined && choices[entry.varchar.option] === 'varchar') return asOwnText(column);
  const effective = effectiveType(type);
  const { sql, needs } = sized(entry.target, effective);
  const hazard = hazardOf(entry, effective, needs);
  return {
    type: sql,
    expression: (entry.render ?? '{}').replaceAll('{}', () => column),
    quoted: QUOTED.test(sql),
    ...(hazard === undefined ? {} : { hazard }),
  };
}

/** `bare numeric scale`. */
function asDecimal(type: ColumnType, column: string, scale: number): Cast {
  const cast = castToRedshift(withDigits(effectiveType(type), MOST_DIGITS, scale), column);
  const message = `${type.sql} as ${cast.type}: more than ${scale} digits after the point are rounded, more than ${MOST_DIGITS - scale} before it refused`;
  return { ...cast, hazard: { kind: 'NARROWS', message } };
}

/** PostgreSQL's own text: nothing is lost of it. */
const asOwnText = (column: string): Cast => ({
  type: varchar(MOST_VARCHAR_BYTES),
  expression: `${column}::text`,
  quoted: true,
});

const effectiveType = (type: ColumnType): ColumnType => (type.kind === 'domain' && type.base ? type.base : type);

/** What is text in CSV. */
const QUOTED = /^(?:VARCHAR|CHAR|SUPER|VARBYTE|GEOMETRY|GEOGRAPHY)\b/;

/** A target of the map for one column: lengths and digits stand in the place of their letters. */
function sized(target: string, type: ColumnType): { readonly sql: string; readonly needs?: number } {
  switch (target) {
    case 'DECIMAL(p,s)': {
      const { digits, places } = decimalDigits(type);
      return { sql: decimalType(digits, places) };
    }
    case 'VARCHAR(p+3)':
      // The digits, a sign, a point and a leading zero.
      return { sql: varchar(decimalDigits(type).digits + 3) };
    case 'VARCHAR(label)':
      return { sql: varchar(Math.max(1, type.longestLabelBytes ?? MOST_VARCHAR_BYTES)) };
    case 'VARCHAR(n)':
    case 'VARCHAR(4n)': {
      const { characters = MOST_VARCHAR_BYTES } = sourceModifier(type);
      const needs = target === 'VARCHAR(n)' ? characters : characters * BYTES_PER_CHARACTER;
      return type.modifier < 0 ? { sql: varchar(needs) } : { sql: varchar(needs), needs };
    }
    default:
      return { sql: target };
  }
}

const varchar = (bytes: number): string => `VARCHAR(${Math.min(bytes, MOST_VARCHAR_BYTES)})`;

function hazardOf(entry: TypeEntry, type: ColumnType, needs = 0): Cast['hazard'] {
  if (needs > MOST_VARCHAR_BYTES) {
    const message = `${type.sql} may need ${needs} bytes; Redshift's longest VARCHAR has ${MOST_VARCHAR_BYTES}`;
    return { kind: 'NARROWS', message };
  }
  if (entry.byText === true) return { kind: 'TYPE_AS_TEXT', message: `${type.sql} ${whyText(entry)}; it goes as text` };
  if (entry.loses === undefined) return undefined;
  return { kind: 'LOSES_DETAIL', message: `${type.sql} loses ${entry.loses}` };
}

function whyText({ types }: TypeEntry): string {
  if (types === 'numeric') return 'has no precision: `bare numeric scale = N` or a CAST would make it a DECIMAL';
  if (types === 'numeric(p>38)') return `has more digits than DECIMAL(${MOST_DIGITS},${MOST_PLACES})`;
  return 'has no counterpart in Redshift';
}

function numericName(type: ColumnType): string {
  if (type.modifier < 0) return 'numeric';
  const { digits, places } = decimalDigits(type);
  return digits > MOST_DIGITS || places > MOST_PLACES ? 'numeric(p>38)' : 'numeric(p,s)';
}

/** numeric(3,5) is 0.00ddd: 5 digits, all after the point. numeric(3,-2) is ddd00: 5 before it. */
function decimalDigits(type: ColumnType): { readonly digits: number; readonly places: number } {
  const [precision, scale] = sourceModifier(type).digits ?? [0, 0];
  return { digits: Math.max(scale, scale < 0 ? precision - scale : precision), places: Math.max(0, scale) };
}
