// What the values of a column are tested against, as the plan keeps it.

import type { Range } from '../passage.ts';

export interface Bounds {
  /** The type, in SQL, of what numbers and dates are compared with; of texts and bytes, what they are in the source. */
  readonly type?: string;
  /** The least and greatest value that the target holds. */
  readonly range?: Range;
  /** Numbers are rounded to so many digits after the point before they are compared with the range. */
  readonly scale?: number;
  /** The longest value. */
  readonly bytes?: number;
  /** What is left of a longer one that is cut, where that is less. */
  readonly cutTo?: number;
  /** The source's encoding is not UTF-8. */
  readonly wide?: true;
  /** Numbers nearer to 0 than this would become 0. */
  readonly tiny?: string;
}
