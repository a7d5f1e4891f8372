// Is a table left alone when what is attached to it would be gone with it?
import { describe, expect, test } from 'vitest';
import { withAttachments } from '../../../../core/catalog/attachments.ts';
import type { Attachment, Catalog } from '../../../../core/catalog/model.ts';
import { catalog, hazardsOf, planOf, table } from './planning.ts';

const KINDS = [
  ['row-level security', 'ROW_SECURITY_LOST'],
  ['masking', 'MASKING_LOST'],
  ['datashare', 'DATASHARE_LOST'],
  ['materialized view', 'MATERIALIZED_VIEW_LOST'],
] as const;

const live = (kind?: Attachment['kind'], over: Partial<Catalog> = {}): Catalog =>
  catalog([table('t', kind === undefined ? {} : { attached: [{ kind, name: 'p' }] })], {
    dialect: 'redshift',
    ...over,
  });
const lost = (target: Catalog, options: object = {}) =>
  hazardsOf(planOf([table('t')], { options }, target)).filter((hazard) => /_LOST|_UNSEEN/.test(hazard));

describe.each(KINDS)('%s', (kind, hazard) => {
  test('of a table that would be replaced stops the run', () => {
    expect(lost(live(kind))).toEqual([`${hazard} refuse public.t`]);
  });

  test('of a table that would be dropped with its schema stops the run', () => {
    const others = catalog([table('other', { attached: [{ kind, name: 'p' }] })], { dialect: 'redshift' });
    expect(lost(others, { dropSchema: true })).toEqual([`${hazard} refuse public.other`]);
  });

  test('of a table that is added to stays as it is', () => {
    expect(lost(live(kind), { includeDrop: false })).toEqual([]);
  });
});

test('row-level security alone keeps a table from being emptied: it hides rows from DELETE', () => {
  const refilled = KINDS.map(([kind]) => lost(live(kind), { includeDrop: false, truncate: true }));
  expect(refilled).toEqual([['ROW_SECURITY_LOST refuse public.t'], [], [], []]);
});

test('a user who is not shown policies is told so where a table is replaced, and strict stops on it', () => {
  const hidden = live(undefined, { policiesHidden: true });
  expect(lost(hidden)).toEqual(['POLICIES_UNSEEN report null']);
  expect(lost(hidden, { strict: true })).toEqual(['POLICIES_UNSEEN refuse null']);
  expect(lost(hidden, { includeDrop: false })).toEqual([]);
});

test('what is attached finds its table, whatever dots its name has', () => {
  const dotted = catalog([table('a.b'), table('c')], { dialect: 'redshift' });
  const rows = {
    sees: [{ sees: 't' }],
    attached: [
      { kind: 'datashare' as const, rows: [{ object: 'public.a.b', attached: 'share' }] },
      { kind: 'masking' as const, rows: [{ schema: 'public', name: 'c', attached: 'mask' }] },
    ],
  };
  const found = withAttachments(dotted, rows);
  expect(found.policiesHidden).toBeUndefined();
  expect(found.tables.map(({ attached }) => attached)).toEqual([
    [{ kind: 'datashare', name: 'share' }],
    [{ kind: 'masking', name: 'mask' }],
  ]);
  expect(withAttachments(dotted, { sees: [{ sees: 'f' }], attached: [] }).policiesHidden).toBe(true);
});
