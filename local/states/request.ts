// What is in a request of the Step Functions API, checked field by field?
import { isObject, type Json, type JsonObject } from './json.ts';

/** An error of the API: `code` is the name the SDK throws it under. */
export class ApiError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

const invalid = (message: string) => new ApiError('ValidationException', message);

/** The service's limits on a page: 100 when nothing, or 0, is asked for; 1,000 at most. */
const DEFAULT_PAGE = 100;
const MAX_PAGE = 1000;

/** The members of a request. One that no operation reads is an error: it would be ignored in silence. */
export class Request {
  private readonly members: JsonObject;
  private readonly unread: Set<string>;

  constructor(body: unknown) {
    if (!isObject(body)) throw new ApiError('SerializationException', 'the request is not a JSON object');
    this.members = body;
    this.unread = new Set(Object.keys(body));
  }

  optionalText(name: string): string | undefined {
    const value = this.take(name);
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'string') throw invalid(`'${name}' must be a string`);
    return value;
  }

  text(name: string): string {
    const value = this.optionalText(name);
    if (value === undefined || value === '') throw invalid(`'${name}' is missing`);
    return value;
  }

  flag(name: string, otherwise: boolean): boolean {
    const value = this.take(name) ?? otherwise;
    if (typeof value !== 'boolean') throw invalid(`'${name}' must be true or false`);
    return value;
  }

  /** Refuses members that were not read. */
  done(): void {
    const [extra] = this.unread;
    if (extra !== undefined) throw invalid(`'${extra}' is not supported locally`);
  }

  /** One page of items that each have a lasting number, and the token for the next page. */
  page<T>(items: readonly T[], numberOf: (item: T) => number): { items: T[]; nextToken?: string } {
    const most = this.take('maxResults') ?? 0;
    if (typeof most !== 'number' || !Number.isInteger(most) || most < 0 || most > MAX_PAGE) {
      throw invalid(`'maxResults' must be a whole number from 0 to ${MAX_PAGE}`);
    }
    const token = this.optionalText('nextToken');
    this.done();
    const from = token === undefined ? 0 : items.findIndex((item) => tokenOf(numberOf(item)) === token) + 1;
    if (token !== undefined && from === 0) throw new ApiError('InvalidToken', `Invalid Token: '${token}'`);
    const page = items.slice(from, from + (most || DEFAULT_PAGE));
    const last = page.at(-1);
    const more = last !== undefined && from + page.length < items.length;
    return { items: page, ...(more && { nextToken: tokenOf(numberOf(last)) }) };
  }

  private take(name: string): Json | undefined {
    this.unread.delete(name);
    return this.members[name];
  }
}

const tokenOf = (number: number): string => Buffer.from(`after ${number}`).toString('base64url');

/** Names of machines and executions: 1 to 80 characters without blanks, brackets, wildcards and such. */
export function checkName(name: string): string {
  if (!isName(name)) throw new ApiError('InvalidName', `Invalid Name: '${name}'`);
  return name;
}

/** Whether a machine or an execution may be called so. */
export function isName(name: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what the service refuses.
  return /^[^\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f]{1,80}$/u.test(name);
}
