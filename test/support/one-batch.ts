// How does a test run extract for one part, and copy for one batch, as an item of the map has them?
import type { BatchItem, InRun, PartAddress, WrittenPart } from '../../core/pipeline.ts';
import type { Ports } from '../../core/ports.ts';
import { extract } from '../../lambdas/6-extract/extract.ts';
import { copy } from '../../lambdas/7-copy/copy.ts';

type Place = InRun & Pick<BatchItem, 'chunk'>;

export async function extractPart(
  ports: Ports,
  { run, chunk, attempt, ...part }: Place & PartAddress & { readonly attempt: number },
): Promise<WrittenPart> {
  const { written } = await extract(ports, { run, snapshot: false, chunk, attempt, parts: [part] });
  const [only] = written;
  if (only === undefined) throw new Error('nothing was written');
  return only;
}

/** What Extract says of a part of the batch at hand. */
export type PartWritten = Omit<WrittenPart, 'batch' | 'table'>;

type OneBatch = Place & Omit<PartAddress, 'part'> & { readonly written: readonly PartWritten[] };

export async function copyBatch(
  ports: Ports,
  { run, chunk, batch, table, written }: OneBatch,
  options?: Parameters<typeof copy>[2],
): Promise<{ readonly batch: number; readonly rows: number }> {
  const parts = written.map((part) => ({ ...part, batch, table }));
  const { rows } = await copy(ports, { run, chunk, reads: [{ written: parts }] }, options);
  return { batch, rows };
}
