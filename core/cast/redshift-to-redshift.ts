// What does a column of Redshift become in another Redshift? The same type; values travel as UNLOAD writes them and COPY
// reads them.

import type { ColumnType } from '../catalog/model.ts';
import { type DefaultReading, defaultInRedshift } from './defaults.ts';
import { castFromRedshift, NOW, transformInRedshift } from './from-redshift.ts';
import type { Cast } from './model.ts';
import { type Family, targetType } from './redshift-types.ts';
import type { Road } from './road.ts';

const own = (type: ColumnType, column: string): Cast => castFromRedshift('redshift', type, column);

export const REDSHIFT_TO_REDSHIFT: Road = {
  own,
  named: targetType,
  convert({ sql, family }, type, expression) {
    const quoted = family === 'text' || family === 'super' || family === 'bytes';
    const hazard = lossOf(sql, family, type);
    const rendered = rendering(family, type, expression);
    return { type: sql, expression: rendered, quoted, ...(hazard === undefined ? {} : { hazard }) };
  },
  transform: transformInRedshift,
  default: defaultBetweenRedshifts,
  keepsIdentity: true,
};

/** COPY reads digits and words only: what it would take for something else is written for its type. */
function rendering(family: Family, type: ColumnType, expression: string): string {
  const { name } = type;
  if (name === 'bool' && (family === 'text' || family === 'super')) {
    return `CASE WHEN ${expression} THEN 'true' WHEN NOT ${expression} THEN 'false' END`;
  }
  if (name === 'bool' && family !== 'boolean') return `${expression}::INTEGER`;
  if (family === 'bytes' && name !== 'varbyte') return `TO_HEX(${expression}::VARBYTE)`;
  if (family === 'date' && name.startsWith('timestamp')) return `${expression}::DATE`;
  // A text of a REAL has its own digits.
  if (name === 'float4' && family === 'text') return expression;
  return own(type, expression).expression;
}

function lossOf(sql: string, family: Family, { name, sql: was }: ColumnType): Cast['hazard'] {
  if (family === 'date' && name.startsWith('timestamp')) {
    return { kind: 'LOSES_DETAIL', message: `${was} to ${sql}: the time of day is lost` };
  }
  if (family === 'timestamp' && name === 'timestamptz') {
    return { kind: 'LOSES_DETAIL', message: `${was} to ${sql}: times are kept as they are in UTC, without their zone` };
  }
  return undefined;
}

/** A default stays as it is where the type does: it was taken by a Redshift before. */
function defaultBetweenRedshifts(expression: string | undefined, type: ColumnType, cast: Cast): DefaultReading {
  if (expression === undefined || /^NULL(?:::|$)/i.test(expression)) return 'none';
  if (cast.type === own(type, '').type) return { sql: expression };
  return defaultInRedshift(NOW.test(expression) ? 'now()' : expression, cast.type);
}
