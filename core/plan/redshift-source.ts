// How is a Redshift source read: each table by UNLOAD or by a cursor, and all of them in one transaction or each in its own?

import type { Table } from '../catalog/model.ts';
import type { LoadOptions, Setting } from '../command/model.ts';
import type { UnloadCapability } from '../dialect/capabilities.ts';
import type { BatchItem } from '../pipeline.ts';
import type { Hazard, PlannedColumn, RedshiftReading, RedshiftRoad } from './model.ts';
import { foldName, placeOf } from './names.ts';

/** Types whose values may be any text. */
const TEXTS = new Set(['varchar', 'bpchar', 'text', 'char', 'name']);
/** A REAL is sent as a DOUBLE, of whose digits it has few. */
const FLOATS = new Set(['float8']);

interface Wanted {
  readonly options: LoadOptions;
  readonly unload: UnloadCapability | undefined;
}

interface Road {
  readonly road: RedshiftRoad;
  readonly hazards: readonly Hazard[];
  /** The columns, as the source calls them, that lose digits on it. */
  readonly inexact?: readonly string[];
}

/** How the rows of a table leave Redshift; `columns` are those that arrive. */
export function planRoad(table: Table, columns: readonly PlannedColumn[], { options, unload }: Wanted): Road {
  const types = new Map(table.columns.map(({ name, type }) => [name, type.name]));
  const isOf = (kind: ReadonlySet<string>, { source }: PlannedColumn) => kind.has(types.get(source) ?? '');
  const texts = columns.flatMap((column, at) => (isOf(TEXTS, column) ? [at] : []));
  const place = placeOf(table);
  if (options.readBy === 'cursor' || unload === undefined || unload.possible === false) {
    return { road: { by: 'cursor', texts }, hazards: [] };
  }
  const floats = columns.filter((column) => isOf(FLOATS, column));
  if (floats.length === 0 || (unload.possible === true && unload.floats === 'exact'))
    return { road: { by: 'unload', texts }, hazards: [] };
  if (unload.possible === 'untried') return { road: { by: 'unload', texts }, hazards: [untried(place)] };
  if (options.readBy === 'unload') {
    const message =
      'this cluster’s UNLOAD writes 15 digits of a float: the others are lost; `read by cursor` keeps them';
    const hazards = floats.map(
      ({ source }): Hazard => ({ kind: 'LOSES_DETAIL', policy: 'report', place: `${place}.${source}`, message }),
    );
    return { road: { by: 'unload', texts }, hazards, inexact: floats.map(({ source }) => source) };
  }
  const names = floats.map(({ source }) => `"${source}"`).join(', ');
  const message = `this cluster’s UNLOAD writes 15 digits of a float (${names}): the table is read by a cursor, which writes all of them; \`read by unload\` is faster and loses the others`;
  return { road: { by: 'cursor', texts }, hazards: [{ kind: 'READ_BY_CURSOR', policy: 'report', place, message }] };
}

/** A plan that is made alone writes nothing, and so cannot know. */
const untried = (place: string): Hazard => ({
  kind: 'READ_BY_CURSOR',
  policy: 'report',
  place,
  message:
    'a load tries whether this cluster’s UNLOAD writes all digits of a float, and reads the table by a cursor where it does not',
});

/** What is to be said of UNLOAD as such. */
export function unloadHazards({ options, unload }: Wanted): Hazard[] {
  const hazard = (kind: Hazard['kind'], policy: Hazard['policy'], message: string): Hazard[] => [
    { kind, policy, place: null, message },
  ];
  if (options.schemaOnly || options.readBy === 'cursor' || unload === undefined) return [];
  if (unload.possible === 'untried') return [];
  if (!unload.possible) {
    if (options.readBy === 'unload') return hazard('UNLOAD_REFUSED', 'refuse', `\`read by unload\`: ${unload.why}`);
    const message = `UNLOAD cannot be had, and rows come through a cursor, one session at a time through the leader: ${unload.why}`;
    return hazard('READ_BY_CURSOR', 'report', message);
  }
  if (unload.by === 'role') return [];
  const message =
    'UNLOAD carries access keys, which Redshift keeps in its query log; a role (PGSHIFT_UNLOAD_ROLE) does not';
  return hazard('KEYS_IN_COPY', 'report', message);
}

