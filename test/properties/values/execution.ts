// How does a load by the state machine end?
import { runExecution } from '../../../cli/execution.ts';
import { artifactKeys } from '../../../core/artifacts.ts';
import type { Report } from '../../../core/report/model.ts';
import type { World } from '../world.ts';

/** Undefined when it succeeded; else the words of its own report. Throws when the signal is aborted. */
export async function execute(
  { machine }: World,
  run: string,
  command: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const end = await runExecution(machine.client, {
    stateMachineArn: machine.stateMachineArn,
    name: run,
    input: { command },
    signal,
    onProgress: () => {},
  });
  if (end.status === 'SUCCEEDED') return undefined;
  await machine.settled();
  const text = await machine.store.findText(artifactKeys.reportJson(run));
  const report = text === undefined ? undefined : (JSON.parse(text) as Report);
  return report?.error ? `${report.error.kind}: ${report.error.message}` : `${end.error}: ${end.cause}`;
}
