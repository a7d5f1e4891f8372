// What every kind of source does for Extract: it writes one part into the bucket, and says what it wrote.

import type { LoadCommand } from '../../core/command/model.ts';
import type { InRun, InSnapshot, PartAddress, WrittenPart } from '../../core/pipeline.ts';
import type { PlannedPart, PlannedTable } from '../../core/plan/model.ts';
import type { Ports } from '../../core/ports.ts';

/** What the parts of one call have in common. */
export interface Extracting extends InRun, InSnapshot {
  readonly ports: Ports;
  readonly attempt: number;
  readonly command: LoadCommand;
}

/** What is read, and the text that stands for NULL in it: which of the plan's it is, in `draw`. */
export interface Reading {
  readonly address: PartAddress;
  readonly table: PlannedTable;
  readonly planned: PlannedPart;
  readonly sentinel: string;
  readonly draw: number;
}

export type Written = Pick<
  WrittenPart,
  'rows' | 'bytes' | 'csvBytes' | 'key' | 'pieces' | 'objects' | 'replaced' | 'sums'
>;

export interface PartSource {
  /**
   * Throws a SentinelCollision when a value of the part is the sentinel: what would be written cannot be told from NULL.
   */
  write(reading: Reading): Promise<Written>;
  /** All parts are written. */
  end(): Promise<void>;
  close(): Promise<void>;
}
