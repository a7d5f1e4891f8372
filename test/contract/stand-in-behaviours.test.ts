// Has each behaviour of Redshift that the stand-in promises a test, under the name that the page gives?
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/reference/stand-in-behaviours.md'), 'utf8');

interface Behaviour {
  readonly number: number;
  readonly tests: readonly {
    readonly file: string;
    readonly title: string;
    /** Of a list of cases, those that show it. */
    readonly cases: readonly string[];
  }[];
}

function readTest(text: string) {
  const [, file = '', title = '', cases = ''] = /^([\w-]+): \*(.+?)\*(.*)$/.exec(text) ?? [];
  return { file, title, cases: [...cases.matchAll(/`(.+?)`/g)].map(([, one = '']) => one.replaceAll('\\|', '|')) };
}

const behaviours: Behaviour[] = [...page.matchAll(/^\| +(\d+) \| .* \| (.*?) +\|$/gm)].map(
  ([, number, tests = '']) => ({
    number: Number(number),
    tests: tests.split('<br>').map(readTest),
  }),
);

describe('the behaviours of the stand-in', () => {
  it('are 84, each with at least one test', () => {
    expect(behaviours.map(({ number }) => number)).toEqual(Array.from({ length: 84 }, (_, i) => i + 1));
  });

  const named = behaviours.flatMap(({ number, tests }) => tests.map((test) => ({ number, ...test })));
  it.each(named)('have the test that is named: $number, $file: $title', ({ file, title, cases }) => {
    const source = readFileSync(join(root, `test/local/redshift-${file}.test.ts`), 'utf8');
    const titles = [...source.matchAll(/\bit(?:\.each\([^()]*\))?\(\s*(?:'([^']*)'|"([^"]*)"|`([^`]*)`)/g)];
    expect(titles.map(([, single, double, back]) => single ?? double ?? back)).toContain(title);
    expect(cases.filter((one) => !source.includes(one))).toEqual([]);
    // A list of cases has no name of its own for what it shows.
    if (title.endsWith('%s')) expect(cases).not.toEqual([]);
  });
});
