// Which calls of functions are written otherwise for the backend? Those that its grammar or its own functions would take
// for something else.
import { notImplemented } from '../errors.ts';
import { callAt, closing, isWord, nextIndex, topLevelComma } from './places.ts';
import { operator, type Token } from './tokens.ts';

/** Calls of these go to functions of ours. */
const moved: Readonly<Record<string, string>> = {
  json_serialize: 'pg_internal.json_serialize',
  chr: 'pg_internal.chr',
  pg_get_constraintdef: 'pg_internal.pg_get_constraintdef',
  pg_get_expr: 'pg_internal.pg_get_expr',
};

/** Functions whose first argument is a part of a date, written like a name or like a string. */
const ofDateParts: Readonly<Record<string, string>> = {
  datediff: 'pg_internal.datediff',
  date_diff: 'pg_internal.datediff',
  dateadd: 'pg_internal.dateadd',
  date_add: 'pg_internal.dateadd',
  date_part: 'pg_catalog.date_part',
};

/** Redshift has them, and nobody says how they are computed. */
const secret = new Set(['checksum', 'murmur3_32_hash']);

type Rewrite = (inner: readonly Token[]) => readonly Token[];

/** The statement with these calls as the backend takes them. */
export function rewriteCalls(tokens: readonly Token[]): readonly Token[] {
  const written: Token[] = [];
  for (let place = 0; place < tokens.length; place++) {
    const token = tokens[place] as Token;
    const open = callAt(tokens, place);
    // With its schema in front of it, which is pg_catalog.
    if (open >= 0 && Object.hasOwn(moved, token.value)) dropSchema(written);
    const rewrite = open < 0 ? undefined : rewriteOf(token.value);
    if (rewrite === undefined) {
      written.push(isWord(token, 'sysdate') ? { ...token, sql: 'pg_catalog.sysdate()' } : token);
      continue;
    }
    const close = closing(tokens, open);
    written.push(...rewrite(rewriteCalls(tokens.slice(open + 1, close))));
    place = close;
  }
  return written;
}

/** Takes a schema and its point away again. */
function dropSchema(written: Token[]): void {
  if (written.at(-1)?.text === '.' && written.at(-2)?.value === 'pg_catalog') written.splice(-2);
}

function rewriteOf(name: string): Rewrite | undefined {
  if (secret.has(name)) throw notImplemented(`the function ${name}`);
  const other = Object.hasOwn(moved, name) ? moved[name] : undefined;
  if (other !== undefined) return (inner) => call(other, inner);
  const dated = Object.hasOwn(ofDateParts, name) ? ofDateParts[name] : undefined;
  if (dated !== undefined) return (inner) => call(dated, withPart(inner));
  if (name === 'extract') return extract;
  return name === 'convert' ? convert : undefined;
}

function call(name: string, inner: readonly Token[]): readonly Token[] {
  return [operator(name), operator('('), ...inner, operator(')')];
}

/** The part of a date as a string. */
function withPart(inner: readonly Token[]): readonly Token[] {
  const first = nextIndex(inner, -1);
  const token = inner[first];
  if (token?.kind !== 'word' || inner[nextIndex(inner, first)]?.text !== ',') return inner;
  return [operator(`'${token.value}'`), ...inner.slice(first + 1)];
}

/** EXTRACT(part FROM value). */
function extract(inner: readonly Token[]): readonly Token[] {
  const first = nextIndex(inner, -1);
  const from = nextIndex(inner, first);
  if (!isWord(inner[from], 'from')) return call('extract', inner);
  return call('pg_internal.extracted', [operator(`'${inner[first]?.value ?? ''}', `), ...inner.slice(from + 1)]);
}

/** CONVERT(type, value). */
function convert(inner: readonly Token[]): readonly Token[] {
  const comma = topLevelComma(inner);
  if (comma < 0) return call('convert', inner);
  const blank: Token = { kind: 'space', text: ' ', value: ' ', sql: ' ' };
  const type = inner.slice(0, comma);
  return [word('CAST'), operator('('), ...inner.slice(comma + 1), blank, word('AS'), blank, ...type, operator(')')];
}

function word(text: string): Token {
  return { kind: 'word', text, value: text.toLowerCase(), sql: text };
}
