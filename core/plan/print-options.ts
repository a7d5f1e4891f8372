// What each option came to, and whose it is: the command's, pgloader's default or our own. What was not given and has no
// default was chosen by the plan, and the line says what came of it.

import type { LoadCommand, LoadOptions, OptionName } from '../command/model.ts';
import { nameOf, OPTION_WORDS } from '../command/options.ts';
import type { PlanSummary } from './model.ts';

const OF = { given: 'given', default: 'pgshift', pgloader: 'pgloader' } as const;

/** One line for each option, in the order of the table of words. */
export function optionLines({ options, origins }: LoadCommand, summary: PlanSummary): string[] {
  const all = [...new Set(OPTION_WORDS.map(nameOf))];
  // What nobody said of values is told with the columns.
  const names = all.filter((name) => !name.startsWith('on ') || options[name] !== undefined);
  const lines = names.map((name) => ({ text: optionText(name, options, summary), of: OF[origins[name]] }));
  const width = Math.max(...lines.map(({ text }) => text.length));
  return lines.map(({ text, of }) => `${text.padEnd(width)}  ${of}`);
}

function optionText(name: OptionName, options: LoadOptions, summary: PlanSummary): string {
  const value = options[name];
  const words = OPTION_WORDS.filter((one) => nameOf(one) === name);
  if (value === undefined) return `${words[0]?.words ?? name}: ${chosen(name, summary)}`;
  const flag = words.find((one) => 'set' in one && one.set[name] === value);
  if (flag !== undefined) return flag.words;
  if (typeof value === 'boolean') return `${words[0]?.words ?? name}: ${value ? 'yes' : 'no'}`;
  const unit = words[0] !== undefined && 'unit' in words[0] ? UNITS[words[0].unit] : '';
  return `${words[0]?.words ?? name} = ${value}${unit}`;
}

const UNITS = { none: '', bytes: ' bytes', time: ' s' } as const;

/** What the plan made of an option that was left to it. */
function chosen(name: OptionName, { partsAtOnce }: PlanSummary): string {
  switch (name) {
    case 'concurrency':
      return `${partsAtOnce} of a batch’s parts at once`;
    case 'batchRows':
    case 'batchBytes':
      return 'no bound; a COPY loads up to 32 parts';
    case 'chunkBytes':
      return 'parts of 128 MiB on disk';
    case 'numericScale':
      return 'not given; numeric without precision goes as text';
    case 'rowsPerRange':
      return 'parts follow bytes';
    default:
      return 'not set';
  }
}
