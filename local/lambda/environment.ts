// Which environment variables does a function see: its own from the template, and which of the caller's?
import type { AssemblyFunction } from './assembly.ts';

/** What a function on a laptop needs from whoever started it: where things are, and the ways to AWS and PostgreSQL. */
const PASSED_ON = /^(?:HOME|PATH|TMPDIR|NODE_EXTRA_CA_CERTS|AWS_.*|PG.*)$/;

/** The template's variables win over the caller's; what Lambda itself sets wins over both. */
export function environmentOf(
  { name, handler, memoryMb, environment, codeFolder }: AssemblyFunction,
  region: string,
  caller: NodeJS.ProcessEnv,
): NodeJS.ProcessEnv {
  const passed = Object.entries(caller).filter(([variable]) => PASSED_ON.test(variable));
  return {
    ...Object.fromEntries(passed),
    ...environment,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    LAMBDA_TASK_ROOT: codeFolder,
    _HANDLER: handler,
    TZ: ':UTC',
  };
}
