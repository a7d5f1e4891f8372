// How a value of a column goes into the target, and what a command says of types for that.

export interface Cast {
  /** The target's type as SQL. */
  readonly type: string;
  /** The value's expression, given the quoted column. */
  readonly expression: string;
  /** Text is always quoted in CSV: an unquoted empty field would be taken for NULL by what is not text. */
  readonly quoted: boolean;
  readonly hazard?: { readonly kind: 'TYPE_AS_TEXT' | 'NARROWS' | 'LOSES_DETAIL'; readonly message: string };
}

/** What the command says of types as a whole. */
export interface TypeChoices {
  /** What json and jsonb become in Redshift; what arrays do; what composites and hstore do. `varchar`: PostgreSQL's text. */
  readonly json: 'super' | 'varchar';
  readonly arrays: 'super' | 'varchar';
  readonly composites: 'super' | 'varchar';
  /** `bare numeric scale`: a numeric without precision becomes DECIMAL(38, so many); when absent, it goes as text. */
  readonly numericScale?: number;
}

export const DEFAULT_CHOICES: TypeChoices = { json: 'super', arrays: 'super', composites: 'super' };

/** The type that a rule casts to, as written: `varchar(200)` is `varchar` and `[200]`. */
export interface CastTarget {
  readonly name: string;
  readonly modifiers: readonly number[];
}
