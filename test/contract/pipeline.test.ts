// Are the steps' folders, the list of steps and the synthesized state machine one and the same?
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { OTHER_STATES, RELAY_STATES, STEPS } from '../../core/pipeline.ts';
import { allStates, definitionOf, one, type StateJson, synthesized } from '../infra/synthesized.ts';

const lambdas = join(import.meta.dirname, '..', '..', 'lambdas');
const template = synthesized();
const states = new Map(allStates(definitionOf(template, 'PgshiftLoad').definition));
const relay = new Map(allStates(definitionOf(template, 'PgshiftRelay').definition));
const mine = STEPS.filter((step) => step.machine === 'load');

/** The step whose function a Task calls, through the description that the function got from the step. */
function calledBy({ Arguments }: StateJson): string | undefined {
  const id = Arguments?.FunctionName?.match(/^<(\w+)\.Arn>$/)?.[1] ?? '';
  const description = one(template, 'AWS::Lambda::Function', id).Properties.Description;
  return STEPS.find(({ state }) => description === `pgshift: ${state}`)?.folder;
}

test('each folder of lambdas/ is one step, and each step one folder', () => {
  const folders = readdirSync(lambdas, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(folders.map(({ name }) => name).sort()).toEqual(STEPS.map((step) => step.folder).sort());
});

test('each folder holds the step and its handler', () => {
  for (const { folder, name } of STEPS) {
    expect(readdirSync(join(lambdas, folder)), folder).toEqual(expect.arrayContaining(['handler.ts', `${name}.ts`]));
  }
});

test('folders are numbered in the order in which steps are listed', () => {
  const numbers = STEPS.map((step) => Number.parseInt(step.folder, 10));
  expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  expect(STEPS.map((step) => step.folder.replace(/^\d+-/, ''))).toEqual(STEPS.map((step) => step.name));
});

test('each folder of the load names a Task state, which calls its function', () => {
  for (const { state, folder } of mine) {
    expect(states.get(state)?.Type, state).toBe('Task');
    expect(calledBy(states.get(state) ?? { Type: 'none' }), state).toBe(folder);
  }
});

test('what is held is released by the step that waited for it, and kept by the relay’s', () => {
  const called = (of: ReadonlyMap<string, StateJson>, state: string) => calledBy(of.get(state) ?? { Type: 'none' });
  expect(called(states, 'Release')).toBe('2-hold');
  expect(['First holds', 'Second holds'].map((state) => called(relay, state))).toEqual(['2-keep', '2-keep']);
  expect(STEPS.filter((step) => step.machine === 'relay').map(({ folder }) => folder)).toEqual(['2-keep']);
});

test('every other state is listed, with its type, and nothing else exists', () => {
  const typesOf = (of: ReadonlyMap<string, StateJson>) =>
    Object.fromEntries([...of].map(([name, { Type }]) => [name, Type]));
  expect(typesOf(states)).toEqual({ ...OTHER_STATES, ...Object.fromEntries(mine.map(({ state }) => [state, 'Task'])) });
  expect(typesOf(relay)).toEqual(RELAY_STATES);
});
