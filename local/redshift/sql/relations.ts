// Which tables and views does a statement read? The names in its FROM and JOIN, wherever they stand.
import { quoteName, type Token } from './tokens.ts';

export interface RelationName {
  /** The first and the last token of the name, among all tokens. */
  readonly from: number;
  readonly to: number;
  /** As written for the backend, quoted. */
  readonly sql: string;
  readonly parts: readonly Token[];
  /** Whether an alias follows. */
  readonly alias: boolean;
}

/** Functions in whose parentheses FROM is no clause. */
const withFrom = new Set(['extract', 'trim', 'substring', 'overlay', 'position']);
const clauseEnds = new Set(
  'where group order having limit offset union except intersect minus select window set qualify values'.split(' '),
);
const notNames = new Set(['select', 'with', 'only', 'lateral', 'values', 'unnest']);
const notAliases = new Set(
  `where group order having limit offset union except intersect minus on using join left right inner cross full natural
   window qualify set when for tablesample pivot unpivot with`.split(/\s+/),
);

/** What a statement that reads begins with. */
const readers = new Set([
  'select',
  'with',
  'insert',
  'update',
  'delete',
  'merge',
  'explain',
  'create',
  'prepare',
  'declare',
  '(',
]);

/** Between two parentheses: in a FROM clause, or in a call that has its own FROM. */
interface Level {
  inFrom: boolean;
  readonly isCall: boolean;
}

export function relationNames(tokens: readonly Token[]): RelationName[] {
  const scan = new Scan(tokens);
  return scan.reads ? scan.names() : [];
}

/** A walk over the tokens of one statement, blanks left out. */
class Scan {
  private readonly tokens: readonly Token[];
  private readonly places: readonly number[];
  private readonly levels: Level[] = [{ inFrom: false, isCall: false }];
  private readonly found: RelationName[] = [];
  /** Whether a name of a relation comes next, if it is a name that comes. */
  private expecting = false;

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
    this.places = tokens.flatMap((token, index) => (token.kind === 'space' ? [] : [index]));
  }

  get reads(): boolean {
    return readers.has(this.at(0)?.value ?? '');
  }

  names(): RelationName[] {
    const own = this.ownQueries();
    for (let place = 0; place < this.places.length; place++) {
      const token = this.at(place) as Token;
      if (token.kind === 'operator') this.operator(token, place);
      else if (token.kind !== 'word' && token.kind !== 'name') this.expecting = false;
      else if (this.expecting && !(token.kind === 'word' && notNames.has(token.value))) {
        const end = this.endOfName(place);
        const isOwn = end === place && own.has(token.value);
        if (this.at(end + 1)?.value !== '(' && !isOwn) this.found.push(this.nameAt(place, end));
        this.expecting = false;
        place = end;
      } else if (token.kind === 'word') this.word(token, place);
    }
    return this.found;
  }

  private at(place: number): Token | undefined {
    return this.tokens[this.places[place] ?? -1];
  }

  private get level(): Level {
    return this.levels.at(-1) ?? { inFrom: false, isCall: false };
  }

  private operator(token: Token, place: number): void {
    if (token.value === '(') {
      this.levels.push({ inFrom: this.expecting, isCall: withFrom.has(this.at(place - 1)?.value ?? '') });
      return;
    }
    if (token.value === ')') this.levels.pop();
    this.expecting = token.value === ',' && this.level.inFrom;
  }

  private word(token: Token, place: number): void {
    if (this.beginsList(token.value, place) && !this.level.isCall) {
      this.level.inFrom = true;
      this.expecting = true;
    } else if (clauseEnds.has(token.value)) {
      this.level.inFrom = false;
      this.expecting = false;
    }
  }

  private beginsList(word: string, place: number): boolean {
    const statement = this.at(0)?.value;
    // What is deleted from is no list.
    if (word === 'from') return !(statement === 'delete' && place === 1);
    return word === 'join' || (word === 'using' && (statement === 'delete' || statement === 'merge'));
  }

  /** The names that the statement gives to its own queries: WITH name AS (…), or name (column, …) AS (…). */
  private ownQueries(): ReadonlySet<string> {
    const names = this.places.flatMap((_, place) => {
      const isQuery = this.at(place + 1)?.value === 'as' && this.at(place + 2)?.value === '(';
      return isQuery ? [this.at(this.beforeColumns(place))?.value ?? ''] : [];
    });
    return new Set(names);
  }

  /** Where the name stands whose list of columns ends here; the place itself when no list does. */
  private beforeColumns(place: number): number {
    if (this.at(place)?.value !== ')') return place;
    let at = place;
    while (at > 0 && this.at(at)?.value !== '(') at--;
    return at - 1;
  }

  private endOfName(place: number): number {
    let end = place;
    while (this.at(end + 1)?.value === '.' && this.at(end + 2) !== undefined) end += 2;
    return end;
  }

  private nameAt(place: number, end: number): RelationName {
    const parts: Token[] = [];
    for (let i = place; i <= end; i += 2) parts.push(this.at(i) as Token);
    const next = this.at(end + 1);
    const alias = next?.kind === 'name' || (next?.kind === 'word' && !notAliases.has(next.value));
    const sql = parts.map((part) => quoteName(part.value)).join('.');
    return { from: this.places[place] ?? 0, to: this.places[end] ?? 0, sql, parts, alias };
  }
}
