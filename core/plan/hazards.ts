// Hazards that are known from names, sizes, rights and the run as a whole.

import type { Table } from '../catalog/model.ts';
import type { LoadCommand } from '../command/model.ts';
import type { Capabilities } from '../dialect/capabilities.ts';
import type { PublishItem } from '../pipeline.ts';
import { TABLES_PER_PUBLISH } from './chunks.ts';
import type { Hazard, PlannedTable } from './model.ts';
import {
  clashes,
  columnNameProblem,
  type NameLimits,
  type NameStyle,
  nameProblem,
  placeOf,
  type TargetNames,
  tableNameProblem,
} from './names.ts';
import { MOST_UNSPLIT_BYTES } from './parts.ts';
import { type PlacedTable, sameTarget } from './place.ts';

/** What stands against reading a table. */
export function readHazards(table: Table, parts: PlannedTable['parts'], target: 'Redshift' | 'PostgreSQL'): Hazard[] {
  const place = placeOf(table);
  const unreadable = table.heaps
    .filter((heap) => !heap.readable)
    .map((heap): Hazard => {
      const message = heap.filtered
        ? 'row-level security hides rows of it from this user: read as its owner, or as a user with BYPASSRLS'
        : `no right to read it: GRANT SELECT ON ${placeOf(heap)}, and USAGE on its schema`;
      return { kind: 'UNREADABLE', policy: 'refuse', place, message };
    });
  const unsplit = parts
    .filter((part) => part.estimatedBytes > MOST_UNSPLIT_BYTES)
    .map((part): Hazard => {
      const size = `${Math.round(part.estimatedBytes / 1e9)} GB`;
      const message = `${size} that cannot be split, more than one Lambda can move in 15 minutes; read from PostgreSQL 14 or later, or leave it out`;
      return { kind: 'CANNOT_SPLIT', policy: 'refuse', place, message };
    });
  const parents = table.inherits.map((parent) => `${parent.schema}.${parent.name}`).join(', ');
  const message = `it inherits from ${parents}; in Redshift its rows are in this table only, not in its parent's as well`;
  const inherited: Hazard[] =
    parents === '' || target === 'PostgreSQL' ? [] : [{ kind: 'LOSES_DETAIL', policy: 'report', place, message }];
  return [...unreadable, ...unsplit, ...inherited];
}

/** Tables that would be one table in Redshift, and names it would cut. */
export function collisionHazards(tables: readonly PlacedTable[], { server, folds, mostBytes }: TargetNames): Hazard[] {
  const collisions = clashes(tables, sameTarget).map((group): Hazard => {
    const names = group.map(({ table }) => `"${table.schema}"."${table.name}"`).join(' and ');
    const place = group.map(({ table }) => placeOf(table)).join(', ');
    const one = group[0] === undefined ? '' : placeOf(group[0].target);
    const message = `${names} are one name in ${server}, ${one}; ${folds ? 'it folds to lower case; ' : ''}rename one`;
    return { kind: 'NAME_COLLISION', policy: 'refuse', place, message };
  });
  const unfit = tables.flatMap(({ table, target }): Hazard[] => {
    const message =
      tableNameProblem(target.name, { server, mostBytes }) ?? nameProblem(target.schema, { server, mostBytes });
    return message === undefined ? [] : [{ kind: 'NAME_UNFIT', policy: 'refuse', place: placeOf(table), message }];
  });
  return [...collisions, ...unfit];
}

/** Columns of one table that would be one column in the target, and names that it would cut or keeps for itself. */
export function columnNameHazards(table: Table, style: NameStyle, limits: NameLimits): Hazard[] {
  const place = placeOf(table);
  const { server } = limits;
  const collisions = clashes(table.columns, (column) => style(column.name)).map((group): Hazard => {
    const names = group.map((column) => `"${column.name}"`).join(' and ');
    const why = server === 'Redshift' ? ', which folds to lower case' : ' as this command writes names';
    return {
      kind: 'NAME_COLLISION',
      policy: 'refuse',
      place,
      message: `the columns ${names} are one name in ${server}${why}; rename one`,
    };
  });
  const unfit = table.columns.flatMap((column): Hazard[] => {
    const message = columnNameProblem(style(column.name), limits);
    if (message === undefined) return [];
    return [{ kind: 'NAME_COLLISION', policy: 'refuse', place: `${place}.${column.name}`, message }];
  });
  return [...collisions, ...unfit];
}

/** How many readers the source bears beside those who hold a snapshot, and what to say when that is fewer than asked for. */
export function workersFor(workers: number, free: number, holders: number): { count: number; hazards: Hazard[] } {
  if (workers + holders <= free) return { count: workers, hazards: [] };
  const count = Math.max(1, free - holders);
  const taken = holders === 0 ? '' : `, of which the snapshot takes ${holders}`;
  const message = `the source has ${free} connections left${taken}: ${count} workers instead of ${workers}`;
  return { count, hazards: [{ kind: 'FEWER_WORKERS', policy: 'report', place: null, message }] };
}

/** What concerns no table but the run. */
export function runHazards(copy: Capabilities['copy'], publish: readonly PublishItem[]): Hazard[] {
  const hazards: Hazard[] = [];
  if (copy !== undefined && copy !== 'role') {
    const message =
      'COPY carries access keys, which Redshift keeps in its query log; a role (PGSHIFT_COPY_ROLE) does not';
    hazards.push({ kind: 'KEYS_IN_COPY', policy: 'report', place: null, message });
  }
  if (publish.length > 1) {
    const message = `more than ${TABLES_PER_PUBLISH} tables: they become live in ${publish.length} transactions`;
    hazards.push({ kind: 'PUBLISHED_IN_PARTS', policy: 'report', place: null, message });
  }
  return hazards;
}

/** What `strict` stops on: everything that is lost or left out, though not what the user asked for. */
const STRICT_KINDS: readonly Hazard['kind'][] = [
  'NARROWS',
  'LOSES_DETAIL',
  'TYPES_DIFFER',
  'TYPE_AS_TEXT',
  'DEFAULT_DROPPED',
  'LEFT_OUT',
  'NO_COLUMNS',
  'KEY_DROPPED',
  'MATCHES_NOTHING',
  'NO_SUCH_COLUMN',
  'STORAGE_IGNORED',
  'POLICIES_UNSEEN',
  'FOREIGN_KEY_DROPPED',
  'NOT_SUMMED',
];

/** `WITH strict`: what was only reported stops the run. */
export const strictly = (hazard: Hazard): Hazard =>
  STRICT_KINDS.includes(hazard.kind) ? { ...hazard, policy: 'refuse' } : hazard;

/** Schemas that the run would need and may not make. */
export function schemaHazards(
  tables: readonly Pick<PlannedTable, 'target'>[],
  existing: ReadonlySet<string>,
  { options, beforeLoad }: Pick<LoadCommand, 'options' | 'beforeLoad'>,
): Hazard[] {
  if (options.createSchemas && !options.dataOnly) return [];
  const why = options.createSchemas ? 'data only' : 'create no schemas';
  const missing = new Set(tables.map((table) => table.target.schema).filter((schema) => !existing.has(schema)));
  return [...missing].map((schema): Hazard => {
    const made = beforeLoad.length > 0;
    const message = made
      ? `the target has no such schema yet; BEFORE LOAD must make it (${why})`
      : `the target has no such schema, and ${why} makes none`;
    return { kind: 'TARGET_SCHEMA_MISSING', policy: made ? 'report' : 'refuse', place: schema, message };
  });
}
