// The check constraints of a table and its partitions: which the target can have, in CREATE TABLE or once the rows are there.

import type { Check, PostgresqlCatalog } from '../../catalog/postgresql.ts';
import { commentOn } from '../../sql/postgresql/create.ts';
import { identifier, qualified } from '../../sql/quote.ts';
import type { Hazard } from '../model.ts';
import type { Member } from './members.ts';
import type { TargetObjects } from './objects.ts';

export interface PlannedChecks {
  /** What stands in CREATE TABLE, by the member's place. */
  readonly byMember: readonly (readonly string[])[];
  /** NOT VALID: added when the rows are there. */
  readonly later: readonly string[];
  readonly needs: readonly string[];
  readonly hazards: readonly Hazard[];
}

export function planChecks(
  members: readonly Member[],
  source: PostgresqlCatalog | undefined,
  objects: TargetObjects,
  place: string,
): PlannedChecks {
  const all = members.map((member) => ({ member, checks: source?.checks[member.oid] ?? [] }));
  const missing = (check: Check) => objects.lacks(check.needs) ?? objects.tooNew(check.definition);
  const hazards = all.flatMap(({ checks }) =>
    checks.flatMap((check): Hazard[] => {
      if (missing(check) === undefined) return [];
      const message = `check constraint "${check.name}" is left out: it speaks of ${missing(check)}, which the target does not have`;
      return [{ kind: 'KEY_DROPPED', policy: 'report', place, message }];
    }),
  );
  const kept = all.map(({ member, checks }) => ({
    member,
    checks: checks.filter((check) => missing(check) === undefined),
  }));
  const named = ({ name, definition }: Check) => `CONSTRAINT ${identifier(name)} ${definition}`;
  return {
    hazards,
    needs: kept.flatMap(({ checks }) => checks.flatMap((check) => check.needs)),
    byMember: kept.map(({ checks }) => checks.filter(({ validated }) => validated).map(named)),
    later: kept.flatMap(({ member, checks }) => {
      const on = qualified(member.live.schema, member.live.name);
      return [
        ...checks.filter(({ validated }) => !validated).map((check) => `ALTER TABLE ${on} ADD ${named(check)}`),
        ...checks.flatMap(({ name, comment }) =>
          comment === undefined ? [] : [commentOn(`CONSTRAINT ${identifier(name)} ON`, on, comment)],
        ),
      ];
    }),
  };
}
