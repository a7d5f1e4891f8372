// Does Redshift say what is attached to its tables, and does that keep them from being replaced?
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Attachment } from '../../core/catalog/model.ts';
import type { Session } from '../../core/ports.ts';
import { readCatalog } from '../../lambdas/3-discover/discover.ts';
import { readAttachments } from '../../lambdas/3-discover/read-attachments.ts';
import { openSession } from '../support/database.ts';
import { type StandIn, startStandIn } from '../support/redshift-stand-in.ts';
import { column, hazardsOf, planOf, table } from '../unit/core/plan/planning.ts';

let standIn: StandIn;
let admin: Session;
let plain: Session;
beforeAll(async () => {
  standIn = await startStandIn();
  admin = await openSession(standIn.redshift.uri());
  const made = [
    "CREATE USER plain PASSWORD 'Plain1234'",
    'CREATE TABLE hidden (id int); CREATE TABLE masked (id int); CREATE TABLE shared (id int)',
    'CREATE TABLE summed (id int); CREATE TABLE free (id int)',
    'CREATE RLS POLICY own WITH (id int) USING (id > 0)',
    'ATTACH RLS POLICY own ON hidden TO PUBLIC; ALTER TABLE hidden ROW LEVEL SECURITY ON',
    'CREATE MASKING POLICY zero WITH (id int) USING (0)',
    'ATTACH MASKING POLICY zero ON masked (id) TO PUBLIC',
    'CREATE DATASHARE sales; ALTER DATASHARE sales ADD SCHEMA public; ALTER DATASHARE sales ADD TABLE public.shared',
    'CREATE MATERIALIZED VIEW sums AS SELECT SUM(id) AS sum FROM summed',
  ];
  for (const sql of made) await admin.run(sql);
  const uri = new URL(standIn.redshift.uri());
  uri.username = 'plain';
  uri.password = 'Plain1234';
  plain = await openSession(uri.href);
});
afterAll(async () => {
  await plain.close();
  await admin.close();
  await standIn.close();
});

const seenBy = async (session: Session) =>
  readAttachments(session, await readCatalog(session, { dialect: 'redshift', major: 8 }));

test('a superuser is shown policies, datashares and materialized views, by table', async () => {
  const { tables, policiesHidden } = await seenBy(admin);
  const attached = tables.map(({ name, attached: found }): [string, readonly Attachment[] | undefined] => [
    name,
    found,
  ]);
  expect(Object.fromEntries(attached)).toMatchObject({
    hidden: [{ kind: 'row-level security', name: 'own' }],
    masked: [{ kind: 'masking', name: 'zero' }],
    shared: [{ kind: 'datashare', name: 'sales' }],
    summed: [{ kind: 'materialized view', name: 'public.sums' }],
    free: undefined,
  });
  expect(policiesHidden).toBeUndefined();
});

test('each stops a run that would replace its table', async () => {
  const names = ['hidden', 'masked', 'shared', 'summed', 'free'];
  const plan = planOf(
    names.map((name) => table(name, { columns: [column('id')] })),
    {},
    await seenBy(admin),
  );
  expect(
    hazardsOf(plan)
      .filter((hazard) => hazard.includes(' refuse '))
      .toSorted(),
  ).toEqual([
    'DATASHARE_LOST refuse public.shared',
    'MASKING_LOST refuse public.masked',
    'MATERIALIZED_VIEW_LOST refuse public.summed',
    'ROW_SECURITY_LOST refuse public.hidden',
  ]);
});

test('a user who is shown none of them is known to be one', async () => {
  expect(await seenBy(plain)).toMatchObject({ policiesHidden: true });
});
