// The options of WITH as one table: their words, what they set, and whose the defaults are.

import { DEFAULT_CHOICES } from '../cast/model.ts';
import type { LoadOptions, OptionName, Origins } from './model.ts';
import { POLICY_ORIGINS, POLICY_WORDS } from './value-policies.ts';

/** pgloader's defaults where its manual has them and they suit, else ours; what is absent the plan chooses. */
export const DEFAULT_OPTIONS: LoadOptions = {
  onError: 'stop',
  workers: 4,
  readers: 'multiple',
  dataOnly: false,
  schemaOnly: false,
  createSchemas: true,
  createTables: true,
  includeDrop: true,
  dropSchema: false,
  truncate: false,
  createIndexes: true,
  reindex: false,
  indexNames: 'preserve',
  foreignKeys: true,
  resetSequences: true,
  disableTriggers: false,
  ...DEFAULT_CHOICES,
  keepIdentity: false,
  identifiers: 'downcase',
  materializedViews: false,
  foreignTables: false,
  createViews: false,
  keepFiles: false,
  strict: false,
  measureColumns: false,
  publishTableByTable: false,
  verifyChecksums: false,
  oneTransaction: false,
  noSnapshot: false,
};

/** Of a command without WITH. */
export const DEFAULT_ORIGINS: Origins = {
  onError: 'pgloader',
  maxRejects: 'default',
  workers: 'pgloader',
  concurrency: 'default',
  batchRows: 'default',
  batchBytes: 'default',
  prefetchRows: 'default',
  chunkBytes: 'default',
  rowsPerRange: 'default',
  readers: 'default',
  dataOnly: 'pgloader',
  schemaOnly: 'pgloader',
  createSchemas: 'pgloader',
  createTables: 'pgloader',
  includeDrop: 'pgloader',
  dropSchema: 'pgloader',
  truncate: 'pgloader',
  createIndexes: 'pgloader',
  reindex: 'pgloader',
  indexNames: 'pgloader',
  maxParallelCreateIndex: 'default',
  foreignKeys: 'pgloader',
  resetSequences: 'pgloader',
  disableTriggers: 'pgloader',
  json: 'default',
  arrays: 'default',
  composites: 'default',
  numericScale: 'default',
  keepIdentity: 'default',
  identifiers: 'pgloader',
  materializedViews: 'default',
  foreignTables: 'default',
  createViews: 'default',
  keepFiles: 'default',
  strict: 'default',
  measureColumns: 'default',
  publishTableByTable: 'default',
  verifyChecksums: 'default',
  readBy: 'default',
  oneTransaction: 'default',
  noSnapshot: 'default',
  snapshotMaxAgeSeconds: 'default',
  ...POLICY_ORIGINS,
};

/** The options whose values are numbers. */
export type NumberName = {
  [Name in OptionName]-?: NonNullable<LoadOptions[Name]> extends number ? Name : never;
}[OptionName];

export interface FlagWords {
  readonly words: string;
  readonly set: Partial<LoadOptions>;
}

export interface NumberWords {
  readonly words: string;
  readonly name: NumberName;
  /** What stands after the number: nothing, a unit of bytes, or one of time. */
  readonly unit: 'none' | 'bytes' | 'time';
  readonly least: number;
  readonly most: number;
}

export type OptionWords = FlagWords | NumberWords;

const flag = (words: string, set: Partial<LoadOptions>): FlagWords => ({ words, set });
const number = (words: string, name: NumberName, most = Number.MAX_SAFE_INTEGER): NumberWords => ({
  words,
  name,
  unit: 'none',
  least: 1,
  most,
});
const bytes = (words: string, name: NumberName): NumberWords => ({ ...number(words, name), unit: 'bytes' });
const time = (words: string, name: NumberName): NumberWords => ({ ...number(words, name), unit: 'time' });

