// One rule of CAST, as the command has it: which columns it speaks of, and what becomes of them.

import type { CastTarget } from './model.ts';
import type { HazardName, Policy } from './value-hazards.ts';

/** A test of a column's precision and scale: `(and (= 18 precision) (< scale 6))`. */
export type TypmodTest =
  | {
      readonly test: '=' | '/=' | '<' | '<=' | '>' | '>=';
      readonly of: readonly ('precision' | 'scale' | number)[];
    }
  | { readonly test: 'and' | 'or' | 'not'; readonly of: readonly TypmodTest[] };

/** What a column must be, beyond its type, for a rule by type. Rules by column ignore their guards. */
export interface CastGuards {
  readonly unsigned?: boolean;
  /** The default's text. */
  readonly default?: string;
  readonly typmod?: TypmodTest;
  /** `and not null`. */
  readonly notNull?: true;
  /** `with extra auto_increment`: a column that takes its values from a sequence, or an identity. */
  readonly autoIncrement?: true;
  /** `with extra on update current_timestamp`: no column of PostgreSQL. */
  readonly onUpdateCurrentTimestamp?: true;
}

export interface CastRule {
  readonly match:
    | { readonly by: 'type'; readonly type: string }
    | { readonly by: 'column'; readonly schema?: string; readonly table: string; readonly column: string };
  readonly guards: CastGuards;
  /** Without it the type is found by the rules that follow, then by the default rules. */
  readonly to?: CastTarget;
  /** What becomes of the rest of the column's definition. Where nothing is said, it is kept. */
  readonly default: 'keep' | 'drop';
  readonly typmod: 'keep' | 'drop';
  readonly notNull: 'keep' | 'drop' | 'set';
  /** Identity, in PostgreSQL's words. */
  readonly extra: 'keep' | 'drop';
  /** What becomes of values that Redshift refuses or alters: `on infinity null`. */
  readonly on?: Readonly<Partial<Record<HazardName, Policy>>>;
  /** A transform of `transform-names.ts`. */
  readonly using?: string;
}
