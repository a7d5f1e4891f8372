// Column defaults that Redshift can hold: literals, and the current time. Anything else is dropped, and that is said.

import { redshiftLiteral } from '../sql/quote.ts';

export type DefaultReading = { readonly sql: string } | 'none' | 'dropped';

/** What becomes of a default expression (pg_get_expr's text) in Redshift, for a column of the target type `type`. */
export function defaultInRedshift(expression: string | undefined, type: string): DefaultReading {
  if (expression === undefined || /^NULL(?:::|$)/i.test(expression)) return 'none';
  const value = read(expression);
  const sql = value === undefined ? undefined : inRedshift(value, type);
  return sql === undefined ? 'dropped' : { sql };
}

/** A default as it is read: what it begins with, and what it is cast to, the innermost first. */
interface Value {
  readonly kind: 'text' | 'number' | 'boolean' | 'now' | 'now in UTC' | 'today' | 'time of day';
  readonly text: string;
  readonly casts: readonly string[];
}

const WORDS: readonly (readonly [Value['kind'], RegExp])[] = [
  ['number', /^[+-]? ?\d+(?:\.\d+)?/],
  ['boolean', /^(?:true|false)\b/i],
  ['now', /^(?:now|transaction_timestamp|statement_timestamp|clock_timestamp)\(\)/i],
  ['now', /^(?:CURRENT|LOCAL)_?TIMESTAMP\b(?:\(\d\))?/i],
  ['today', /^CURRENT_DATE\b/i],
  ['time of day', /^(?:CURRENT_TIME|LOCALTIME)\b(?:\(\d\))?/i],
  // PostgreSQL 13 writes the function, later ones the words.
  ['now in UTC', /^timezone\('utc'::text, (?:now\(\)|CURRENT_TIMESTAMP)\)/i],
  ['now in UTC', /^(?:now\(\)|CURRENT_TIMESTAMP) AT TIME ZONE 'utc'::text/i],
];

/** `'…'::text`, `('…'::text)::character varying(5)`, `'-1'::integer`, `now()`; nothing that computes. */
function read(expression: string): Value | undefined {
  const { inner, casts } = takeBrackets(expression) ?? {};
  if (inner !== undefined && casts !== undefined) {
    const value = read(inner);
    return value === undefined ? undefined : { ...value, casts: [...value.casts, ...casts] };
  }
  const [quoted, content] = /^'((?:[^']|'')*)'/.exec(expression) ?? [];
  if (quoted !== undefined && content !== undefined) {
    return withCasts('text', content.replaceAll("''", "'"), expression.slice(quoted.length));
  }
  // The longest: `now() AT TIME ZONE …` begins with `now()`.
  const found = WORDS.map(([kind, pattern]) => ({ kind, text: pattern.exec(expression)?.[0] ?? '' }));
  const longest = found.reduce((a, b) => (b.text.length > a.text.length ? b : a));
  if (longest.text === '') return undefined;
  return withCasts(longest.kind, longest.text.replace(/^([+-]) /, '$1'), expression.slice(longest.text.length));
}

function withCasts(kind: Value['kind'], text: string, rest: string): Value | undefined {
  const casts = readCasts(rest);
  return casts === undefined ? undefined : { kind, text, casts };
}

/** `(…)::a::b` as what the brackets hold, and the casts. */
function takeBrackets(expression: string): { readonly inner: string; readonly casts: readonly string[] } | undefined {
  if (!expression.startsWith('(')) return undefined;
  let depth = 0;
  for (const { 0: token, index } of expression.matchAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|[()]/g)) {
    if (token === '(') depth += 1;
    if (token === ')') depth -= 1;
    if (depth === 0) {
      const casts = readCasts(expression.slice(index + 1));
      return casts === undefined ? undefined : { inner: expression.slice(1, index), casts };
    }
  }
  return undefined;
}

const TYPE =
  /^::((?:"(?:[^"]|"")*"|[a-z_][\w$]*)(?:\.(?:"(?:[^"]|"")*"|\w+))?(?: [a-z]+)*(?:\(\d+(?:,-?\d+)?\))?(?: with(?:out)? time zone)?(?:\[\])*)/;

function readCasts(text: string): readonly string[] | undefined {
  const casts: string[] = [];
  for (let rest = text; rest !== ''; ) {
    const [cast, type] = TYPE.exec(rest) ?? [];
    if (cast === undefined || type === undefined) return undefined;
    casts.push(type);
    rest = rest.slice(cast.length);
  }
  return casts;
}

const NUMBERS = /^(?:smallint|integer|bigint|numeric|real|double precision)$/;
const TEXTS = /^(?:text|character varying|character|bpchar|(?:[^.]*\.)?citext)$/;
const DATE = /^\d{4}-\d\d-\d\d$/;
const TIMESTAMP = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?$/;
const TIMESTAMPTZ = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?\+00$/;
const TIME = /^\d\d:\d\d:\d\d(?:\.\d+)?$/;
const TIMETZ = /^\d\d:\d\d:\d\d(?:\.\d+)?\+00$/;

