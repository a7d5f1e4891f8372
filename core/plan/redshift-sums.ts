// `verify checksums` where Redshift is the source: which value of its SQL is what is sent of a column, and as what is it read
// in the staging table? Or why can nobody say so: how a server reads a text into another type is its own business, and how
// UNLOAD writes some values is known of no cluster.

import { castFromRedshift } from '../cast/from-redshift.ts';
import type { Column, ColumnType, Dialect } from '../catalog/model.ts';
import { familyInRedshift } from '../compare/families.ts';
import type { Family, Summed, Value } from '../compare/forms.ts';
import { identifier } from '../sql/quote.ts';
import { sentOfRedshift } from '../sql/redshift/read.ts';
import { canonicalType } from './existing.ts';
import type { PlannedColumn } from './model.ts';

/** `why`: what the sums leave out. */
export interface Summable {
  readonly source: Summed;
  readonly target: Summed;
  readonly why?: string;
}

export interface LessSummed {
  readonly source?: undefined;
  readonly why: string;
}

/** A column on its way. */
interface Sent {
  readonly into: Dialect;
  /** The type at the target as SQL, and what it is there. */
  readonly type: string;
  readonly there: Family;
  readonly own: ColumnType;
  readonly here: Family;
  /** The expression, in parentheses where it is not the column as it stands. */
  readonly sql: string;
  /** Whether the column is sent as the type map has it: by nobody's CAST, and with no value replaced. */
  readonly isItself: boolean;
  readonly column: string;
  readonly staged: string;
}

export function sumOfRedshift(into: Dialect, planned: PlannedColumn, source: Column): Summable | LessSummed {
  const { type: own, name } = source;
  const here = familyOfSource(own);
  if (here === undefined) return { why: `how ${own.sql} is written is not known well enough to be compared` };
  const there = familyThere(into, planned.type);
  if (there === undefined) return { why: `how ${planned.type} is written is not known to be what was sent` };
  const column = identifier(name);
  const sent = sentOfRedshift(planned);
  const sql = sent === column ? sent : `(${sent})`;
  const isItself = sent === castFromRedshift(into, own, column).expression;
  const staged = identifier(into === 'redshift' ? planned.target : planned.source);
  const summed = meet({ into, type: planned.type, there, own, here, sql, isItself, column, staged });
  return summed ?? { why: `${own.sql} is read as ${planned.type}, and how is the target's own business` };
}

/** Intervals and sketches have texts, but of no cluster is it known which. */
const UNKNOWN: ReadonlySet<string> = new Set(['intervaly2m', 'intervald2s', 'interval', 'hllsketch']);
const TEXTS: ReadonlySet<string> = new Set(['text', 'name', 'char']);

function familyOfSource(type: ColumnType): Family | undefined {
  if (UNKNOWN.has(type.name)) return undefined;
  // What a query computes has the digits that it has.
  if (TEXTS.has(type.name) || (type.name === 'numeric' && !type.sql.includes('('))) return { kind: 'text' };
  return familyInRedshift(type.sql);
}

/** What PostgreSQL's own types are for Redshift's values. A json keeps its spelling. */
const IN_POSTGRESQL: Readonly<Record<string, string>> = {
  jsonb: 'super',
  bytea: 'binary varying',
  text: 'character varying',
  json: 'character varying',
};

function familyThere(into: Dialect, type: string): Family | undefined {
  if (into === 'redshift') return familyInRedshift(type);
  const name = canonicalType(type.replace(/^.*\.(?=geo(?:metry|graphy)$)/, ''));
  // Fewer digits of a second are rounded on the way in.
  return name.startsWith('time') && name.includes('(') ? undefined : familyInRedshift(IN_POSTGRESQL[name] ?? name);
}

function meet(sent: Sent): Summable | undefined {
  const { here, there } = sent;
  if (isText(here)) return isText(there) ? textToText(sent) : bareNumber(sent);
  if (isText(there)) return toText(sent);
  if (isNumber(there)) return toNumber(sent);
  if (isMoment(there)) return toMoment(sent);
  // The day of a moment is what the source has made of it.
  if (there.kind === 'date' && isMoment(here) && sent.sql !== sent.column)
    return ends(sent, { family: there, sql: sent.sql });
  return here.kind === there.kind ? sameKind(sent) : undefined;
}

function sameKind(sent: Sent): Summable | undefined {
  const { here, there } = sent;
  switch (here.kind) {
    case 'float':
      // A REAL fits into a DOUBLE, not the other way round.
      return sent.isItself && (here.real || !floatIsReal(there)) ? readBack(sent) : undefined;
    case 'document':
      return sent.isItself ? document(sent) : undefined;
    case 'bytes':
    case 'shape':
      return sent.isItself ? asItIs(sent, here) : undefined;
    default:
      return ends(sent, { family: here, sql: sent.sql });
  }
}

