// What a column becomes, by the kinds of both ends: each pair of them has a road of its own.

import type { ColumnType } from '../catalog/model.ts';
import { convertTo } from './convert.ts';
import type { DefaultReading } from './defaults.ts';
import type { Cast, CastTarget, TypeChoices } from './model.ts';
import { castToRedshift } from './postgresql-to-redshift.ts';
import { type TargetType, targetType } from './redshift-types.ts';
import type { applyTransform } from './transforms.ts';

/** A type that a CAST rule may name. */
export type NamedType = Exclude<TargetType, { readonly problem: string }>;

export interface Road {
  /** What a value of `type` becomes by itself, given the quoted column. */
  own(type: ColumnType, column: string, choices: TypeChoices): Cast;
  /** The type that a CAST rule names; `keepTypmod` keeps the length or the digits of the column's own. */
  named(to: CastTarget, source: ColumnType, keepTypmod: boolean): TargetType;
  /** What a value of `type` becomes for a type that a rule names. */
  convert(target: NamedType, type: ColumnType, expression: string, choices: TypeChoices): Cast;
  /** What `using` makes of a value, where the source is no PostgreSQL; a problem completes the sentence "using … ". */
  transform?(name: string, type: ColumnType, expression: string): Transformed;
  /** What becomes of a default of a column of `type`, where it is not PostgreSQL's in Redshift. */
  default?(expression: string | undefined, type: ColumnType, cast: Cast): DefaultReading;
  /** Identities are the same at both ends: they are kept unless the command lets go of them. */
  readonly keepsIdentity?: true;
}

export type Transformed = ReturnType<typeof applyTransform>;

export const POSTGRESQL_TO_REDSHIFT: Road = { own: castToRedshift, named: targetType, convert: convertTo };
