// Values that a narrower column of Redshift refuses or alters, in the SQL of a Redshift source: how each is told from the
// others, and what stands in its place. What is not here its COPY refuses by itself, which is as clear.

import type { Bounds } from './hazards/bounds.ts';
import { isLongByBlanks, isLongText } from './hazards/texts.ts';
import type { HazardName } from './value-hazards.ts';

export interface RedshiftGuard {
  /** True of such a value; NULL or false of all others. Never fails. */
  test(value: string, bounds: Bounds): string;
  clamp?(value: string, bounds: Bounds): string;
  truncate?(value: string, bounds: Bounds): string;
}

/** A cast cuts before the character that does not fit. */
const cutText = (value: string, { bytes }: Bounds): string => `(${value})::VARCHAR(${bytes})`;

const FAR = ['0001-01-01', '9999-12-31'] as const;
const daysOf = ({ range = FAR }: Bounds) => range;

/** Half a digit more is rounded up, past the greatest. */
function outOfRange(value: string, { range = ['0', '0'], scale }: Bounds): string {
  const [least, most] = range;
  if (scale === undefined) return `${value} NOT BETWEEN ${least} AND ${most}`;
  const half = scale === 0 ? '.5' : '5';
  return `NOT (${value} > ${least}${half} AND ${value} < ${most}${half})`;
}

export const REDSHIFT_GUARDS: Partial<Readonly<Record<HazardName, RedshiftGuard>>> = {
  'date out of range': {
    test: (value, bounds) => `${value} NOT BETWEEN '${daysOf(bounds)[0]}' AND '${daysOf(bounds)[1]}'`,
    clamp: (value, bounds) =>
      `CASE WHEN ${value} > '2000-01-01' THEN '${daysOf(bounds)[1]}'::${bounds.type} ELSE '${daysOf(bounds)[0]}'::${bounds.type} END`,
  },
  'number out of range': {
    test: outOfRange,
    clamp: (value, { range = ['0', '0'] }) => `CASE WHEN ${value} > 0 THEN ${range[1]} ELSE ${range[0]} END`,
  },
  'extra digits': {
    test: (value, { scale = 0 }) => `${value} <> ROUND(${value}, ${scale})`,
    clamp: (value, { scale = 0 }) => `ROUND(${value}, ${scale})`,
    truncate: (value, { scale = 0 }) => `TRUNC(${value}, ${scale})`,
  },
  multibyte: { test: (value) => `OCTET_LENGTH(${value}) <> CHAR_LENGTH(${value})` },
  'long text': { test: isLongText, truncate: cutText },
  'extra blanks': { test: isLongByBlanks, truncate: cutText },
};
