// What a scan found, in the words of the plan: how many values of which column meet which hazard, and what becomes of them.

import { type HazardName, LONG_ROW, type Policy } from '../cast/value-hazards.ts';
import type { PlannedTable } from './model.ts';
import { placeOf } from './names.ts';

/** Values of one column, or rows of one table, that Redshift refuses or alters. */
export interface Found {
  /** `schema.table.column`, or `schema.table` for whole rows. */
  readonly place: string;
  readonly hazard: HazardName;
  readonly policy: Policy;
  readonly values: number;
}

/** `column` and `guard` are numbers in the plan; the column after the last stands for whole rows. */
export function found(table: PlannedTable, column: number, guard: number, values: number): Found | undefined {
  if (values === 0) return undefined;
  const place = placeOf(table.source);
  if (column === table.columns.length) return { place, hazard: LONG_ROW.name, policy: 'fail', values };
  const planned = table.columns[column];
  const one = planned?.guards?.[guard];
  if (planned === undefined || one === undefined) return undefined;
  return { place: `${place}.${planned.source}`, hazard: one.hazard, policy: one.policy, values };
}

/** One for each place and hazard: the leaves of a partitioned table are counted one by one. */
export function addUp(all: readonly Found[]): Found[] {
  const groups = Map.groupBy(all, ({ place, hazard }) => JSON.stringify([place, hazard]));
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    const values = group.reduce((sum, one) => sum + one.values, 0);
    return first === undefined ? [] : [{ ...first, values }];
  });
}

/** Those that would stop a load. */
export const stopping = (all: readonly Found[]): Found[] => all.filter(({ policy }) => policy === 'fail');

/** As comments of the plan's script. */
export function scanLines(all: readonly Found[]): string[] {
  if (all.length === 0) return ['-- Scanned: no value that Redshift refuses or alters'];
  const lines = all.map(({ place, hazard, policy, values }) => {
    const what = `${place}: ${values} ${hazard}`;
    return `--   ${policy === 'fail' ? 'STOPS  ' : ''}${what.replaceAll(/[\r\n]/g, ' ')}, ${EFFECTS[policy]}`;
  });
  return ['-- Scanned: values that Redshift refuses or alters', ...lines];
}

const EFFECTS = {
  fail: 'which stop a load',
  null: 'which become NULL',
  clamp: 'which become the nearest that fits',
  truncate: 'of which as much is kept as fits',
  keep: 'which are sent as they are',
} as const satisfies Record<Policy, string>;
