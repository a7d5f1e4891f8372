// What is told of a case that failed: its seed, what went wrong, and the smallest tables that still fail, as SQL?
import { identifier } from '../../../core/sql/quote.ts';
import type { Outcome } from './model.ts';
import type { Shrunk } from './shrink.ts';
import { commandOf, createView, script } from './statements.ts';

const DIFFERENCES_TOLD = 5;
const CHARACTERS_TOLD = 2000;

const clipped = (text: string): string =>
  text.length > CHARACTERS_TOLD ? `${text.slice(0, CHARACTERS_TOLD)}… (${text.length} characters)` : text;

/** What went wrong, a few of it. */
export function reasons(outcome: Outcome): string[] {
  if (outcome.ended !== 'compared') return [`${outcome.ended}: ${clipped(outcome.message)}`];
  return outcome.differences.slice(0, DIFFERENCES_TOLD).map(({ table, column, expected, actual }) => {
    const place = column === null ? table : `${table}, column ${column}`;
    return `${place}:\n  expected ${clipped(expected)}\n  arrived  ${clipped(actual)}`;
  });
}

/** `first` is what the whole case ended as. */
export function describeFailure(first: Outcome, { smallest, outcome, loads }: Shrunk): string {
  const { seed, postgres, profile, tables, views } = smallest;
  const count = first.ended === 'compared' ? `${first.differences.length} differences` : 'the load failed';
  const schemas = [
    ...new Set([...tables, ...views].map(({ schema }) => `CREATE SCHEMA IF NOT EXISTS ${identifier(schema)};`)),
  ];
  return [
    `seed ${seed}: ${count}; PostgreSQL ${postgres}, the stand-in's ${profile} profile`,
    `again: npm run soak -- values --minutes 5 --count 1 --seed ${seed}`,
    `the smallest found by ${loads} more loads (types and ext are made by test/properties/values/nested.ts):`,
    ...schemas,
    ...tables.map(script).map(clipped),
    ...views.flatMap(createView).map((statement) => `${statement};`),
    commandOf(smallest, 'SOURCE', 'TARGET'),
    ...reasons(outcome),
  ].join('\n');
}