const isText = ({ kind }: Family): boolean => kind === 'text' || kind === 'padded text';
const isNumber = ({ kind }: Family): boolean => kind === 'integer' || kind === 'decimal';
const isMoment = ({ kind }: Family): boolean => kind === 'timestamp' || kind === 'timestamptz';
const floatIsReal = (family: Family): boolean => family.kind === 'float' && family.real;

/** pg_type.typname of a column of PostgreSQL that values are read into. */
const NAMES: Readonly<Record<string, string>> = {
  ...{ smallint: 'int2', integer: 'int4', bigint: 'int8', numeric: 'numeric', real: 'float4' },
  ...{ 'double precision': 'float8', boolean: 'bool', date: 'date', jsonb: 'jsonb', bytea: 'bytea', text: 'text' },
  ...{ 'timestamp without time zone': 'timestamp', 'timestamp with time zone': 'timestamptz' },
  ...{ 'time without time zone': 'time', 'time with time zone': 'timetz' },
};

/** The staged column; `sql` where it is read as something else than it is. */
function stagedValue({ into, type, staged }: Sent, sql = staged): Value {
  const name = into === 'redshift' ? undefined : NAMES[canonicalType(type).replace(/\(.*/, '')];
  return name === undefined ? { sql } : { sql, type: name };
}

/** Both ends as families say; the target's as the source's unless it is given. */
function ends(sent: Sent, source: { readonly family: Family; readonly sql: string }, there = source.family): Summable {
  return {
    source: { family: source.family, value: { sql: source.sql } },
    target: { family: there, value: stagedValue(sent) },
  };
}

/** The value itself, whatever the expression that writes it. */
const asItIs = (sent: Sent, family: Family): Summable => ends(sent, { family, sql: sent.column });

/** The blanks at the end of a CHAR mean nothing, wherever they arrive. */
function textToText(sent: Sent): Summable {
  const { here, there, sql } = sent;
  return ends(sent, { family: here.kind === 'padded text' ? here : there, sql });
}

/** A number without digits goes into PostgreSQL as it is written. */
const bareNumber = (sent: Sent): Summable | undefined =>
  sent.own.name === 'numeric' && canonicalType(sent.type) === 'numeric'
    ? ends(sent, { family: { kind: 'text' }, sql: sent.sql })
    : undefined;

/** What is no text becomes one in the source's SQL, or else in the server, and is read back from it as what it was. */
function toText(sent: Sent): Summable | undefined {
  const { into, here, there, sql, column } = sent;
  // Which texts Redshift casts to a boolean or a shape is not known.
  const isRead = into === 'postgresql' || (here.kind !== 'boolean' && here.kind !== 'shape');
  if (sql === column) return isRead ? readBack(sent) : undefined;
  const isWritten = here.kind === 'boolean' || here.kind === 'document' || here.kind === 'bytes';
  return isWritten ? ends(sent, { family: there, sql }) : undefined;
}

function readBack(sent: Sent): Summable {
  const { here, own, into, staged } = sent;
  // The digits of a number are those that it had.
  const asOwn = into === 'redshift' && !isNumber(here) ? `(${staged})::${own.sql}` : staged;
  return { ...asItIs(sent, here), target: { family: here, value: stagedValue(sent, asOwn) } };
}

function toNumber(sent: Sent): Summable | undefined {
  const { here, there, sql, column, into, type } = sent;
  if (here.kind === 'boolean' && sql !== column) return toNumber({ ...sent, here: { kind: 'integer' } });
  if (!isNumber(here)) return undefined;
  const [digits, digitsThere] = [scaleOf(here), scaleOf(there)];
  const isSame = here.kind === there.kind && digits === digitsThere;
  if (isSame && sql === column) return asItIs(sent, here);
  const rounded = digits > digitsThere ? `round(${sql}, ${digitsThere})` : sql;
  if (into === 'redshift') return ends(sent, { family: there, sql: `(${rounded})::${type}` });
  // PostgreSQL's numbers may have more digits than Redshift's.
  if (digits <= digitsThere || !type.includes('(')) return ends(sent, { family: here, sql });
  return ends(sent, { family: there, sql: `(${rounded})::decimal(38,${digitsThere})` });
}

const scaleOf = (family: Family): number => (family.kind === 'decimal' ? family.scale : 0);

/** All in UTC: a moment without a zone is the one that has it. */
function toMoment(sent: Sent): Summable | undefined {
  const { here, there, sql } = sent;
  if (here.kind === 'date') return ends(sent, { family: { kind: 'timestamp' }, sql: `(${sql})::timestamp` }, there);
  return isMoment(here) ? ends(sent, { family: here, sql }, there) : undefined;
}

/** Redshift is not known to write the keys of an object in the order that jsonb has them in. */
function document(sent: Sent): Summable {
  if (sent.into === 'redshift') return asItIs(sent, sent.here);
  const why =
    'only whether each document is an object, an array, a string, a number, a boolean or null, because jsonb has an order of keys ' +
    'of its own; CAST it to json, which keeps the text, and all of it is';
  return { ...asItIs(sent, { kind: 'kind of document' }), why };
}
