// Indexes of one table in PostgreSQL: built on the staging tables once all rows are there, several at once, and given their names
// and their keys when the table becomes live, which takes no time.

import type { Index } from '../../catalog/postgresql.ts';
import type { LoadOptions } from '../../command/model.ts';
import { commentOn } from '../../sql/postgresql/create.ts';
import { identifier, qualified } from '../../sql/quote.ts';
import type { Hazard, PlannedIndex } from '../model.ts';
import type { Name } from '../names.ts';
import type { Member } from './members.ts';
import type { TargetObjects } from './objects.ts';

export interface PlannedIndexes {
  readonly builds: readonly PlannedIndex[];
  /** Statements of the publish transaction, when the tables have their names and the columns those of the source. */
  readonly finish: readonly string[];
  readonly hazards: readonly Hazard[];
}

type Names = LoadOptions['indexNames'];

interface Made {
  readonly member: Member;
  readonly index: Index;
  /** While the table is staged; the index of a table that holds no rows itself is made at the end. */
  readonly staged: string;
  readonly name: string;
}

export function planIndexes(
  members: readonly Member[],
  objects: TargetObjects,
  { createIndexes, indexNames }: Pick<LoadOptions, 'createIndexes' | 'indexNames'>,
  place: string,
): PlannedIndexes {
  if (!createIndexes) return { builds: [], finish: [], hazards: [] };
  const hazards: Hazard[] = [];
  const left = new Set<string>();
  const made = members.flatMap((member) =>
    member.indexes.flatMap((index, number): Made[] => {
      const missing = objects.lacks(index.needs) ?? objects.tooNew(index.constraint?.definition ?? index.tail);
      // A partitioned index is whole only with all of its parts.
      if (missing !== undefined || left.has(index.parent ?? '')) {
        left.add(index.oid);
        const message = `index "${index.name}" is left out: it speaks of ${missing ?? 'what its parent does'}, which the target does not have`;
        hazards.push({ kind: 'KEY_DROPPED', policy: 'report', place, message });
        return [];
      }
      return [{ member, index, staged: `${member.staged.name}_i${number}`, name: nameOf(index, member, indexNames) }];
    }),
  );
  return {
    hazards,
    builds: made.filter(({ member }) => member.leaf).map(build),
    finish: [
      ...made.flatMap(finish),
      ...made.flatMap((one) => attach(one, made)),
      ...made.flatMap(({ member, index, name }) => afterwards(member.live, index, name)),
    ],
  };
}

/** pgloader's own way to make names unique: `idx_16402_name`. */
const nameOf = ({ name, constraint }: Index, { oid }: Member, names: Names): string =>
  names === 'uniquify' && constraint?.kind !== 'whole' ? shortened(`idx_${oid}_${name}`) : name;

/** PostgreSQL cuts names after 63 bytes. */
const shortened = (name: string): string =>
  new TextDecoder().decode(new TextEncoder().encode(name).slice(0, 63)).replace(/\uFFFD$/, '');

function build({ member: { staged }, index, staged: name }: Made): PlannedIndex {
  const on = qualified(staged.schema, staged.name);
  const sql =
    index.constraint?.kind === 'whole'
      ? `ALTER TABLE ${on} ADD CONSTRAINT ${identifier(name)} ${index.constraint.definition}`
      : `CREATE ${index.unique ? 'UNIQUE ' : ''}INDEX ${identifier(name)} ON ${on}${index.tail}`;
  return { schema: staged.schema, name, sql };
}

function finish({ member: { leaf, live }, index, staged, name }: Made): string[] {
  const { constraint, tail, unique } = index;
  const on = qualified(live.schema, live.name);
  if (!leaf) {
    return constraint === undefined
      ? [`CREATE ${unique ? 'UNIQUE ' : ''}INDEX ${identifier(name)} ON ONLY ${on}${tail}`]
      : [`ALTER TABLE ONLY ${on} ADD CONSTRAINT ${identifier(name)} ${constraint.definition}`];
  }
  if (constraint === undefined || constraint.kind === 'whole') {
    return [`ALTER INDEX ${qualified(live.schema, staged)} RENAME TO ${identifier(name)}`];
  }
  const key = constraint.kind === 'primary' ? 'PRIMARY KEY' : 'UNIQUE';
  return [
    `ALTER TABLE ${on} ADD CONSTRAINT ${identifier(name)} ${key} USING INDEX ${identifier(staged)}${constraint.deferrable}`,
  ];
}

function attach({ member, index, name }: Made, all: readonly Made[]): string[] {
  const parent = all.find((one) => one.index.oid === index.parent);
  if (parent === undefined) return [];
  const whole = qualified(parent.member.live.schema, parent.name);
  return [`ALTER INDEX ${whole} ATTACH PARTITION ${qualified(member.live.schema, name)}`];
}

function afterwards(live: Name, { identity, clustered, comment, constraint }: Index, name: string): string[] {
  const on = qualified(live.schema, live.name);
  return [
    ...(identity ? [`ALTER TABLE ${on} REPLICA IDENTITY USING INDEX ${identifier(name)}`] : []),
    ...(clustered ? [`ALTER TABLE ${on} CLUSTER ON ${identifier(name)}`] : []),
    ...(comment === undefined ? [] : [commentOn('INDEX', qualified(live.schema, name), comment)]),
    ...(constraint?.comment === undefined
      ? []
      : [commentOn(`CONSTRAINT ${identifier(name)} ON`, on, constraint.comment)]),
  ];
}
