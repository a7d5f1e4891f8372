// Which CAST rules speak of a column, and what becomes of it: the first that matches wins; without a type of its own it
// takes the one of the rules after it, or the default.

import type { Column, ColumnType } from '../catalog/model.ts';
import type { CastGuards, CastRule, TypmodTest } from './cast-rule.ts';
import { sizedBy } from './measured.ts';
import { type Cast, DEFAULT_CHOICES, type TypeChoices } from './model.ts';
import { sourceModifier } from './redshift-types.ts';
import { POSTGRESQL_TO_REDSHIFT, type Road } from './road.ts';
import { applyTransform } from './transforms.ts';
import type { HazardName, Policy } from './value-hazards.ts';

export interface ColumnCast {
  readonly cast: Cast;
  /** What is read: the column, or what a transform makes of it. */
  readonly value: SourceExpression;
  /** What the rules say of values that Redshift refuses or alters. */
  readonly policies: RulePolicies;
  readonly notNull: boolean;
  /** The user let go of the default, or of the identity: nothing has to be said about it. */
  readonly dropsDefault: boolean;
  readonly dropsExtra: boolean;
  /** The rules that were used, by number in the command. */
  readonly used: readonly number[];
  /** What refuses the run. */
  readonly problem?: string;
}

export interface SourceExpression {
  readonly type: ColumnType;
  readonly expression: string;
}

/** Of each hazard that a rule names, the first rule's word. */
export type RulePolicies = ReadonlyMap<HazardName, { readonly policy: Policy; readonly rule: number }>;

/** A table as rules name it: as the source does. */
export interface CastPlace {
  readonly schema: string;
  readonly name: string;
}

/** What the rules make of a column whose quoted name is `expression`. */
export function castColumn(
  place: CastPlace,
  column: Column,
  expression: string,
  rules: readonly CastRule[],
  choices: TypeChoices = DEFAULT_CHOICES,
  road: Road = POSTGRESQL_TO_REDSHIFT,
): ColumnCast {
  const matching = rules.flatMap((rule, number) => (ruleMatches(rule, place, column) ? [{ rule, number }] : []));
  const policies = policiesOf(matching);
  const first = matching.find(({ rule }) => !saysOnlyPolicies(rule));
  const itself = { type: column.type, expression };
  if (first === undefined) {
    return {
      cast: sizedBy(road.own(column.type, expression, choices), itself, column.measured),
      value: itself,
      policies,
      notNull: column.notNull,
      dropsDefault: false,
      dropsExtra: false,
      used: [],
    };
  }
  const typed = matching.find(({ rule }) => rule.to !== undefined);
  const kept = {
    policies,
    notNull: first.rule.notNull === 'keep' ? column.notNull : first.rule.notNull === 'set',
    dropsDefault: first.rule.default === 'drop',
    dropsExtra: first.rule.extra === 'drop',
    used: [first.number, ...(typed === undefined || typed === first ? [] : [typed.number])],
  };
  const made = castBy(first.rule, typed?.rule, { ...column, expression }, choices, road);
  if ('problem' in made) {
    return { ...kept, value: itself, cast: road.own(column.type, expression, choices), problem: made.problem };
  }
  return { ...kept, ...made };
}

interface Matching {
  readonly rule: CastRule;
  readonly number: number;
}

function policiesOf(matching: readonly Matching[]): RulePolicies {
  const policies = new Map<HazardName, { policy: Policy; rule: number }>();
  for (const { rule, number } of matching) {
    for (const [hazard, policy] of Object.entries(rule.on ?? {}) as [HazardName, Policy][]) {
      if (!policies.has(hazard)) policies.set(hazard, { policy, rule: number });
    }
  }
  return policies;
}

/** Such a rule leaves the rest of the column to the rules that follow. */
const saysOnlyPolicies = ({ on, to, using, default: fallback, typmod, notNull, extra }: CastRule): boolean =>
  on !== undefined &&
  to === undefined &&
  using === undefined &&
  [fallback, typmod, notNull, extra].every((word) => word === 'keep');

