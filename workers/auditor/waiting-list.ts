// Things that all wait equally long for their turn, each key once. It is bounded: an audit takes
// samples, so what comes while it is full is left out.

export interface WaitingListOptions {
  waitMs: number;
  itemsMax: number;
}

export class WaitingList<Item> {
  readonly #options: WaitingListOptions;
  /** In the order of arrival, which is the order of their turns. */
  readonly #items = new Map<string, { item: Item; dueMs: number }>();

  constructor(options: WaitingListOptions) {
    this.#options = options;
  }

  get isFull(): boolean {
    return this.#items.size >= this.#options.itemsMax;
  }

  has(key: string): boolean {
    return this.#items.has(key);
  }

  /** False: it was left out. A key that waits already keeps its turn, and its item. */
  add(key: string, item: Item, nowMs: number): boolean {
    if (this.#items.has(key)) {
      return true;
    }
    if (this.isFull) {
      return false;
    }
    this.#items.set(key, { item, dueMs: nowMs + this.#options.waitMs });
    return true;
  }

  /** The first whose time has come. */
  takeDue(nowMs: number): Item | undefined {
    const [first] = this.#items;
    if (first === undefined || first[1].dueMs > nowMs) {
      return undefined;
    }
    this.#items.delete(first[0]);
    return first[1].item;
  }
}
