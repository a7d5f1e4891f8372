// How does a view WITH NO SCHEMA BINDING live in the backend, whose views are all bound? As a view without columns, which
// has its name, owner, comment and grants, and as the text of its query, which takes its place where it is read.
import { literal } from '../admin.ts';
import { RedshiftError, sqlstate } from '../errors.ts';
import type { Cursor } from './cursor.ts';
import { regclass } from './keys.ts';
import { type RelationName, relationNames } from './relations.ts';
import type { Statement } from './statement.ts';
import { operator, quoteName, render, type Token } from './tokens.ts';

export interface LateView {
  readonly name: string;
  readonly query: string;
  readonly columns: readonly string[];
  readonly readable: boolean;
}

/** Answers which of these names are late-binding views. */
export type FindLateViews = (names: readonly string[]) => Promise<readonly LateView[]>;

/** Views of views of views: as deep as anybody goes. */
const maxDepth = 32;

/** The tokens with the query of each late-binding view in its place. */
export async function expandLateViews(
  tokens: readonly Token[],
  find: FindLateViews,
  tokenize: (sql: string) => Token[],
  depth = 0,
): Promise<readonly Token[]> {
  if (depth > maxDepth) throw new RedshiftError('infinite recursion in the queries of late-binding views', '42P17');
  const names = relationNames(tokens);
  const views = names.length === 0 ? [] : await find([...new Set(names.map(({ sql }) => sql))]);
  if (views.length === 0) return tokens;
  const expanded: Token[] = [];
  let done = 0;
  for (const name of names) {
    const view = views.find((candidate) => candidate.name === name.sql);
    if (view === undefined) continue;
    if (!view.readable) throw new RedshiftError(`permission denied for relation ${lastOf(name).value}`, '42501');
    const query = render(await expandLateViews(tokenize(view.query), find, tokenize, depth + 1));
    expanded.push(...tokens.slice(done, name.from), operator(inPlaceOf(name, view, query)));
    done = name.to + 1;
  }
  return [...expanded, ...tokens.slice(done)];
}

function lastOf({ parts }: RelationName): Token {
  const last = parts.at(-1);
  if (last === undefined) throw new Error('a name without parts');
  return last;
}

function inPlaceOf(name: RelationName, { columns }: LateView, query: string): string {
  const named = columns.length === 0 ? query : `SELECT * FROM (${query}) AS q(${columns.map(quoteName).join(', ')})`;
  return `(${named})${name.alias ? '' : ` AS ${quoteName(lastOf(name).value)}`}`;
}

const binding = ['with', 'no', 'schema', 'binding'];

/** Whether the statement ends so. */
export function isLateView(tokens: readonly Token[]): boolean {
  const last = tokens.filter((token) => token.kind !== 'space').slice(-binding.length);
  return last.length === binding.length && last.every((token, i) => token.value === binding[i]);
}

/** The cursor stands behind CREATE [OR REPLACE]. */
export function createLateView(
  cursor: Cursor,
  replaces: boolean,
  check: (tokens: readonly Token[]) => void,
): Statement {
  const definition = cursor.tokens.map(({ text }) => text).join('');
  cursor.expect('view');
  const view = cursor.table();
  const columns = cursor.sees('(') ? cursor.names() : [];
  cursor.expect('as');
  const query = cursor.restTokens(binding.length);
  check(query);
  for (const { parts } of relationNames(query)) {
    if (parts.length > 1) continue;
    const message = 'All the relation names inside should be qualified when creating VIEW WITH NO SCHEMA BINDING.';
    throw new RedshiftError(message, sqlstate.featureNotSupported);
  }
  const schemas = relationNames(query).map(({ parts }) => parts.at(-2)?.value ?? '');
  const texts = [render(query).trim(), `${definition.trim()};`].map((text) => literal(text));
  const keep = `${regclass(view)}, ${texts.join(', ')}, ${textArray(columns)}, ${textArray(schemas)}`;
  const steps = [
    `CREATE ${replaces ? 'OR REPLACE ' : ''}VIEW ${view.sql} AS SELECT FROM pg_internal.unexpanded_late_view()`,
    `SELECT pg_internal.keep_late_view(${keep})`,
  ];
  return { kind: 'steps', steps, tag: 'CREATE VIEW', inBlock: 'joins' };
}

function textArray(values: readonly string[]): string {
  return `ARRAY[${values.map((value) => literal(value)).join(', ')}]::text[]`;
}
