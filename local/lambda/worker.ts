// The child process of one function: loads the handler as Lambda's Node.js runtime does, and answers one invocation at
// a time over the IPC channel. It ends when the channel does, so that no child outlives its host.

import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire, flushCompileCache, registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compileFunction, constants } from 'node:vm';
import type { FunctionError } from './failures.ts';
import { type Answer, type Invocation, isInvocation } from './messages.ts';

// It has been heeded by now, and is nothing that a function sees.
delete process.env.NODE_COMPILE_CACHE;

type Handler = (event: unknown, context: object) => unknown;

/** Without symbolic links, as the module loader sees it. */
const root = realpathSync(process.env.LAMBDA_TASK_ROOT ?? '.');
const rootUrl = `${pathToFileURL(root).href}/`;
let current: string | undefined;

/** An error of the runtime itself, under the name Lambda gives it. */
function runtimeError(name: string, message: string): Error {
  const error = new Error(message);
  error.name = name;
  return error;
}

/** On AWS there is no node_modules beside the code's folder, so none is found here. */
registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    const fromCode = context.parentURL?.startsWith(rootUrl) === true;
    if (fromCode && found.url.startsWith('file:') && !found.url.startsWith(rootUrl)) {
      throw runtimeError('Runtime.ImportModuleError', `Error: Cannot find module '${specifier}'`);
    }
    return found;
  },
});

async function load(): Promise<Handler> {
  const name = process.env._HANDLER ?? '';
  const dot = name.lastIndexOf('.');
  const [file, exported] = [name.slice(0, dot), name.slice(dot + 1)];
  const path = ['.js', '.mjs', '.cjs'].map((extension) => join(root, `${file}${extension}`)).find(existsSync);
  if (path === undefined) throw runtimeError('Runtime.ImportModuleError', `Error: Cannot find module '${file}'`);
  const found = (await moduleAt(path))[exported];
  if (!isHandler(found)) throw runtimeError('Runtime.HandlerNotFound', `${name} is undefined or not exported`);
  return found;
}

/** On AWS there is no package.json above the code's folder, so without one of its own a `.js` file is CommonJS. */
async function moduleAt(path: string): Promise<Record<string, unknown>> {
  if (!path.endsWith('.js') || existsSync(join(root, 'package.json'))) return import(pathToFileURL(path).href);
  const module: { exports: Record<string, unknown> } = { exports: {} };
  const wrapped = compileFunction(
    readFileSync(path, 'utf8'),
    ['exports', 'require', 'module', '__filename', '__dirname'],
    { filename: path, importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER },
  );
  wrapped(module.exports, createRequire(path), module, path, root);
  return module.exports;
}

const isHandler = (value: unknown): value is Handler => typeof value === 'function';

async function invoke(invocation: Invocation): Promise<void> {
  const { requestId } = invocation;
  current = requestId;
  let loaded: Handler;
  try {
    loaded = await handler;
  } catch (error) {
    answer({ requestId, error: report(error), broken: true });
    return;
  }
  try {
    const result = await loaded(JSON.parse(invocation.event), contextOf(invocation));
    answer({ requestId, result: JSON.stringify(result) ?? 'null' });
  } catch (error) {
    answer({ requestId, error: report(error), broken: false });
  }
}

function answer(message: Answer): void {
  current = undefined;
  process.send?.(message, keepCompiled);
}

let kept = false;

/** Once, after the first answer: by then what a function uses has been compiled. A process that is killed keeps nothing. */
function keepCompiled(): void {
  if (kept) return;
  kept = true;
  flushCompileCache();
}

function contextOf({ requestId, functionArn, deadline }: Invocation): object {
  const { AWS_LAMBDA_FUNCTION_NAME: functionName, AWS_LAMBDA_FUNCTION_MEMORY_SIZE: memoryLimitInMB } = process.env;
  return {
    awsRequestId: requestId,
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: functionArn,
    memoryLimitInMB,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

function report(error: unknown): FunctionError {
  if (error instanceof Error) {
    return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
  }
  return { errorType: typeof error, errorMessage: String(error), trace: [] };
}

/** What the handler left unhandled fails the invocation at hand, and the process with it. */
function crash(error: FunctionError): void {
  if (current === undefined || !process.send) process.exit(1);
  process.send({ requestId: current, error, broken: true } satisfies Answer, () => process.exit(1));
}

// Loaded before the first invocation comes, which is where a failure to load is reported.
const handler = load();
handler.catch(() => {}).finally(() => process.send?.('loaded'));

process.on('uncaughtException', (error) => crash(report(error)));
process.on('unhandledRejection', (reason) => {
  crash({ ...report(reason), errorType: 'Runtime.UnhandledPromiseRejection' });
});
process.on('disconnect', () => process.exit(1));
process.on('message', (message) => {
  if (isInvocation(message)) void invoke(message);
});
