// Which resources can a Task name here?

/** What a Task can do with executions. */
export type ExecutionCall = 'startExecution' | 'describeExecution';

export type Resource =
  /** The function itself, by its ARN. */
  | { readonly kind: 'function'; readonly arn: string }
  /** lambda:invoke; `waits`: it ends by SendTaskSuccess or SendTaskFailure rather than by the function's answer. */
  | { readonly kind: 'invoke'; readonly waits: boolean }
  /** states:startExecution, which does not wait for its end, or a look at one. */
  | { readonly kind: 'execution'; readonly call: ExecutionCall };

const FUNCTION = /^arn:[a-z-]+:lambda:[a-z0-9-]+:\d{12}:function:[\w-]+(?::[\w$-]+)?$/;
const INVOKE = /^arn:[a-z-]+:states:::lambda:invoke(?<waits>\.waitForTaskToken)?$/;
const START = /^arn:[a-z-]+:states:::states:startExecution$/;
const DESCRIBE = /^arn:[a-z-]+:states:::aws-sdk:sfn:describeExecution$/;

/** The resource, or undefined when it is none that runs here. */
export function resourceOf(arn: string): Resource | undefined {
  if (FUNCTION.test(arn)) return { kind: 'function', arn };
  if (START.test(arn)) return { kind: 'execution', call: 'startExecution' };
  if (DESCRIBE.test(arn)) return { kind: 'execution', call: 'describeExecution' };
  const invoke = INVOKE.exec(arn);
  return invoke ? { kind: 'invoke', waits: invoke.groups?.waits !== undefined } : undefined;
}

export const waitsForToken = (resource: Resource): boolean => resource.kind === 'invoke' && resource.waits;

const READERS = /^arn:[a-z-]+:states:::s3:(?<call>getObject|listObjectsV2)$/;

/** Which call an ItemReader makes, or undefined when it is none that runs here. */
export function readerOf(arn: string): 'getObject' | 'listObjectsV2' | undefined {
  const call = READERS.exec(arn)?.groups?.call;
  return call === 'getObject' || call === 'listObjectsV2' ? call : undefined;
}

export const isWriter = (arn: string): boolean => /^arn:[a-z-]+:states:::s3:putObject$/.test(arn);
