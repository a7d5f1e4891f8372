// `verify checksums`: how are the values of a column summed where they are read, and where they are loaded? Decided with the
// plan, because what is sent is what is summed: casts, and what policies put in the place of a value.

import type { Column, Dialect, Table } from '../catalog/model.ts';
import type { LoadOptions } from '../command/model.ts';
import { familyFrom } from '../compare/families.ts';
import { type Family, type Form, formOf, type Value } from '../compare/forms.ts';
import { arrivingValue, sentValue } from '../compare/wanted.ts';
import type { Digested } from '../sql/checksums.ts';
import { identifier } from '../sql/quote.ts';
import type { Hazard, PlannedColumn, PlannedSum, PlannedSums } from './model.ts';

/** What UNLOAD sends of a row is not summed by anybody yet. */
export function sumHazards({ verifyChecksums }: Pick<LoadOptions, 'verifyChecksums'>, source: Dialect): Hazard[] {
  if (!verifyChecksums || source === 'postgresql') return [];
  const message = '`verify checksums` is not supported yet where Redshift is the source; `pgshift compare` is';
  return [{ kind: 'NOT_SUPPORTED_YET', policy: 'refuse', place: null, message }];
}

/** `utf8`: whether the source keeps text so. */
export function sumsIntoRedshift(columns: readonly PlannedColumn[], table: Table, utf8: boolean): PlannedSums {
  const sums = columns.flatMap((planned): PlannedSum[] => {
    const source = sourceOf(planned, table);
    const { value, isItself } = sentValue(planned, source);
    const family = familyFrom(source.type, planned.type, isItself);
    // A type without a text is not summed.
    return family === undefined ? [] : [planSum(planned, family, value, { staged: planned.target })];
  });
  return { utf8, columns: sums };
}

/** The staging table has the source's names. Either database may keep text in its own way. */
export function sumsIntoPostgresql(columns: readonly PlannedColumn[], table: Table): PlannedSums {
  const sums = columns.map((planned) => {
    const { value, type } = arrivingValue(planned, sourceOf(planned, table));
    const there = { staged: planned.source, ...(type === undefined ? {} : { type }) };
    return planSum(planned, { kind: 'itself' }, value, there);
  });
  return { utf8: false, columns: sums };
}

function sourceOf(planned: PlannedColumn, table: Table): Column {
  const found = table.columns.find(({ name }) => name === planned.source);
  if (found === undefined) throw new RangeError(`${table.schema}.${table.name} has no column ${planned.source}`);
  return found;
}

function planSum(
  { source }: PlannedColumn,
  family: Family,
  sent: Value,
  there: Pick<PlannedSum, 'staged' | 'type'>,
): PlannedSum {
  const { value, text } = formOf('postgresql', family, sent);
  return { column: source, ...there, family, value, text: text(VALUE, 0) };
}

/** Stands for the value's name in its text, until it has one. No SQL of ours has such a name. */
const VALUE = '"pgshift value"';

/** As the source is read. */
export function digestedAtSource({ utf8, columns }: PlannedSums): Digested {
  const forms = columns.map(({ value, text }): Form => ({ value, text: (name) => text.replaceAll(VALUE, () => name) }));
  return { dialect: 'postgresql', utf8, forms, key: [], pieces: 0 };
}

/** As the target is read once the rows are there. */
export function digestedAtTarget({ columns }: PlannedSums, dialect: Dialect, pieces: number): Digested {
  const forms = columns.map(({ family, staged, type }) =>
    formOf(dialect, family, { sql: identifier(staged), ...(type === undefined ? {} : { type }) }),
  );
  return { dialect, utf8: false, forms, key: [], pieces };
}
