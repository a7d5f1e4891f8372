// How is a failure told: one message that says what, where and what to do; no stack trace, no secret?
import { describeError, PgshiftError } from '../core/errors.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { Interrupted } from './lifetime.ts';

/** The command line itself is wrong. */
export class UsageError extends Error {}

/** What failed has been told already, in full. */
export class AlreadyTold extends Error {}

/** Everything was done, but for rows that were rejected; it has been told which. */
export class DoneWithRejects extends Error {}

/** Two databases are not equal; it has been told where. */
export class Different extends Error {}

/** Whether two databases are equal could not be found out. An empty message: it has been told why. */
export class CouldNotCompare extends Error {}

/** What failed has made some of its tables live, and others not. */
export class PartlyPublished extends Error {}

/** The message for a person, and the exit code. An empty message: nothing to add. */
export function tellFailure(error: unknown): { readonly message: string; readonly exit: ExitCode } {
  if (error instanceof UsageError) return { message: error.message, exit: EXIT.usage };
  if (error instanceof Interrupted) return { message: '', exit: EXIT.interrupted };
  if (error instanceof AlreadyTold) return { message: '', exit: EXIT.failed };
  if (error instanceof Different) return { message: '', exit: EXIT.failed };
  if (error instanceof CouldNotCompare) return { message: error.message, exit: EXIT.couldNotCompare };
  if (error instanceof DoneWithRejects) return { message: '', exit: EXIT.doneWithRejects };
  if (error instanceof PartlyPublished) return { message: error.message, exit: EXIT.partlyPublished };
  if (error instanceof PgshiftError) return { message: describeError(error.kind, error.message), exit: EXIT.failed };
  const message = error instanceof Error ? error.message : String(error);
  return { message: message === '' ? 'failed without saying why' : message, exit: EXIT.failed };
}

const shownFor = '***';

/**
 * Not replaced: what is part of ordinary words and messages. Replacing it would ruin the message, and would tell that
 * the password is such a word.
 */
const ordinary = /^(.{0,2}|[A-Za-z]{1,11}|\d{1,5})$/s;

/** What must never be shown. Everything the command line writes passes through `redact`. */
export class Secrets {
  readonly #forms = new Set<string>();

  /** A secret in every form that it could take in a message. */
  add(secret: string): void {
    if (ordinary.test(secret)) return;
    const json = JSON.stringify(secret).slice(1, -1);
    for (const form of [secret, json, encodeURIComponent(secret), encodeURI(secret), secret.replaceAll("'", "''")]) {
      this.#forms.add(form);
    }
  }

  redact(text: string): string {
    // Longest first: one form may hold another.
    const forms = [...this.#forms].sort((a, b) => b.length - a.length);
    const known = forms.reduce((shown, form) => shown.replaceAll(form, shownFor), text);
    return hideUriPasswords(known);
  }
}

/** A connection string keeps its scheme and user; between them and its last @ may stand a password. */
export function hideUriPasswords(text: string): string {
  return text
    .replaceAll(/\b([a-z]+:\/\/[^\s:@/'"]*):(?!\d+(?:[/\s'"?]|$))[^\n]*@/gi, `$1:${shownFor}@`)
    .replaceAll(/([?&]password=)[^&\s'"]*/gi, `$1${shownFor}`);
}
