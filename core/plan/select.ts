// Which tables of the source take part, and what is left out.

import type { Catalog, Table } from '../catalog/model.ts';
import type { LoadOptions } from '../command/model.ts';
import type { Hazard } from './model.ts';
import { OWN_PREFIX } from './names.ts';
import { placeOf } from './table.ts';

export interface Selection {
  readonly tables: readonly Table[];
  readonly hazards: readonly Hazard[];
}

/** Foreign tables and materialized views only where asked for; views never; tables without columns cannot be held. */
export function selectTables(catalog: Catalog, options: LoadOptions): Selection {
  const taken = catalog.tables.map((table) => ({ table, reason: reasonToLeave(table, options) }));
  const left = taken.flatMap(({ table, reason }) => (reason ? [hazard(reason.kind, table, reason.message)] : []));
  const views = catalog.views.map((view) => hazard('LEFT_OUT', view, 'a view is not copied'));
  return {
    tables: taken.flatMap(({ table, reason }) => (reason ? [] : [table])),
    hazards: [...left, ...views],
  };
}

function hazard(kind: Hazard['kind'], object: { schema: string; name: string }, message: string): Hazard {
  return { kind, policy: 'report', place: placeOf(object), message };
}

function reasonToLeave(table: Table, options: LoadOptions): { kind: Hazard['kind']; message: string } | undefined {
  if (table.name.startsWith(OWN_PREFIX)) {
    return { kind: 'LEFT_OUT', message: `names that begin with ${OWN_PREFIX} are kept for pgshift's own tables` };
  }
  if (table.columns.length === 0)
    return { kind: 'NO_COLUMNS', message: 'a table without columns cannot exist in Redshift' };
  if (table.kind === 'materialized view' && !options.materializedViews) {
    return { kind: 'LEFT_OUT', message: 'a materialized view; WITH include materialized views copies its rows' };
  }
  if (table.kind === 'foreign table' && !options.foreignTables) {
    return { kind: 'LEFT_OUT', message: 'a foreign table; WITH include foreign tables copies its rows' };
  }
  return undefined;
}
