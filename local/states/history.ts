// What happened in an execution: the events GetExecutionHistory answers, in the service's names and shapes.
import type { HistoryEvent, HistoryEventType } from '@aws-sdk/client-sfn';
import { Aborted } from './errors.ts';
import type { Json } from './json.ts';

export type EventDetails = Omit<HistoryEvent, 'id' | 'previousEventId' | 'timestamp' | 'type'>;
export type { HistoryEvent };

/** The quota of a Standard execution. The last place is kept for the event that ends it. */
export const MAX_EVENTS = 25_000;

/** Marks a payload as whole: history here never truncates. */
export const whole = { truncated: false } as const;
export const inputOf = (value: Json) => ({ input: JSON.stringify(value), inputDetails: whole });
export const outputOf = (value: Json) => ({ output: JSON.stringify(value), outputDetails: whole });

export class History {
  readonly events: HistoryEvent[] = [];
  private readonly full: () => void;

  /** `full` is called once, when the quota is used up: it has to end the execution. */
  constructor(full: () => void) {
    this.full = full;
  }

  get lastId(): number {
    return this.events.length;
  }

  /** Adds an event and returns its id. Throws Aborted when only the place for the ending is left. */
  add(type: HistoryEventType, previousEventId: number, details: EventDetails = {}): number {
    if (this.events.length >= MAX_EVENTS - 1) {
      this.full();
      throw new Aborted('failed', `history of ${MAX_EVENTS} events is full`);
    }
    return this.push(type, previousEventId, details);
  }

  /** Adds the event that ends the execution. */
  end(type: HistoryEventType, previousEventId: number, details: EventDetails = {}): number {
    return this.push(type, previousEventId, details);
  }

  private push(type: HistoryEventType, previousEventId: number, details: EventDetails): number {
    const id = this.events.length + 1;
    this.events.push({ id, previousEventId, timestamp: new Date(), type, ...details });
    return id;
  }
}
