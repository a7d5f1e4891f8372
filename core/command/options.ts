// The options of WITH: their words, what they set, and their defaults.
// pgloader's words that are known but do nothing here yet are refused by name, so that nobody believes they worked.

import type { LoadOptions } from './model.ts';

/** pgloader's defaults where it has them: `include drop`, 4 workers. */
export const DEFAULT_OPTIONS: LoadOptions = {
  includeDrop: true,
  workers: 4,
  materializedViews: false,
  foreignTables: false,
  keepFiles: false,
  strict: false,
};

type Flags = { readonly [phrase: string]: Partial<LoadOptions> };

/** Phrases without a value. Several of pgloader's name its default, which is also ours. */
const FLAGS: Flags = {
  'include drop': { includeDrop: true },
  'include no drop': { includeDrop: false },
  'create tables': {},
  'create schemas': {},
  'on error stop': {},
  'include materialized views': { materializedViews: true },
  'include foreign tables': { foreignTables: true },
  'keep files': { keepFiles: true },
  strict: { strict: true },
};

/** Phrases with a whole number, and the numbers they take. */
const NUMBERS: { readonly [phrase: string]: { readonly name: 'workers' | 'concurrency'; readonly most: number } } = {
  // A distributed map runs at most 10,000 children at once; a source seldom allows a tenth of that.
  workers: { name: 'workers', most: 1000 },
  // An inline map runs at most 40 iterations at once.
  concurrency: { name: 'concurrency', most: 40 },
};

const NOT_YET = [
  'on error resume next',
  'batch rows',
  'batch size',
  'batch concurrency',
  'prefetch rows',
  'max parallel create index',
  'drop indexes',
  'reindex',
  'truncate',
  'no truncate',
  'disable triggers',
  'disable no triggers',
  'data only',
  'schema only',
  'drop schema',
  'create no tables',
  'create no schemas',
  'create indexes',
  'create no indexes',
  'uniquify index names',
  'preserve index names',
  'reset sequences',
  'reset no sequences',
  'foreign keys',
  'no foreign keys',
  'snake_case identifiers',
  'downcase identifiers',
  'quote identifiers',
  'single reader per thread',
  'multiple readers per thread',
  'rows per range',
  'chunk size',
];

export type OptionReading = { readonly set: Partial<LoadOptions> } | { readonly problem: string };

/** Reads one option: its words in lower case with single blanks, and what stood after `=`. */
export function readOption(phrase: string, value: string | undefined): OptionReading {
  const flag = FLAGS[phrase];
  if (flag !== undefined) {
    return value === undefined ? { set: flag } : { problem: `\`${phrase}\` takes no value` };
  }
  const number = NUMBERS[phrase];
  if (number !== undefined) return readNumber(phrase, value, number);
  if (NOT_YET.includes(phrase)) return { problem: `\`${phrase}\` is not supported yet` };
  const known = [...Object.keys(FLAGS), ...Object.keys(NUMBERS).map((name) => `${name} = N`)];
  return { problem: `unknown option \`${phrase}\`; expected one of: ${known.join(', ')}` };
}

function readNumber(
  phrase: string,
  value: string | undefined,
  number: { readonly name: 'workers' | 'concurrency'; readonly most: number },
): OptionReading {
  const count = Number(value);
  if (value === undefined || !/^\d+$/.test(value) || count < 1 || count > number.most) {
    return { problem: `\`${phrase} = N\` takes a whole number from 1 to ${number.most}` };
  }
  return { set: { [number.name]: count } };
}

/** The options that differ from the defaults, as words; empty when none does. */
export function printOptions(options: LoadOptions): string[] {
  return [
    options.includeDrop ? '' : 'include no drop',
    options.workers === DEFAULT_OPTIONS.workers ? '' : `workers = ${options.workers}`,
    options.concurrency === undefined ? '' : `concurrency = ${options.concurrency}`,
    options.materializedViews ? 'include materialized views' : '',
    options.foreignTables ? 'include foreign tables' : '',
    options.keepFiles ? 'keep files' : '',
    options.strict ? 'strict' : '',
  ].filter((words) => words !== '');
}
