// CAST rules that no column uses: more often a slip of the pen than meant.

import type { CastRule } from '../cast/cast-rule.ts';
import { guardTexts } from '../command/print.ts';
import type { Hazard } from './model.ts';

/** `used` are the rules' numbers, from 0. */
export function castHazards(rules: readonly CastRule[], used: ReadonlySet<number>): Hazard[] {
  return rules.flatMap((rule, number) => {
    if (used.has(number)) return [];
    const message = `CAST rule ${number + 1}, of ${subject(rule)}, is used for no column`;
    return [{ kind: 'MATCHES_NOTHING', policy: 'report', place: null, message }];
  });
}

function subject({ match, guards }: CastRule): string {
  if (match.by === 'type') return [`type ${match.type}`, ...guardTexts(guards)].join(' ');
  return `column ${match.schema === undefined ? '' : `${match.schema}.`}${match.table}.${match.column}`;
}