const CASE_SETTING = 'enable_case_sensitive_identifier';

/** Without the setting Redshift folds every name, also one in quotes, and does not find these. */
export function capitalHazards(table: Table, settings: readonly Setting[]): Hazard[] {
  const names = [table.schema, table.name, ...table.columns.map(({ name }) => name)];
  const capital = table.query === undefined ? names.find((name) => name !== foldName(name)) : undefined;
  const said = settings.findLast(({ name }) => name === CASE_SETTING)?.value ?? 'false';
  if (capital === undefined || !/^(?:false|off|0|default)$/i.test(said)) return [];
  const message = `"${capital}" keeps its capitals, and Redshift folds them unless it is told otherwise: SET ${CASE_SETTING} TO 'true'`;
  return [{ kind: 'NAME_UNFIT', policy: 'refuse', place: placeOf(table), message }];
}

/** What Extract is handed of parts, and answers: some 300 bytes for each, against a state's 256 KiB. */
const MOST_PARTS = 600;
/**
 * 20 MB/s of CSV, as two slices write it at least, for 14 of Lambda's 15 minutes are 16.8 GB; Redshift keeps them in about
 * a third of that.
 */
const MOST_BYTES = 5.6e9;
/** Small tables take a block of 1 MB for each column and slice, whatever they hold: then rows count, at so much a value. */
const VALUE_BYTES = 32;

/** `chunks`: of the plan. */
export function planMoment(
  tables: readonly Table[],
  chunks: number,
  { options }: Pick<Wanted, 'options'>,
): { readonly reading: RedshiftReading; readonly hazards: readonly Hazard[] } {
  const separate = (...hazards: Hazard[]) => ({ reading: { together: false }, hazards });
  if (options.schemaOnly || tables.length === 0 || options.noSnapshot) return separate();
  const tooMany = chunks > 1 || tables.length > MOST_PARTS ? 'they are more than one Extract reads' : undefined;
  if (options.oneTransaction) {
    if (tooMany === undefined) return { reading: { together: true }, hazards: [] };
    const message = `\`one transaction\` cannot hold ${tables.length} tables: ${tooMany}; load them in several commands, or say \`no snapshot\``;
    return separate({ kind: 'OPTIONS_CONFLICT', policy: 'refuse', place: null, message });
  }
  const why = tables.length === 1 ? undefined : (tooMany ?? sizeProblem(tables, options));
  if (why === undefined) return { reading: { together: true }, hazards: [] };
  const remedy = tooMany === undefined ? '`one transaction` reads them all in one, one after the other; ' : '';
  const message = `each table is read in a transaction of its own, as it is at that moment: Redshift exports no snapshot, and ${why}; ${remedy}\`no snapshot\` says that this will do`;
  return separate({ kind: 'SEPARATE_MOMENTS', policy: 'report', place: null, message });
}

function sizeProblem(tables: readonly Table[], { verifyChecksums }: LoadOptions): string | undefined {
  if (!tables.every(isSizedTable))
    return 'this user may not ask how large they are (SVV_TABLE_INFO), or some are queries';
  const bytes = tables.reduce((sum, table) => sum + estimatedBytes(table), 0);
  // What is summed is read once more.
  return bytes > (verifyChecksums ? MOST_BYTES / 2 : MOST_BYTES)
    ? `some ${Math.round(bytes / 1e9)} GB are more than one Lambda can wait for`
    : undefined;
}

export const isSizedTable = ({ query, heaps }: Table): boolean =>
  query === undefined && heaps.every(({ estimatedRows }) => estimatedRows >= 0);

const estimatedBytes = ({ heaps, columns }: Table): number =>
  heaps.reduce((sum, heap) => sum + Math.min(heap.bytes, heap.estimatedRows * columns.length * VALUE_BYTES), 0);

/** All parts as one item: what is read in one transaction is read by one Extract. */
export function oneItem(items: readonly BatchItem[]): BatchItem[] {
  const [first] = items;
  if (first === undefined) return [];
  return [
    { chunk: first.chunk, reads: [{ parts: items.flatMap(({ reads }) => reads.flatMap(({ parts }) => parts)) }] },
  ];
}
