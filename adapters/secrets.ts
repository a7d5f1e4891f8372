// Reads a secret that a command or the stack names: `env:PGSHIFT_SECRET_…`, or one of Secrets Manager.
// The value is JSON as RDS and Redshift write it, or the text of a pg_service.conf section.

import { parseServiceFile } from '../core/command/service-file.ts';
import { SECRET_VARIABLE } from '../core/environment.ts';
import { PgshiftError } from '../core/errors.ts';

/** Fields of a secret by name; all values as text. */
export type SecretFields = Readonly<Record<string, string>>;
export type SecretReader = (name: string) => Promise<SecretFields>;

/** Each secret is read once per reader; a Lambda that lives on keeps it in memory only. */
export function secretReader(environment: Readonly<Record<string, string | undefined>>): SecretReader {
  const known = new Map<string, Promise<SecretFields>>();
  return (name) => {
    const reading = known.get(name) ?? readSecret(name, environment);
    known.set(name, reading);
    reading.catch(() => known.delete(name));
    return reading;
  };
}

async function readSecret(
  name: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<SecretFields> {
  if (name.startsWith('env:')) return fieldsOf(fromEnvironment(name.slice('env:'.length), environment), name);
  return fieldsOf(await fromSecretsManager(name), name);
}

function fromEnvironment(variable: string, environment: Readonly<Record<string, string | undefined>>): string {
  if (!SECRET_VARIABLE.test(variable)) {
    const message = `The secret env:${variable} is not allowed: only variables named PGSHIFT_SECRET_… may hold one.`;
    throw new PgshiftError('ConfigurationInvalid', message);
  }
  const text = environment[variable];
  if (text === undefined) {
    throw new PgshiftError('SecretMissing', `The secret env:${variable} is not there: the variable is not set.`);
  }
  return text;
}

async function fromSecretsManager(name: string): Promise<string> {
  // Only where a secret is named: its client is a tenth of a function's start.
  const { GetSecretValueCommand, SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
  try {
    const answer = await new SecretsManagerClient({}).send(new GetSecretValueCommand({ SecretId: name }));
    if (answer.SecretString !== undefined) return answer.SecretString;
  } catch (error) {
    const reason = error instanceof Error ? error.name : 'unknown error';
    throw new PgshiftError('SecretMissing', `The secret ${name} cannot be read: ${reason}.`);
  }
  throw new PgshiftError('SecretMissing', `The secret ${name} holds no text.`);
}

function fieldsOf(text: string, name: string): SecretFields {
  const value = text.trimStart().startsWith('{') ? parseJson(text, name) : firstSection(text);
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, field]) =>
      typeof field === 'string' || typeof field === 'number' ? [[key, String(field)]] : [],
    ),
  );
}

function parseJson(text: string, name: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (value !== null && typeof value === 'object') return value;
  } catch {
    // The parser's own message would repeat the secret.
  }
  throw new PgshiftError('SecretMissing', `The secret ${name} is neither JSON nor a section of pg_service.conf.`);
}

/** `host=…` lines with or without a `[section]` above them. */
function firstSection(text: string): object {
  const sections = [...parseServiceFile(text).values()];
  return sections.find((section) => Object.keys(section).length > 0) ?? {};
}
