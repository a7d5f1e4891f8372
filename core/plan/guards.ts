// Which values of each column Redshift would refuse or alter, and what becomes of them: decided by the types at both ends
// and by what the command says. The SELECT that reads the table does it.

import { type Passage, sourceValue, targetColumn } from '../cast/passage.ts';
import type { ColumnCast } from '../cast/rules.ts';
import { hazardOf, type Policy, VALUE_HAZARDS, type ValueHazard } from '../cast/value-hazards.ts';
import type { LoadOptions } from '../command/model.ts';
import { policyOption } from '../command/value-policies.ts';
import type { Hazard, PlannedColumn, PlannedGuard } from './model.ts';

/** What castColumn said of a column. */
export type CastedColumn = Pick<ColumnCast, 'value' | 'policies'>;

export interface GuardedColumns {
  readonly columns: readonly PlannedColumn[];
  readonly hazards: readonly Hazard[];
  /** The CAST rules that were used, by number. */
  readonly usedCasts: readonly number[];
}

/** What the command says, and whether the source keeps text in UTF-8. */
export interface Reading {
  readonly options: LoadOptions;
  readonly utf8: boolean;
}

/** `casted` speaks of the same columns, in the same order; `place` is the table. */
export function guardColumns(
  place: string,
  columns: readonly PlannedColumn[],
  casted: readonly CastedColumn[],
  { options, utf8 }: Reading,
): GuardedColumns {
  const hazards: Hazard[] = [];
  const usedCasts: number[] = [];
  const guarded = columns.map((column, index) => {
    const cast = casted[index];
    if (cast === undefined) return column;
    const passage: Passage = { from: sourceValue(cast.value.type), to: targetColumn(column.type), utf8 };
    const guards = VALUE_HAZARDS.flatMap((hazard): PlannedGuard[] => {
      const bounds = hazard.applies(passage);
      if (bounds === undefined) return [];
      const chosen = chosenPolicy(hazard, passage, cast, options);
      if (chosen === undefined) return [];
      const { policy, by } = chosen;
      if (typeof by === 'number') usedCasts.push(by);
      if (policy !== 'null' || !column.notNull) {
        return [{ hazard: hazard.name, policy, bounds, ...(by === undefined ? {} : { by: wordsOf(by) }) }];
      }
      hazards.push(withoutNull(`${place}.${column.source}`, hazard, by));
      return [{ hazard: hazard.name, policy: 'fail', bounds }];
    });
    if (guards.length === 0) return column;
    const inText = guards.some(({ hazard }) => hazardOf(hazard).inText === true);
    const expression = inText ? asText(column.expression, cast) : column.expression;
    // Money is compared as the number that it is sent as, and a domain is its base.
    const { name } = cast.value.type.base ?? cast.value.type;
    const value = inText || name === 'money' ? expression : cast.value.expression;
    return { ...column, expression, ...(value === expression ? {} : { value }), guards };
  });
  return { columns: guarded, hazards, usedCasts };
}

/** What is no text yet is written out by a cast, as COPY would. */
function asText(expression: string, { value }: CastedColumn): string {
  const { name, kind } = value.type.base ?? value.type;
  const isText = kind === 'base' && ['text', 'varchar', 'bpchar'].includes(name) && expression === value.expression;
  return isText || expression.endsWith('::text') ? expression : `(${expression})::text`;
}

/** Who chose a policy: a CAST rule by its number, or WITH; nobody when absent. */
type By = number | 'WITH' | undefined;

/** Undefined where the column holds such values after all, and the command says nothing of them. */
export function chosenPolicy(
  hazard: ValueHazard,
  passage: Passage,
  { policies }: CastedColumn,
  options: LoadOptions,
): { readonly policy: Policy; readonly by: By } | undefined {
  const said = policies.get(hazard.name);
  if (said !== undefined) return { policy: said.policy, by: said.rule };
  const given = options[policyOption(hazard.name)];
  if (given !== undefined) return { policy: given, by: 'WITH' };
  if (hazard.held?.(passage) === true) return undefined;
  // Rows that Redshift refuses are put aside; what it would alter still stops the run.
  const rejected = options.onError === 'resume next' && hazard.altered?.(passage) !== true;
  return { policy: rejected ? 'keep' : 'fail', by: undefined };
}

export const wordsOf = (by: number | 'WITH'): string => (by === 'WITH' ? by : `CAST rule ${by + 1}`);

/** NULL has no place in the column: asked for it alone, that is a mistake; asked for all of them, this one fails. */
export function withoutNull(place: string, { name }: ValueHazard, by: By): Hazard {
  const remedy = `CAST column … drop not null makes place for it`;
  if (typeof by === 'number') {
    const message = `${wordsOf(by)} says \`on ${name} null\` of a column that is NOT NULL; ${remedy}`;
    return { kind: 'CAST_INVALID', policy: 'refuse', place, message };
  }
  const message = `the column is NOT NULL: \`on ${name} null\` is \`on ${name} fail\` here; ${remedy}`;
  return { kind: 'POLICY_UNFIT', policy: 'report', place, message };
}
