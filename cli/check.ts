// `pgshift check`: are these load files right? Reads them and the files they name, and touches no network.
import { type Diagnostic, printDiagnostic } from '../core/command/diagnostic.ts';
import { type Parsed, parseCommands, parsed } from '../core/command/parser.ts';
import { AlreadyTold } from './failure.ts';
import { fileReader, readTextFile } from './load-files.ts';
import type { Terminal } from './terminal.ts';

/** Tells every mistake and warning, as text or as one JSON array. Throws AlreadyTold when there is a mistake. */
export function check(terminal: Terminal, files: readonly string[], json: boolean): void {
  let diagnostics: Diagnostic[] = [];
  for (const file of files) {
    const { commands, problems, diagnostics: found } = checkFile(terminal, file);
    diagnostics = diagnostics.concat(found);
    if (json) continue;
    for (const diagnostic of found) terminal.note(printDiagnostic(diagnostic));
    if (problems.length === 0) terminal.result(`${file}: ${counted(commands.length, 'command')}, no mistakes`);
  }
  if (json) terminal.result(JSON.stringify(diagnostics, null, 2));
  if (diagnostics.some(({ severity }) => severity === 'error')) throw new AlreadyTold();
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

function checkFile(terminal: Terminal, file: string): Parsed {
  const found = readTextFile(file);
  if ('problem' in found) {
    const message = `cannot be read: ${found.problem}`;
    const place = { file, line: 1, column: 1, length: 1, excerpt: '', carets: '' };
    return parsed([], [{ severity: 'error', ...place, message }]);
  }
  const read = parseCommands(found.text, file, fileReader(process.env));
  for (const { passwords } of read.commands) {
    for (const password of Object.values(passwords)) terminal.secrets.add(password);
  }
  return read;
}
