// Which rows of a load does Redshift refuse? A COPY with MAXERROR, which is undone, has it name them; they are cut out; and
// a COPY of them alone has to load none, or they are not the ones. So no row is taken out that Redshift would load,
// however it counts lines and however many refused rows its views show.

import { artifactKeys } from '../../../core/artifacts.ts';
import type { Numbering } from '../../../core/csv/row-sieve.ts';
import type { Refusal } from '../../../core/dialect/load-error.ts';
import { PgshiftError } from '../../../core/errors.ts';
import { type Load, type Loading, loadName } from '../loads.ts';
import { type Cut, cutOut, type NamedLines, rejectedBy } from './cut.ts';
import { type RefusedLine, refusedLines } from './load-errors.ts';
import { begin, copyStatement, type Objects, runCopy } from './statements.ts';

/** Nearly a million rows of one load. */
const MOST_ROUNDS = 10;

/** Where a row holds newlines, the number of a line is that of its row, or counts them: what Redshift does is not known. */
const NUMBERINGS: readonly Numbering[] = ['rows', 'newlines'];

/** What is left of the load, and the manifest that lists it. */
export const leftOf = (run: string, { batch, piece }: Load, { round, name, objects }: Cut): Objects => ({
  manifest: round === 0 ? artifactKeys.manifest(run, batch, piece) : artifactKeys.keptManifest(run, batch, name),
  keys: objects.map(({ key }) => key),
});

/** Takes refused rows out of what is left of a load, of which one at least is refused. There may be more of them. */
export async function sift(loading: Loading, load: Load, before: Cut): Promise<Cut> {
  if (before.round === MOST_ROUNDS) {
    const message = `${loadName(load)}: Redshift refuses more than ${rejectedBy(before)} rows.`;
    throw new PgshiftError('RowRefused', message);
  }
  const { ports, session, run } = loading;
  const left = leftOf(run, load, before);
  await wouldLoad(loading, load, left);
  // One less: a COPY of them alone must not reach MAXERROR, or it would load none whatever they are.
  const lines = byObject(before, await refusedLines(ports, session, left.keys, loading.maxErrors - 1));
  for (const numbering of NUMBERINGS) {
    const { cut, suspects } = await cutOut(loading, load, before, lines, numbering);
    const alone = {
      manifest: artifactKeys.suspectManifest(run, load.batch, cut.name),
      keys: [artifactKeys.suspectObject(run, load.batch, cut.name)],
    };
    if (suspects > 0 && (await wouldLoad(loading, load, alone)) === 0) return cut;
  }
  const message = `${loadName(load)}: Redshift refuses rows, and its load-error views do not say which.`;
  throw new PgshiftError('RefusalUntold', message);
}

/** How many of the objects' rows a COPY loads that passes over refused ones; undefined when it gives up. Nothing stays. */
async function wouldLoad(loading: Loading, load: Load, objects: Objects): Promise<number | undefined> {
  const sql = await copyStatement(loading, load, { ...objects, maxErrors: loading.maxErrors });
  if (sql === undefined) return 0;
  await begin(loading, load, true);
  const rows = await runCopy(loading, load, sql);
  if (rows !== undefined) await loading.session.run('ROLLBACK');
  return rows;
}

function byObject({ objects }: Cut, lines: readonly RefusedLine[]): NamedLines {
  const places = new Map(objects.map(({ key, of }) => [key, of]));
  const named = new Map<number, Map<number, Refusal>>();
  for (const { key, line, column, code } of lines) {
    const of = places.get(key);
    if (of === undefined) continue;
    const inObject = named.get(of) ?? new Map<number, Refusal>();
    named.set(of, inObject.set(line, { column, code }));
  }
  return named;
}
