// WITH measure columns: the type that a column gets from what its values measure, with room to grow. What grows past it is
// found by the guards of values, and never cut.

import type { ColumnType, Measured } from '../catalog/model.ts';
import type { Cast } from './model.ts';
import { decimalType, MOST_DIGITS, MOST_PLACES } from './redshift-types.ts';

/** Half as much again, up to the next multiple of 16: a VARCHAR that is too wide costs little, one too narrow the run. */
const TEXT_GROWTH = 1.5;
const TEXT_STEP = 16;
/** Two digits: a hundred times the greatest number. */
const WHOLE_GROWTH = 2;

/** What is measured of a type; undefined for all others. */
export function measuredAs(type: ColumnType): 'bytes' | 'digits' | undefined {
  const { name, schema, extension, kind, modifier } = type.kind === 'domain' && type.base ? type.base : type;
  if (kind !== 'base') return undefined;
  if (extension === 'citext' && name === 'citext') return 'bytes';
  if (schema !== 'pg_catalog') return undefined;
  if (name === 'numeric') return modifier < 0 ? 'digits' : undefined;
  return name === 'text' || name === 'varchar' || name === 'bpchar' ? 'bytes' : undefined;
}

/** `cast` is what the type map says of the column. */
export function sizedBy(
  cast: Cast,
  { type, expression }: { readonly type: ColumnType; readonly expression: string },
  measured: Measured | undefined,
): Cast {
  if (measured === undefined || !cast.type.startsWith('VARCHAR(')) return cast;
  const as = measuredAs(type);
  if (as === 'bytes') return textOf(cast, measured);
  return as === 'digits' ? (decimalOf(expression, measured) ?? cast) : cast;
}

function textOf(cast: Cast, { bytes }: Measured): Cast {
  if (bytes === undefined) return cast;
  const safe = Number(/\d+/.exec(cast.type)?.[0]);
  const grown = Math.ceil(Math.max(1, bytes * TEXT_GROWTH) / TEXT_STEP) * TEXT_STEP;
  if (grown >= safe) return cast;
  const { hazard, ...others } = cast;
  // What may need more than Redshift has was measured to need less.
  const kept = hazard === undefined || hazard.kind === 'NARROWS' ? {} : { hazard };
  return { ...others, type: `VARCHAR(${grown})`, ...kept };
}

/** With all zeros after the point where they fit, else without; undefined where no DECIMAL holds the numbers. */
function decimalOf(column: string, { whole = 0, scale, leastScale }: Measured): Cast | undefined {
  const places = [scale, leastScale].find((each = 0) => whole + each <= MOST_DIGITS && each <= MOST_PLACES);
  if (scale === undefined || places === undefined) return undefined;
  const digits = Math.min(MOST_DIGITS, whole + WHOLE_GROWTH + places);
  return { type: decimalType(digits, places), expression: column, quoted: false };
}
