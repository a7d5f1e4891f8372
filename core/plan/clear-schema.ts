// `drop schema`: what the target's schemas hold besides the tables of the run goes when those become live. The schemas
// themselves stay, with their grants, and never CASCADE: what others built on them makes the transaction fail.

import type { Catalog, Table } from '../catalog/model.ts';
import { qualified } from '../sql/quote.ts';
import { attachedHazards } from './attached.ts';
import type { Hazard } from './model.ts';
import { keyOf, type Name, placeOf } from './names.ts';

export interface Clearing {
  /** The target as it will be when the schemas are empty. */
  readonly left: { readonly tables: readonly Table[]; readonly views: Catalog['views'] };
  /** Statements by schema, for the transaction that makes its first table live. */
  readonly statements: ReadonlyMap<string, readonly string[]>;
  /** The views that they drop. */
  readonly views: readonly Name[];
  readonly hazards: readonly Hazard[];
}

/** `targets` are the names that the run's tables get: those are replaced, not dropped. */
export function clearSchemas(target: Catalog, targets: readonly Name[], wanted: boolean): Clearing {
  const nothing = { left: target, statements: new Map<string, readonly string[]>(), views: [], hazards: [] };
  if (!wanted) return nothing;
  const schemas = new Set(targets.map(({ schema }) => schema));
  const taken = new Set(targets.map(keyOf));
  const views = target.views.filter(({ schema }) => schemas.has(schema));
  const tables = target.tables.filter((table) => schemas.has(table.schema) && !taken.has(keyOf(table)));
  const statements = new Map(
    [...schemas].map((schema) => [schema, [...drop('VIEW', views, schema), ...drop('TABLE', tables, schema)]] as const),
  );
  return {
    statements,
    views: views.map(({ schema, name }) => ({ schema, name })),
    left: {
      views: target.views.filter((view) => !views.includes(view)),
      tables: target.tables.filter((table) => !tables.includes(table)),
    },
    hazards: [
      ...views.map((view) => dropped('DROPS_TARGET_VIEW', view)),
      ...tables.map((table) => dropped('DROPS_TARGET_TABLE', table)),
      ...tables.flatMap((table) => attachedHazards(table, 'drop')),
    ],
  };
}

/** In one statement, so that they may refer to one another. */
function drop(what: 'VIEW' | 'TABLE', names: readonly Name[], schema: string): string[] {
  const mine = names.filter((name) => name.schema === schema);
  if (mine.length === 0) return [];
  return [`DROP ${what} IF EXISTS ${mine.map((name) => qualified(name.schema, name.name)).join(', ')}`];
}

const dropped = (kind: Hazard['kind'], name: Name): Hazard => ({
  kind,
  policy: 'report',
  place: placeOf(name),
  message: 'dropped with all the target has in this schema (drop schema)',
});
