// What the language accepts and no step carries out yet. A command that says such a thing is refused, so that nobody
// believes it was done. Whoever makes a step do it takes it from here.

import type { LoadCommand, OptionName } from './model.ts';
import { DEFAULT_OPTIONS, printOptions } from './options.ts';

/** Options whose other values no step knows. */
const OPTIONS: readonly OptionName[] = ['verifyChecksums'];

/** The options of a command that no step carries out. */
export const notYetOptions = (command: LoadCommand): OptionName[] =>
  OPTIONS.filter((name) => command.options[name] !== DEFAULT_OPTIONS[name]);

/** In the words of the language; empty when all of the command can be done. */
export function notYet(command: LoadCommand): string[] {
  const given = Object.fromEntries(notYetOptions(command).map((name) => [name, 'given']));
  const none = Object.fromEntries(Object.keys(command.origins).map((name) => [name, 'default']));
  return printOptions(command.options, { ...none, ...given } as LoadCommand['origins']);
}
