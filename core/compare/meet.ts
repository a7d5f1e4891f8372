// Two columns: which text do their values meet in, and what is lost in it?

import { castToRedshift } from '../cast/postgresql-to-redshift.ts';
import type { Column, Dialect } from '../catalog/model.ts';
import { identifier } from '../sql/quote.ts';
import { effective, familyFrom, familyInPostgresql, familyInRedshift, familyInto } from './families.ts';
import { type Family, type Form, formOf } from './forms.ts';
import { ownValue, type WantedColumn } from './wanted.ts';

export interface Meeting {
  readonly source: Form;
  readonly target: Form;
  /** What the text does not tell. */
  readonly loses: readonly string[];
}

export type Ends = Readonly<Record<'source' | 'target', Dialect>>;

/** Undefined where a type has no text. `tableIsAway`: between two of PostgreSQL the table has come by way of Redshift. */
export function meet(ends: Ends, wanted: WantedColumn, there: Column, tableIsAway: boolean): Meeting | undefined {
  const { source, isItself, value } = wanted;
  if (ends.source === 'postgresql' && ends.target === 'postgresql') {
    if (wanted.isCast === true) return meeting(ends, { kind: 'itself' }, value, there, undefined);
    const { family, isAway } = familyInPostgresql(source.type, there.type, tableIsAway);
    const expression = isAway ? castToRedshift(source.type, identifier(source.name)).expression : value.sql;
    const sent =
      expression === value.sql ? value : { sql: expression, ...(isText(expression) ? { type: 'text' } : {}) };
    return meeting(ends, family, sent, there, family.kind === 'itself' ? undefined : source);
  }
  const family =
    ends.target === 'redshift'
      ? ends.source === 'postgresql'
        ? familyFrom(source.type, there.type.sql, isItself)
        : familyInRedshift(there.type.sql)
      : familyInto(source.type.sql, there.type);
  return family === undefined ? undefined : meeting(ends, family, value, there, source);
}

const isText = (expression: string): boolean => expression.endsWith('::text') || expression.startsWith('encode(');

function meeting(
  ends: Ends,
  family: Family,
  value: WantedColumn['value'],
  there: Column,
  source: Column | undefined,
): Meeting {
  return {
    source: formOf(ends.source, family, value),
    target: formOf(ends.target, family, ownValue(there)),
    loses: source === undefined ? [] : losses(family, source),
  };
}

/** A uuid has no blanks, whatever column it is in. */
const PADDED = new Set(['bpchar', 'varchar', 'text', 'name', 'citext']);

function losses({ kind }: Family, { type }: Column): string[] {
  switch (kind) {
    case 'padded text':
      return PADDED.has(effective(type).name) ? ['blanks at its end do not count'] : [];
    case 'document':
      return ['compared as JSON: NULL and JSON’s null are the same, and so are spellings of one document'];
    case 'timetz':
      return effective(type).name === 'timetz' ? ['compared in UTC: the zone does not count'] : [];
    default:
      return [];
  }
}
