// How many state transitions does a load cost? Counted in the histories of a real run on this machine. Step Functions
// charges each state entered, and in its own pricing example the start and the end of an execution as well.
import {
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListMapRunsCommand,
  type SFNClient,
} from '@aws-sdk/client-sfn';
import type { Benchmark, Figure } from './figures.ts';
import { load } from './runs.ts';
import { smallTables } from './small-database.ts';
import { commandFor, machineFor } from './world.ts';

const START_AND_END = 2;
const PAGE = 1000;

// Parts are cut at 128 MiB: 220,000 rows of 2 kB are four.
const WIDE_TABLE = [
  'CREATE TABLE wide (id int, filling text)',
  "INSERT INTO wide SELECT n, repeat('x', 1900) FROM generate_series(1, 220000) n",
];

interface Counted {
  readonly transitions: number;
  /** Extracts among the states entered. */
  readonly parts: number;
}

export const transitionsBenchmark: Benchmark = {
  name: 'transitions',
  question: 'state transitions of a load',
  async run(world) {
    const uri = await world.sourceDatabase('counted', [...smallTables, ...WIDE_TABLE]);
    const command = commandFor(world, uri);
    const machine = await machineFor(world, command);
    const { run } = await load(world, machine, command);
    const { executions = [] } = await machine.client.send(
      new ListExecutionsCommand({ stateMachineArn: machine.stateMachineArn, maxResults: PAGE }),
    );
    const parentArn = executions.find(({ name }) => name === run)?.executionArn ?? '';
    const parent = await countIn(machine.client, parentArn);
    const batches = await Promise.all(
      (await childrenOf(machine.client, parentArn)).map((arn) => countIn(machine.client, arn)),
    );
    return figuresOf(parent, batches);
  },
};

/** Two batches of different size give the share of a part, and that of the batch itself. */
function figuresOf(parent: Counted, batches: readonly Counted[]): Figure[] {
  const bySize = [...batches].sort((a, b) => a.parts - b.parts);
  const [small, large] = [bySize[0], bySize.at(-1)];
  if (small === undefined || large === undefined || small.parts === large.parts)
    throw new Error('all batches are alike');
  const perPart = (large.transitions - small.transitions) / (large.parts - small.parts);
  return [
    {
      what: 'transitions of an item',
      values: [small.transitions - perPart * small.parts],
      unit: 'states',
      goal: { atMost: 6 },
    },
    { what: 'transitions of an Extract', values: [perPart], unit: 'states', goal: { atMost: 2 } },
    { what: 'transitions of the run itself', values: [parent.transitions], unit: 'states' },
  ];
}

async function countIn(client: SFNClient, executionArn: string): Promise<Counted> {
  let transitions = START_AND_END;
  let parts = 0;
  let nextToken: string | undefined;
  do {
    const page = await client.send(
      new GetExecutionHistoryCommand({ executionArn, maxResults: PAGE, ...(nextToken !== undefined && { nextToken }) }),
    );
    for (const { stateEnteredEventDetails: entered } of page.events ?? []) {
      if (entered !== undefined) transitions += 1;
      if (entered?.name === 'Extract') parts += 1;
    }
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return { transitions, parts };
}

async function childrenOf(client: SFNClient, executionArn: string): Promise<string[]> {
  const { mapRuns = [] } = await client.send(new ListMapRunsCommand({ executionArn }));
  const children: string[] = [];
  for (const { mapRunArn } of mapRuns) {
    const { executions = [] } = await client.send(new ListExecutionsCommand({ mapRunArn, maxResults: PAGE }));
    children.push(...executions.flatMap((execution) => execution.executionArn ?? []));
  }
  return children;
}
