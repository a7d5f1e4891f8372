// What does each operation of the Step Functions API do here?
import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { InvalidDefinition, MAX_PAYLOAD_BYTES, NameTaken } from './errors.ts';
import type { Execution } from './execution.ts';
import type { MapRun } from './map-run.ts';
import { ApiError, checkName, type Request } from './request.ts';
import type { Store, StoredExecution, StoredMachine } from './store.ts';
import type { TaskTokens } from './tokens.ts';
import { parseDefinition } from './validate.ts';

export interface Service {
  store: Store;
  tokens: TaskTokens;
}

type Operation = (service: Service, request: Request) => object;

/** The protocol's timestamps are seconds since 1970. */
const seconds = (date: Date): number => date.getTime() / 1000;

function machineOf({ store }: Service, arn: string): StoredMachine {
  const machine = store.machines.get(arn);
  if (!machine) throw new ApiError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
  return machine;
}

function executionOf({ store }: Service, arn: string): StoredExecution {
  const stored = store.executions.get(arn);
  if (!stored) throw new ApiError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
  return stored;
}

function mapRunOf({ store }: Service, arn: string): { run: MapRun; parent: Execution } {
  const found = store.mapRun(arn);
  if (!found) throw new ApiError('ResourceNotFound', `Resource not found: '${arn}'`);
  return found;
}

const createStateMachine: Operation = ({ store }, request) => {
  const name = checkName(request.text('name'));
  const definition = request.text('definition');
  const roleArn = request.text('roleArn');
  if ((request.optionalText('type') ?? 'STANDARD') !== 'STANDARD') {
    throw new ApiError('ValidationException', 'only state machines of type STANDARD run locally');
  }
  request.done();
  try {
    const machine = store.register(name, definition, roleArn);
    return { stateMachineArn: machine.arn, creationDate: seconds(machine.createdAt) };
  } catch (error) {
    if (error instanceof NameTaken) throw new ApiError('StateMachineAlreadyExists', error.message);
    if (!(error instanceof InvalidDefinition)) throw error;
    throw new ApiError('InvalidDefinition', `Invalid State Machine Definition: '${error.message}'`);
  }
};

const validateStateMachineDefinition: Operation = (_service, request) => {
  const definition = request.text('definition');
  request.optionalText('type');
  request.done();
  try {
    parseDefinition(definition);
    return { result: 'OK', diagnostics: [], truncated: false };
  } catch (error) {
    if (!(error instanceof InvalidDefinition)) throw error;
    const code = /^[A-Z_]+(?=: )/.exec(error.message)?.[0] ?? 'SCHEMA_VALIDATION_FAILED';
    const diagnostic = { severity: 'ERROR', code, message: error.message };
    return { result: 'FAIL', diagnostics: [diagnostic], truncated: false };
  }
};

const describeStateMachine: Operation = (service, request) => {
  const machine = machineOf(service, request.text('stateMachineArn'));
  request.done();
  return {
    stateMachineArn: machine.arn,
    ...{ name: machine.name, definition: machine.definition, roleArn: machine.roleArn },
    ...{ status: 'ACTIVE', type: 'STANDARD', creationDate: seconds(machine.createdAt) },
  };
};

const describeStateMachineForExecution: Operation = (service, request) => {
  const { execution, machine } = executionOf(service, request.text('executionArn'));
  request.done();
  const { machineArn, machineName, mapRunArn } = execution.identity;
  return {
    ...{ stateMachineArn: machineArn, name: machineName, roleArn: machine.roleArn },
    definition: mapRunArn ? JSON.stringify(execution.machine) : machine.definition,
    updateDate: seconds(machine.createdAt),
    ...(mapRunArn && { mapRunArn, label: machineName.slice(machineName.indexOf('/') + 1) }),
  };
};

const listStateMachines: Operation = ({ store }, request) => {
  const all = [...store.machines.values()];
  const { items, nextToken } = request.page(all, (machine) => all.indexOf(machine));
  const stateMachines = items.map(({ arn, name, createdAt }) => ({
    ...{ stateMachineArn: arn, name, type: 'STANDARD', creationDate: seconds(createdAt) },
  }));
  return { stateMachines, ...(nextToken && { nextToken }) };
};

