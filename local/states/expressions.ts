// What does a JSONata expression in a definition give, with the functions Step Functions adds?
import { createHash, randomUUID } from 'node:crypto';
import jsonata from 'jsonata';
import { type Expression, expressionOf, isExpression } from './definition.ts';
import { QueryError } from './errors.ts';
import { type Json, type JsonObject, kindOf, toJson } from './json.ts';

/** What expressions can see: `$states` and the variables in reach. */
export interface Bindings {
  states: JsonObject;
  variables: JsonObject;
}

const compiled = new Map<string, jsonata.Expression>();

/** Parses an expression once. Throws jsonata's own error when it is not JSONata. */
export function compile(code: string): jsonata.Expression {
  let expression = compiled.get(code);
  if (!expression) {
    expression = jsonata(code);
    compiled.set(code, expression);
  }
  return expression;
}

/**
 * Evaluates one `{% … %}`. Throws QueryError when the expression fails, gives nothing, or gives a function.
 */
export async function evaluate(source: Expression, bindings: Bindings, field: string): Promise<Json> {
  const code = expressionOf(source);
  const refuse = (problem: string) =>
    new QueryError(field, `The JSONata expression '${code}' specified for the field '${field}' ${problem}`);
  let result: unknown;
  try {
    result = await compile(code).evaluate(undefined, { ...bindings.variables, states: bindings.states, ...FUNCTIONS });
  } catch (error) {
    throw refuse(`threw an error during evaluation. ${describe(error)}`);
  }
  if (result === undefined) throw refuse('returned nothing (undefined).');
  const json = holdsOnlyJson(result) ? toJson(result) : undefined;
  if (json === undefined) throw refuse('returned an unsupported result type.');
  return json;
}

/** JSONata's own functions are objects with a mark; numbers without a JSON form would become null. */
function holdsOnlyJson(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return typeof value !== 'function' && typeof value !== 'symbol';
  if ('_jsonata_function' in value || '_jsonata_lambda' in value) return false;
  return Object.values(value).every(holdsOnlyJson);
}

/** Evaluates every expression inside a literal value; `field` names where it stands. Throws QueryError. */
export async function fill(template: Json, bindings: Bindings, field: string): Promise<Json> {
  if (isExpression(template)) return evaluate(template, bindings, field);
  if (Array.isArray(template)) {
    return Promise.all(template.map((item, index) => fill(item, bindings, `${field}[${index}]`)));
  }
  if (typeof template !== 'object' || template === null) return template;
  const entries = Object.entries(template).map(
    async ([key, value]) => [key, await fill(value, bindings, `${field}/${key}`)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

type Kind = 'number' | 'string' | 'boolean' | 'array' | 'object';
interface KindMap {
  number: number;
  string: string;
  boolean: boolean;
  array: Json[];
  object: JsonObject;
}

/** As `fill`, and the result must be one of the given kinds. Throws QueryError otherwise. */
export async function fillAs<K extends Kind>(
  template: Json,
  kinds: readonly K[],
  bindings: Bindings,
  field: string,
): Promise<KindMap[K]> {
  const value = await fill(template, bindings, field);
  if (isOneOf(value, kinds)) return value;
  const what = isExpression(template)
    ? `The JSONata expression '${expressionOf(template)}' specified for the field '${field}' returned an unexpected result type.`
    : `The field '${field}' has an unexpected type.`;
  throw new QueryError(
    field,
    `${what} Expected '${kinds.join("' or '")}', but was '${kindOf(value)}' for value: ${JSON.stringify(value)}`,
  );
}

const isOneOf = <K extends Kind>(value: Json, kinds: readonly K[]): value is KindMap[K] & Json => {
  const kind = kindOf(value);
  return kinds.some((wanted) => wanted === kind);
};

function describe(error: unknown): string {
  const code = error instanceof Object && 'code' in error ? `${error.code}: ` : '';
  const message = error instanceof Object && 'message' in error ? String(error.message) : String(error);
  return `${code}${message}`;
}

const HASHES: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

/** Seeded numbers in [0, 1): the same seed gives the same number. 2 ** 32 is one more than the largest 4-byte number. */
const seeded = (seed: number): number => createHash('sha256').update(String(seed)).digest().readUInt32BE(0) / 2 ** 32;

const FUNCTIONS = {
  partition(values: unknown[], size: number): unknown[][] {
    if (!Array.isArray(values) || !Number.isInteger(size) || size < 1) {
      throw new Error('$partition needs an array and a positive whole size');
    }
    const count = Math.ceil(values.length / size);
    return Array.from({ length: count }, (_, index) => values.slice(index * size, (index + 1) * size));
  },
  range(start: number, end: number, step: number): number[] {
    if (![start, end, step].every(Number.isFinite) || step === 0) {
      throw new Error('$range needs three numbers, and a step other than 0');
    }
    const count = Math.floor((end - start) / step) + 1;
    return Array.from({ length: Math.max(0, count) }, (_, index) => start + index * step);
  },
  hash(data: unknown, algorithm: unknown): string {
    const name = HASHES[String(algorithm)];
    if (typeof data !== 'string' || !name) {
      throw new Error(`$hash needs a string and one of ${Object.keys(HASHES).join(', ')}`);
    }
    return createHash(name).update(data).digest('hex');
  },
  uuid: (): string => randomUUID(),
  random: (seed?: number): number => (seed === undefined ? Math.random() : seeded(seed)),
  parse: (text: string): unknown => JSON.parse(text),
  eval(): never {
    throw new Error('$eval is not available in Step Functions; use $parse');
  },
};
