// Which state machines and executions does the local service know?
import { randomUUID } from 'node:crypto';
import type { Machine } from './definition.ts';
import { NameTaken } from './errors.ts';
import { Execution } from './execution.ts';
import { executionsOf } from './executions.ts';
import type { Json } from './json.ts';
import type { MapRun } from './map-run.ts';
import { parseDefinition } from './validate.ts';
import type { Services } from './visit.ts';

export interface StoredMachine {
  arn: string;
  name: string;
  definition: string;
  machine: Machine;
  roleArn: string;
  /** Whether its role may do something that concerns executions. */
  allows: Allows;
  createdAt: Date;
}

/** `action` as IAM writes it: `states:StartExecution`. */
export type Allows = (action: string, resource: string) => boolean;

export interface StoredExecution {
  /** Counts up from 1; newer executions have larger ones. */
  sequence: number;
  execution: Execution;
  /** The machine the execution, or the parent of a child execution, was started from. */
  machine: StoredMachine;
  inputText: string;
}

export class Store {
  readonly machines = new Map<string, StoredMachine>();
  readonly executions = new Map<string, StoredExecution>();
  private readonly services: Services;
  private readonly accountId: string;
  private readonly listeners: ((execution: Execution) => void)[] = [];

  constructor(services: Omit<Services, 'executions'>, accountId: string) {
    this.services = { ...services, executions: executionsOf(this) };
    this.accountId = accountId;
  }

  /**
   * Adds a machine; the same name with the same definition is the same machine. Without `allows` nothing is known of its
   * role, and it may do nothing. Throws InvalidDefinition, NameTaken.
   */
  register(name: string, definition: string, roleArn?: string, allows: Allows = () => false): StoredMachine {
    const { region } = this.services;
    const arn = `arn:aws:states:${region}:${this.accountId}:stateMachine:${name}`;
    const machine = parseDefinition(definition);
    const known = this.machines.get(arn);
    if (known && known.definition !== definition) throw new NameTaken(`State Machine Already Exists: '${arn}'`);
    if (known) return known;
    const role = roleArn ?? `arn:aws:iam::${this.accountId}:role/local`;
    const stored = { arn, name, definition, machine, roleArn: role, allows, createdAt: new Date() };
    this.machines.set(arn, stored);
    return stored;
  }

  /** Starts an execution; while it runs, the same name with the same input is the same execution. Throws NameTaken. */
  start(machine: StoredMachine, inputText: string, name: string = randomUUID()): Execution {
    const arn = `${machine.arn.replace(':stateMachine:', ':execution:')}:${name}`;
    const known = this.executions.get(arn);
    if (known) {
      if (known.execution.status === 'RUNNING' && known.inputText === inputText) return known.execution;
      throw new NameTaken(`Execution Already Exists: '${arn}'`);
    }
    const input: Json = JSON.parse(inputText);
    const identity = { arn, name, machineArn: machine.arn, machineName: machine.name, roleArn: machine.roleArn };
    const onChild = (child: Execution) => this.keep(child, machine, JSON.stringify(child.input));
    const execution = new Execution(machine.machine, input, identity, this.services, onChild);
    this.keep(execution, machine, inputText);
    this.tellEnd(execution);
    return execution;
  }

  /** Of an execution that is redrivable, and no child of one. */
  redrive(execution: Execution): void {
    execution.redrive();
    this.tellEnd(execution);
  }

  private tellEnd(execution: Execution): void {
    void execution.ended.then(() => {
      for (const listener of this.listeners) listener(execution);
    });
  }

  /** Calls back when an execution, not a child of one, has ended. */
  onEnded(listener: (execution: Execution) => void): void {
    this.listeners.push(listener);
  }

  mapRun(arn: string): { run: MapRun; parent: Execution } | undefined {
    for (const { execution } of this.executions.values()) {
      const run = execution.mapRuns.find((candidate) => candidate.arn === arn);
      if (run) return { run, parent: execution };
    }
    return undefined;
  }

  /** Stops everything that runs and waits for it. */
  async stopAll(): Promise<void> {
    const all = [...this.executions.values()].map(({ execution }) => execution);
    for (const execution of all) execution.stop('States.Runtime', 'the local service was closed');
    await Promise.all(all.map((execution) => execution.ended));
  }

  private keep(execution: Execution, machine: StoredMachine, inputText: string): void {
    const sequence = this.executions.size + 1;
    this.executions.set(execution.identity.arn, { sequence, execution, machine, inputText });
  }
}
