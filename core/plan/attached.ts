// What is attached to a table and would be gone when another takes its place, or keep its rows from being deleted: a reason
// to refuse, because nobody would notice that rows are no longer hidden, or no longer shared.

import type { Attachment, Catalog, Table } from '../catalog/model.ts';
import type { Hazard, PlannedTable } from './model.ts';
import { placeOf } from './names.ts';

const LOST: Readonly<Record<Attachment['kind'], { readonly kind: Hazard['kind']; readonly told: string }>> = {
  'row-level security': {
    kind: 'ROW_SECURITY_LOST',
    told: 'row-level security: the policy {} would be gone, and all of its rows there for everybody; DETACH it first, or fill the table (truncate, include no drop) as a superuser',
  },
  masking: {
    kind: 'MASKING_LOST',
    told: 'the masking policy {} would be gone, and its values there for everybody; DETACH it first, or fill the table (truncate, include no drop)',
  },
  datashare: {
    kind: 'DATASHARE_LOST',
    told: 'the datashare {} would lose it; take it out first (ALTER DATASHARE … REMOVE TABLE), or fill the table (truncate, include no drop)',
  },
  'materialized view': {
    kind: 'MATERIALIZED_VIEW_LOST',
    told: 'the materialized view {} reads it and would keep it from being replaced; drop that first, or fill the table (truncate, include no drop)',
  },
};

/** Of a live table that is replaced or dropped; of one that is filled anew only what hides rows from DELETE counts. */
export function attachedHazards(live: Table, publish: PlannedTable['publish'] | 'drop'): Hazard[] {
  if (publish === 'append') return [];
  const attached = (live.attached ?? []).filter(({ kind }) => publish !== 'refill' || kind === 'row-level security');
  return attached.map(({ kind, name }): Hazard => {
    const lost = LOST[kind];
    const message =
      publish === 'refill'
        ? `row-level security: the policy ${name} may hide rows from DELETE; DETACH it first`
        : lost.told.replace('{}', name);
    return { kind: lost.kind, policy: 'refuse', place: placeOf(live), message };
  });
}

/** Whether anything that is replaced may have policies that this user is not shown. */
export function hiddenPolicies({ policiesHidden }: Catalog, replaced: number): Hazard[] {
  if (policiesHidden !== true || replaced === 0) return [];
  const message =
    'only superusers see all policies of row-level security and masking, and this user is none: what is attached to a table that is replaced goes with it';
  return [{ kind: 'POLICIES_UNSEEN', policy: 'report', place: null, message }];
}
