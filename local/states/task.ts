// How does a Task state run: a Lambda function directly, through lambda:invoke, waiting for a task token, or a call that
// concerns another execution?
import { randomUUID } from 'node:crypto';
import { deadline } from './clock.ts';
import type { TaskState } from './definition.ts';
import { StateError } from './errors.ts';
import { fill } from './expressions.ts';
import { inputOf, outputOf } from './history.ts';
import { isObject, type Json, toJson } from './json.ts';
import { type Resource, resourceOf, waitsForToken } from './resource.ts';
import type { Step, Visit } from './visit.ts';

interface Call {
  visit: Visit;
  resource: Resource;
  args: Json;
  timeoutSeconds: number | undefined;
  heartbeatSeconds: number | undefined;
  token: string | undefined;
}

/** Runs one attempt of a Task. Throws StateError, QueryError, or what aborted the frame. */
export async function runTask(visit: Visit, state: TaskState): Promise<Step> {
  const call = await prepare(visit, state);
  visit.frame.signal.throwIfAborted();
  scheduled(call);
  let result: Json;
  try {
    result = visit.limited(await perform(call));
  } catch (error) {
    visit.frame.signal.throwIfAborted();
    if (error instanceof StateError) failed(call, error);
    throw error;
  }
  succeeded(call, result);
  return { ...(await visit.outcome(state, result, { result })), next: state.Next };
}

async function prepare(visit: Visit, state: TaskState): Promise<Call> {
  const resource = resourceOf(state.Resource);
  if (!resource)
    throw new StateError('States.Runtime', visit.causeOf(`Resource '${state.Resource}' is not known here`));
  const token = waitsForToken(resource) ? visit.frame.services.tokens.newToken() : undefined;
  if (token) visit.context.Task = { Token: token };
  const bindings = visit.bindings();
  const args = visit.limited(
    state.Arguments === undefined ? visit.input : await fill(state.Arguments, bindings, 'Arguments'),
  );
  return {
    visit,
    resource,
    args,
    token,
    timeoutSeconds: await visit.wholeNumber(state.TimeoutSeconds, 'TimeoutSeconds', 1),
    heartbeatSeconds: await visit.wholeNumber(state.HeartbeatSeconds, 'HeartbeatSeconds', 1),
  };
}

/** The function of a task that calls one, and what it is given. */
function targetOf({ visit, resource, args }: Call): { functionName: string; payload: Json } {
  if (resource.kind === 'function') return { functionName: resource.arn, payload: args };
  if (!isObject(args) || typeof args.FunctionName !== 'string') {
    throw new StateError('States.Runtime', visit.causeOf("Arguments need a 'FunctionName'"));
  }
  return { functionName: args.FunctionName, payload: args.Payload ?? {} };
}

/** The work raced against its timeout, its heartbeat, and the end of everything around it. */
async function perform(call: Call): Promise<Json> {
  const { frame } = call.visit;
  const stop = new AbortController();
  const signal = AbortSignal.any([frame.signal, stop.signal]);
  const timers = new Map<string, () => void>();
  const arm = (seconds: number | undefined, error: string) => {
    timers.get(error)?.();
    if (seconds !== undefined)
      timers.set(
        error,
        deadline(seconds, () => stop.abort(new StateError(error, undefined))),
      );
  };
  const beat = () => arm(call.heartbeatSeconds, 'States.HeartbeatTimeout');
  arm(call.timeoutSeconds, 'States.Timeout');
  beat();
  try {
    return await untilAborted(signal, work(call, signal, beat));
  } finally {
    for (const cancel of timers.values()) cancel();
    if (call.token) frame.services.tokens.forget(call.token);
    // A function that lost the race to its timeout or token ends here; one that has answered does not notice.
    stop.abort(new StateError('States.Timeout', undefined));
  }
}

