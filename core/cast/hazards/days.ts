// Days and moments that Redshift is not known to take, in the SQL of PostgreSQL.

import type { Passage, Range } from '../passage.ts';
import type { Bounds } from './bounds.ts';

/** The years that every reader of ISO dates takes. */
const DAYS: Range = ['0001-01-01', '9999-12-31'];
const MOMENTS: Range = ['0001-01-01 00:00:00', '9999-12-31 23:59:59.999999'];

/** Of days and moments that go into a day or a moment. */
export function dayBounds({ from, to }: Passage): Bounds | undefined {
  const isDay = from.kind === 'date' || from.kind === 'timestamp' || from.kind === 'timestamptz';
  if (!isDay || (to.family !== 'date' && to.family !== 'timestamp')) return undefined;
  if (from.kind === 'date') return { type: 'date', range: DAYS };
  // A moment of the last day is no day after it.
  return { type: to.family === 'date' ? 'date' : from.kind, range: MOMENTS };
}

export const isDay = ({ type }: Bounds): boolean => type === 'date' || type?.startsWith('timestamp') === true;

export const outsideDays = (value: string, { range = DAYS }: Bounds): string =>
  `${value} NOT BETWEEN '${range[0]}' AND '${range[1]}'`;

export const infiniteDay = (value: string): string => `NOT isfinite(${value})`;

export const farDay = (value: string, bounds: Bounds): string => `isfinite(${value}) AND ${outsideDays(value, bounds)}`;

/** The type is that of what arrives: a moment may have become a day. */
export const nearestDay = (value: string, { range = DAYS, type }: Bounds): string =>
  `CASE WHEN ${value} > '2000-01-01' THEN '${range[1]}'::${type} ELSE '${range[0]}'::${type} END`;
