// What is a field's writer, and by which rules does it check?
import type { CopyOptions } from '../sql/copy-options.ts';
import type { Output } from './output.ts';

/** Checks the bytes of a field (never empty) and writes the value. Throws LoadError. */
export type FieldWriter = (source: Buffer, start: number, end: number, output: Output) => void;

export interface Rules {
  readonly options: CopyOptions;
  readonly pessimistic: boolean;
}
