// How do the steps of one run meet the faults of its schedule? Every call of a step is counted, and given a coat in which
// the faults meant for it strike.
import { setTimeout as pause } from 'node:timers/promises';
import { PgshiftError } from '../../core/errors.ts';
import { timedOut } from '../../local/lambda/failures.ts';
import type { S3Server } from '../../local/s3/server.ts';
import { StateError } from '../../local/states/errors.ts';
import type { Invocation } from '../support/in-process.ts';
import { stepFunctions } from '../support/step-functions.ts';
import { type About, type Coat, inCoat } from './coat.ts';
import type { Killables } from './killed.ts';
import type { Fault, Place, Side } from './model.ts';
import { Places } from './places.ts';

/** The SDK of S3 tries three times by itself. */
const SDK_TRIES = 3;
/** An object is there when one of these is done. */
const UPLOADED = ['PutObject', 'CompleteMultipartUpload'] as const;
/** Nine times as long as it took, besides; but no test waits longer than this for one answer. */
const SLOWEST_MS = 2_000;

export interface FaultyOptions {
  readonly faults: readonly Fault[];
  readonly s3: S3Server;
  readonly killables: Killables;
  /** What the steps' own processes see. */
  readonly environment: Readonly<Record<string, string>>;
  /** Comes before each call of a step. */
  readonly before: (invocation: Invocation) => Promise<void>;
  readonly rewrite?: NonNullable<Coat['rewrite']>;
}

/** Somebody who was taken for dead, and waits. */
interface Waiting {
  readonly work: string;
  readonly call: number;
  readonly place: Place;
  readonly side: Side;
  readonly nth: number;
  readonly waits: Fault['waits'];
  readonly goOn: () => void;
}

export class FaultyRun {
  readonly fired = new Set<Fault>();
  /** Names of the errors that steps failed with. */
  readonly thrown: string[] = [];
  readonly #options: FaultyOptions;
  readonly #calls = new Map<string, number>();
  readonly #waiting = new Set<Waiting>();
  readonly #running = new Set<Promise<unknown>>();

  constructor(options: FaultyOptions) {
    this.#options = options;
  }

  /** For startInProcess. Settles when the step does, or is taken for dead; the step may go on. */
  async around(invocation: Invocation): Promise<object> {
    const { step } = invocation;
    const call = this.#calls.get(step) ?? 0;
    this.#calls.set(step, call + 1);
    await this.#options.before(invocation);
    const taken = Promise.withResolvers<never>();
    const running = this.#perform(invocation, call, taken.reject);
    this.#running.add(running);
    const settled = running.finally(() => {
      this.#running.delete(running);
      this.#release(({ work, call: waiting, waits }) => {
        return waits !== 'after the run' && work === workOf(invocation) && waiting < call;
      });
    });
    // Whoever was taken for dead fails unheard.
    settled.catch((error: unknown) => this.thrown.push(nameOf(error)));
    taken.promise.catch(() => {});
    return Promise.race([settled, taken.promise]);
  }

  /** The run has ended: lets everybody go on, and resolves when nobody does any more. */
  async over(): Promise<void> {
    while (this.#running.size > 0) {
      this.#release(() => true);
      await Promise.race([Promise.allSettled([...this.#running]), pause(20)]);
    }
  }

  async #perform(invocation: Invocation, call: number, takenForDead: (error: Error) => void): Promise<object> {
    const { step, input, ports } = invocation;
    const { killables, environment, faults } = this.#options;
    const mine = faults.filter((fault) => fault.step === step && fault.call === call && !this.fired.has(fault));
    const kills = mine.filter(({ action }) => action === 'kill');
    const [kill] = kills;
    if (kill !== undefined) {
      try {
        return await killables.run({ step, input, environment, faults: kills });
      } catch (error) {
        if (error instanceof Error && error.message.includes('SIGKILL')) this.fired.add(kill);
        throw error;
      }
    }
    const coat = this.#coat(invocation, call, new Places(mine), takenForDead);
    return stepFunctions[step](inCoat(ports, coat), input as never);
  }

  #coat(invocation: Invocation, call: number, places: Places, takenForDead: (error: Error) => void): Coat {
    const { rewrite } = this.#options;
    let slow = false;
    return {
      at: async (place, side, about) => {
        const { nth, struck } = places.arrive(place, side);
        this.#release(
          (waiting) =>
            waiting.waits === 'together' &&
            waiting.work === workOf(invocation) &&
            waiting.call < call &&
            waiting.place === place &&
            waiting.side === side &&
            waiting.nth === nth,
        );
        for (const fault of struck) {
          this.fired.add(fault);
          if (fault.action === 'slow') slow = true;
          else if (fault.action === 'cut') this.#cut(fault, about);
          else if (fault.action === 'twice') {
            takenForDead(timedOut('in a test', 900));
            await this.#wait({ work: workOf(invocation), ...fault });
          } else throw thrown(fault);
        }
      },
      async pace(work) {
        const startedAt = performance.now();
        const result = await work();
        if (slow) await pause(Math.min(SLOWEST_MS, 9 * (performance.now() - startedAt)));
        return result;
      },
      ...(rewrite === undefined ? {} : { rewrite }),
    };
  }

  #cut({ side, place }: Fault, { wire, key }: About): void {
    if (wire !== undefined) {
      if (side === 'after' && place !== 'connect') wire.loseAnswer();
      else wire.cut();
    }
    if (key !== undefined) {
      const answer = side === 'after' ? 'lose-answer' : 'cut-connection';
      // What is lost of an upload in parts is the answer to its end.
      const operations = place === 'upload' && side === 'after' ? UPLOADED : (['any'] as const);
      for (const operation of operations) {
        // Keys are letters, digits, and what means nothing else in a pattern, but for the dot.
        const pattern = new RegExp(`^${key.replaceAll('.', '\\.')}$`);
        this.#options.s3.faults.add({ operation, key: pattern, times: SDK_TRIES, answer });
      }
    }
  }

  async #wait(waiting: Omit<Waiting, 'goOn'>): Promise<void> {
    if (waiting.waits === 'at once') return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.add({ ...waiting, goOn: resolve });
    await promise;
  }

  #release(which: (waiting: Waiting) => boolean): void {
    for (const waiting of this.#waiting) {
      if (!which(waiting)) continue;
      this.#waiting.delete(waiting);
      waiting.goOn();
    }
  }
}

const nameOf = (error: unknown): string =>
  error instanceof StateError ? (error.error ?? '') : error instanceof PgshiftError ? error.kind : 'Unexpected';

/** What a call has to do, whichever attempt it is. */
function workOf({ step, input: { attempt: _, ...input } }: Invocation): string {
  return JSON.stringify([step, input]);
}

function thrown({ action, step, place, side }: Fault): Error {
  if (action === 'throw') return new PgshiftError('ConnectionLost', `A test threw this ${side} ${place} of ${step}.`);
  return new Error(`a test broke ${step} ${side} ${place}`);
}
