// Lets calls that need the same data at the same time share one read. A call only gets a read that
// began after the call, so it never gets an older state. Calls that come while a read runs wait for
// the next read and share it. So each key has at most one read running and one waiting, and a call
// waits for at most two.

interface Flight<T> {
  readonly running: Promise<T>;
  next: Promise<T> | undefined;
}

/** The most keys with a read running. Beyond that, calls read for themselves. */
export const MAX_SHARED_KEYS = 10_000;

export class SharedReads<T> {
  readonly #flights = new Map<string, Flight<T>>();
  readonly #maxKeys: number;

  constructor(maxKeys: number = MAX_SHARED_KEYS) {
    this.#maxKeys = maxKeys;
  }

  /**
   * A read of `key` that began after this call. `read` must mean the same for equal keys and
   * belongs to no caller: a caller who leaves does not end it for others. A failure goes to the
   * calls that waited for this read only.
   */
  run(key: string, read: () => Promise<T>): Promise<T> {
    const flight = this.#flights.get(key);
    if (flight === undefined) {
      return this.#flights.size < this.#maxKeys ? this.#start(key, read) : read();
    }
    flight.next ??= flight.running.then(
      () => this.#start(key, read),
      () => this.#start(key, read),
    );
    return flight.next;
  }

  #start(key: string, read: () => Promise<T>): Promise<T> {
    const running = read();
    const flight: Flight<T> = { running, next: undefined };
    this.#flights.set(key, flight);
    const land = () => {
      if (flight.next === undefined) this.#flights.delete(key);
    };
    running.then(land, land);
    return running;
  }
}