/** All words of WITH. Where two set the same to the same, the first is the canonical one. */
export const OPTION_WORDS: readonly OptionWords[] = [
  flag('on error stop', { onError: 'stop' }),
  flag('on error resume next', { onError: 'resume next' }),
  number('max rejects', 'maxRejects'),
  // A distributed map runs at most 10,000 children at once; a source seldom allows a tenth of that.
  number('workers', 'workers', 1000),
  // An inline map runs at most 40 iterations at once.
  number('concurrency', 'concurrency', 40),
  number('batch rows', 'batchRows'),
  bytes('batch size', 'batchBytes'),
  number('prefetch rows', 'prefetchRows'),
  number('batch concurrency', 'prefetchRows'),
  bytes('chunk size', 'chunkBytes'),
  number('rows per range', 'rowsPerRange'),
  flag('single reader per thread', { readers: 'single' }),
  flag('multiple readers per thread', { readers: 'multiple' }),
  flag('data only', { dataOnly: true }),
  flag('schema only', { schemaOnly: true }),
  flag('create schemas', { createSchemas: true }),
  // As pgloader's manual spells its default.
  flag('create schema', { createSchemas: true }),
  flag('create no schemas', { createSchemas: false }),
  flag('create tables', { createTables: true }),
  flag('create no tables', { createTables: false }),
  flag('include drop', { includeDrop: true }),
  flag('include no drop', { includeDrop: false }),
  flag('drop schema', { dropSchema: true }),
  flag('truncate', { truncate: true }),
  flag('no truncate', { truncate: false }),
  flag('create indexes', { createIndexes: true }),
  flag('create no indexes', { createIndexes: false }),
  flag('reindex', { reindex: true }),
  flag('drop indexes', { reindex: true }),
  flag('preserve index names', { indexNames: 'preserve' }),
  flag('uniquify index names', { indexNames: 'uniquify' }),
  number('max parallel create index', 'maxParallelCreateIndex'),
  flag('foreign keys', { foreignKeys: true }),
  flag('no foreign keys', { foreignKeys: false }),
  flag('reset sequences', { resetSequences: true }),
  flag('reset no sequences', { resetSequences: false }),
  flag('disable triggers', { disableTriggers: true }),
  flag('disable no triggers', { disableTriggers: false }),
  flag('json as super', { json: 'super' }),
  flag('json as varchar', { json: 'varchar' }),
  flag('arrays as super', { arrays: 'super' }),
  flag('arrays as varchar', { arrays: 'varchar' }),
  flag('composites as super', { composites: 'super' }),
  flag('composites as varchar', { composites: 'varchar' }),
  // DECIMAL has up to 37 digits after the point.
  { ...number('bare numeric scale', 'numericScale', 37), least: 0 },
  flag('keep identity', { keepIdentity: true }),
  flag('drop identity', { keepIdentity: false }),
  flag('downcase identifiers', { identifiers: 'downcase' }),
  flag('snake_case identifiers', { identifiers: 'snake_case' }),
  flag('quote identifiers', { identifiers: 'quote' }),
  flag('include materialized views', { materializedViews: true }),
  flag('include foreign tables', { foreignTables: true }),
  flag('create views', { createViews: true }),
  flag('create no views', { createViews: false }),
  flag('keep files', { keepFiles: true }),
  flag('strict', { strict: true }),
  flag('measure columns', { measureColumns: true }),
  flag('publish table by table', { publishTableByTable: true }),
  flag('verify checksums', { verifyChecksums: true }),
  flag('read by unload', { readBy: 'unload' }),
  flag('read by cursor', { readBy: 'cursor' }),
  flag('one transaction', { oneTransaction: true }),
  flag('no snapshot', { noSnapshot: true }),
  time('snapshot max age', 'snapshotMaxAgeSeconds'),
  ...POLICY_WORDS,
];

/** The options that the command gives, as words, in the order of the table. */
export function printOptions(options: LoadOptions, origins: Origins): string[] {
  const printed = new Set<OptionName>();
  return OPTION_WORDS.flatMap((words) => {
    const name = nameOf(words);
    const value = options[name];
    if (origins[name] !== 'given' || value === undefined || printed.has(name)) return [];
    if ('set' in words && words.set[name] !== value) return [];
    printed.add(name);
    return [printOption(words, value)];
  });
}

/** The one option that the words set. */
export function nameOf(words: OptionWords): OptionName {
  return 'name' in words ? words.name : (Object.keys(words.set)[0] as OptionName);
}

/** The words that an option's value is given by; without a unit and a number. */
export function wordsOf(name: OptionName, value: unknown): string {
  const found = OPTION_WORDS.find((words) => nameOf(words) === name && ('name' in words || words.set[name] === value));
  return found?.words ?? name;
}

function printOption(words: OptionWords, value: unknown): string {
  if ('set' in words) return words.words;
  const unit = words.unit === 'bytes' ? ' B' : words.unit === 'time' ? ' seconds' : '';
  return `${words.words} = ${value}${unit}`;
}
