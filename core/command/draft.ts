// A command while it is read: what the clauses have said so far, and where they said it.

import type { CastRule } from '../cast/cast-rule.ts';
import type {
  Decoding,
  Distribution,
  LoadOptions,
  MaterializedView,
  OptionName,
  SchemaRename,
  Setting,
  SqlBlock,
  TableAlteration,
  TableFilter,
} from './model.ts';
import type { SourceText } from './source-text.ts';

/** What EXECUTE and `\i` name, read by whoever can read. */
export type FoundFile = { readonly name: string; readonly text: string } | { readonly problem: string };

/** What a text may refer to outside itself. */
export interface Reader {
  /** The file that `path` names from the file `from`: its own name, to read further from it, and its text. */
  readFile(path: string, from: string): FoundFile;
  readonly variables: Readonly<Record<string, string | undefined>>;
}

export interface Place {
  readonly source: SourceText;
  readonly from: number;
  readonly to: number;
}

export interface Draft {
  readonly reader: Reader | undefined;
  options: Partial<LoadOptions>;
  readonly given: Map<OptionName, string>;
  readonly settings: Setting[];
  readonly casts: CastRule[];
  readonly materialize: { all: boolean; readonly views: MaterializedView[] };
  readonly including: TableFilter[];
  readonly excluding: TableFilter[];
  readonly decoding: Decoding[];
  readonly alterSchemas: SchemaRename[];
  readonly alterTables: TableAlteration[];
  readonly distribute: Distribution[];
  readonly beforeLoad: SqlBlock[];
  readonly afterCreateSchema: SqlBlock[];
  readonly afterLoad: SqlBlock[];
  /** By the path of a part of the command: `options.reindex`, `casts.0`, `settings.work_mem`. */
  readonly places: Map<string, Place>;
  /** What may be said once only, by clause and name, with what was said. */
  readonly said: Map<string, string>;
}

export function newDraft(reader: Reader | undefined): Draft {
  return {
    reader,
    options: {},
    given: new Map(),
    settings: [],
    casts: [],
    materialize: { all: false, views: [] },
    including: [],
    excluding: [],
    decoding: [],
    alterSchemas: [],
    alterTables: [],
    distribute: [],
    beforeLoad: [],
    afterCreateSchema: [],
    afterLoad: [],
    places: new Map(),
    said: new Map(),
  };
}
