// How does a test run a whole load in its own process, step by step, without the machine?
import type { BatchItem, StepOutput, WrittenPart } from '../../core/pipeline.ts';
import type { Ports } from '../../core/ports.ts';
import { detect } from '../../lambdas/1-detect/detect.ts';
import { discover } from '../../lambdas/3-discover/discover.ts';
import { plan } from '../../lambdas/4-plan/plan.ts';
import { prepare } from '../../lambdas/5-prepare/prepare.ts';
import { extract } from '../../lambdas/6-extract/extract.ts';
import { copy } from '../../lambdas/7-copy/copy.ts';
import { publish } from '../../lambdas/8-publish/publish.ts';

/** Gives what Extract said of each part. `beforePublish` comes when all rows are staged, `beforeCopy` when an item's are written. */
export async function loadBySteps(
  ports: Ports,
  run: string,
  command: string,
  beforePublish: () => Promise<void> = async () => {},
  beforeCopy: (written: readonly WrittenPart[]) => Promise<void> = async () => {},
): Promise<WrittenPart[]> {
  await detect(ports, { run, input: { command } });
  await discover(ports, { run, snapshot: false });
  const planned = await plan(ports, { run });
  for (const { chunk } of planned.prepare) await prepare(ports, { run, chunk, execution: '' });
  const lines = (await ports.store.getText(planned.batchesKey)).trim().split('\n');
  const all: WrittenPart[] = [];
  for (const line of lines) {
    const { chunk, reads }: BatchItem = JSON.parse(line);
    const read: StepOutput<'extract'>[] = [];
    for (const { parts } of reads) read.push(await extract(ports, { run, snapshot: false, chunk, parts, attempt: 0 }));
    await beforeCopy(read.flatMap(({ written }) => written));
    await copy(ports, { run, chunk, reads: read });
    // As Step Functions does when the answer got lost.
    await copy(ports, { run, chunk, reads: read });
    all.push(...read.flatMap(({ written }) => written));
  }
  await beforePublish();
  for (const item of planned.publish) await publish(ports, { run, ...item });
  return all;
}
