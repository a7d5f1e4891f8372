// Is a table that replaces another kept by Redshift as that one was, where the command does not say otherwise?
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Layout } from '../../core/catalog/model.ts';
import type { StorageParameters } from '../../core/command/model.ts';
import type { Session } from '../../core/ports.ts';
import { readCatalog } from '../../lambdas/3-discover/discover.ts';
import { readLayouts } from '../../lambdas/3-discover/read-layouts.ts';
import { openSession } from '../support/database.ts';
import { type StandIn, startStandIn } from '../support/redshift-stand-in.ts';
import { catalog, column, messagesOf, planOf, table, tablesOf } from '../unit/core/plan/planning.ts';

let standIn: StandIn;
let session: Session;
beforeAll(async () => {
  standIn = await startStandIn();
  session = await openSession(standIn.redshift.uri());
});
afterAll(async () => {
  await session.close();
  await standIn.close();
});

/** The target's catalog with a table `public.t` that was made so. */
async function live(definition: string) {
  await session.run(`DROP TABLE IF EXISTS public.t; CREATE TABLE public.t ${definition}`);
  return readLayouts(session, await readCatalog(session, { dialect: 'redshift', major: 8 }));
}

const layoutIn = async (name: string): Promise<Layout | undefined> => {
  const there = await readLayouts(session, await readCatalog(session, { dialect: 'redshift', major: 8 }));
  return there.tables.find((one) => one.name === name)?.layout;
};

/** The plan of a table with those columns that replaces it. */
const replacing = (target: Awaited<ReturnType<typeof live>>, columns: readonly string[], storage?: object) =>
  planOf(
    catalog([table('t', { columns: columns.map((name) => column(name)) })]),
    storage === undefined
      ? {}
      : {
          alterTables: [
            {
              tables: [{ kind: 'exact', name: 't' }],
              action: { kind: 'set', parameters: storage as StorageParameters },
            },
          ],
        },
    target,
  );

describe('the layout of the table before', () => {
  test.each([
    ['(a INT, b INT) DISTSTYLE EVEN', { distStyle: 'even', sortKey: [], interleaved: false, encodings: [] }],
    ['(a INT, b INT) DISTSTYLE ALL', { distStyle: 'all', sortKey: [], interleaved: false, encodings: [] }],
    [
      '(a INT, b INT) DISTKEY(b) SORTKEY(b, a)',
      { distStyle: 'key', distKey: 'b', sortKey: ['b', 'a'], interleaved: false, encodings: [] },
    ],
    [
      '(a INT, b INT) DISTSTYLE EVEN INTERLEAVED SORTKEY(a, b)',
      { distStyle: 'even', sortKey: ['a', 'b'], interleaved: true, encodings: [] },
    ],
    ['(a INT, b INT)', undefined],
  ] as const)('of %s is that of the new one', async (definition, layout) => {
    const target = await live(definition);
    expect(target.tables.find(({ name }) => name === 't')?.layout).toEqual(layout);
    const [planned] = tablesOf(replacing(target, ['a', 'b']));
    for (const statement of planned?.create ?? []) await session.run(statement);
    expect(await layoutIn('t')).toEqual(layout);
    await session.run(`DROP TABLE public.t; ALTER TABLE public.${planned?.staging} RENAME TO t`);
    expect(await layoutIn('t')).toEqual(layout);
    await session.run(`DROP TABLE public.${planned?.ledger}`);
  });

  test('gives its encodings where somebody chose them', async () => {
    const target = await live('(a INT ENCODE zstd, b INT ENCODE raw)');
    await session.run('INSERT INTO public.t VALUES (1, 2)');
    const again = await readLayouts(session, target);
    const [planned] = tablesOf(replacing(again, ['a', 'b', 'c']));
    expect(planned?.create[0]).toContain('("a" INTEGER ENCODE ZSTD, "b" INTEGER ENCODE RAW, "c" INTEGER)');
  });

  test('gives way to what the command says', async () => {
    const target = await live('(a INT, b INT) DISTKEY(b) SORTKEY(b)');
    const [planned] = tablesOf(replacing(target, ['a', 'b'], { distStyle: 'all', sortKey: ['a'], others: [] }));
    expect(planned?.create[0]).toMatch(/DISTSTYLE ALL SORTKEY \("a"\)$/);
  });

  test('is lost, and said to be, where its columns are gone', async () => {
    const plan = replacing(await live('(a INT, b INT) DISTKEY(b) SORTKEY(a, b)'), ['a']);
    expect(tablesOf(plan)[0]?.create[0]).toMatch(/\("a" INTEGER\)$/);
    const said = messagesOf(plan).join('\n');
    expect(said).toContain('has the distribution key "b", and the new one has no such column');
    expect(said).toContain('has a sort key with "b", and the new one has no such column');
  });
});
