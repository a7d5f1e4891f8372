// Which tables of the source take part, and what is left out: INCLUDING ONLY, then EXCLUDING, then the options.

import type { Catalog, Table, View } from '../catalog/model.ts';
import type { LoadCommand, LoadOptions, MaterializedView, TableFilter } from '../command/model.ts';
import { patternMatcher } from '../command/patterns.ts';
import { filterMatcher, patternText } from './match.ts';
import type { Hazard } from './model.ts';
import { keyOf, type Name, OWN_PREFIX, placeOf } from './names.ts';

export interface Selection {
  readonly tables: readonly Table[];
  readonly hazards: readonly Hazard[];
}

/** What of a command chooses tables. */
type Choice = Pick<LoadCommand, 'source' | 'including' | 'excluding' | 'materialize'>;

/**
 * The tables that the filters let through; foreign tables and materialized views only where asked for; views where
 * MATERIALIZE VIEWS names them; tables without columns cannot be held.
 */
export function selectTables(catalog: Catalog, command: Choice & { readonly options: LoadOptions }): Selection {
  const passes = tableFilter(command);
  const candidates = catalog.tables.filter(
    (table) => table.kind === 'view' || passes(table) || isNamed(command, table),
  );
  const judged = candidates.map((table) => ({ table, reason: reasonToLeave(table, command) }));
  const left = judged.flatMap(({ table, reason }) => (reason ? [hazard(reason.kind, table, reason.message)] : []));
  const views = (command.options.createViews ? [] : viewsToMake(catalog, command)).map((view) =>
    hazard('LEFT_OUT', view, whyNotCopied(view)),
  );
  const external = (catalog.externalTables ?? []).filter(passes).map((table) => hazard('LEFT_OUT', table, EXTERNAL));
  const tables = judged.flatMap(({ table, reason }) => (reason ? [] : [table]));
  return { tables, hazards: [...left, ...views, ...external, ...unmatched(catalog, command, tables)] };
}

/** The plain views that the filters let through, without those that are copied as tables. */
export function viewsToMake(catalog: Catalog, command: Choice): View[] {
  const passes = tableFilter(command);
  const described = new Set(catalog.tables.filter(({ kind }) => kind === 'view').map(keyOf));
  return catalog.views.filter((view) => passes(view) && !described.has(keyOf(view)));
}

const EXTERNAL =
  'an external table: its rows are not in the cluster; MATERIALIZE VIEWS name AS $$ SELECT … $$ copies them';

function whyNotCopied({ kind }: View): string {
  if (kind === 'materialized') return 'a materialized view; WITH include materialized views copies its rows';
  const what = kind === 'late-binding' ? 'a late-binding view' : 'a view';
  return `${what} is not copied; MATERIALIZE VIEWS copies its rows`;
}

interface Wishes {
  readonly options?: Pick<LoadOptions, 'materializedViews'>;
}

/**
 * The views of the source that MATERIALIZE VIEWS asks for, without those whose query the command has itself. INCLUDING
 * ONLY speaks of tables, not of them; EXCLUDING takes from ALL VIEWS, and a view that is named is asked for.
 */
export function viewsToRead(views: readonly View[], command: Choice & Wishes): View[] {
  const { all, views: named } = command.materialize;
  const unwanted = command.excluding.map(filterMatcher);
  const excluded = (view: View) => unwanted.some((test) => test(view));
  const passes = tableFilter(command);
  // Redshift's materialized views are views in its catalog, and tables to who asks for them.
  const asked = (view: View) =>
    view.kind === 'materialized' && command.options?.materializedViews === true && passes(view);
  return views.filter((view) => (all && !excluded(view)) || asked(view) || named.some((one) => isView(one, view)));
}

/** Whether the source's view is the one that is named. One with a query of its own is no view of the source. */
const isView = (named: MaterializedView, view: Name): boolean =>
  named.query === undefined && named.name === view.name && (named.schema ?? view.schema) === view.schema;

/** A materialized view that MATERIALIZE VIEWS names is asked for, whatever the filters say. */
const isNamed = ({ materialize }: Choice, table: Table): boolean =>
  table.kind === 'materialized view' && materialize.views.some((view) => isView(view, table));

