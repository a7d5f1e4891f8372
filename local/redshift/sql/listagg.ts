// How is LISTAGG(value, delimiter) WITHIN GROUP (ORDER BY …) written for the backend? As string_agg, with the order inside.
import { closing, isWord, nextIndex, topLevelComma } from './places.ts';
import { operator, type Token } from './tokens.ts';

/** Replaces each LISTAGG of a statement. */
export function replaceListagg(tokens: readonly Token[]): readonly Token[] {
  const found = tokens.findIndex((token, i) => isWord(token, 'listagg') && tokens[nextIndex(tokens, i)]?.text === '(');
  if (found < 0) return tokens;
  const open = nextIndex(tokens, found);
  const close = closing(tokens, open);
  const group = withinGroup(tokens, close);
  const inner = replaceListagg(tokens.slice(open + 1, close));
  const comma = topLevelComma(inner);
  const value = comma < 0 ? inner : inner.slice(0, comma);
  const delimiter = comma < 0 ? [operator(`''`)] : inner.slice(comma + 1);
  const first = value.findIndex((token) => token.kind !== 'space');
  const distinct = first >= 0 && isWord(value[first], 'distinct');
  return [
    ...tokens.slice(0, found),
    operator(`string_agg(${distinct ? 'DISTINCT ' : ''}(`),
    ...(distinct ? value.slice(first + 1) : value),
    operator(')::text, '),
    ...delimiter,
    operator(' '),
    ...group.order,
    operator(')'),
    ...replaceListagg(tokens.slice(group.end + 1)),
  ];
}

/** What stands in WITHIN GROUP (…) behind the call, and where that ends. */
function withinGroup(tokens: readonly Token[], close: number): { order: readonly Token[]; end: number } {
  const within = nextIndex(tokens, close);
  const group = nextIndex(tokens, within);
  const open = nextIndex(tokens, group);
  if (!isWord(tokens[within], 'within') || !isWord(tokens[group], 'group')) return { order: [], end: close };
  const end = closing(tokens, open);
  return { order: tokens.slice(open + 1, end), end };
}
