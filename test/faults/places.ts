// Which faults strike a call of a step? Counts how often it comes to each place, and finds the fault that waits there.
import type { Fault, Place, Side } from './model.ts';

export class Places {
  readonly #faults: readonly Fault[];
  readonly #met = new Map<string, number>();

  constructor(faults: readonly Fault[]) {
    this.#faults = faults;
  }

  /** Counts, and gives what strikes here. What loses an answer strikes before the question. */
  arrive(place: Place, side: Side): { readonly nth: number; readonly struck: readonly Fault[] } {
    const name = `${place} ${side}`;
    const nth = this.#met.get(name) ?? 0;
    this.#met.set(name, nth + 1);
    const struck = this.#faults.filter((fault) => {
      if (fault.place !== place || fault.nth !== nth) return false;
      const strikes = fault.action === 'cut' && place !== 'connect' && fault.side === 'after' ? 'before' : fault.side;
      return strikes === side;
    });
    return { nth, struck };
  }
}
