// Which values of a Redshift source would a column of the target refuse or alter, and what becomes of them? A column that
// keeps its type holds all of its values; but for days that COPY is not known to read.

import { castFromRedshift } from '../cast/from-redshift.ts';
import type { Bounds } from '../cast/hazards/bounds.ts';
import { type Passage, sourceValue, targetColumn } from '../cast/passage.ts';
import { REDSHIFT_GUARDS } from '../cast/redshift-guards.ts';
import { hazardOf, VALUE_HAZARDS, type ValueHazard } from '../cast/value-hazards.ts';
import type { LoadOptions } from '../command/model.ts';
import { canonicalType } from './existing.ts';
import { type CastedColumn, chosenPolicy, type GuardedColumns, withoutNull, wordsOf } from './guards.ts';
import type { Hazard, PlannedColumn, PlannedGuard } from './model.ts';

/** `casted` speaks of the same columns, in the same order; `place` is the table. */
export function guardRedshiftColumns(
  place: string,
  columns: readonly PlannedColumn[],
  casted: readonly CastedColumn[],
  options: LoadOptions,
): GuardedColumns {
  const guarded = columns.map((column, index) => {
    const cast = casted[index];
    if (cast === undefined) return { column, decided: [] };
    const decided = guardsOf(`${place}.${column.source}`, column, cast, options);
    const guards = decided.flatMap(({ guard }) => guard ?? []);
    return { column: guards.length === 0 ? column : { ...column, ...asText(column, cast, guards), guards }, decided };
  });
  const decided = guarded.flatMap((one) => one.decided);
  return {
    columns: guarded.map(({ column }) => column),
    hazards: decided.flatMap(({ hazard }) => hazard ?? []),
    usedCasts: decided.flatMap(({ rule }) => rule ?? []),
  };
}

const TEXTS: ReadonlySet<string> = new Set(['varchar', 'bpchar', 'text', 'char', 'name']);

/** What is looked for in a text is looked for in the one that a number becomes. What is rendered is a text. */
function asText(
  { expression }: PlannedColumn,
  { value }: CastedColumn,
  guards: readonly PlannedGuard[],
): Pick<PlannedColumn, 'value'> {
  const isText = TEXTS.has(value.type.name) || expression !== value.expression;
  const inText = guards.some(({ hazard }) => hazardOf(hazard).inText === true);
  return inText && !isText ? { value: `(${expression})::VARCHAR` } : {};
}

/** One hazard of one column: the guard, what is to be said of it, and the CAST rule that chose. */
interface Decided {
  readonly guard?: PlannedGuard;
  readonly hazard?: Hazard;
  readonly rule?: number;
}

function guardsOf(place: string, column: PlannedColumn, cast: CastedColumn, options: LoadOptions): Decided[] {
  const own = castFromRedshift('redshift', cast.value.type, '').type;
  const kept = canonicalType(column.type) === canonicalType(own);
  const passage: Passage = { from: sourceValue(cast.value.type), to: targetColumn(column.type), utf8: true };
  return VALUE_HAZARDS.flatMap((hazard): Decided[] => {
    const bounds = kept && hazard.name !== 'date out of range' ? undefined : hazard.applies(passage);
    const chosen = bounds === undefined ? undefined : chosenPolicy(hazard, passage, cast, options);
    return bounds === undefined || chosen === undefined ? [] : decide(place, column, hazard, { ...chosen, bounds });
  });
}

interface Chosen extends NonNullable<ReturnType<typeof chosenPolicy>> {
  readonly bounds: Bounds;
}

function decide(place: string, column: PlannedColumn, hazard: ValueHazard, { policy, by, bounds }: Chosen): Decided[] {
  const rule = typeof by === 'number' ? { rule: by } : {};
  const unfit = problemOf(hazard, policy);
  if (unfit !== undefined) {
    return [{ ...rule, hazard: { kind: 'POLICY_UNFIT', policy: 'refuse', place, message: unfit } }];
  }
  if (REDSHIFT_GUARDS[hazard.name] === undefined) return [rule];
  if (policy === 'null' && column.notNull) {
    const guard: PlannedGuard = { hazard: hazard.name, policy: 'fail', bounds };
    return [{ ...rule, hazard: withoutNull(place, hazard, by), guard }];
  }
  const said = by === undefined ? {} : { by: wordsOf(by) };
  return [{ ...rule, guard: { hazard: hazard.name, policy, bounds, ...said } }];
}

/** Why a Redshift source cannot do it, or undefined. What it does not look for, COPY refuses. */
function problemOf({ name }: ValueHazard, policy: PlannedGuard['policy']): string | undefined {
  if (policy === 'keep') return undefined;
  const guard = REDSHIFT_GUARDS[name];
  if (guard === undefined) {
    return policy === 'fail'
      ? undefined
      : `\`on ${name} ${policy}\`: a Redshift source cannot look for it; COPY refuses it`;
  }
  const possible = policy === 'fail' || policy === 'null' || guard[policy] !== undefined;
  return possible ? undefined : `\`on ${name} ${policy}\` is done by a PostgreSQL source alone; \`null\` can be done`;
}
