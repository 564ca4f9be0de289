// Batches in flight, a bounded number of them, never two with the same employee: an employee's rows
// all go through one lane and a lane has one batch in flight. So the rows of an employee arrive
// in the order of the file, and batches do not wait for each other's locks in the service.

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

  /** Takes an item; waits while its lane is full. Throws what an earlier batch failed with. */
  async add(employeeId: string, item: T): Promise<void> {
    this.#throwFailure();
    const place = createHash('sha256').update(employeeId).digest().readUInt32BE();
    const lane = this.#lanes[place % this.#lanes.length];
    if (lane === undefined) throw new RangeError('There must be at least one lane.');
    lane.filling.push(item);
    if (lane.filling.length >= this.#batchSize) await this.#dispatch(lane);
  }

  /** Sends what waits and waits until all is answered. Throws what a batch failed with. */
  async drain(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => this.#dispatch(lane)));
    await this.finishInFlight();
    this.#throwFailure();
  }

  /** Waits until what is in flight has ended, well or not, and sends nothing more. */
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
