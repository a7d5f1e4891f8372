// Does the demo end with both sides equal, wherever it is started from?
import { afterAll, expect, it } from 'vitest';
import { ownEnvironment, pgshift, temporaryFolder } from './command-line.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());

it('ends with equal tables and exit code 0, whatever the caller has set', async () => {
  const planted = {
    PGHOST: 'nowhere.invalid',
    PGUSER: 'planted',
    PGPASSWORD: 'planted-password',
    PGOPTIONS: '-c no.such=1',
    PGSSLMODE: 'verify-full',
    PGDATA: '/nowhere',
    AWS_PROFILE: 'planted',
    AWS_ACCESS_KEY_ID: 'AKIAPLANTED',
    AWS_SECRET_ACCESS_KEY: 'planted-secret',
    AWS_REGION: 'mars-north-1',
    AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1',
    AWS_S3_BUCKET_NAME: 'planted',
  };
  const { code, stdout, stderr } = await pgshift(['demo', '--scale', '0.001'], {
    ...ownEnvironment(folder.path),
    ...planted,
  });
  expect(stderr).not.toMatch(/^pgshift: /m);
  expect(code).toBe(0);
  expect(stdout).toMatch(/The execution's history: \d+ events, and \d+ executions of the map\n +\d+ TaskStateEntered/);
  expect(stdout).toMatch(/Total import time +✓/);
  expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^19 tables, \d{5} rows: equal$/);
});
