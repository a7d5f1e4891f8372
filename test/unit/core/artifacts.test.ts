import fc from 'fast-check';
import { expect, test } from 'vitest';
import { artifactKeys } from '../../../core/artifacts.ts';

test.each([
  ['public', 'order_lines-2', 'public.order_lines-2'],
  ['a.b', 'c', 'a=2Eb.c'],
  ['a', 'b.c', 'a.b=2Ec'],
  ['..', '/etc/x', '=2E=2E.=2Fetc=2Fx'],
  ['Öl', '=2E 100%', '=C3=96l.=3D2E=20100=25'],
])('the reject files of %j.%j are %s', (schema, table, name) => {
  expect(artifactKeys.rejectedRows('r', schema, table)).toBe(`runs/r/rejects/${name}.csv`);
  expect(artifactKeys.rejectedLog('r', schema, table)).toBe(`runs/r/rejects/${name}.log`);
});

test('two tables never share a reject file, and its key is short and harmless', () => {
  const name = fc.string({
    unit: fc.constantFrom('a', 'A', '.', '=', '2', 'E', '/', '%', ' ', '🐘', '\n', '"'),
    maxLength: 8,
  });
  fc.assert(
    fc.property(name, name, name, name, (schema, table, otherSchema, otherTable) => {
      const [one, other] = [
        artifactKeys.rejectedRows('r', schema, table),
        artifactKeys.rejectedRows('r', otherSchema, otherTable),
      ];
      expect(one === other).toBe(schema === otherSchema && table === otherTable);
      expect(one).toMatch(/^runs\/r\/rejects\/[A-Za-z0-9_=-]*\.[A-Za-z0-9_=-]*\.csv$/);
    }),
  );
  const longest = artifactKeys.rejectedRows('r'.repeat(80), 'é'.repeat(63), 'é'.repeat(63));
  expect(longest.length).toBeLessThan(1024);
});