function inRedshift(value: Value, type: string): string | undefined {
  const [, name = '', digits = '', places = '0'] = /^([A-Z ]+?)(?:\((\d+)(?:,(\d+))?\))?$/.exec(type) ?? [];
  const literal = keepsItsText(value) ? value.text : undefined;
  const matching = (pattern: RegExp) =>
    literal !== undefined && value.kind === 'text' && pattern.test(literal) ? redshiftLiteral(literal) : undefined;
  switch (name) {
    case 'SMALLINT':
    case 'INTEGER':
    case 'BIGINT':
      return literal !== undefined && holdsWhole(literal, name) ? literal : undefined;
    case 'DECIMAL':
      return literal !== undefined && holdsDecimal(literal, Number(digits), Number(places)) ? literal : undefined;
    case 'REAL':
    case 'DOUBLE PRECISION':
      return literal === undefined ? undefined : floating(literal);
    case 'BOOLEAN':
      return value.kind === 'boolean' ? literal?.toLowerCase() : undefined;
    case 'VARCHAR':
    case 'CHAR':
      return literal === undefined ? undefined : fitting(literal, name, Number(digits));
    case 'DATE':
      return matching(DATE) ?? moment(value, 'DATE');
    case 'TIMESTAMP':
      return matching(TIMESTAMP) ?? moment(value, 'TIMESTAMP');
    case 'TIMESTAMPTZ':
      return matching(TIMESTAMPTZ) ?? moment(value, 'TIMESTAMPTZ');
    case 'TIME':
      return matching(TIME) ?? moment(value, 'TIME');
    case 'TIMETZ':
      return matching(TIMETZ);
    default:
      // What SUPER and VARBYTE take as a default is not known.
      return undefined;
  }
}

/** Whether the casts leave the literal's text as it is: one cast only says what it is, more of one kind change nothing. */
function keepsItsText({ kind, text, casts }: Value): boolean {
  if (kind === 'boolean') return casts.length === 0;
  if (kind !== 'text' && kind !== 'number') return false;
  const names = casts.map((cast) => cast.replace(/\(.*\)/, ''));
  const kinds = [NUMBERS, TEXTS].filter((pattern) => names.every((name) => pattern.test(name)));
  if (kind === 'number' && kinds.length === 0) return false;
  if (kind === 'text' && casts.length > 1 && kinds.length === 0) return false;
  // bytea's text is another in the rows; what a length or a scale cuts is not worth to find out.
  const cut = casts.some((cast) => Number(/\((\d+)/.exec(cast)?.[1] ?? Number.POSITIVE_INFINITY) < text.length);
  const scaled = text.includes('.') && casts.some((cast) => /^(?:numeric\(|integer|bigint|smallint)/.test(cast));
  return !cut && !scaled && !names.includes('bytea');
}

/** The bits of each integer type, without its sign. */
const BITS = { SMALLINT: 15n, INTEGER: 31n, BIGINT: 63n } as const;

function holdsWhole(text: string, name: keyof typeof BITS): boolean {
  if (!/^[+-]?\d+$/.test(text)) return false;
  const value = BigInt(text.replace('+', ''));
  const end = 2n ** BITS[name];
  return -end <= value && value < end;
}

/** Whether a DECIMAL keeps all of the number's digits. */
function holdsDecimal(text: string, digits: number, places: number): boolean {
  const [, whole, fraction = ''] = /^[+-]?(?=\d)0*(\d*?)(?:\.(\d*?)0*)?$/.exec(text) ?? [];
  return whole !== undefined && whole.length <= digits - places && fraction.length <= places;
}

/** Redshift reads up to 38 digits of a number as a decimal; a float of more has no digits to lose. */
function floating(text: string): string | undefined {
  if (!/^[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/.test(text)) return undefined;
  return text.length > 38 ? String(Number(text)) : text;
}

function fitting(text: string, name: string, bytes: number): string | undefined {
  const isAscii = /^[\0-\x7f]*$/.test(text);
  if ((name === 'CHAR' && !isAscii) || new TextEncoder().encode(text).length > bytes) return undefined;
  return redshiftLiteral(text);
}

/** The present. GETDATE() is a TIMESTAMP in the time zone of the session, as now() is for such a column. */
function moment({ kind, casts }: Value, type: string): string | undefined {
  const [cast, ...more] = casts.map((each) => each.replace(/\(\d\)/, ''));
  if (more.length > 0) return undefined;
  const day = kind === 'today' ? cast === undefined : cast === 'date';
  const now = kind === 'now in UTC' ? "TIMEZONE('UTC', GETDATE()::TIMESTAMPTZ)" : 'GETDATE()';
  // A time without a zone is taken for one of the session's.
  if (kind === 'now in UTC' && type === 'TIMESTAMPTZ') return undefined;
  if (kind === 'time of day') return type === 'TIME' && cast === undefined ? 'GETDATE()::TIME' : undefined;
  if (kind !== 'now' && kind !== 'now in UTC' && kind !== 'today') return undefined;
  if (day && type !== 'TIME') return `${now}::DATE`;
  if (cast !== undefined && !/^timestamp with(?:out)? time zone$/.test(cast)) return undefined;
  if (kind === 'today') return undefined;
  return type === 'DATE' || type === 'TIME' ? `${now}::${type}` : now;
}
