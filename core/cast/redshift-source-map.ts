// Which type of Redshift is what at each target, and how is its value written by UNLOAD or a cursor? One table of data, for
// people as well: docs/reference/types.md is made of it. The two roads from Redshift read it.

import type { Cast } from './model.ts';

export interface RedshiftEntry {
  /** pg_type.typname, several apart by blanks. */
  readonly types: string;
  /** As Redshift's SQL has it; `n` is a length in bytes, `p,s` are digits. */
  readonly shown: string;
  readonly redshift: Way;
  readonly postgresql: Way;
}

export interface Way {
  /** `n` and `p,s` are those of the column. */
  readonly type: string;
  /** The value in the SELECT list; `{}` is the column. As it stands when absent. */
  readonly render?: string;
  /** Whether its text may be empty: then it is quoted where the road can quote. */
  readonly text?: true;
  readonly hazard?: NonNullable<Cast['hazard']>['kind'];
  /** What is lost, where there is a hazard; else what is worth to know. */
  readonly note?: string;
}

/** UNLOAD writes a NULL of a SUPER as JSON's, whatever NULL AS says. JSON_SERIALIZE ends at a VARCHAR's 65,535 bytes. */
const AS_JSON = 'CASE WHEN {} IS NULL THEN NULL ELSE JSON_SERIALIZE({}) END';
const LONG_SUPER = 'more than 65,535 bytes of JSON stop the run: JSON_SERIALIZE writes a VARCHAR';

/** TO_HEX returns a VARCHAR; whether one may be longer there is nowhere written. */
const LONG_BYTES =
  'TO_HEX writes it: whether a cluster does so for more than 32,767 bytes, which do not fit a VARCHAR, is not known';

const same = (type: string): Pick<RedshiftEntry, 'redshift' | 'postgresql'> => ({
  redshift: { type: type.toUpperCase() },
  postgresql: { type: type.toLowerCase() },
});

const FLOAT_NOTE =
  'all of its bits: where this cluster’s UNLOAD writes 15 digits, the table is read by a cursor, unless the command says `read by unload`';

const float = (type: string, way: Partial<Way>): Pick<RedshiftEntry, 'redshift' | 'postgresql'> => ({
  redshift: { type: type.toUpperCase(), ...way },
  postgresql: { type: type.toLowerCase(), ...way },
});

/** A REAL has up to 9 digits that count, and `extra_float_digits` gives 8 of them; a DOUBLE's 15 hold them all. */
const AS_DOUBLE = { render: '{}::FLOAT8', note: 'all of its bits: it is written as the DOUBLE that it is' };

const interval = (types: string, shown: string): RedshiftEntry => ({
  types,
  shown,
  redshift: {
    type: 'VARCHAR(64)',
    text: true,
    hazard: 'TYPE_AS_TEXT',
    note: 'it arrives as text: COPY is not known to read an interval',
  },
  postgresql: { type: 'interval' },
});

export const REDSHIFT_SOURCE: readonly RedshiftEntry[] = [
  { types: 'int2', shown: 'SMALLINT', ...same('smallint') },
  { types: 'int4', shown: 'INTEGER', ...same('integer') },
  { types: 'int8', shown: 'BIGINT', ...same('bigint') },
  {
    types: 'numeric',
    shown: 'DECIMAL(p,s)',
    redshift: { type: 'DECIMAL(p,s)' },
    postgresql: { type: 'numeric(p,s)' },
  },
  { types: 'float4', shown: 'REAL', ...float('real', AS_DOUBLE) },
  { types: 'float8', shown: 'DOUBLE PRECISION', ...float('double precision', { note: FLOAT_NOTE }) },
  { types: 'bool', shown: 'BOOLEAN', ...same('boolean') },
  {
    types: 'varchar text name',
    shown: 'VARCHAR(n)',
    redshift: { type: 'VARCHAR(n)', text: true },
    postgresql: {
      type: 'varchar(n)',
      text: true,
      note: 'n bytes there, n characters here; a text with the character U+0000 stops the run unless the column is cast `using remove-null-characters`',
    },
  },
  {
    types: 'bpchar char',
    shown: 'CHAR(n)',
    redshift: { type: 'CHAR(n)', text: true },
    postgresql: { type: 'char(n)', text: true },
  },
  { types: 'date', shown: 'DATE', ...same('date') },
  { types: 'time', shown: 'TIME', ...same('time') },
  { types: 'timetz', shown: 'TIMETZ', ...same('timetz') },
  { types: 'timestamp', shown: 'TIMESTAMP', ...same('timestamp') },
  { types: 'timestamptz', shown: 'TIMESTAMPTZ', ...same('timestamptz') },
  interval('intervaly2m', 'INTERVAL YEAR TO MONTH'),
  interval('intervald2s interval', 'INTERVAL DAY TO SECOND'),
  {
    types: 'super',
    shown: 'SUPER',
    redshift: { type: 'SUPER', render: AS_JSON, text: true, note: LONG_SUPER },
    postgresql: {
      type: 'jsonb',
      render: AS_JSON,
      text: true,
      note: `${LONG_SUPER}; a number beyond a double’s digits stays as JSON_SERIALIZE writes it`,
    },
  },
  {
    types: 'varbyte',
    shown: 'VARBYTE(n)',
    redshift: { type: 'VARBYTE(n)', render: 'TO_HEX({})', text: true, note: LONG_BYTES },
    // No backslash of its own: how many of them a literal inside an UNLOAD wants is nothing to depend on.
    postgresql: { type: 'bytea', render: "CHR(92) || 'x' || TO_HEX({})", text: true, note: LONG_BYTES },
  },
  {
    types: 'geometry',
    shown: 'GEOMETRY',
    redshift: { type: 'GEOMETRY', text: true, note: 'hexadecimal EWKB on the way' },
    postgresql: { type: 'geometry', text: true, note: 'hexadecimal EWKB on the way; PostGIS reads it' },
  },
  {
    types: 'geography',
    shown: 'GEOGRAPHY',
    redshift: { type: 'GEOGRAPHY', text: true, note: 'likewise' },
    postgresql: { type: 'geography', text: true, note: 'likewise' },
  },
  {
    types: 'hllsketch',
    shown: 'HLLSKETCH',
    redshift: { type: 'HLLSKETCH', text: true, note: 'the text that COPY reads back' },
    postgresql: {
      type: 'text',
      text: true,
      hazard: 'TYPE_AS_TEXT',
      note: 'the sketch’s text arrives: PostgreSQL cannot count with it',
    },
  },
];