const startExecution: Operation = (service, request) => {
  const machine = machineOf(service, request.text('stateMachineArn'));
  const name = request.optionalText('name');
  const input = request.optionalText('input') ?? '{}';
  request.done();
  if (name !== undefined) checkName(name);
  if (Buffer.byteLength(input) > MAX_PAYLOAD_BYTES) {
    throw new ApiError('ValidationException', `'input' must have at most ${MAX_PAYLOAD_BYTES} bytes`);
  }
  try {
    JSON.parse(input);
  } catch {
    throw new ApiError('InvalidExecutionInput', 'Invalid State Machine Execution Input: it is not JSON');
  }
  try {
    const execution = service.store.start(machine, input, name);
    return { executionArn: execution.identity.arn, startDate: seconds(execution.startDate) };
  } catch (error) {
    if (error instanceof NameTaken) throw new ApiError('ExecutionAlreadyExists', error.message);
    throw error;
  }
};

const stopExecution: Operation = (service, request) => {
  const { execution } = executionOf(service, request.text('executionArn'));
  const error = request.optionalText('error');
  const cause = request.optionalText('cause');
  request.done();
  execution.stop(error, cause);
  return { stopDate: seconds(execution.stopDate ?? new Date()) };
};

function summary({ execution }: StoredExecution) {
  const { identity, status, startDate, stopDate, redriveCount, redriveDate } = execution;
  return {
    ...{ executionArn: identity.arn, stateMachineArn: identity.machineArn, name: identity.name, status },
    ...{ startDate: seconds(startDate), redriveCount },
    ...(redriveDate && { redriveDate: seconds(redriveDate) }),
    ...(stopDate && { stopDate: seconds(stopDate) }),
    ...(identity.mapRunArn && { mapRunArn: identity.mapRunArn }),
  };
}

const describeExecution: Operation = (service, request) => {
  const stored = executionOf(service, request.text('executionArn'));
  request.done();
  const { output, error, cause } = stored.execution;
  const reason = notRedrivable(stored.execution);
  return {
    ...summary(stored),
    ...{ input: stored.inputText, inputDetails: { included: true } },
    ...(output !== undefined && { output: JSON.stringify(output), outputDetails: { included: true } }),
    ...(error !== undefined && { error }),
    ...(cause !== undefined && { cause }),
    ...(reason === undefined
      ? { redriveStatus: 'REDRIVABLE' }
      : { redriveStatus: 'NOT_REDRIVABLE', redriveStatusReason: reason }),
  };
};

const listExecutions: Operation = (service, request) => {
  const machineArn = request.optionalText('stateMachineArn');
  const mapRunArn = request.optionalText('mapRunArn');
  const status = request.optionalText('statusFilter');
  if ((machineArn === undefined) === (mapRunArn === undefined)) {
    throw new ApiError('ValidationException', "give either 'stateMachineArn' or 'mapRunArn'");
  }
  if (machineArn !== undefined) machineOf(service, machineArn);
  if (mapRunArn !== undefined) mapRunOf(service, mapRunArn);
  const chosen = [...service.store.executions.values()].reverse().filter(({ execution }) => {
    const { identity } = execution;
    const belongs = mapRunArn === undefined ? identity.machineArn === machineArn : identity.mapRunArn === mapRunArn;
    return belongs && (status === undefined || execution.status === status);
  });
  const { items, nextToken } = request.page(chosen, ({ sequence }) => sequence);
  return { executions: items.map(summary), ...(nextToken && { nextToken }) };
};

const getExecutionHistory: Operation = (service, request) => {
  const { execution } = executionOf(service, request.text('executionArn'));
  const withData = request.flag('includeExecutionData', true);
  const events = request.flag('reverseOrder', false) ? execution.history.events.toReversed() : execution.history.events;
  const { items, nextToken } = request.page(events, (event) => event.id ?? 0);
  return { events: items.map((event) => sent(event, withData)), ...(nextToken && { nextToken }) };
};

/** The members of event details that hold what went through the states. */
const DATA = new Set(['input', 'output', 'parameters', 'assignedVariables']);

function sent(event: HistoryEvent, withData: boolean): object {
  const entries = Object.entries(event).map(([key, value]) => {
    if (value instanceof Date) return [key, seconds(value)];
    if (withData || typeof value !== 'object') return [key, value];
    return [key, Object.fromEntries(Object.entries(value).filter(([name]) => !DATA.has(name)))];
  });
  return Object.fromEntries(entries);
}

