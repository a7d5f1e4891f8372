// The names that `using` may have: pgloader's transforms, as a closed list. What each does in SQL is the plan's matter;
// those that only another source needs have no meaning for PostgreSQL's types.

/** Transforms with a meaning for values that come from PostgreSQL. */
export const TRANSFORMS = [
  'empty-string-to-null',
  'right-trim',
  'remove-null-characters',
  'integer-to-string',
  'float-to-string',
  'int-to-ip',
  'ip-range',
  'hex-to-dec',
  'unix-timestamp-to-timestamptz',
  'tinyint-to-boolean',
  'bits-to-boolean',
  'bits-to-hex-bitstring',
  'zero-dates-to-null',
  'date-with-no-separator',
  'time-with-no-separator',
  'byte-vector-to-bytea',
  'byte-vector-to-hexstring',
  'binary-to-uuid',
  'base64-decode',
  'hex-to-bytea',
] as const;

/** Transforms for values that PostgreSQL does not send. */
export const OTHER_TRANSFORMS = [
  'convert-mysql-point',
  'convert-mysql-linestring',
  'set-to-enum-array',
  'sqlite-timestamp-to-timestamp',
  'sql-server-uniqueidentifier-to-uuid',
  'sql-server-bit-to-boolean',
  'varbinary-to-string',
  'varbinary-to-inet',
  'binary-to-bytea',
  'logical-to-boolean',
  'db3-trim-string',
  'db3-numeric-to-pgsql-numeric',
  'db3-numeric-to-pgsql-integer',
  'db3-date-to-pgsql-date',
] as const;

export type Transform = (typeof TRANSFORMS)[number];
