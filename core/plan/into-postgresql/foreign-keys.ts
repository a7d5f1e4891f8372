// Foreign keys in PostgreSQL: added without a look at the rows when the tables become live, and proven afterwards, so that nobody
// waits for it. And plain inheritance between tables, which comes at the same time.

import type { ForeignKey, Table } from '../../catalog/model.ts';
import type { KeyActions } from '../../catalog/postgresql.ts';
import { identifier, identifiers, qualified } from '../../sql/quote.ts';
import type { PlanInput } from '../input.ts';
import type { Between, ForeignKeyRules, KeyBetween } from '../keys.ts';
import type { Hazard, PlannedTable } from '../model.ts';
import { type Name, placeOf } from '../names.ts';

/** A partitioned table takes no key unproven before this version. */
const UNPROVEN_ON_PARTITIONED_SINCE = 18;

/** What stands behind a key, and the version that was the first to know it. */
const NEWER = [
  { pattern: / SET (?:NULL|DEFAULT) \(/, since: 15, words: 'SET NULL of some of its columns' },
  { pattern: / NOT ENFORCED/, since: 18, words: 'NOT ENFORCED' },
] as const;

export function postgresqlForeignKeys({ command, source, target: there, capabilities }: PlanInput): ForeignKeyRules {
  const { foreignKeys, createIndexes } = command.options;
  const actionsOf = (oid: number, name: string): KeyActions | undefined =>
    source.postgresql?.keyActions[oid]?.find((each) => each.name === name);
  return {
    wanted: foreignKeys,
    between(tables, publishOf) {
      const filled = (name: Name) => ['append', 'refill'].includes(publishOf(name) ?? '');
      const keys: KeyBetween[] = [];
      const hazards: Hazard[] = [];
      for (const table of tables) {
        for (const key of table.foreignKeys) {
          const to = { schema: key.references.schema, name: key.references.table };
          if (!filled(to)) continue;
          if (filled(table)) keys.push({ from: table, to, ...awayAndBack(table, key, to) });
          else if (publishOf(to) === 'refill' && publishOf(table) === undefined)
            hazards.push(fromOutside(table, key, to));
        }
      }
      return { keys, heirs: parted(tables, publishOf, hazards), hazards };
    },
    inherit: (heir, parent) =>
      `ALTER TABLE ${qualified(heir.schema, heir.name)} INHERIT ${qualified(parent.schema, parent.name)}`,
    unfit(table, key) {
      if (!createIndexes) return 'it refers to a key, and `create no indexes` makes none';
      const lacks = source.postgresql !== undefined && actionsOf(table.oid, key.name) === undefined;
      if (lacks) return 'it is over a PERIOD';
      const { actions = '' } = actionsOf(table.oid, key.name) ?? {};
      const newer = NEWER.find(({ pattern, since }) => capabilities.target.major < since && pattern.test(actions));
      return newer === undefined ? undefined : `the target does not know ${newer.words}`;
    },
    add(table, key, target, body) {
      const { actions, proven } = actionsOf(table.oid, key.name) ?? { actions: '', proven: key.validated };
      const on = `ALTER TABLE ${qualified(target.schema, target.name)}`;
      const added = `${on} ADD CONSTRAINT ${identifier(key.name)} ${body}${actions}`;
      const atOnce = table.kind === 'partitioned' && capabilities.target.major < UNPROVEN_ON_PARTITIONED_SINCE;
      if (atOnce) return { sql: added };
      const sql = `${added} NOT VALID`;
      return proven ? { sql, validate: `${on} VALIDATE CONSTRAINT ${identifier(key.name)}` } : { sql };
    },
  };

  function awayAndBack(table: Table, key: ForeignKey, to: Name): Pick<KeyBetween, 'drop' | 'sql' | 'validate'> {
    const on = `ALTER TABLE ${qualified(table.schema, table.name)}`;
    const { actions = '', proven = true } =
      there.postgresql?.keyActions[table.oid]?.find(({ name }) => name === key.name) ?? {};
    const body = `FOREIGN KEY (${identifiers(key.columns)}) REFERENCES ${qualified(to.schema, to.name)} (${identifiers(key.references.columns)})${actions}`;
    const added = `${on} ADD CONSTRAINT ${identifier(key.name)} ${body}`;
    const drop = `${on} DROP CONSTRAINT ${identifier(key.name)}`;
    if (table.kind === 'partitioned' && capabilities.target.major < UNPROVEN_ON_PARTITIONED_SINCE)
      return { drop, sql: added };
    return {
      ...{ drop, sql: `${added} NOT VALID` },
      ...(proven ? { validate: `${on} VALIDATE CONSTRAINT ${identifier(key.name)}` } : {}),
    };
  }
}

/** A parent cannot be dropped while others inherit from it. */
function parted(
  tables: readonly Table[],
  publishOf: (name: Name) => PlannedTable['publish'] | undefined,
  hazards: Hazard[],
): Between[] {
  return tables.flatMap((heir) =>
    heir.inherits.flatMap((parent): Between[] => {
      if (publishOf(parent) !== 'replace') return [];
      if (publishOf(heir) === 'replace') {
        const [own, of] = [qualified(heir.schema, heir.name), qualified(parent.schema, parent.name)];
        return [{ from: heir, to: parent, sql: `ALTER TABLE ${own} NO INHERIT ${of}` }];
      }
      const message = `${placeOf(heir)} inherits from it and would lose that: ALTER TABLE … NO INHERIT first`;
      hazards.push({ kind: 'LOST_WITH_TABLE', policy: 'refuse', place: placeOf(parent), message });
      return [];
    }),
  );
}

function fromOutside(table: Table, key: ForeignKey, to: Name): Hazard {
  const message = `foreign key "${key.name}" of ${placeOf(table)} refers to it, and keeps its rows from being deleted; drop that key first, or say \`no truncate\``;
  return { kind: 'FOREIGN_KEY_FROM_OUTSIDE', policy: 'refuse', place: placeOf(to), message };
}
