// Values that were replaced because Redshift would refuse or alter them: counted by part, summed by batch and by run.

import type { PlannedColumn, PlanSummary } from '../plan/model.ts';
import type { Replaced } from '../sql/guards.ts';
import type { BatchRecord, ReplacedValues, ReportReplaced } from './model.ts';

/** What the parts of one batch counted, by the names that the plan has for the numbers. */
export function replacedInBatch(counts: readonly Replaced[], columns: readonly PlannedColumn[]): ReplacedValues[] {
  const named = counts.flatMap(({ column, guard, rows }): ReplacedValues[] => {
    const planned = columns[column];
    const guarded = planned?.guards?.[guard];
    if (planned === undefined || guarded === undefined) return [];
    return [{ column: planned.source, hazard: guarded.hazard, policy: guarded.policy, rows }];
  });
  return summed(named);
}

/** What the batches of a run counted, largest tables first. */
export function replacedInRun(batches: readonly BatchRecord[], tables: PlanSummary['tables']): ReportReplaced[] {
  return tables.flatMap(({ table, source }) => {
    const values = batches.filter((batch) => batch.table === table).flatMap(({ replaced = [] }) => replaced);
    return summed(values).map((each) => ({ table: source, ...each }));
  });
}

function summed(values: readonly ReplacedValues[]): ReplacedValues[] {
  const groups = Map.groupBy(values, ({ column, hazard }) => JSON.stringify([column, hazard]));
  return [...groups.values()].flatMap((members) => {
    const [first] = members;
    return first === undefined ? [] : [{ ...first, rows: members.reduce((sum, { rows }) => sum + rows, 0) }];
  });
}
