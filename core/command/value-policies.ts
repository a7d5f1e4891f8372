// `on infinity null`: what becomes of values that Redshift refuses or alters, as words of WITH and of CAST.

import { HAZARD_NAMES, HAZARDS, type HazardName, type HazardWords, type Policy } from '../cast/value-hazards.ts';
import type { Cursor } from './cursor.ts';
import type { Origin, PolicyOption, PolicyOptions } from './model.ts';

export const policyOption = (hazard: HazardName): PolicyOption => `on ${hazard}`;

/** Each of them, as said by nobody. */
export const POLICY_ORIGINS = Object.fromEntries(HAZARD_NAMES.map((name) => [policyOption(name), 'default'])) as Record<
  PolicyOption,
  Origin
>;

export interface PolicyWords {
  readonly words: string;
  readonly set: PolicyOptions;
}

export const POLICY_WORDS: readonly PolicyWords[] = HAZARDS.flatMap(({ name, policies }) =>
  policies.map((policy) => ({ words: `on ${name} ${policy}`, set: { [policyOption(name)]: policy } })),
);

/** The longest first: of two that fit, it is meant. */
const BY_LENGTH = HAZARDS.toSorted((a, b) => b.name.split(' ').length - a.name.split(' ').length);

/** hazard: reads its words, or nothing. */
export function parseHazard(cursor: Cursor): HazardWords | undefined {
  return BY_LENGTH.find(({ name }) => cursor.words(...name.split(' ')));
}

/** hazard policy, behind "on". */
export function parsePolicy(cursor: Cursor): { readonly hazard: HazardName; readonly policy: Policy } | undefined {
  const hazard = parseHazard(cursor);
  if (hazard === undefined) return cursor.expected(HAZARD_NAMES.join(', '), HAZARD_NAMES);
  const policy = hazard.policies.find((each) => cursor.words(each));
  return policy === undefined ? expectedPolicy(cursor, hazard) : { hazard: hazard.name, policy };
}

/** Says which policies there are where none of them stands. */
export function expectedPolicy(cursor: Cursor, { policies }: HazardWords): undefined {
  return cursor.expected(`${policies.slice(0, -1).join(', ')} or ${policies.at(-1)}`, policies);
}
