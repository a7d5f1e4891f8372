// What the language accepts and no step carries out yet. A command that says such a thing is refused, so that nobody
// believes it was done. Whoever makes a step do it takes it from here.

import type { LoadCommand, OptionName } from './model.ts';
import { DEFAULT_OPTIONS, printOptions } from './options.ts';

/** Options whose other values no step knows. */
const OPTIONS: readonly OptionName[] = [
  'onError',
  'batchRows',
  'batchBytes',
  'chunkBytes',
  'rowsPerRange',
  'readers',
  'dataOnly',
  'schemaOnly',
  'createSchemas',
  'createTables',
  'dropSchema',
  'truncate',
  'foreignKeys',
  'identifiers',
  'publishTableByTable',
  'verifyChecksums',
  'snapshotMaxAgeSeconds',
];

/** The clauses, by what the command holds of them. */
const CLAUSES: readonly { readonly words: string; readonly said: (command: LoadCommand) => boolean }[] = [
  { words: '?tablename=', said: ({ source }) => source.table !== undefined },
  { words: 'SET', said: ({ settings }) => settings.length > 0 },
  { words: 'CAST', said: ({ casts }) => casts.length > 0 },
  { words: 'MATERIALIZE VIEWS', said: ({ materialize }) => materialize.all || materialize.views.length > 0 },
  { words: 'INCLUDING ONLY', said: ({ including }) => including.length > 0 },
  { words: 'EXCLUDING', said: ({ excluding }) => excluding.length > 0 },
  { words: 'ALTER SCHEMA', said: ({ alterSchemas }) => alterSchemas.length > 0 },
  { words: 'ALTER TABLE', said: ({ alterTables }) => alterTables.length > 0 },
  { words: 'DISTRIBUTE', said: ({ distribute }) => distribute.length > 0 },
  { words: 'BEFORE LOAD', said: ({ beforeLoad }) => beforeLoad.length > 0 },
  { words: 'AFTER CREATE SCHEMA', said: ({ afterCreateSchema }) => afterCreateSchema.length > 0 },
  { words: 'AFTER LOAD', said: ({ afterLoad }) => afterLoad.length > 0 },
];

/** In the words of the language; empty when all of the command can be done. */
export function notYet(command: LoadCommand): string[] {
  const clauses = CLAUSES.filter(({ said }) => said(command)).map(({ words }) => words);
  const options = OPTIONS.filter((name) => command.options[name] !== DEFAULT_OPTIONS[name]);
  const given = Object.fromEntries(options.map((name) => [name, 'given']));
  const none = Object.fromEntries(Object.keys(command.origins).map((name) => [name, 'default']));
  return [...printOptions(command.options, { ...none, ...given } as LoadCommand['origins']), ...clauses];
}
