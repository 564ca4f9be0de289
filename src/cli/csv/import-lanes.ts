// Sends batches: a bounded number at once, never two with the same employee. All rows of an
// employee go through one lane, and a lane has one batch in flight. So an employee's rows arrive in
// the order of the file, and batches do not wait for each other's locks in the service.

import { createHash } from 'node:crypto';

interface Lane<T> {
  filling: T[];
  inFlight: Promise<void>;
}

export class Lanes<T> {
  readonly #lanes: readonly Lane<T>[];
  readonly #batchSize: number;
  readonly #send: (batch: readonly T[]) => Promise<void>;
  #failure: { readonly error: unknown } | undefined;

  constructor(laneCount: number, batchSize: number, send: (batch: readonly T[]) => Promise<void>) {
    this.#lanes = Array.from({ length: laneCount }, () => ({
      filling: [],
      inFlight: Promise.resolve(),
    }));
    this.#batchSize = batchSize;
    this.#send = send;
  }

  /** Adds an item. Waits while its lane is full. Throws the error of an earlier batch. */
  async add(employeeId: string, item: T): Promise<void> {
    this.#throwFailure();
    const place = createHash('sha256').update(employeeId).digest().readUInt32BE();
    const lane = this.#lanes[place % this.#lanes.length];
    if (lane === undefined) throw new RangeError('There must be at least one lane.');
    lane.filling.push(item);
    if (lane.filling.length >= this.#batchSize) await this.#dispatch(lane);
  }

  /** Sends what is waiting and waits for all answers. Throws the error of a batch. */
  async drain(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => this.#dispatch(lane)));
    await this.finishInFlight();
    this.#throwFailure();
  }

  /** Waits until the batches in flight have ended, with or without success. Sends nothing more. */
  async finishInFlight(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.inFlight));
  }

  async #dispatch(lane: Lane<T>): Promise<void> {
    await lane.inFlight;
    this.#throwFailure();
    const batch = lane.filling;
    if (batch.length === 0) return;
    lane.filling = [];
    lane.inFlight = this.#send(batch).catch((error: unknown) => {
      this.#failure ??= { error };
    });
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
