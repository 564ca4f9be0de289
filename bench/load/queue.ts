// A first-in, first-out queue that does not move the items that stay. An array moves all of them at
// every shift, and the queue of an overloaded server's callers gets long.

/** How many places at the front are released at once. */
const TRIM_AT = 1024;

export class Queue<T> {
  #items: T[] = [];
  #head = 0;

  get first(): T | undefined {
    return this.#items[this.#head];
  }

  push(item: T): void {
    this.#items.push(item);
  }

  shift(): T | undefined {
    const item = this.first;
    if (item === undefined) return undefined;
    this.#head += 1;
    if (this.#head >= TRIM_AT) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }
}
