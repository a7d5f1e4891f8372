// Are the pages of errors those that were written of the list, and is each kind on both?
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ERROR_KINDS } from '../../../core/errors.ts';
import { errorsPage, longestMinutes, runbookPage } from '../../../core/write-error-pages.ts';

const page = (path: string) => readFileSync(new URL(`../../../docs/${path}`, import.meta.url), 'utf8');

test('they are up to date (else run: npm run docs)', () => {
  expect(page('reference/errors.md')).toBe(errorsPage());
  expect(page('runbook.md')).toBe(runbookPage());
});

test.each(Object.entries(ERROR_KINDS))('%s is on both, with what it means and what to do', (kind, { means, hint }) => {
  expect(errorsPage()).toContain(`| [${kind}](../runbook.md#${kind.toLowerCase()}) | ${means} | ${hint} |`);
  expect(runbookPage()).toContain(`### ${kind}\n\n${means} **${hint}**`);
});

test('the minutes that tries take are the sum of their pauses', () => {
  // 2 + 4 + 8 + 16 + 32 + 60 s, and 15, 22, 34, 51, 76, 114, 171, 256 s and 12 times 300 s.
  expect([longestMinutes('transient'), longestMinutes('busy')]).toEqual([2, 72]);
});
