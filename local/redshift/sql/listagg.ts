// How is LISTAGG(value, delimiter) WITHIN GROUP (ORDER BY …) written for the backend? As string_agg, with the order inside.
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

function isWord(token: Token | undefined, word: string): boolean {
  return token?.kind === 'word' && token.value === word;
}

/** The next token that is not blank. */
function nextIndex(tokens: readonly Token[], from: number): number {
  let at = from + 1;
  while (tokens[at]?.kind === 'space') at++;
  return at;
}

/** The parenthesis that closes the one at `open`; the last token when there is none. */
function closing(tokens: readonly Token[], open: number): number {
  let depth = 0;
  for (let i = open; i < tokens.length; i++) {
    const token = tokens[i];
    if (token?.kind !== 'operator') continue;
    if (token.text === '(') depth++;
    if (token.text === ')' && --depth === 0) return i;
  }
  return tokens.length - 1;
}

function topLevelComma(tokens: readonly Token[]): number {
  let depth = 0;
  return tokens.findIndex((token) => {
    if (token.kind !== 'operator') return false;
    if (token.text === '(') depth++;
    if (token.text === ')') depth--;
    return depth === 0 && token.text === ',';
  });
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