function castBy(
  first: CastRule,
  typed: CastRule | undefined,
  { type, expression: column, measured }: SourceExpression & Pick<Column, 'measured'>,
  choices: TypeChoices,
  road: Road,
): Pick<ColumnCast, 'cast' | 'value'> | { readonly problem: string } {
  const keepTypmod = first.typmod === 'keep';
  const transform = road.transform ?? applyTransform;
  const value = first.using === undefined ? { type, expression: column } : transform(first.using, type, column);
  if ('problem' in value) return { problem: `using ${first.using} ${value.problem}` };
  // An expression is taken for a column by what follows: it stands in parentheses.
  const expression = value.expression === column ? column : `(${value.expression})`;
  const read = { type: value.type, expression };
  if (typed?.to === undefined) {
    const own = road.own(keepTypmod ? value.type : withoutModifier(value.type), expression, choices);
    return { value: read, cast: sizedBy(own, read, first.using === undefined ? measured : undefined) };
  }
  const target = road.named(typed.to, value.type, keepTypmod);
  return 'problem' in target ? target : { value: read, cast: road.convert(target, value.type, expression, choices) };
}

function withoutModifier(type: ColumnType): ColumnType {
  return { ...type, modifier: -1, ...(type.base === undefined ? {} : { base: withoutModifier(type.base) }) };
}

function ruleMatches(rule: CastRule, place: CastPlace, column: Column): boolean {
  const { match } = rule;
  if (match.by === 'column') {
    return (
      match.column === column.name && match.table === place.name && (match.schema ?? place.schema) === place.schema
    );
  }
  return namesOf(column.type).has(spelling(match.type)) && guardsHold(rule.guards, column);
}

/** Other words for PostgreSQL's types. */
const SPELLINGS: Readonly<Record<string, string>> = {
  int: 'integer',
  decimal: 'numeric',
  float: 'double precision',
  char: 'character',
  bool: 'boolean',
  timestamp: 'timestamp without time zone',
  time: 'time without time zone',
  serial: 'integer',
  bigserial: 'bigint',
  smallserial: 'smallint',
};

const spelling = (type: string): string => {
  const name = type.toLowerCase().replaceAll(/\s+/g, ' ').trim();
  const array = name.endsWith('[]') ? '[]' : '';
  const element = name.slice(0, name.length - array.length);
  return (SPELLINGS[element] ?? element) + array;
};

/** `character varying`, `varchar`; of a type elsewhere also its name with and without the schema. */
function namesOf(type: ColumnType): ReadonlySet<string> {
  const written = type.sql
    .toLowerCase()
    .replaceAll('"', '')
    .replace(/\([\d, -]*\)/, '');
  return new Set([spelling(written), spelling(written.replace(/^[^.]*\./, '')), spelling(type.name)]);
}

function guardsHold(guards: CastGuards, column: Column): boolean {
  // PostgreSQL has no unsigned numbers, and no ON UPDATE.
  if (guards.unsigned === true || guards.onUpdateCurrentTimestamp === true) return false;
  if (guards.notNull === true && !column.notNull) return false;
  if (guards.autoIncrement === true && !takesFromSequence(column)) return false;
  if (guards.default !== undefined && !isDefault(guards.default, column.default)) return false;
  return guards.typmod === undefined || typmodHolds(guards.typmod, column.type);
}

const takesFromSequence = (column: Column): boolean =>
  column.identity !== undefined || /^nextval\(/i.test(column.default ?? '');

/** A default is `'new'::text` in the catalog; a guard may say `new`, or the whole. */
function isDefault(wanted: string, there: string | undefined): boolean {
  if (there === undefined) return false;
  const [, text] = /^'((?:[^']|'')*)'(?:::.*)?$/s.exec(there) ?? [];
  const bare = there.replace(/::[\w ."]+(?:\(\d+(?:,\d+)?\))?$/, '');
  return [there, bare, text?.replaceAll("''", "'")].includes(wanted);
}

function typmodHolds(test: TypmodTest, type: ColumnType): boolean {
  switch (test.test) {
    case 'and':
      return test.of.every((one) => typmodHolds(one, type));
    case 'or':
      return test.of.some((one) => typmodHolds(one, type));
    case 'not':
      return !test.of.some((one) => typmodHolds(one, type));
    default: {
      const { characters, digits } = type.modifier < 0 && type.kind !== 'domain' ? {} : sourceModifier(type);
      const values = { precision: digits?.[0] ?? characters, scale: digits?.[1] };
      const numbers = test.of.map((term) => (typeof term === 'number' ? term : values[term]));
      const compare = COMPARE[test.test];
      // As in Lisp, each is compared with the next. What a type does not have is equal to nothing.
      return numbers.every((left, index) => {
        const right = numbers[index + 1];
        if (index === numbers.length - 1) return left !== undefined;
        return left !== undefined && right !== undefined && compare(left, right);
      });
    }
  }
}

const COMPARE: Readonly<Record<'=' | '/=' | '<' | '<=' | '>' | '>=', (a: number, b: number) => boolean>> = {
  '=': (a, b) => a === b,
  '/=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};
