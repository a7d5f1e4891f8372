// Which text stands for a value at both ends, so that two values are the same exactly when their texts are?
// Written for the comparison alone: it knows nothing of the plan or its casts.

export interface SourceColumn {
  readonly name: string;
  /** pg_type.typname, of the base type where the column has a domain. */
  readonly type: string;
  /** pg_type.typtype and typcategory: `c` is a composite type, category `A` an array. */
  readonly kind: string;
  readonly category: string;
}

export interface CanonicalText {
  /** SQL of the text, given the quoted column, at each end. NULL stays NULL. */
  readonly source: (column: string) => string;
  readonly target: (column: string) => string;
  /** Whether the text can hold any character at all. */
  readonly free: boolean;
}

const both = (render: (column: string) => string, free = false): CanonicalText => ({
  source: render,
  target: render,
  free,
});

const plainText: CanonicalText = {
  source: (column) => `${column}::text`,
  target: (column) => `${column}::varchar`,
  free: true,
};

// Sessions print 15 digits of a double and 6 of a real (extra_float_digits 0), as Redshift does; what is left of the
// value without them is exact, and is printed in the same way. Halves, because the largest number, rounded up to its
// first digits, is no number any more.
const float = (type: string): CanonicalText =>
  both((column) => {
    const half = `(CASE WHEN abs(${column}) > 1 THEN ${column} / 2::${type} ELSE ${column} END)`;
    const mark = `CASE WHEN abs(${column}) > 1 THEN '2*' ELSE '' END`;
    return `${mark} || ${half}::varchar || ' ' || (${half} - ${half}::varchar::${type})::varchar`;
  });

const moment = (render: (column: string) => string): CanonicalText =>
  both((column) => `to_char(${render(column)}, 'YYYY-MM-DD HH24:MI:SS.US')`);

// SUPER prints without white space; what stands in quotes keeps it.
const document: CanonicalText = {
  source: (column) => String.raw`regexp_replace(to_jsonb(${column})::text, '("(?:[^"\\]|\\.)*")|\s+', '\1', 'g')`,
  target: (column) => `json_serialize(${column})`,
  free: true,
};

const texts: Readonly<Record<string, CanonicalText>> = {
  bool: both((column) => `CASE WHEN ${column} THEN 't' WHEN NOT ${column} THEN 'f' END`),
  float4: float('real'),
  float8: float('double precision'),
  money: { source: (column) => `${column}::numeric::text`, target: (column) => `${column}::varchar`, free: false },
  // Blanks at the end of char(n) mean nothing, at either end.
  bpchar: { source: (column) => `${column}::text`, target: (column) => `rtrim(${column})`, free: true },
  date: both((column) => `to_char(${column}, 'YYYY-MM-DD')`),
  timestamp: moment((column) => column),
  timestamptz: moment((column) => `${column} AT TIME ZONE 'UTC'`),
  timetz: {
    source: (column) => `(${column} AT TIME ZONE 'UTC')::text`,
    target: (column) => `${column}::varchar`,
    free: false,
  },
  // As it is printed: ::text would add the mask of a single address.
  inet: {
    source: (column) => `CASE WHEN ${column} IS NOT NULL THEN format('%s', ${column}) END`,
    target: (column) => `${column}::varchar`,
    free: false,
  },
  bytea: {
    source: (column) => `encode(${column}, 'hex')`,
    target: (column) => `lower(from_varbyte(${column}, 'hex'))`,
    free: false,
  },
  json: document,
  jsonb: document,
  hstore: document,
};

for (const type of ['int2', 'int4', 'int8', 'oid', 'numeric', 'time', 'uuid', 'cidr', 'macaddr'] as const) {
  Object.assign(texts, { [type]: { ...plainText, free: false } });
}

/** The text of a column's values. What has no text of its own goes as the server prints it. */
export function canonicalText(column: SourceColumn): CanonicalText {
  if (column.kind === 'c' || column.category === 'A') return document;
  return texts[column.type] ?? plainText;
}
