// What does a column of Redshift become in PostgreSQL? A type that holds all of its values, which reads what UNLOAD or a
// cursor writes.

import type { ColumnType } from '../catalog/model.ts';
import type { DefaultReading } from './defaults.ts';
import { castFromRedshift, NOW, transformInRedshift } from './from-redshift.ts';
import type { Cast, Road } from './road.ts';

const own = (type: ColumnType, column: string): Cast => castFromRedshift('postgresql', type, column);

/** What a CAST rule may name is PostgreSQL's own affair: `named` is that of every road to it. */
export const redshiftToPostgresql = (named: Road['named']): Road => ({
  own,
  named,
  /** PostgreSQL reads the text, and says so where it is none of that type. */
  convert({ sql, family }, type, expression) {
    const { name } = type;
    if (name === 'bool' && family !== 'boolean' && family !== 'text') {
      return { type: sql, expression: `${expression}::INTEGER`, quoted: false };
    }
    if (family === 'date' && name.startsWith('timestamp')) {
      const message = `${type.sql} to ${sql}: the time of day is lost`;
      return { type: sql, expression: `${expression}::DATE`, quoted: false, hazard: { kind: 'LOSES_DETAIL', message } };
    }
    return { ...own(type, expression), type: sql };
  },
  transform: transformInRedshift,
  default: defaultIntoPostgresql,
  keepsIdentity: true,
});

/** A literal as the catalog has it: `'a'::character varying`, `1`, `true`. */
const LITERAL =
  /^\(?(?:'(?:[^'\\]|'')*'|[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?|true|false)\)?(?:::(?:character varying|character|bpchar|text|numeric|integer|bigint|smallint|double precision|real|boolean|date|timestamp with(?:out)? time zone|time with(?:out)? time zone)(?:\(\d+(?:,\d+)?\))?)*$/i;

/** Literals, and the present. */
function defaultIntoPostgresql(expression: string | undefined): DefaultReading {
  if (expression === undefined || /^NULL(?:::|$)/i.test(expression)) return 'none';
  if (NOW.test(expression)) return { sql: 'now()' };
  if (/^\(?(?:getdate|sysdate)(?:\(\))?\)?::date$/i.test(expression)) return { sql: 'CURRENT_DATE' };
  return LITERAL.test(expression) ? { sql: expression } : 'dropped';
}
