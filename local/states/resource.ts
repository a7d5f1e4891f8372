// Which resources can a Task name here?

export interface Resource {
  /** Set when the resource is the function itself, not the lambda:invoke integration. */
  functionArn: string | undefined;
  /** Whether the task ends by SendTaskSuccess or SendTaskFailure rather than by the function's answer. */
  waits: boolean;
}

const FUNCTION = /^arn:[a-z-]+:lambda:[a-z0-9-]+:\d{12}:function:[\w-]+(?::[\w$-]+)?$/;
const INVOKE = /^arn:[a-z-]+:states:::lambda:invoke(?<waits>\.waitForTaskToken)?$/;

/** The resource, or undefined when it is none that runs here. */
export function resourceOf(arn: string): Resource | undefined {
  if (FUNCTION.test(arn)) return { functionArn: arn, waits: false };
  const invoke = INVOKE.exec(arn);
  return invoke ? { functionArn: undefined, waits: invoke.groups?.waits !== undefined } : undefined;
}

const READERS = /^arn:[a-z-]+:states:::s3:(?<call>getObject|listObjectsV2)$/;

/** Which call an ItemReader makes, or undefined when it is none that runs here. */
export function readerOf(arn: string): 'getObject' | 'listObjectsV2' | undefined {
  const call = READERS.exec(arn)?.groups?.call;
  return call === 'getObject' || call === 'listObjectsV2' ? call : undefined;
}

export const isWriter = (arn: string): boolean => /^arn:[a-z-]+:states:::s3:putObject$/.test(arn);
