// What can a state do with other executions: start one of another machine, and look at one; and may it?
import type { ExecutionIdentity } from './child.ts';
import { NameTaken, StateError } from './errors.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { isName } from './request.ts';
import type { Store } from './store.ts';

/** Both throw StateError under the name that the service gives it. `caller` is the execution that asks. */
export interface Executions {
  startExecution(args: Json, caller: ExecutionIdentity): Json;
  describeExecution(args: Json, caller: ExecutionIdentity): Json;
}

export function executionsOf(store: Store): Executions {
  return {
    startExecution: (args, caller) => start(store, fieldsOf(args), caller),
    describeExecution: (args, caller) => describe(store, fieldsOf(args), caller),
  };
}

/** Where there is one execution and no others. */
export const NO_EXECUTIONS: Executions = { startExecution: unreachable, describeExecution: unreachable };

function unreachable(): never {
  throw new StateError('States.Runtime', 'no other execution is within reach here');
}

const fieldsOf = (args: Json): JsonObject => (isObject(args) ? args : {});

/** The service documents the answer's ARN only: a date of unknown form is left out, so that nobody builds on it. */
function start(store: Store, { StateMachineArn, Name, Input }: JsonObject, caller: ExecutionIdentity): Json {
  const arn = textOf('StateMachineArn', StateMachineArn);
  authorize(store, caller, 'states:StartExecution', arn, 'StepFunctions.AWSStepFunctionsException');
  const machine = store.machines.get(arn);
  if (!machine) {
    throw new StateError('StepFunctions.StateMachineDoesNotExistException', `State Machine Does Not Exist: '${arn}'`);
  }
  const name = Name === undefined ? undefined : textOf('Name', Name);
  if (name !== undefined && !isName(name)) {
    throw new StateError('StepFunctions.InvalidNameException', `Invalid Name: '${name}'`);
  }
  try {
    const execution = store.start(machine, JSON.stringify(Input ?? {}), name);
    return { ExecutionArn: execution.identity.arn };
  } catch (error) {
    if (!(error instanceof NameTaken)) throw error;
    throw new StateError('StepFunctions.ExecutionAlreadyExistsException', error.message);
  }
}

function describe(store: Store, { ExecutionArn }: JsonObject, caller: ExecutionIdentity): Json {
  const arn = textOf('ExecutionArn', ExecutionArn);
  authorize(store, caller, 'states:DescribeExecution', arn, 'Sfn.SfnException');
  const found = store.executions.get(arn)?.execution;
  if (!found) throw new StateError('Sfn.ExecutionDoesNotExistException', `Execution Does Not Exist: '${arn}'`);
  const { identity, status, startDate, stopDate } = found;
  return {
    ExecutionArn: arn,
    StateMachineArn: identity.machineArn,
    Name: identity.name,
    Status: status,
    StartDate: startDate.toISOString(),
    ...(stopDate && { StopDate: stopDate.toISOString() }),
  };
}

function textOf(field: string, value: Json | undefined): string {
  if (typeof value === 'string') return value;
  throw new StateError('States.Runtime', `Arguments need a '${field}' that is a string`);
}

/** As IAM does it: what the role of the caller's machine does not allow is denied. */
function authorize(store: Store, caller: ExecutionIdentity, action: string, resource: string, error: string): void {
  if (store.executions.get(caller.arn)?.machine.allows(action, resource)) return;
  const cause = `User: ${caller.roleArn} is not authorized to perform: ${action} on resource: ${resource}`;
  throw new StateError(error, cause);
}
