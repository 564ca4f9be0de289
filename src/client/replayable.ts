// The messages of one sent stream, for as many attempts as it takes: a source can be read only
// once, so what was read is kept as long as it is little. Must never hold more than its bound.

/** The most bytes kept for another attempt: some thousand punches. */
export const MAX_KEPT_BYTES = 1024 * 1024;

export class Replayable {
  readonly #take: () => Promise<Uint8Array | undefined>;
  /** From the message at #first on. */
  #kept: Uint8Array[] = [];
  #first = 0;
  /** The message that the reader wants: what is before it has been read. */
  #wanted = 0;
  #bytes = 0;
  #hasEnded = false;
  #taking: Promise<void> | undefined;

  /** `take` gives the next message; undefined behind the last one. */
  constructor(take: () => Promise<Uint8Array | undefined>) {
    this.#take = take;
  }

  /** Whether an attempt can begin at the first message. */
  get isWhole(): boolean {
    return this.#first === 0;
  }

  /** Reads from the first message on; of several readers only the last one may go on. */
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
      // What an attempt that failed still waits for is the next one's.
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
    // Not what a reader that began again has yet to read.
    if (this.#bytes > MAX_KEPT_BYTES) {
      this.#kept.splice(0, this.#wanted - this.#first);
      this.#first = this.#wanted;
    }
  }
}
