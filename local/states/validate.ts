// Is this a definition that runs here: JSONata only, known fields only, every state reachable?
import type { Machine } from './definition.ts';
import { InvalidDefinition } from './errors.ts';
import { checkBranch, checkMachine, checkProcessor, checkState, refuse } from './fields.ts';
import { isObject, type Json, type JsonObject, toJson } from './json.ts';

/** 1 MB: the service's limit on a definition. */
const MAX_DEFINITION_BYTES = 1024 * 1024;

/** Reads and checks a definition. Throws InvalidDefinition, which says where and why. */
export function parseDefinition(text: string): Machine {
  if (Buffer.byteLength(text) > MAX_DEFINITION_BYTES) throw new InvalidDefinition('the definition is larger than 1 MB');
  let definition: Json;
  try {
    definition = JSON.parse(text);
  } catch {
    throw new InvalidDefinition('INVALID_JSON_DESCRIPTION: the definition is not JSON');
  }
  assertMachine(definition);
  return definition;
}

/** Checks a definition given as a value; see parseDefinition. */
export function checkedDefinition(value: unknown): Machine {
  const definition = toJson(value) ?? null;
  assertMachine(definition);
  return definition;
}

function assertMachine(definition: unknown): asserts definition is Machine {
  const machine = toJson(definition) ?? null;
  checkMachine(machine, '');
  if (!isObject(machine)) return;
  checkGraph(machine, '', machine.QueryLanguage === 'JSONata', new Set());
}

/**
 * Checks one graph and those inside it. `jsonata` says whether that is the language of states that name none;
 * `outer` holds the variables of the scopes around it.
 */
function checkGraph(graph: JsonObject, at: string, jsonata: boolean, outer: ReadonlySet<string>): void {
  const states = isObject(graph.States) ? graph.States : {};
  const scope = new Set(outer);
  for (const [name, state] of Object.entries(states)) {
    const place = `${at}/States/${name}`;
    if (name.length > 80) refuse(place, 'the name of a state has at most 80 characters');
    checkLanguage(state, place, jsonata);
    checkState(state, place);
    for (const variable of assignedBy(state)) {
      if (outer.has(variable))
        refuse(place, `the variable '${variable}' belongs to an outer scope, so it is not assigned here,`);
      scope.add(variable);
    }
  }
  checkReachable(graph, states, at);
  for (const [name, state] of Object.entries(states)) checkNested(state, `${at}/States/${name}`, jsonata, scope);
}

function checkNested(state: Json, at: string, jsonata: boolean, scope: ReadonlySet<string>): void {
  if (!isObject(state)) return;
  if (Array.isArray(state.Branches)) {
    for (const [index, branch] of state.Branches.entries()) {
      checkBranch(branch, `${at}/Branches[${index}]`);
      if (isObject(branch)) checkGraph(branch, `${at}/Branches[${index}]`, jsonata, scope);
    }
  }
  const processor = state.ItemProcessor;
  if (isObject(processor)) {
    checkProcessor(processor, `${at}/ItemProcessor`);
    const config = processor.ProcessorConfig;
    const ownScope = isObject(config) && config.Mode === 'DISTRIBUTED';
    checkGraph(processor, `${at}/ItemProcessor`, jsonata, ownScope ? new Set() : scope);
  }
}

/** The fields that mean the same in both query languages, for states that name none in a machine that names none. */
const NEUTRAL: Readonly<Record<string, readonly string[]>> = {
  Pass: ['Type', 'Comment', 'Next', 'End'],
  Succeed: ['Type', 'Comment'],
  Fail: ['Type', 'Comment', 'Error', 'Cause'],
};

function checkLanguage(state: Json, at: string, jsonata: boolean): void {
  if (!isObject(state) || jsonata || state.QueryLanguage === 'JSONata') return;
  const neutral = NEUTRAL[String(state.Type)] ?? [];
  const plain = Object.entries(state).every(
    ([field, value]) => neutral.includes(field) && !(typeof value === 'string' && value.includes('{%')),
  );
  if (!plain) refuse(at, 'the query language is JSONPath; only "QueryLanguage": "JSONata" runs here,');
}

/** The variables a state assigns in its own scope, by whichever way it is left. */
function assignedBy(state: Json): string[] {
  if (!isObject(state)) return [];
  const ways: Json[] = [state, ...listOf(state.Choices), ...listOf(state.Catch)];
  return ways.flatMap((way) => (isObject(way) && isObject(way.Assign) ? Object.keys(way.Assign) : []));
}

const listOf = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : []);

function targetsOf(state: Json | undefined): string[] {
  if (!isObject(state)) return [];
  const rules = [...listOf(state.Choices), ...listOf(state.Catch)];
  const next = [state.Next, state.Default, ...rules.map((rule) => (isObject(rule) ? rule.Next : undefined))];
  return next.filter((name) => typeof name === 'string');
}

function checkReachable(graph: JsonObject, states: JsonObject, at: string): void {
  const reached = new Set<string>();
  const open = [String(graph.StartAt)];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (reached.has(name)) continue;
    if (!Object.hasOwn(states, name)) {
      throw new InvalidDefinition(`MISSING_TRANSITION_TARGET: Missing target state '${name}' at ${at || '/'}`);
    }
    reached.add(name);
    open.push(...targetsOf(states[name]));
  }
  const lost = Object.keys(states).find((name) => !reached.has(name));
  if (lost !== undefined) {
    throw new InvalidDefinition(`UNREACHABLE_STATE: State "${lost}" is not reachable at ${at || '/'}`);
  }
}
