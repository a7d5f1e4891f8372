// Which targets of the assembly's EventBridge rules does an event reach, and what does each of them get?
import { isObject, type Json, type JsonObject } from '../states/json.ts';
import type { AssemblyRule, RuleTarget } from './assembly.ts';

/** Whether an event matches a rule's pattern. Throws for content filters, which are not implemented. */
export function matches(pattern: Json, event: Json | undefined, at = 'EventPattern'): boolean {
  if (isObject(pattern)) {
    return Object.entries(pattern).every(([key, inner]) =>
      matches(inner, isObject(event) ? event[key] : undefined, `${at}.${key}`),
    );
  }
  if (!Array.isArray(pattern)) throw new Error(`${at}: expected an object or an array`);
  return pattern.some((value) => {
    if (typeof value === 'object' && value !== null)
      throw new Error(`${at}: content filters are not implemented locally`);
    return value === event;
  });
}

/** The targets of all rules that match. */
export const targetsOf = (rules: readonly AssemblyRule[], event: JsonObject): RuleTarget[] =>
  rules.filter((rule) => matches(rule.pattern, event)).flatMap((rule) => rule.targets);

/** What the target is given: the event, the part its path names, its constant, or its filled template. */
export function inputFor(target: RuleTarget, event: JsonObject): Json {
  if (target.input !== undefined) return JSON.parse(target.input);
  if (target.inputPath !== undefined) return at(event, target.inputPath) ?? null;
  return target.inputTransformer ? transform(target.inputTransformer, event) : event;
}

function transform({ paths, template }: NonNullable<RuleTarget['inputTransformer']>, event: JsonObject): Json {
  const values = new Map(Object.entries(paths).map(([name, path]) => [name, at(event, path) ?? null]));
  let quoted = false;
  const filled = template.replaceAll(/\\.|"|<([^<>\s]+)>/g, (match, name: string | undefined) => {
    if (match === '"') quoted = !quoted;
    if (name === undefined || !values.has(name)) return match;
    const value = values.get(name) ?? null;
    if (!quoted) return JSON.stringify(value);
    // Inside quotes only the text is wanted, escaped for where it stands.
    return value === null ? '' : JSON.stringify(typeof value === 'string' ? value : JSON.stringify(value)).slice(1, -1);
  });
  return JSON.parse(filled);
}

function at(event: JsonObject, path: string): Json | undefined {
  if (!/^\$(?:\.[\w-]+)*$/.test(path))
    throw new Error(`the path ${path} of a rule's target is not implemented locally`);
  let found: Json | undefined = event;
  for (const key of path.split('.').slice(1)) found = isObject(found) ? found[key] : undefined;
  return found;
}
