// The synthesized state machines with their steps run in the test's own process: what a step does can be watched, delayed
// and broken, and a relay can be given turns of a second.
import { S3Client } from '@aws-sdk/client-s3';
import {
  DescribeExecutionCommand,
  RedriveExecutionCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { knownError } from '../../adapters/lambda.ts';
import { portsOf } from '../../adapters/ports.ts';
import type { PgshiftError } from '../../core/errors.ts';
import { STEPS, type StepName, TURN_SECONDS } from '../../core/pipeline.ts';
import type { Ports, Session } from '../../core/ports.ts';
import { findAssembly } from '../../local/assembly.ts';
import { readAssembly } from '../../local/lambda/assembly.ts';
import { startStates } from '../../local/states/api.ts';
import { StateError } from '../../local/states/errors.ts';
import { s3Objects } from '../../local/states/s3-objects.ts';
import { stepFunctions } from './step-functions.ts';

/** One call of a step's function. */
export interface Invocation {
  readonly step: StepName;
  readonly input: Readonly<Record<string, unknown>>;
  /** Aborted when Step Functions waits for it no more. */
  readonly signal: AbortSignal;
  readonly ports: Ports;
}

export interface InProcessOptions {
  /** What the steps see: bucket, credentials, and the secrets that commands refer to. */
  readonly environment: Readonly<Record<string, string>>;
  readonly bucket: string;
  readonly region: string;
  /** The folder of the synthesized assembly; looked for unless given. */
  readonly assembly?: string;
  /** Of the relay that a load starts; 14 minutes otherwise. */
  readonly turnSeconds?: number;
  /** How long a snapshot outlives a run that failed; half an hour otherwise. */
  readonly keepSeconds?: number;
  /** What pauses before retries are multiplied by; 0.1 unless given. */
  readonly timeScale?: number;
  /** Runs the step in another way than at once, with its ports, until Step Functions waits for it no more. */
  readonly around?: (invocation: Invocation) => Promise<object>;
  /** Comes before each call of a step; may wait, throw, or do something behind its back. */
  readonly before?: (step: StepName, input: Readonly<Record<string, unknown>>) => Promise<void>;
  /** Hears what a step threw, also when it is tried again. */
  readonly failed?: (step: StepName, error: Pick<PgshiftError, 'name' | 'message'>) => void;
  /** Comes before each statement of a step at the source; the same. */
  readonly atSource?: (step: StepName, sql: string) => Promise<void>;
}

export interface Ended {
  readonly status: string | undefined;
  readonly error: string | undefined;
  readonly cause: string | undefined;
}

export interface InProcess {
  readonly ports: Ports;
  /** Starts an execution and gives its ARN. */
  start(machine: 'Load' | 'Relay', name: string, input: object): Promise<string>;
  /** Of an execution that has ended, or RUNNING. */
  look(executionArn: string): Promise<Ended>;
  ended(executionArn: string): Promise<Ended>;
  /** The ARN of an execution of the relay that a run has started. */
  relayOf(run: string): string;
  stop(executionArn: string): Promise<void>;
  /** Redrives an execution that failed, and gives how it ends then. */
  redrive(executionArn: string): Promise<Ended>;
  close(): Promise<void>;
}

const accountId = '111122223333';
const credentials = { accessKeyId: 'LOCAL', secretAccessKey: 'local' };

export async function startInProcess(options: InProcessOptions): Promise<InProcess> {
  const { environment, bucket, region, before = async () => {}, atSource = async () => {} } = options;
  const around =
    options.around ??
    (({ step, input, signal, ports }: Invocation) =>
      stepFunctions[step](
        watched(ports, signal, (sql) => atSource(step, sql)),
        input as never,
      ));
  const physical = { PgshiftStagingBucket: bucket };
  const assembly = await readAssembly(options.assembly ?? (await findAssembly(() => {})), {
    region,
    accountId,
    physical,
  });
  const portsFor = portsOf({ ...environment, PGSHIFT_BUCKET: bucket });
  const states = await startStates({
    host: {
      ...s3Objects(clientOf(environment, region)),
      async task({ functionName, payload, signal }) {
        const id = assembly.functions.find(({ arn }) => arn === functionName)?.logicalId ?? '';
        const step = STEPS.find(({ state }) => id.startsWith(`Pgshift${state}Function`))?.name;
        if (step === undefined) throw new Error(`${functionName} is no step`);
        try {
          await before(step, payload as Record<string, unknown>);
          const ports = portsFor({ run: String(Reflect.get(Object(payload), 'run')), step, remaining: () => 900_000 });
          const input = payload as Record<string, unknown>;
          const result = await around({ step, input, signal, ports: quiet(ports) });
          return JSON.parse(JSON.stringify(result));
        } catch (error) {
          if (error instanceof StateError) throw error;
          const { name, message } = knownError(error);
          options.failed?.(step, { name, message });
          throw new StateError(name, JSON.stringify({ errorType: name, errorMessage: message }));
        }
      },
    },
    ...{ credentials, region, accountId },
    // Pauses before retries: seconds become tenths.
    timeScale: options.timeScale ?? 0.1,
  });
  const arns = Object.fromEntries(
    assembly.machines.map(({ logicalId, name, definition, allows }) => {
      const { turnSeconds = TURN_SECONDS, keepSeconds } = options;
      const turns = definition
        .replace(`"turnSeconds":${TURN_SECONDS}`, `"turnSeconds":${turnSeconds}`)
        .replace(/"keepSeconds":\d+/, (given) => (keepSeconds === undefined ? given : `"keepSeconds":${keepSeconds}`));
      return [logicalId, states.register(name, turns, allows)];
    }),
  );
  const arnOf = (machine: string) =>
    Object.entries(arns).find(([id]) => id.startsWith(`Pgshift${machine}StateMachine`))?.[1] ?? '';
  const client = new SFNClient({ endpoint: states.endpoint, region, credentials });
  const look = async (executionArn: string): Promise<Ended> => {
    const { status, error, cause } = await client.send(new DescribeExecutionCommand({ executionArn }));
    return { status, error, cause };
  };
  const ended = async (executionArn: string): Promise<Ended> => {
    for (;;) {
      const found = await look(executionArn);
      if (found.status !== 'RUNNING') return found;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  return {
    ports: quiet(portsFor({ run: 'test', step: 'test', remaining: () => 900_000 })),
    async start(machine, name, input) {
      const request = { stateMachineArn: arnOf(machine), name, input: JSON.stringify(input) };
      return (await client.send(new StartExecutionCommand(request))).executionArn ?? '';
    },
    look,
    ended,
    async redrive(executionArn) {
      await client.send(new RedriveExecutionCommand({ executionArn }));
      return ended(executionArn);
    },
    relayOf: (run) => `${arnOf('Relay').replace(':stateMachine:', ':execution:')}:${run}`,
    async stop(executionArn) {
      await client.send(new StopExecutionCommand({ executionArn }));
    },
    async close() {
      client.destroy();
      await states.close();
    },
  };
}

function clientOf(environment: Readonly<Record<string, string>>, region: string): S3Client {
  const { AWS_ENDPOINT_URL_S3 = '', AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '' } = environment;
  const keys = { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY };
  return new S3Client({ endpoint: AWS_ENDPOINT_URL_S3, region, credentials: keys, forcePathStyle: true });
}

const quiet = (ports: Ports): Ports => ({ ...ports, log: { info: () => {} } });

/** A function that is ended loses its connections; one in this process would go on holding them. */
function watched(ports: Ports, signal: AbortSignal, before: (sql: string) => Promise<void>): Ports {
  const sessions: Session[] = [];
  signal.addEventListener('abort', () => {
    for (const session of sessions) void session.close();
  });
  return {
    ...ports,
    connect: async (endpoint, options) => {
      const session = await ports.connect(endpoint, options);
      sessions.push(session);
      if (endpoint.end === 'target') return session;
      return {
        ...session,
        query: async (sql, values) => {
          await before(sql);
          return session.query(sql, values);
        },
        run: async (sql) => {
          await before(sql);
          return session.run(sql);
        },
      };
    },
  };
}
