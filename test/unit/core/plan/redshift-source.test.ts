import { expect, test } from 'vitest';
import { DEFAULT_OPTIONS } from '../../../../core/command/options.ts';
import { capitalHazards, planMoment } from '../../../../core/plan/redshift-source.ts';
import { column, table } from './planning.ts';

test('tables are read in one transaction that one Lambda can wait for, and half as many bytes where they are summed', () => {
  const sized = (name: string, bytes: number) => table(name, { heap: { bytes, estimatedRows: 1e9 } });
  const together = (bytes: number, verifyChecksums: boolean) =>
    planMoment([sized('a', bytes / 2), sized('b', bytes / 2)], 1, { options: { ...DEFAULT_OPTIONS, verifyChecksums } })
      .reading.together;
  expect([5e9, 6e9].map((bytes) => together(bytes, false))).toEqual([true, false]);
  expect([2.5e9, 3e9].map((bytes) => together(bytes, true))).toEqual([true, false]);
});

test('a name that keeps its capitals refuses the plan, unless the session keeps them too', () => {
  const named = table('t', { columns: [column('id'), column('Note')] });
  const kept = (value: string) => [{ name: 'enable_case_sensitive_identifier', value }];
  expect(capitalHazards(named, kept('off'))).toEqual(capitalHazards(named, []));
  expect(capitalHazards(named, [])).toMatchObject([{ kind: 'NAME_UNFIT', policy: 'refuse', place: 'public.t' }]);
  expect(capitalHazards(named, kept('true'))).toEqual([]);
  expect(capitalHazards(table('t'), [])).toEqual([]);
});
