// How do all draws of a case come from one number?
import fc from 'fast-check';

/** Draws one after the other: the n-th draw depends on the seed and n alone. */
export class Dice {
  readonly #seed: number;
  #drawn = 0;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** Neighbouring seeds and draws have nothing in common: the finalizer of MurmurHash3. */
  #next(): number {
    let hash = Math.imul(this.#seed ^ 0x9e3779b9, 0x85ebca6b) + Math.imul(this.#drawn++, 0xc2b2ae35);
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return hash ^ (hash >>> 16);
  }

  many<Value>(arbitrary: fc.Arbitrary<Value>, count: number): Value[] {
    return fc.sample(arbitrary, { seed: this.#next(), numRuns: count });
  }

  one<Value>(arbitrary: fc.Arbitrary<Value>): Value {
    const [value] = this.many(fc.noBias(arbitrary), 1);
    if (value === undefined) throw new Error('nothing was drawn');
    return value;
  }

  of<Item>(items: readonly Item[]): Item {
    return this.one(fc.constantFrom(...items));
  }

  /** Once in so many times. */
  rarely(times: number): boolean {
    return this.one(fc.integer({ min: 1, max: times })) === 1;
  }
}

/** Deals the cards of a deck, shuffled anew whenever it is empty: each is drawn as often as the others. */
export class Deck<Card> {
  readonly #cards: readonly Card[];
  #left: Card[] = [];

  constructor(cards: readonly Card[]) {
    this.#cards = cards;
  }

  next(dice: Dice): Card {
    if (this.#left.length === 0) {
      const whole = { minLength: this.#cards.length, maxLength: this.#cards.length };
      this.#left = dice.one(fc.shuffledSubarray([...this.#cards], whole));
    }
    const card = this.#left.pop();
    if (card === undefined) throw new Error('an empty deck');
    return card;
  }
}
