// A problem in a command's text, with its place: `file:line:column`, the line, a caret, and what would be right.

export interface Diagnostic {
  readonly file: string;
  /** Both from 1; columns count characters. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
  /** The line as it stands, with what could be a secret left out. */
  readonly excerpt: string;
}

/** Makes a diagnostic for the character offset `at` of `text`. */
export function diagnosticAt(file: string, text: string, at: number, message: string): Diagnostic {
  const before = text.slice(0, at);
  const lineStart = before.lastIndexOf('\n') + 1;
  const lineEnd = text.indexOf('\n', at);
  const line = text.slice(lineStart, lineEnd < 0 ? text.length : lineEnd);
  return {
    file,
    line: before.split('\n').length,
    column: at - lineStart + 1,
    message,
    // A connection string may hold a password: what follows the scheme is not repeated.
    excerpt: line.includes('://') ? '' : line.trimEnd(),
  };
}

/** As a terminal shows it. */
export function printDiagnostic(problem: Diagnostic): string {
  const head = `${problem.file}:${problem.line}:${problem.column}: ${problem.message}`;
  if (problem.excerpt === '') return head;
  return `${head}\n  ${problem.excerpt}\n  ${' '.repeat(problem.column - 1)}^`;
}
