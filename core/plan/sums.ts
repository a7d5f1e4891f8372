// `verify checksums`: how are the values of a column summed where they are read, and where they are loaded? Decided with the
// plan, because what is sent is what is summed: casts, and what policies put in the place of a value.

import type { Column, Dialect, Table } from '../catalog/model.ts';
import { familyFrom } from '../compare/families.ts';
import { formOf } from '../compare/forms.ts';
import { arrivingValue, sentValue } from '../compare/wanted.ts';
import type { Digested } from '../sql/checksums.ts';
import { identifier } from '../sql/quote.ts';
import type { Hazard, PlannedColumn, PlannedSum, PlannedSums } from './model.ts';
import { placeOf } from './names.ts';
import { type LessSummed, type Summable, sumOfRedshift } from './redshift-sums.ts';

export interface Summing {
  readonly sums: PlannedSums;
  /** Of columns that are summed as less than they are, or not at all. */
  readonly hazards: readonly Hazard[];
}

/** `utf8`: whether the source keeps text so. */
export function sumsIntoRedshift(columns: readonly PlannedColumn[], table: Table, utf8: boolean): Summing {
  return sumUp(columns, table, utf8, (planned, source) => {
    const { value, isItself } = sentValue(planned, source);
    const family = familyFrom(source.type, planned.type, isItself);
    if (family === undefined) return { why: `${planned.type} has no text` };
    return { source: { family, value }, target: { family, value: { sql: identifier(planned.target) } } };
  });
}

/** The staging table has the source's names. Either database may keep text in its own way. */
export function sumsIntoPostgresql(columns: readonly PlannedColumn[], table: Table): Summing {
  return sumUp(columns, table, false, (planned, source) => {
    const { value, type } = arrivingValue(planned, source);
    const staged = { sql: identifier(planned.source), ...(type === undefined ? {} : { type }) };
    const family = { kind: 'itself' } as const;
    return { source: { family, value }, target: { family, value: staged } };
  });
}

/** `inexact`: the columns, as the source calls them, whose values UNLOAD does not write with all of their digits. */
export const sumsOfRedshift = (
  target: Dialect,
  columns: readonly PlannedColumn[],
  table: Table,
  inexact: ReadonlySet<string>,
): Summing =>
  sumUp(columns, table, true, (planned, source) =>
    inexact.has(planned.source)
      ? { why: 'UNLOAD writes 15 digits of it, and the others are lost' }
      : sumOfRedshift(target, planned, source),
  );

function sumUp(
  columns: readonly PlannedColumn[],
  table: Table,
  utf8: boolean,
  sumOf: (planned: PlannedColumn, source: Column) => Summable | LessSummed,
): Summing {
  const all = columns.map((planned) => ({ planned, sum: sumOf(planned, sourceOf(planned, table)) }));
  return {
    sums: {
      utf8,
      columns: all.flatMap(({ planned, sum }): PlannedSum[] =>
        sum.source === undefined ? [] : [{ column: planned.source, source: sum.source, target: sum.target }],
      ),
    },
    hazards: all.flatMap(({ planned, sum }): Hazard[] => {
      if (sum.why === undefined) return [];
      const what =
        sum.source === undefined ? 'its values are not summed' : 'its values are summed as less than they are';
      const place = `${placeOf(table)}.${planned.source}`;
      return [{ kind: 'NOT_SUMMED', policy: 'report', place, message: `verify checksums: ${what}: ${sum.why}` }];
    }),
  };
}

function sourceOf(planned: PlannedColumn, table: Table): Column {
  const found = table.columns.find(({ name }) => name === planned.source);
  if (found === undefined) throw new RangeError(`${table.schema}.${table.name} has no column ${planned.source}`);
  return found;
}

/** As the source is read, and as the target is once the rows are there. `pieces`: of Redshift's long values. */
export function digestedAt(
  end: 'source' | 'target',
  { utf8, columns }: PlannedSums,
  dialect: Dialect,
  pieces: number,
): Digested {
  const forms = columns.map((column) => formOf(dialect, column[end].family, column[end].value));
  return { dialect, utf8: utf8 && end === 'source', forms, key: [], pieces };
}
