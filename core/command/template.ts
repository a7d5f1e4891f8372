// `{{NAME}}` in a load file: replaced as it stands, before anything is read, so that it may hold a value, a connection
// string or whole clauses. Each place of the result is known in the file, so that nobody sees a value in a message.
// `{{secret:…}}` is a reference, and is never replaced by what it stands for.

/** A stretch of the rendered text. Where it came from a variable, all of it stands at the variable's place. */
interface Stretch {
  /** Where it begins in the rendered text, and in the file. */
  readonly at: number;
  readonly inFile: number;
  /** The tag's length in the file; 0 for text of the file itself. */
  readonly tagLength: number;
}

/** What could not be filled in: it has one character in the rendered text. */
export interface Hole {
  readonly at: number;
  readonly message: string;
}

export interface Rendered {
  readonly text: string;
  readonly stretches: readonly Stretch[];
  readonly holes: readonly Hole[];
  /** Where each `{{secret:…}}` stands. It is left in the text: only a connection string reads it. */
  readonly secrets: readonly number[];
}

export type Variables = Readonly<Record<string, string | undefined>>;

/** Stands where a variable is missing. No text that people write holds it: Unicode has made it no character. */
const HOLE = '\uFDD0';

/** `{{"{{"}}` is `{{` itself. `{{1,2},{3}}` and the like are no tags: they are arrays. */
const TAG =
  /\{\{"\{\{"\}\}|\{\{\{\s*([A-Za-z_][\w.-]*)\s*\}\}\}|\{\{&?\s*([A-Za-z_][\w.-]*)\s*\}\}|\{\{(![^{}]*|\s*secret:[^{}]*|[#^/>=][^{}]*)\}\}/g;

/** Fills in the tags. A variable that is not there leaves a hole. */
export function renderTemplate(text: string, variables: Variables): Rendered {
  const pieces: string[] = [];
  const stretches: Stretch[] = [{ at: 0, inFile: 0, tagLength: 0 }];
  const holes: Hole[] = [];
  const secrets: number[] = [];
  let length = 0;
  let done = 0;
  const add = (piece: string) => {
    pieces.push(piece);
    length += piece.length;
  };
  for (const match of text.matchAll(TAG)) {
    const [tag, triple, double, other] = match;
    add(text.slice(done, match.index));
    done = match.index + tag.length;
    stretches.push({ at: length, inFile: match.index, tagLength: tag.length });
    const reference = other?.trim() ?? '';
    const isSecret = reference.startsWith('secret:');
    const filled = isSecret ? { text: `{{${reference}}}` } : fill(triple ?? double, other, variables);
    if (isSecret) secrets.push(length);
    if ('message' in filled) {
      holes.push({ at: length, message: filled.message });
      add(HOLE);
    } else add(filled.text);
    stretches.push({ at: length, inFile: done, tagLength: 0 });
  }
  add(text.slice(done));
  return { text: pieces.join(''), stretches, holes, secrets };
}

function fill(
  name: string | undefined,
  other: string | undefined,
  variables: Variables,
): { readonly text: string } | { readonly message: string } {
  if (name !== undefined) {
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    return value === undefined ? { message: `the variable ${name} is not set` } : { text: value };
  }
  if (other === undefined) return { text: '{{' };
  if (other.startsWith('!')) return { text: ' ' };
  return { message: 'only {{NAME}} is understood: no sections and no partials; {{ itself is written {{"{{"}}' };
}

/** Text in which nothing is taken for a tag. */
export const escapeTemplate = (text: string): string => text.replaceAll('{{', '{{"{{"}}');
