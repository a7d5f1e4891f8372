// How does a command differ from the one that a run began with? In the words of the language; what refers to a password
// is no difference.

import type { Clauses, Endpoint, LoadCommand, LoadOptions, OptionName } from './model.ts';
import { wordsOf } from './options.ts';
import { printUri } from './uri.ts';

const CLAUSES: Readonly<Record<keyof Clauses, string>> = {
  settings: 'SET',
  casts: 'CAST',
  materialize: 'MATERIALIZE VIEWS',
  including: 'INCLUDING ONLY',
  excluding: 'EXCLUDING',
  decoding: 'DECODING',
  alterSchemas: 'ALTER SCHEMA',
  alterTables: 'ALTER TABLE',
  distribute: 'DISTRIBUTE',
  beforeLoad: 'BEFORE LOAD',
  afterCreateSchema: 'AFTER CREATE SCHEMA',
  afterLoad: 'AFTER LOAD',
};

/** `` `workers` was 4 and is 8 ``, one for each difference; empty when the two are one. Both as JSON has them. */
export function commandChanges(was: LoadCommand, is: LoadCommand): string[] {
  const clauses = Object.entries(CLAUSES).flatMap(([clause, words]) =>
    same(was[clause as keyof Clauses], is[clause as keyof Clauses]) ? [] : [`${words} is another one`],
  );
  return [...endChanges(was, is), ...optionChanges(was.options, is.options), ...clauses];
}

/** One parser made both, which has the members of each in one order. */
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

function endChanges(was: LoadCommand, is: LoadCommand): string[] {
  return (['source', 'target'] as const).flatMap((end) => {
    const [before, now] = [named(was[end]), named(is[end])];
    return before === now ? [] : [`the ${end} was ${before} and is ${now}`];
  });
}

const named = ({ secret: _secret, secretKey: _key, ...endpoint }: Endpoint): string => printUri(endpoint);

function optionChanges(was: LoadOptions, is: LoadOptions): string[] {
  const names = new Set([...Object.keys(was), ...Object.keys(is)] as OptionName[]);
  return [...names].flatMap((name) => {
    const [before, now] = [was[name], is[name]];
    if (before === now) return [];
    const [words, other] = [wordsOf(name, now), wordsOf(name, before)];
    return [
      words === other
        ? `\`${words}\` was ${told(before)} and is ${told(now)}`
        : `it said, or meant, \`${other}\` and now \`${words}\``,
    ];
  });
}

const told = (value: unknown): string => (value === undefined ? 'not given' : String(value));
