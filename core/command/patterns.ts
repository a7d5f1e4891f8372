// How a clause names tables: exactly, by a regular expression, or by LIKE.

import type { NamePattern } from './model.ts';

/** Whether a name matches. Throws for a regular expression that JavaScript does not know. */
export function patternMatcher(pattern: NamePattern): (name: string) => boolean {
  if (pattern.kind === 'exact') return (name) => name === pattern.name;
  const expression = pattern.kind === 'regex' ? compileRegex(pattern.source) : likeToRegex(pattern.pattern);
  return (name) => expression.test(name);
}

/** JavaScript's regular expressions, and `(?i)` in front for any case. */
export function compileRegex(source: string): RegExp {
  return source.startsWith('(?i)') ? new RegExp(source.slice('(?i)'.length), 'i') : new RegExp(source);
}

/** What JavaScript would read otherwise than the writer, who had PostgreSQL or Perl in mind; or undefined. */
export function foreignRegex(source: string): string | undefined {
  const posix = /\[[:.=][a-z]*[:.=]\]/.exec(source)?.[0];
  if (posix !== undefined) return `${posix} is PostgreSQL's; JavaScript has \\d, \\w, \\s and ranges`;
  const letter = /(?<!\\)(?:\\\\)*(\\[mMyYAZpP<>])/.exec(source)?.[1];
  if (letter !== undefined) return `${letter} means something else here; JavaScript has ^, $ and \\b`;
  return undefined;
}

/** `%` is any text, `_` one character, and `\` takes what follows for itself. */
function likeToRegex(pattern: string): RegExp {
  let source = '';
  const characters = [...pattern];
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] ?? '';
    if (character === '%') source += '.*';
    else if (character === '_') source += '.';
    else source += literally(character === '\\' ? (characters[++at] ?? '\\') : character);
  }
  return new RegExp(`^${source}$`, 'su');
}

const literally = (character: string): string => character.replace(/[\\^$.*+?()[\]{}|/]/u, String.raw`\$&`);