async function work(call: Call, signal: AbortSignal, beat: () => void): Promise<Json> {
  const { frame, name } = call.visit;
  const { resource, token } = call;
  if (resource.kind === 'execution') return frame.services.executions[resource.call](call.args, frame.identity);
  const { functionName, payload } = targetOf(call);
  const executionArn = frame.identity.arn;
  const reported = token === undefined ? undefined : frame.services.tokens.wait(token, beat);
  const answer = frame.services.host.task({ functionName, payload, state: name, executionArn, signal });
  if (!reported) return enveloped(call, await answer);
  const submitted = answer.then((result) => {
    if (!signal.aborted) report(call, 'Submitted', { output: JSON.stringify(enveloped(call, result)) });
    return reported;
  });
  return Promise.race([reported, submitted]);
}

function untilAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** lambda:invoke answers with the response of the Invoke call around the function's result. */
function enveloped(call: Call, result: Json): Json {
  const payload = toJson(result) ?? null;
  if (call.resource.kind === 'function') return payload;
  const requestId = randomUUID();
  return {
    ExecutedVersion: '$LATEST',
    Payload: payload,
    SdkHttpMetadata: { HttpStatusCode: 200 },
    SdkResponseMetadata: { RequestId: requestId },
    StatusCode: 200,
  };
}

function kind({ resource }: Call): { resourceType: string; resource: string } {
  if (resource.kind === 'execution') {
    return { resourceType: resource.call === 'startExecution' ? 'states' : 'aws-sdk:sfn', resource: resource.call };
  }
  return { resourceType: 'lambda', resource: waitsForToken(resource) ? 'invoke.waitForTaskToken' : 'invoke' };
}

function scheduled(call: Call): void {
  const { visit, resource, args } = call;
  const limits = {
    ...(call.timeoutSeconds !== undefined && { timeoutInSeconds: call.timeoutSeconds }),
    ...(call.heartbeatSeconds !== undefined && { heartbeatInSeconds: call.heartbeatSeconds }),
  };
  if (resource.kind === 'function') {
    const details = { resource: resource.arn, ...inputOf(args), ...limits };
    visit.follow('LambdaFunctionScheduled', { lambdaFunctionScheduledEventDetails: details });
    visit.follow('LambdaFunctionStarted');
    return;
  }
  const details = { region: visit.frame.services.region, parameters: JSON.stringify(args), ...kind(call), ...limits };
  visit.follow('TaskScheduled', { taskScheduledEventDetails: details });
  visit.follow('TaskStarted', { taskStartedEventDetails: kind(call) });
}

function succeeded(call: Call, result: Json): void {
  if (call.resource.kind === 'function') {
    call.visit.follow('LambdaFunctionSucceeded', { lambdaFunctionSucceededEventDetails: outputOf(result) });
  } else {
    report(call, 'Succeeded', outputOf(result));
  }
}

function report(call: Call, what: 'Submitted' | 'Succeeded', details: { output: string }): void {
  const whole = { ...kind(call), ...details };
  if (what === 'Submitted') call.visit.follow('TaskSubmitted', { taskSubmittedEventDetails: whole });
  else call.visit.follow('TaskSucceeded', { taskSucceededEventDetails: whole });
}

function failed(call: Call, { error, cause }: StateError): void {
  const timedOut = error === 'States.Timeout' || error === 'States.HeartbeatTimeout';
  const details = { ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) };
  const { visit } = call;
  if (call.resource.kind === 'function') {
    if (timedOut) visit.follow('LambdaFunctionTimedOut', { lambdaFunctionTimedOutEventDetails: details });
    else visit.follow('LambdaFunctionFailed', { lambdaFunctionFailedEventDetails: details });
  } else if (timedOut) {
    visit.follow('TaskTimedOut', { taskTimedOutEventDetails: { ...kind(call), ...details } });
  } else {
    visit.follow('TaskFailed', { taskFailedEventDetails: { ...kind(call), ...details } });
  }
}
