// A table that is there and is added to, or filled anew: its indexes, where the command wants them out of the way, its sequences, and
// the foreign keys between such tables, which would want an order of them.

import type { Table } from '../../catalog/model.ts';
import type { Index, OwnSequence, PostgresqlCatalog } from '../../catalog/postgresql.ts';
import type { LoadOptions } from '../../command/model.ts';
import { identifier, literal, qualified } from '../../sql/quote.ts';
import type { Hazard, PlannedColumn } from '../model.ts';
import { placeOf } from '../names.ts';

export interface Filling {
  /** Statements of the publish transaction, before the rows come and after. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly hazards: readonly Hazard[];
}

/** `live` is undefined where a block of the command makes the table. */
export function fillTable(
  live: Table | undefined,
  columns: readonly PlannedColumn[],
  target: PostgresqlCatalog,
  options: Pick<LoadOptions, 'reindex' | 'resetSequences'>,
): Filling {
  if (live === undefined) return { before: [], after: [], hazards: [] };
  const indexes = options.reindex ? rebuilt(live, target) : { before: [], after: [], hazards: [] };
  const sequences = target.sequences.filter(({ owner }) => owner?.table === String(live.oid));
  const columnOf = ({ owner }: OwnSequence) =>
    target.columns[live.oid]?.find(({ number }) => number === owner?.number)?.name;
  const reset = sequences.flatMap((sequence) => {
    const column = columnOf(sequence);
    const isBrought = column !== undefined && columns.some((one) => one.target === column);
    return options.resetSequences && isBrought ? [resetLive(sequence, column, live)] : [];
  });
  return { before: indexes.before, after: [...indexes.after, ...reset], hazards: indexes.hazards };
}

/** Dropped and made again. What others refer to stays: their keys would have to go as well. */
function rebuilt(live: Table, target: PostgresqlCatalog): Filling {
  const place = placeOf(live);
  const stays = (why: string): Filling => ({
    ...{ before: [], after: [] },
    hazards: [
      { kind: 'WITHOUT_MEANING', policy: 'report', place, message: `its indexes stay while rows are added: ${why}` },
    ],
  });
  if (live.kind === 'partitioned') return stays('those of a partitioned table would lose the names of their parts');
  const on = qualified(live.schema, live.name);
  const indexes = (target.indexes[live.oid] ?? []).filter(({ constraint }) => constraint === undefined);
  return {
    hazards: [],
    before: indexes.map(({ name }) => `DROP INDEX ${qualified(live.schema, name)}`),
    after: indexes.flatMap((index) => again(index, on, live.schema)),
  };
}

const again = ({ name, unique, tail, comment }: Index, on: string, schema: string): string[] => [
  `CREATE ${unique ? 'UNIQUE ' : ''}INDEX ${identifier(name)} ON ${on}${tail}`,
  ...(comment === undefined ? [] : [`COMMENT ON INDEX ${qualified(schema, name)} IS ${literal(comment)}`]),
];

/** Never backwards: somebody may have taken values that no row has. */
function resetLive({ schema, name, increment }: OwnSequence, column: string, live: Table): string {
  const sequence = `${literal(qualified(schema, name))}::regclass`;
  const [reach, most] = increment.startsWith('-') ? ['least', 'min'] : ['greatest', 'max'];
  return (
    `SELECT setval(${sequence}, "value") FROM (SELECT ${reach}(${most}(${identifier(column)})::bigint, ` +
    `pg_sequence_last_value(${sequence})) AS "value" FROM ${qualified(live.schema, live.name)}) AS "rows" WHERE "value" IS NOT NULL`
  );
}
