// What may a load file refer to: files beside it, and the variables of the environment.
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { FoundFile, Reader } from '../core/command/draft.ts';

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'reading it is not allowed',
};

/** A file's text, or why it cannot be read. */
export function readTextFile(path: string): FoundFile {
  try {
    return { name: path, text: readFileSync(path, 'utf8') };
  } catch (error) {
    const code = String(error instanceof Error ? Reflect.get(error, 'code') : undefined);
    return { problem: reasons[code] ?? code };
  }
}

/** Paths are relative to the file that names them; what the command line names, to the current folder. */
export function fileReader(environment: Reader['variables']): Reader {
  return { readFile: (path, from) => readTextFile(resolve(dirname(from), path)), variables: environment };
}
