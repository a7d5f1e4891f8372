// Are the embedded queries those of the .sql files, and can each be pasted as it is?
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { generatedQueries } from '../../../../core/catalog/embed-queries.ts';
import { QUERIES } from '../../../../core/catalog/queries.generated.ts';

const generated = new URL('../../../../core/catalog/queries.generated.ts', import.meta.url);

describe('the catalog queries', () => {
  it('are embedded as they are in their files (else run: node core/catalog/embed-queries.ts)', () => {
    expect(readFileSync(generated, 'utf8')).toBe(generatedQueries());
  });

  const all = Object.entries(QUERIES).flatMap(([dialect, queries]) =>
    Object.entries(queries).map(([name, sql]) => ({ name: `${dialect}/${name}`, sql, dialect })),
  );

  it.each(all)('$name says what it answers, takes no parameters and is one statement', ({ sql }) => {
    expect(sql).toMatch(/^\n-- .*\?/);
    const statement = sql.replaceAll(/--.*/g, '').replaceAll(/'[^']*'/g, "''");
    expect(statement).not.toMatch(/\$\d|:'|:"/);
    expect(statement.split(';').filter((part) => part.trim() !== '')).toHaveLength(1);
    expect(statement.trimEnd()).toMatch(/;$/);
  });

  it.each(all.filter(({ dialect }) => dialect === 'redshift'))(
    '$name keeps to what PostgreSQL 8.0.2 could do',
    ({ sql }) => {
      const newer =
        /\b(?:with recursive|with|lateral|unnest|array_agg|string_agg|to_json\w*|json\w*|typarray|pg_enum|pg_extension|attidentity|attgenerated|attcollation|convalidated|conparentid|relispartition|pg_partition_tree|generate_series|filter|exists\s*\(\s*select\s+from)\b/i;
      expect(sql.replaceAll(/--.*/g, '').match(newer)).toBeNull();
      // There a backslash in a text escapes what follows it.
      expect(sql).not.toContain('\\');
    },
  );

  it('gives both dialects the same columns, so that one reader serves both', () => {
    const aliases = (sql: string) => new Set(Array.from(sql.matchAll(/ AS "?(\w+)"?[,\n]/g), ([, alias]) => alias));
    for (const [name, sql] of Object.entries(QUERIES.redshift)) {
      const postgresql = Object.entries(QUERIES.postgresql).find(([other]) => other === name)?.[1] ?? '';
      expect([...aliases(sql)].filter((alias) => !aliases(postgresql).has(alias))).toEqual([]);
    }
  });
});
