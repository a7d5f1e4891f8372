// Can what the runbook tells an operator to ask be asked?
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { type StandIn, startStandIn } from '../support/redshift-stand-in.ts';

const page = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');
const asked = [...page.matchAll(/^At the (source|target): (.*):\n\n```sql\n([^`]*);\n```$/gm)];
const questions = [
  ...new Map(asked.map(([, end = '', what = '', sql = '']) => [sql, [end, what, sql] as const])).values(),
];

let standIn: StandIn;
let source: TestDatabase;
beforeAll(async () => {
  standIn = await startStandIn();
  source = await createDatabase(standIn.postgres);
});
afterAll(async () => {
  await source.drop();
  await standIn.close();
});

test('it has questions for both ends, and all of its SQL is one of them', () => {
  expect(new Set(questions.map(([end]) => end))).toEqual(new Set(['source', 'target']));
  expect(asked).toHaveLength(page.match(/^```sql$/gm)?.length ?? 0);
});

test.each(questions)('the %s answers: %s', async (end, _what, sql) => {
  if (end === 'source') await source.session.query(sql);
  else await (await standIn.session()).query(sql);
});
