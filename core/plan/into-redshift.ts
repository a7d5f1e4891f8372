// One table of the source in Redshift: everything that makes it, loads it and makes it live.

import { identifier } from '../sql/quote.ts';
import { attachedHazards } from './attached.ts';
import { groupParts } from './batches.ts';
import type { PlanInput } from './build.ts';
import type { Draft, DraftTable } from './draft.ts';
import { meetExisting, type Occupied } from './existing.ts';
import { guardColumns } from './guards.ts';
import { readHazards } from './hazards.ts';
import { inherit } from './inherit.ts';
import { addKeys, isFresh } from './keys.ts';
import type { Hazard } from './model.ts';
import { keyOf, type NameStyle, OWN_PREFIX, placeOf } from './names.ts';
import { partsOf } from './parts.ts';
import { partBounds, pieceBounds } from './pieces.ts';
import type { PlacedTable } from './place.ts';
import { planLongRow } from './row-guard.ts';
import { tableStorage } from './storage.ts';
import { createStatements, planColumns } from './table.ts';

export const draftIntoRedshift =
  (input: PlanInput): DraftTable =>
  (there, placed, index, style) =>
    draftTable(input, there, placed, index, style);

function draftTable(input: PlanInput, there: Occupied, placed: PlacedTable, index: number, style: NameStyle): Draft {
  const { command, capabilities } = input;
  const { table, target } = placed;
  const wished = planColumns(table, style, command);
  const existing = meetExisting(target, wished.columns, there, command);
  const guarded = guardColumns(placeOf(table), existing.columns, wished.casted, {
    options: command.options,
    utf8: (input.source.encoding ?? 'UTF8') === 'UTF8',
  });
  const { columns } = guarded;
  const longRow = planLongRow(columns, command.options);
  const met = there.tables.get(keyOf(target));
  const layout = existing.publish === 'replace' ? met?.layout : undefined;
  const inherited = inherit(placed.storage, layout, columns, placeOf(target));
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
      parts: read,
      ...(pieces === undefined ? {} : { pieces }),
      batches: groupParts(read.length, pieces !== undefined).map((numbers, batch) => ({ batch, parts: numbers })),
    },
  };
}

/** A table that is only filled keeps the distribution it has. */
function ignoredStorage({ target, storage }: PlacedTable): Hazard[] {
  if (Object.keys(storage).length === 0) return [];
  const message = 'the table is there and stays as it is: what SET or DISTRIBUTE says of its keys does nothing';
  return [{ kind: 'STORAGE_IGNORED', policy: 'report', place: placeOf(target), message }];
}
