// Keeps the messages of a sent stream for further attempts. A source can be read only once, so
// messages are kept as long as they are few. Must never hold more than its bound.

/** The most bytes kept for another attempt: some thousand punches. */
export const MAX_KEPT_BYTES = 1024 * 1024;

export class Replayable {
  readonly #take: () => Promise<Uint8Array | undefined>;
  /** The messages from number #first on. */
  #kept: Uint8Array[] = [];
  #first = 0;
  /** The number of the message that the reader wants next. Earlier ones have been read. */
  #wanted = 0;
  #bytes = 0;
  #hasEnded = false;
  #taking: Promise<void> | undefined;

  /** `take` returns the next message; undefined after the last. */
  constructor(take: () => Promise<Uint8Array | undefined>) {
    this.#take = take;
  }

  /** Whether an attempt can begin at the first message. */
  get isWhole(): boolean {
    return this.#first === 0;
  }

  /** Reads from the first message on. Of several readers, only the last may continue. */
  reader(): () => Promise<Uint8Array | undefined> {
    let index = 0;
    this.#wanted = 0;
    return async () => {
      const message = await this.#at(index);
      index += 1;
      return message;
    };
  }

  async #at(index: number): Promise<Uint8Array | undefined> {
    this.#wanted = index;
    while (index >= this.#first + this.#kept.length) {
      if (this.#hasEnded) return undefined;
      // A message that a failed attempt still waits for belongs to the next attempt.
      this.#taking ??= this.#takeOne().finally(() => {
        this.#taking = undefined;
      });
      await this.#taking;
    }
    return this.#kept[index - this.#first];
  }

  async #takeOne(): Promise<void> {
    const message = await this.#take();
    if (message === undefined) {
      this.#hasEnded = true;
      return;
    }
    this.#bytes += message.length;
    this.#kept.push(message);
    // Keeps messages that a restarted reader has not read yet.
    if (this.#bytes > MAX_KEPT_BYTES) {
      this.#kept.splice(0, this.#wanted - this.#first);
      this.#first = this.#wanted;
    }
  }
}
