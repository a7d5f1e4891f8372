// With whose keys does a COPY read S3? Exactly one of IAM_ROLE, a pair of keys, or CREDENTIALS.
import { notImplemented, RedshiftError, sqlstate } from '../errors.ts';

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** What the statement said, in whatever order. */
export interface Authorization {
  role?: string;
  accessKeyId?: string;
  secretAccessKey?: string;
  sessionToken?: string;
  credentials?: string;
}

const arn =
  /^(default|arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]+?)(,arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]+?)*$/;

/** The one way that was given. Throws when there is none, or more than one. */
export function authorization(given: Authorization): 'role' | Keys {
  const methods = [given.role, given.accessKeyId ?? given.secretAccessKey ?? given.sessionToken, given.credentials];
  const count = methods.filter((method) => method !== undefined).length;
  if (count === 0) {
    const hint = 'specify IAM_ROLE, ACCESS_KEY_ID and SECRET_ACCESS_KEY, or CREDENTIALS';
    throw new RedshiftError(`CREDENTIALS argument is required but not specified: ${hint}`, sqlstate.internal);
  }
  if (count > 1) {
    throw new RedshiftError(
      'conflicting or redundant options: more than one authorization method',
      sqlstate.syntaxError,
    );
  }
  if (given.role !== undefined) return role(given.role);
  if (given.credentials !== undefined) return fromCredentials(given.credentials);
  return keys(given.accessKeyId, given.secretAccessKey, given.sessionToken);
}

function role(value: string): 'role' {
  if (arn.test(value)) return 'role';
  throw new RedshiftError(`Invalid IAM_ROLE '${value}'`, sqlstate.invalidParameter);
}

function keys(accessKeyId?: string, secretAccessKey?: string, sessionToken?: string): Keys {
  if (!accessKeyId || !secretAccessKey) {
    const message = 'ACCESS_KEY_ID and SECRET_ACCESS_KEY must be given together';
    throw new RedshiftError(message, sqlstate.invalidParameter);
  }
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}

function fromCredentials(value: string): 'role' | Keys {
  const invalid = () => {
    const shape = `aws_iam_role=… or aws_access_key_id=…;aws_secret_access_key=…[;token=…]`;
    return new RedshiftError(`Invalid credentials. Must be of the format: ${shape}`, sqlstate.internal);
  };
  if (/\s/.test(value)) throw invalid();
  const parts = new Map<string, string>();
  for (const part of value.split(';')) {
    const [name, ...rest] = part.split('=');
    if (name === undefined || rest.length === 0 || parts.has(name)) throw invalid();
    parts.set(name, rest.join('='));
  }
  const known = ['aws_iam_role', 'aws_access_key_id', 'aws_secret_access_key', 'token'];
  if (parts.has('master_symmetric_key')) throw notImplemented('master_symmetric_key');
  if ([...parts.keys()].some((name) => !known.includes(name))) throw invalid();
  const arnGiven = parts.get('aws_iam_role');
  if (arnGiven !== undefined && parts.size === 1) return role(arnGiven);
  const [id, secret] = [parts.get('aws_access_key_id'), parts.get('aws_secret_access_key')];
  if (arnGiven !== undefined || !id || !secret) throw invalid();
  return keys(id, secret, parts.get('token'));
}