/** INCLUDING ONLY and `?tablename=` say what may pass; EXCLUDING says what of that does not. */
function tableFilter({ source, including, excluding }: Choice): (table: Name) => boolean {
  const wanted = [...including, ...oneTable(source)].map(filterMatcher);
  const unwanted = excluding.map(filterMatcher);
  return (table) =>
    (wanted.length === 0 || wanted.some((test) => test(table))) && !unwanted.some((test) => test(table));
}

function oneTable({ table }: LoadCommand['source']): TableFilter[] {
  if (table === undefined) return [];
  const { schema, name } = table;
  return [{ tables: [{ kind: 'exact', name }], ...(schema === undefined ? {} : { schema }) }];
}

/** What was asked for and is not there. Where nothing at all is left to load, the run is refused. */
function unmatched(catalog: Catalog, command: Choice, taken: readonly Table[]): Hazard[] {
  const names: Name[] = [...catalog.tables, ...catalog.views, ...(catalog.externalTables ?? [])];
  const missing = [
    ...unmatchedFilters('INCLUDING ONLY', [...command.including, ...oneTable(command.source)], names),
    ...unmatchedFilters('EXCLUDING', command.excluding, names),
  ];
  const views = command.materialize.views
    .filter((view) => view.query === undefined && !names.some((name) => isView(view, name)))
    .map((view): Hazard => {
      const message = `MATERIALIZE VIEWS names ${viewText(view)}, which is no view of the source`;
      return { kind: 'MATCHES_NOTHING', policy: 'refuse', place: null, message };
    });
  const filtered = command.including.length > 0 || command.excluding.length > 0 || command.source.table !== undefined;
  const nothing: Hazard[] =
    taken.length === 0 && filtered && names.length > 0
      ? [{ kind: 'MATCHES_NOTHING', policy: 'refuse', place: null, message: 'the filters leave no table to load' }]
      : [];
  return [...missing, ...views, ...nothing];
}

/** A notice for each pattern that no name matches: more often a slip of the pen than meant. */
export function unmatchedFilters(clause: string, filters: readonly TableFilter[], names: readonly Name[]): Hazard[] {
  return filters.flatMap((filter) => {
    const inSchema = names.filter(({ schema }) => filter.schema === undefined || filter.schema === schema);
    const where = filter.schema === undefined ? '' : ` in schema '${filter.schema}'`;
    return filter.tables
      .filter((pattern) => {
        const matches = patternMatcher(pattern);
        return !inSchema.some(({ name }) => matches(name));
      })
      .map((pattern): Hazard => {
        const message = `${clause} ${patternText(pattern)}${where} matches no table`;
        return { kind: 'MATCHES_NOTHING', policy: 'report', place: null, message };
      });
  });
}

const viewText = ({ schema, name }: MaterializedView): string =>
  schema === undefined ? `"${name}"` : `"${schema}"."${name}"`;

function hazard(kind: Hazard['kind'], object: Name, message: string): Hazard {
  return { kind, policy: 'report', place: placeOf(object), message };
}

function reasonToLeave(
  table: Table,
  command: Choice & { readonly options: LoadOptions },
): { kind: Hazard['kind']; message: string } | undefined {
  const { options } = command;
  if (table.name.startsWith(OWN_PREFIX)) {
    return { kind: 'LEFT_OUT', message: `names that begin with ${OWN_PREFIX} are kept for pgshift's own tables` };
  }
  if (table.columns.length === 0)
    return { kind: 'NO_COLUMNS', message: 'a table without columns cannot exist in Redshift' };
  if (table.kind === 'materialized view' && !options.materializedViews && !isNamed(command, table)) {
    return { kind: 'LEFT_OUT', message: 'a materialized view; WITH include materialized views copies its rows' };
  }
  if (table.kind === 'foreign table' && !options.foreignTables) {
    return { kind: 'LEFT_OUT', message: 'a foreign table; WITH include foreign tables copies its rows' };
  }
  return undefined;
}
