// What are the types of casts in the backend? Redshift's spellings and defaults, and none that it has not.
import { RedshiftError, sqlstate } from '../errors.ts';
import { callAt, closing, isWord, nextIndex } from './places.ts';
import { operator, type Token } from './tokens.ts';

const unknown = new Set(
  'uuid json jsonb bytea xml tsvector tsquery hstore citext macaddr8 int4range int8range numrange daterange'.split(' '),
);
const maxVarchar = '65535';
/** What a DECIMAL is of which nothing more is said. */
const defaultDecimal = '(18,0)';

/** The statement with the types behind `::` and inside CAST(… AS …) as the backend writes them. */
export function rewriteCasts(tokens: readonly Token[]): readonly Token[] {
  const replaced = new Map<number, string>();
  tokens.forEach((token, place) => {
    if (token.text === ':' && tokens[place + 1]?.text === ':')
      rewriteType(tokens, nextIndex(tokens, place + 1), replaced);
    if (!isWord(token, 'cast')) return;
    const open = callAt(tokens, place);
    const as = open < 0 ? -1 : lastAs(tokens, open);
    if (as >= 0) rewriteType(tokens, nextIndex(tokens, as), replaced);
  });
  if (replaced.size === 0) return tokens;
  return tokens.map((token, place) => {
    const sql = replaced.get(place);
    return sql === undefined ? token : operator(sql);
  });
}

/** The AS of a CAST, which no AS of an inner query follows. */
function lastAs(tokens: readonly Token[], open: number): number {
  const close = closing(tokens, open);
  let depth = 0;
  let found = -1;
  for (let place = open + 1; place < close; place++) {
    const token = tokens[place];
    if (token?.text === '(') depth++;
    if (token?.text === ')') depth--;
    if (depth === 0 && isWord(token, 'as')) found = place;
  }
  return found;
}

function rewriteType(tokens: readonly Token[], place: number, replaced: Map<number, string>): void {
  const type = tokens[place];
  if (type?.kind !== 'word') return;
  if (unknown.has(type.value)) {
    throw new RedshiftError(`type "${type.value}" does not exist`, sqlstate.undefinedObject);
  }
  const after = nextIndex(tokens, place);
  const bare = tokens[after]?.text !== '(';
  if ((type.value === 'decimal' || type.value === 'numeric') && bare) {
    replaced.set(place, `${type.sql}${defaultDecimal}`);
  } else if (type.value === 'nvarchar') replaced.set(place, 'varchar');
  else if (type.value === 'varbinary') replaced.set(place, 'varbyte');
  else if (type.value === 'binary' && isWord(tokens[after], 'varying')) {
    replaced.set(place, 'varbyte');
    replaced.set(after, '');
  }
  const length = nextIndex(tokens, after);
  if (!bare && isWord(tokens[length], 'max')) replaced.set(length, maxVarchar);
}
