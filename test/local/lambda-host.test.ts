// Do functions of an assembly run as Lambda runs them: environment, context, errors, limits, and a sure end?
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readAssembly } from '../../local/lambda/assembly.ts';
import { LambdaHost, type LambdaHostOptions } from '../../local/lambda/host.ts';
import type { Json } from '../../local/states/json.ts';
import { type FixtureFunction, removeAssemblies, writeAssembly } from './assembly-fixture.ts';

const place = { region: 'eu-central-1', accountId: '111111111111', physical: { Bucket: 'staging' } };
let hosts: LambdaHost[];
let lines: string[];

beforeEach(() => {
  hosts = [];
  lines = [];
});

afterEach(async () => {
  await Promise.all(hosts.map((host) => host.close()));
  removeAssemblies();
});

/** A host for one function named `Work`, and the folder of its code. */
async function hostOf(lambda: FixtureFunction, options: Partial<LambdaHostOptions> = {}) {
  const folder = writeAssembly({ functions: { Work: lambda } });
  const { functions } = await readAssembly(folder, place);
  const log = (name: string, line: string) => lines.push(`${name}: ${line}`);
  const host = new LambdaHost({ functions, region: place.region, env: process.env, log, ...options });
  hosts.push(host);
  return { host, codeFolder: functions[0]?.codeFolder ?? '' };
}

const never = new AbortController().signal;

async function call(lambda: FixtureFunction, payload: Json = {}, options: Partial<LambdaHostOptions> = {}) {
  const { host } = await hostOf(lambda, options);
  return host.invoke('Work', payload, never);
}

/** Waits for a file that a child writes, and gives its content. */
async function contentOf(path: string): Promise<string> {
  while (!existsSync(path) || readFileSync(path, 'utf8') === '') await pause(5);
  return readFileSync(path, 'utf8');
}

async function untilGone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await pause(5);
  }
}

/** Says its process id in a file, then never answers. */
const stuck = `const fs = require('node:fs');
  exports.handler = async () => { fs.writeFileSync('pid', String(process.pid)); setInterval(() => {}, 1000); await new Promise(() => {}); };`;

test('passes JSON in and JSON out, where nothing becomes null', async () => {
  expect(await call({ code: 'exports.handler = async (event) => ({ got: event });' }, { a: [1, null] })).toEqual({
    got: { a: [1, null] },
  });
  expect(await call({ code: 'exports.handler = async () => {};' })).toBeNull();
});

test('runs index.js as CommonJS, whatever package.json lies around the assembly', async () => {
  const { host, codeFolder } = await hostOf({ code: "exports.handler = async () => require('./other.json').name;" });
  writeFileSync(join(codeFolder, 'other.json'), '{"name":"beside"}');
  expect(JSON.parse(readFileSync(join(codeFolder, '../package.json'), 'utf8'))).toEqual({ type: 'module' });
  expect(await host.invoke('Work', {}, never)).toBe('beside');
});

test('runs an ES module as well', async () => {
  const code = 'export const handler = async () => typeof require;';
  expect(await call({ code, file: 'index.mjs' })).toBe('undefined');
});