const listMapRuns: Operation = (service, request) => {
  const { execution } = executionOf(service, request.text('executionArn'));
  const runs = execution.mapRuns;
  const { items, nextToken } = request.page(runs, (run) => runs.indexOf(run));
  const mapRuns = items.map((run) => ({
    ...{ executionArn: run.executionArn, mapRunArn: run.arn, stateMachineArn: run.machineArn },
    ...{ startDate: seconds(run.startDate), ...(run.stopDate && { stopDate: seconds(run.stopDate) }) },
  }));
  return { mapRuns, ...(nextToken && { nextToken }) };
};

const describeMapRun: Operation = (service, request) => {
  const { run } = mapRunOf(service, request.text('mapRunArn'));
  request.done();
  return {
    ...{
      mapRunArn: run.arn,
      executionArn: run.executionArn,
      status: run.status,
      ...run.limits,
      redriveCount: run.redriveCount,
    },
    ...{ startDate: seconds(run.startDate), ...(run.stopDate && { stopDate: seconds(run.stopDate) }) },
    ...{ itemCounts: run.itemCounts, executionCounts: run.executionCounts },
  };
};

const sendTask =
  (tell: (service: Service, request: Request, token: string) => boolean): Operation =>
  (service, request) => {
    const known = tell(service, request, request.text('taskToken'));
    if (!known) throw new ApiError('TaskDoesNotExist', "Task Timed Out: 'Provided task does not exist anymore'");
    return {};
  };

const sendTaskSuccess = sendTask(({ tokens }, request, token) => {
  const output = request.text('output');
  request.done();
  if (Buffer.byteLength(output) > MAX_PAYLOAD_BYTES) {
    throw new ApiError('ValidationException', `'output' must have at most ${MAX_PAYLOAD_BYTES} bytes`);
  }
  try {
    return tokens.succeed(token, JSON.parse(output));
  } catch {
    throw new ApiError('InvalidOutput', 'Invalid Output: it is not JSON');
  }
});

const sendTaskFailure = sendTask(({ tokens }, request, token) => {
  const error = request.optionalText('error');
  const cause = request.optionalText('cause');
  request.done();
  return tokens.fail(token, error, cause);
});

const sendTaskHeartbeat = sendTask(({ tokens }, request, token) => {
  request.done();
  return tokens.beat(token);
});

const redriveExecution: Operation = (service, request) => {
  const { execution } = executionOf(service, request.text('executionArn'));
  // One is enough: a repeated call with the same token is the same call on AWS. Here nothing gets lost on the way.
  request.optionalText('clientToken');
  request.done();
  const reason = notRedrivable(execution);
  if (reason !== undefined) throw new ApiError('ExecutionNotRedrivable', reason);
  service.store.redrive(execution);
  return { redriveDate: seconds(execution.redriveDate ?? new Date()) };
};

function notRedrivable({ identity, status, redrivable }: Execution): string | undefined {
  if (identity.mapRunArn !== undefined) return 'Execution is a child of a Map Run, and is redriven with its parent';
  return redrivable ? undefined : `Execution is ${status} and cannot be redriven`;
}

/** By the name in `X-Amz-Target: AWSStepFunctions.<name>`. */
export const OPERATIONS: ReadonlyMap<string, Operation> = new Map([
  ['CreateStateMachine', createStateMachine],
  ['ValidateStateMachineDefinition', validateStateMachineDefinition],
  ['DescribeStateMachine', describeStateMachine],
  ['DescribeStateMachineForExecution', describeStateMachineForExecution],
  ['ListStateMachines', listStateMachines],
  ['StartExecution', startExecution],
  ['StopExecution', stopExecution],
  ['DescribeExecution', describeExecution],
  ['ListExecutions', listExecutions],
  ['GetExecutionHistory', getExecutionHistory],
  ['ListMapRuns', listMapRuns],
  ['DescribeMapRun', describeMapRun],
  ['SendTaskSuccess', sendTaskSuccess],
  ['SendTaskFailure', sendTaskFailure],
  ['SendTaskHeartbeat', sendTaskHeartbeat],
  ['RedriveExecution', redriveExecution],
]);
