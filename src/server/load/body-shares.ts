// What request bodies hold in memory. All of them together: a budget, in which the oldest that is
// not whole gives way. Those of one connection: beyond a bound, only its oldest body is read on;
// the others wait in the network, where flow control keeps them.

import type { Readable } from 'node:stream';
import type { Connection } from '../exchange/connections.js';
import { createMemoryBudget, type Held, type MemoryBudget } from '../support/memory-budget.js';

export interface BodyShares {
  /** For a body that is about to be read. `giveWay` must lead to `release`. */
  open(connection: Connection, body: Readable, giveWay: () => void): Held;
  /** Of all of them, for bodies that are read bit by bit. */
  readonly memory: MemoryBudget;
}

/** What a request costs before its first byte: its stream, its headers, its promises. */
const REQUEST_BYTES = 8 * 1024;

interface Reading {
  readonly body: Readable;
  isPaused: boolean;
}

interface OfConnection {
  bytes: number;
  paused: number;
  /** Not whole yet, in the order in which they began. */
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
      // Taken once the caller has its share: to give way is to release it.
      queueMicrotask(() => add(REQUEST_BYTES));
      return { add, settle, release };
    },
    memory: budget,
  };
}

/** The oldest always goes on, so that one of them becomes whole whatever the others hold. */
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
