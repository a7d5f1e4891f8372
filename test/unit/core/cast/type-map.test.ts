// Is the type map consistent in itself, and is its page the one that was written of it?
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { targetType } from '../../../../core/cast/redshift-types.ts';
import { TYPE_MAP } from '../../../../core/cast/type-map.ts';
import { typesPage } from '../../../../core/cast/write-types-page.ts';
import { text } from '../plan/planning.ts';

const entries = TYPE_MAP.flatMap((group) => group.entries);

test('its page is up to date (else run: node core/cast/write-types-page.ts)', () => {
  const page = new URL('../../../../docs/reference/types.md', import.meta.url);
  expect(readFileSync(page, 'utf8')).toBe(typesPage());
});

test('no type stands twice', () => {
  const names = entries.flatMap(({ types, kind, extension }) =>
    types === undefined ? [`kind ${kind}`] : types.split(' ').map((name) => `${extension ?? ''} ${name}`),
  );
  expect(names.toSorted()).toEqual([...new Set(names)].toSorted());
});

test.each(entries.map(({ target }) => target))('%s is a type of Redshift, with its length or digits', (target) => {
  const sized = target.replace('p,s', '10,2').replace(/\((?:4n|n|label|p\+3)\)/, '(12)');
  const [, name = '', modifiers] = /^([A-Z ]+?)(?:\(([\d,]+)\))?$/.exec(sized) ?? [];
  expect(targetType({ name, modifiers: modifiers?.split(',').map(Number) ?? [] }, text, true)).toMatchObject({
    sql: sized,
  });
  // A bare DECIMAL cuts fractions, a bare VARCHAR what is longer than 256 bytes.
  if (/^(?:DECIMAL|VARCHAR|CHAR|VARBYTE)/.test(target)) expect(modifiers).toBeDefined();
});

test.each(entries)('of %j an expression and a way back are told', ({ render = '{}', back }) => {
  expect(render).toContain('{}');
  expect(back).not.toBe('');
});
