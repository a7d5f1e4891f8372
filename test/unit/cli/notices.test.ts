import { expect, test } from 'vitest';
import { noticeLines } from '../../../cli/notices.ts';
import type { Hazard } from '../../../core/plan/model.ts';

const hazard = (kind: Hazard['kind'], place: string | null): Hazard => ({
  kind,
  policy: 'report',
  place,
  message: 'why',
});

test('says nothing of a plan without hazards', () => {
  expect(noticeLines([])).toEqual([]);
});

test('names each hazard with its place and reason, on one line', () => {
  expect(noticeLines([hazard('LEFT_OUT', 'public.a\nb'), hazard('KEYS_IN_COPY', null)])).toEqual([
    '2 notices from the plan:',
    '  LEFT_OUT  public.a\\nb: why',
    '  KEYS_IN_COPY  why',
  ]);
});

test('gathers many hazards by kind', () => {
  const many = Array.from({ length: 30 }, (_, n) => hazard('TYPE_AS_TEXT', `s.t.c${n}`));
  expect(noticeLines(many)).toEqual([
    '30 notices from the plan:',
    '  TYPE_AS_TEXT  30 times: s.t.c0, s.t.c1, s.t.c2 and 27 more',
  ]);
});
