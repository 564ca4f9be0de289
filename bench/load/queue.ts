// First in, first out, without moving what stays: arrays move all of it at every shift, and a
// queue of an overloaded server's callers grows long.

/** So many places at the front are given back at once. */
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
