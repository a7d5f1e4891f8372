// What of an execution is done for good, so that a redrive goes on behind it: states that have ended, by their place, and the
// runs of Distributed Maps, whose children go on by themselves.
import type { ChildInput } from './child.ts';
import type { MapRun } from './map-run.ts';
import type { Step } from './visit.ts';

/** The run of a Distributed Map, and what its children were given. */
export interface StartedRun {
  readonly run: MapRun;
  readonly inputs: readonly ChildInput[];
}

export class Done {
  private readonly steps = new Map<string, Step>();
  private readonly runs = new Map<string, StartedRun>();

  step(place: string): Step | undefined {
    return this.steps.get(place);
  }

  keepStep(place: string, step: Step): void {
    this.steps.set(place, step);
  }

  run(place: string): StartedRun | undefined {
    return this.runs.get(place);
  }

  keepRun(place: string, run: StartedRun): void {
    this.runs.set(place, run);
  }

  /** A retry begins anew with all that is inside of a state. */
  forget(place: string): void {
    this.runs.delete(place);
    for (const inside of this.steps.keys()) if (inside.startsWith(`${place}/`)) this.steps.delete(inside);
  }
}
