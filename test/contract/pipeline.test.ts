// Are the steps' folders, the list of steps and the synthesized state machine one and the same?
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { OTHER_STATES, STEPS } from '../../core/pipeline.ts';
import { allStates, definitionOf, one, type StateJson, synthesized } from '../infra/synthesized.ts';

const lambdas = join(import.meta.dirname, '..', '..', 'lambdas');
const template = synthesized();
const states = new Map(allStates(definitionOf(template, 'PgshiftLoad').definition));
const tasks = [...states].filter(([, { Type }]) => Type === 'Task');

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

test('each folder names one Task state, which calls its function', () => {
  expect(tasks.map(([name]) => name).sort()).toEqual(STEPS.map((step) => step.state).sort());
  for (const { state, folder } of STEPS) expect(calledBy(states.get(state) ?? { Type: 'none' }), state).toBe(folder);
});

test('every other state is listed, with its type, and nothing else exists', () => {
  const others = [...states].filter(([, { Type }]) => Type !== 'Task').map(([name, { Type }]) => [name, Type]);
  expect(Object.fromEntries(others)).toEqual(OTHER_STATES);
  expect(others).toHaveLength(Object.keys(OTHER_STATES).length);
});
