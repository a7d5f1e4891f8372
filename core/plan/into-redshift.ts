// One table of the source in Redshift: everything that makes it, loads it and makes it live.

import { REDSHIFT_TO_REDSHIFT } from '../cast/redshift-to-redshift.ts';
import type { Layout, Table } from '../catalog/model.ts';
import { identifier } from '../sql/quote.ts';
import { attachedHazards } from './attached.ts';
import { groupParts } from './batches.ts';
import type { Draft, DraftTable } from './draft.ts';
import { meetExisting, type Occupied } from './existing.ts';
import { guardColumns } from './guards.ts';
import { readHazards } from './hazards.ts';
import { inherit } from './inherit.ts';
import type { PlanInput } from './input.ts';
import { addKeys, isFresh } from './keys.ts';
import type { Hazard, PlannedColumn } from './model.ts';
import { keyOf, type NameStyle, OWN_PREFIX, placeOf } from './names.ts';
import { partsOf } from './parts.ts';
import { partBounds, pieceBounds } from './pieces.ts';
import type { PlacedTable } from './place.ts';
import { guardRedshiftColumns } from './redshift-guards.ts';
import { planRoad } from './redshift-source.ts';
import { planLongRow } from './row-guard.ts';
import { tableStorage } from './storage.ts';
import { sumsIntoRedshift, sumsOfRedshift } from './sums.ts';
import { createStatements, planColumns } from './table.ts';

export const draftIntoRedshift =
  (input: PlanInput): DraftTable =>
  (there, placed, index, style) =>
    draftTable(input, there, placed, index, style);

function draftTable(input: PlanInput, there: Occupied, placed: PlacedTable, index: number, style: NameStyle): Draft {
  const { command, capabilities } = input;
  const { table, target } = placed;
  const fromRedshift = capabilities.source.dialect === 'redshift';
  const wished = planColumns(table, style, command, fromRedshift ? REDSHIFT_TO_REDSHIFT : undefined);
  const existing = meetExisting(target, wished.columns, there, command);
  const utf8 = (input.source.encoding ?? 'UTF8') === 'UTF8';
  const guarded = fromRedshift
    ? guardRedshiftColumns(placeOf(table), existing.columns, wished.casted, command.options)
    : guardColumns(placeOf(table), existing.columns, wished.casted, { options: command.options, utf8 });
  const { columns } = guarded;
  const { options } = command;
  const longRow = fromRedshift ? undefined : planLongRow(columns, command.options);
  const wanted = { options, unload: capabilities.source.unload };
  const road = fromRedshift ? planRoad(table, columns, wanted) : undefined;
  const sumUp = () =>
    road === undefined
      ? sumsIntoRedshift(columns, table, utf8)
      : sumsOfRedshift('redshift', columns, table, new Set(road.inexact));
  const summing = options.verifyChecksums ? sumUp() : undefined;
  const met = there.tables.get(keyOf(target));
  const layout = existing.publish === 'replace' ? met?.layout : undefined;
  const inherited = inherit(placed.storage, layout ?? layoutOf(table, columns), columns, placeOf(target));
  const kept = tableStorage(inherited.storage, columns, placeOf(table), identifier);
  const read = command.options.schemaOnly ? [] : partsOf(table, capabilities.source.major, partBounds(command.options));
  const pieces = pieceBounds(command.options);
  const fresh = isFresh(existing.publish);
  const keys = fresh ? addKeys(table, { target, columns }) : { statements: [], hazards: [] };
  const staging = `${OWN_PREFIX}${input.token}_${index}`;
  const ledger = `${staging}_ledger`;
  const create = createStatements({ schema: target.schema, staging, ledger }, table, columns, kept.storage);
  return {
    usedCasts: [...wished.usedCasts, ...guarded.usedCasts],
    hazards: [
      ...wished.hazards,
      ...existing.hazards,
      ...(met === undefined ? [] : attachedHazards(met, existing.publish)),
      ...inherited.hazards,
      ...guarded.hazards,
      ...kept.hazards,
      ...(fresh ? [] : ignoredStorage(placed)),
      ...keys.hazards,
      ...readHazards(table, read, 'Redshift'),
      ...(road?.hazards ?? []),
      ...(summing?.hazards ?? []),
    ],
    planned: {
      table: index,
      source: { schema: table.schema, name: table.name },
      target,
      staging,
      ledger,
      columns,
      create: [...existing.proof, ...create],
      publish: existing.publish,
      dropForeignKeys: [],
      addKeys: keys.statements,
      addForeignKeys: [],
      ...(longRow === undefined ? {} : { longRow }),
      ...(road === undefined ? {} : { redshift: road.road }),
      ...(summing === undefined ? {} : { sums: summing.sums }),
      parts: read,
      ...(pieces === undefined ? {} : { pieces }),
      batches: groupParts(read.length, pieces !== undefined).map((numbers, batch) => ({ batch, parts: numbers })),
    },
  };
}

/** How a Redshift source keeps the table, by the names that its columns get. */
function layoutOf({ layout }: Table, columns: readonly PlannedColumn[]): Layout | undefined {
  if (layout === undefined) return undefined;
  const named = (name: string): string => columns.find(({ source }) => source === name)?.target ?? name;
  return {
    ...layout,
    ...(layout.distKey === undefined ? {} : { distKey: named(layout.distKey) }),
    sortKey: layout.sortKey.map(named),
    encodings: layout.encodings.map(({ column, encoding }) => ({ column: named(column), encoding })),
  };
}

/** A table that is only filled keeps the distribution it has. */
function ignoredStorage({ target, storage }: PlacedTable): Hazard[] {
  if (Object.keys(storage).length === 0) return [];
  const message = 'the table is there and stays as it is: what SET or DISTRIBUTE says of its keys does nothing';
  return [{ kind: 'STORAGE_IGNORED', policy: 'report', place: placeOf(target), message }];
}
