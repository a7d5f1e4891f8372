// Foreign keys in PostgreSQL: added without a look at the rows when the tables become live, and proven afterwards, so that nobody
// waits for it. And plain inheritance between tables, which comes at the same time.

import type { KeyActions } from '../../catalog/postgresql.ts';
import { identifier, qualified } from '../../sql/quote.ts';
import type { PlanInput } from '../build.ts';
import type { ForeignKeyRules } from '../keys.ts';

/** A partitioned table takes no key unproven before this version. */
const UNPROVEN_ON_PARTITIONED_SINCE = 18;

export function postgresqlForeignKeys({ command, source, capabilities }: PlanInput): ForeignKeyRules {
  const { foreignKeys, createIndexes } = command.options;
  const actionsOf = (oid: number, name: string): KeyActions | undefined =>
    source.postgresql?.keyActions[oid]?.find((each) => each.name === name);
  return {
    wanted: foreignKeys,
    unfit(table, key) {
      if (!createIndexes) return 'it refers to a key, and `create no indexes` makes none';
      const lacks = source.postgresql !== undefined && actionsOf(table.oid, key.name) === undefined;
      return lacks ? 'it is over a PERIOD' : undefined;
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
}