test('gives the template precedence over the caller, and passes on no more than AWS_*, PG* and places', async () => {
  const lambda = {
    code: 'exports.handler = async () => process.env;',
    environment: { PGSHIFT_BUCKET: { Ref: 'Bucket' }, PGUSER: 'template' },
  };
  const env = {
    PGUSER: 'caller',
    PGPASSWORD: 'p',
    AWS_PROFILE: 'mine',
    HOME: '/home/me',
    EDITOR: 'vi',
    NODE_OPTIONS: '',
  };
  expect(await call(lambda, {}, { env })).toEqual({
    ...{ PGSHIFT_BUCKET: 'staging', PGUSER: 'template', PGPASSWORD: 'p', AWS_PROFILE: 'mine', HOME: '/home/me' },
    ...{ AWS_REGION: 'eu-central-1', AWS_DEFAULT_REGION: 'eu-central-1' },
    ...{ AWS_LAMBDA_FUNCTION_NAME: 'Work', AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256' },
    ...{ AWS_LAMBDA_FUNCTION_VERSION: '$LATEST', AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' },
    ...{ AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/Work', AWS_LAMBDA_LOG_STREAM_NAME: 'local' },
    ...{ LAMBDA_TASK_ROOT: expect.stringContaining('asset.work'), _HANDLER: 'index.handler', TZ: ':UTC' },
  });
});

test('tells the handler who it is and how long it has left', async () => {
  const code = `exports.handler = async (event, context) => ({ ...context, left: context.getRemainingTimeInMillis() });`;
  const context = (await call({ code, timeoutSeconds: 30 })) as { left: number };
  expect(context).toMatchObject({
    functionName: 'Work',
    memoryLimitInMB: '256',
    invokedFunctionArn: 'arn:aws:lambda:eu-central-1:111111111111:function:Work',
    awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
  });
  expect(context.left).toBeGreaterThan(0);
  expect(context.left).toBeLessThanOrEqual(30_000);
});

test('runs at UTC', async () => {
  expect(await call({ code: 'exports.handler = async () => new Date(2020, 6, 1).toISOString();' })).toBe(
    '2020-07-01T00:00:00.000Z',
  );
});

test('reports a thrown error by its name, its message and its trace', async () => {
  const code = `exports.handler = async () => { const e = new Error('no row'); e.name = 'CountMismatch'; throw e; };`;
  const failure = await call({ code }).catch((error: unknown) => error);
  expect(failure).toMatchObject({ error: 'CountMismatch' });
  const { cause } = failure as { cause: string };
  expect(JSON.parse(cause)).toEqual({
    errorType: 'CountMismatch',
    errorMessage: 'no row',
    trace: expect.arrayContaining([expect.stringContaining('index.js')]),
  });
});

test('uses a process again, also after an error it reported', async () => {
  const code = `let calls = 0; exports.handler = async (event) => { calls += 1; if (event.fail) throw new Error('x'); return [process.pid, calls]; };`;
  const { host } = await hostOf({ code });
  const [pid] = (await host.invoke('Work', {}, never)) as number[];
  await host.invoke('Work', { fail: true }, never).catch(() => {});
  expect(await host.invoke('Work', {}, never)).toEqual([pid, 3]);
});

test('runs invocations of one function at the same time in processes of their own', async () => {
  const { host } = await hostOf({ code: 'exports.handler = async () => process.pid;' });
  const pids = await Promise.all([1, 2].map(() => host.invoke('Work', {}, never)));
  expect(new Set(pids).size).toBe(2);
});

test('lets invocations beyond the limit wait their turn', async () => {
  const { host } = await hostOf({ code: 'exports.handler = async () => process.pid;' }, { maxConcurrency: 1 });
  const pids = await Promise.all([1, 2, 3].map(() => host.invoke('Work', {}, never)));
  expect(new Set(pids).size).toBe(1);
});

test('ends a function at its timeout, and its process with it', async () => {
  const { host, codeFolder } = await hostOf({ code: stuck, timeoutSeconds: 1 });
  await expect(host.invoke('Work', {}, never)).rejects.toMatchObject({
    error: 'Sandbox.Timedout',
    cause: expect.stringMatching(/Task timed out after 1\.00 seconds/),
  });
  await untilGone(Number(await contentOf(join(codeFolder, 'pid'))));
});

test('reports a process that ends by itself', async () => {
  await expect(call({ code: 'exports.handler = async () => process.exit(7);' })).rejects.toMatchObject({
    error: 'Runtime.ExitError',
    cause: expect.stringContaining('exit status 7'),
  });
});

test('reports what a handler left unhandled, and starts anew', async () => {
  const code = `exports.handler = async (event) => { if (!event.bad) return 'well'; Promise.reject(new Error('lost')); await new Promise(() => {}); };`;
  const { host } = await hostOf({ code });
  await expect(host.invoke('Work', { bad: true }, never)).rejects.toMatchObject({
    error: 'Runtime.UnhandledPromiseRejection',
  });
  expect(await host.invoke('Work', {}, never)).toBe('well');
});

test('says which handler or module is missing', async () => {
  await expect(call({ code: 'exports.other = 1;' })).rejects.toMatchObject({ error: 'Runtime.HandlerNotFound' });
  await expect(call({ code: '', file: 'main.js' })).rejects.toMatchObject({ error: 'Runtime.ImportModuleError' });
  const code = "require('pg'); exports.handler = async () => {};";
  await expect(call({ code })).rejects.toHaveProperty('cause', expect.stringContaining('pg'));
});

test('does not find a package beside the code, which would not be there on AWS', async () => {
  const outside = join(process.cwd(), 'node_modules/pg/lib/index.js');
  const code = `exports.handler = async () => Object.keys(require(${JSON.stringify(outside)}));`;
  await expect(call({ code })).rejects.toMatchObject({ error: 'Runtime.ImportModuleError' });
});

test('refuses a response of more than 6 MB', async () => {
  const code = 'exports.handler = async ({ bytes }) => "x".repeat(bytes - 2);';
  const { host } = await hostOf({ code });
  expect(await host.invoke('Work', { bytes: 6_291_456 }, never)).toHaveLength(6_291_454);
  await expect(host.invoke('Work', { bytes: 6_291_457 }, never)).rejects.toMatchObject({
    error: 'Function.ResponseSizeTooLarge',
  });
});

test('kills the process at once when the invocation is aborted', async () => {
  const { host, codeFolder } = await hostOf({ code: stuck });
  const stop = new AbortController();
  const invoked = host.invoke('Work', {}, stop.signal);
  const refused = expect(invoked).rejects.toThrow('enough');
  const pid = Number(await contentOf(join(codeFolder, 'pid')));
  stop.abort(new Error('enough'));
  await refused;
  await untilGone(pid);
});

test('has a process ready for the first invocation when it was warmed', async () => {
  const code = "console.log('loaded'); exports.handler = async () => process.pid;";
  const { host } = await hostOf({ code });
  host.warm();
  while (lines.length < 1) await pause(5);
  const first = await host.invoke('Work', {}, never);
  expect(await host.invoke('Work', {}, never)).toBe(first);
  expect(lines).toEqual(['Work: loaded']);
});

test('lets no child outlive a parent that is killed', async () => {
  const folder = writeAssembly({ functions: { Work: { code: stuck } } });
  const { functions } = await readAssembly(folder, place);
  const script = `import { LambdaHost } from ${JSON.stringify(join(process.cwd(), 'local/lambda/host.ts'))};
    const host = new LambdaHost({ functions: ${JSON.stringify(functions)}, region: 'eu-central-1', env: process.env, log() {} });
    await host.invoke('Work', {}, new AbortController().signal);`;
  const parent = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: 'ignore' });
  const pid = Number(await contentOf(join(functions[0]?.codeFolder ?? '', 'pid')));
  parent.kill('SIGKILL');
  await untilGone(pid);
});

test('leaves no process behind when it is closed', async () => {
  const { host, codeFolder } = await hostOf({ code: stuck });
  const invoked = host.invoke('Work', {}, never).catch((error: unknown) => error);
  const pid = Number(await contentOf(join(codeFolder, 'pid')));
  await host.close();
  await invoked;
  expect(() => process.kill(pid, 0)).toThrow();
});

test('gives every line a function writes to the log, and none to its own output', async () => {
  const code = "exports.handler = async () => { console.log('to out'); console.error('to err'); };";
  await call({ code });
  while (lines.length < 2) await pause(5);
  expect(lines.toSorted()).toEqual(['Work: to err', 'Work: to out']);
});

test('caps the heap of a child when asked to', async () => {
  const code = "exports.handler = async () => require('node:v8').getHeapStatistics().heap_size_limit;";
  const limitMb = async (memoryMb: number) =>
    Number(await call({ code, memoryMb }, {}, { limitMemory: true })) / (1024 * 1024);
  // The limit counts the young generation too, which is the same for both.
  expect((await limitMb(512)) - (await limitMb(128))).toBe(512 - 128);
});

test('says which function does not exist', async () => {
  const { host } = await hostOf({ code: '' });
  await expect(host.invoke('Nothing', {}, never)).rejects.toMatchObject({ error: 'Lambda.ResourceNotFoundException' });
});
