// Bounds the memory of request bodies. All bodies together share a budget; when it is used up, the
// oldest incomplete body gives way. If one connection exceeds its bound, only its oldest body is
// read; flow control keeps the others in the network.

import type { Readable } from 'node:stream';
import type { Connection } from '../exchange/connections.js';
import { createMemoryBudget, type Held, type MemoryBudget } from '../support/memory-budget.js';

export interface BodyShares {
  /** Opens a share for a body that will be read. `giveWay` must lead to `release`. */
  open(connection: Connection, body: Readable, giveWay: () => void): Held;
  /** The budget of all bodies, for streamed bodies. */
  readonly memory: MemoryBudget;
}

/** The memory of a request before its first byte: its stream, its headers, its promises. */
const REQUEST_BYTES = 8 * 1024;

interface Reading {
  readonly body: Readable;
  isPaused: boolean;
}

interface OfConnection {
  bytes: number;
  paused: number;
  /** The incomplete bodies, in the order in which they began. */
  readonly reading: Set<Reading>;
}

export function createBodyShares(maxBytes: number, maxBytesOfConnection: number): BodyShares {
  const budget = createMemoryBudget(maxBytes);
  const byConnection = new WeakMap<Connection, OfConnection>();

  const ofConnection = (connection: Connection): OfConnection => {
    const known = byConnection.get(connection);
    if (known !== undefined) return known;
    const made: OfConnection = { bytes: 0, paused: 0, reading: new Set() };
    byConnection.set(connection, made);
    return made;
  };

  return {
    open(connection, body, giveWay) {
      const own = ofConnection(connection);
      const entry: Reading = { body, isPaused: false };
      own.reading.add(entry);
      const held = budget.hold(giveWay);
      let bytes = 0;
      let isOver = false;
      const regulate = () => regulateReading(own, maxBytesOfConnection);
      const add = (more: number) => {
        if (isOver) return;
        bytes += more;
        own.bytes += more;
        held.add(more);
        regulate();
      };
      const leave = () => {
        if (own.reading.delete(entry) && entry.isPaused) own.paused -= 1;
      };
      const settle = () => {
        leave();
        held.settle();
        regulate();
      };
      const release = () => {
        isOver = true;
        own.bytes -= bytes;
        bytes = 0;
        leave();
        held.release();
        regulate();
      };
      // Deferred until the caller has its share: if it must give way, it has to release the share.
      queueMicrotask(() => add(REQUEST_BYTES));
      return { add, settle, release };
    },
    memory: budget,
  };
}

/** Always reads the oldest body, so that one becomes complete whatever the others hold. */
function regulateReading(own: OfConnection, maxBytes: number): void {
  const isFull = own.bytes > maxBytes;
  if (!isFull && own.paused === 0) return;
  let isOldest = true;
  for (const entry of own.reading) {
    const mustPause = isFull && !isOldest;
    isOldest = false;
    if (mustPause === entry.isPaused) continue;
    entry.isPaused = mustPause;
    own.paused += mustPause ? 1 : -1;
    if (mustPause) entry.body.pause();
    else entry.body.resume();
  }
}
