// What is a soak to the command that runs it?
import type { Lifetime } from '../../cli/lifetime.ts';

export interface SoakOptions {
  /** As performance.now() has it. */
  readonly startedAt: number;
  readonly minutes: number;
  readonly seed: number;
  /** At most so many cases. */
  readonly count: number;
}

export interface Soaked {
  /** What was counted: `412 tables, 1030000 values, 0 differences`. */
  readonly summary: string;
  /** Cases ran, and none failed. */
  readonly passed: boolean;
}

export interface Soak {
  readonly name: string;
  readonly question: string;
  /** Starts no case after the minutes, and ends within one more. */
  run(life: Lifetime, options: SoakOptions, note: (line: string) => void): Promise<Soaked>;
}
