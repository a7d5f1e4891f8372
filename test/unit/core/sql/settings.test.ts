import { expect, test } from 'vitest';
import { pathForQueries, settingsForSource, settingsForTarget } from '../../../../core/sql/settings.ts';

const settings = [
  { name: 'work_mem', value: '8MB' },
  { name: 'query_group', value: "o'clock\\" },
  { name: 'timezone', value: 'UTC' },
  { name: 'statement_timeout', value: '1' },
  { name: 'search_path', value: 'a, "B,""c" , public' },
];

test('the source gets all but what is pinned and what only Redshift knows', () => {
  expect(settingsForSource(settings)).toBe("SET work_mem TO '8MB'; ");
});

test('the target gets what Redshift knows, as Redshift reads texts', () => {
  expect(settingsForTarget(settings, 'redshift')).toBe(
    "SET query_group TO 'o''clock\\\\'; SET timezone TO 'UTC'; SET search_path TO 'a', 'B,\"c', 'public'; ",
  );
});

test('PostgreSQL as a target gets all but what is pinned and what only Redshift knows, as it reads texts', () => {
  expect(settingsForTarget(settings, 'postgresql')).toBe(
    "SET work_mem TO '8MB'; SET search_path TO 'a', 'B,\"c', 'public'; ",
  );
});

test('queries of the command have its search path, or everybody’s', () => {
  expect(pathForQueries(settings)).toBe(`SET LOCAL search_path TO 'a', 'B,"c', 'public'`);
  expect(pathForQueries([])).toBe('SET LOCAL search_path TO DEFAULT');
});
