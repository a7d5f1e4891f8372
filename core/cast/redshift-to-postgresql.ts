// What does a column of Redshift become in PostgreSQL? A type that holds all of its values, which reads what UNLOAD or a
// cursor writes.

import type { ColumnType } from '../catalog/model.ts';
import type { DefaultReading } from './defaults.ts';
import { castFromRedshift, NOW, transformInRedshift } from './from-redshift.ts';
import type { Cast } from './model.ts';
import { named } from './postgresql-to-postgresql.ts';
import type { Road } from './road.ts';

/** The types that PostGIS has, as the target writes its schema; without it shapes arrive as text. */
export interface Shapes {
  readonly postgisIn: string | undefined;
}

function own(type: ColumnType, column: string, { postgisIn }: Shapes): Cast {
  const cast = castFromRedshift('postgresql', type, column);
  if (cast.type !== 'geometry' && cast.type !== 'geography') return cast;
  if (postgisIn !== undefined) return { ...cast, type: `${postgisIn}.${cast.type}` };
  const message = `${type.sql}: the target has no PostGIS; its hexadecimal EWKB arrives as text`;
  return { ...cast, type: 'text', hazard: { kind: 'TYPE_AS_TEXT', message } };
}

export const redshiftToPostgresql = (shapes: Shapes): Road => ({
  own: (type, column) => own(type, column, shapes),
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
    // A text of a REAL has its own digits.
    if (name === 'float4' && family === 'text') return { type: sql, expression, quoted: true };
    return { ...castFromRedshift('postgresql', type, expression), type: sql };
  },
  transform: transformInRedshift,
  keepsIdentity: true,
});

/** A literal as the catalog has it: `'a'::character varying`, `1`, `true`. */
const LITERAL =
  /^\(?(?:'(?:[^'\\]|'')*'|[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?|true|false)\)?(?:::(?:character varying|character|bpchar|text|numeric|integer|bigint|smallint|double precision|real|boolean|date|timestamp with(?:out)? time zone|time with(?:out)? time zone)(?:\(\d+(?:,\d+)?\))?)*$/i;

/** Literals, and the present. */
export function defaultIntoPostgresql(expression: string | undefined): DefaultReading {
  if (expression === undefined || /^NULL(?:::|$)/i.test(expression)) return 'none';
  if (NOW.test(expression)) return { sql: 'now()' };
  if (/^\(?(?:getdate|sysdate)(?:\(\))?\)?::date$/i.test(expression)) return { sql: 'CURRENT_DATE' };
  return LITERAL.test(expression) ? { sql: expression } : 'dropped';
}
