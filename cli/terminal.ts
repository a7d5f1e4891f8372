// Where does each word go? Results to stdout; progress, logs and errors to stderr; never a secret, never an EPIPE.
import type { Secrets } from './failure.ts';

export interface Terminal {
  /** A result, as one line or several. */
  result(text: string): void;
  /** What a person may want to know meanwhile. */
  note(text: string): void;
  readonly secrets: Secrets;
  /** Whether progress may be drawn and redrawn. */
  readonly live: boolean;
}

/** The process's own streams. */
export function openTerminal(secrets: Secrets): Terminal {
  // A reader that went away (`| head`, a killed parent) must not keep us from cleaning up.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  const write = (stream: NodeJS.WriteStream, text: string) => {
    stream.write(`${secrets.redact(text)}\n`);
  };
  return {
    secrets,
    live: canRedraw(process.stderr),
    result: (text) => write(process.stdout, text),
    note: (text) => write(process.stderr, text),
  };
}

/** Lines that change need a terminal that obeys, with room for all of them: some ptys have no size at all. */
function canRedraw({ isTTY, rows, columns }: NodeJS.WriteStream): boolean {
  return isTTY === true && process.env.TERM !== 'dumb' && rows >= 12 && columns >= 40;
}
