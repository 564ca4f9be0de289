// How many streams of each kind are open: they stay for as long as their callers like, and each
// costs memory all the while.

import type { UniversalHandler } from '@connectrpc/connect/protocol';
import type { Connection } from '../exchange/connections.js';
import { excessError } from './excess-refusal.js';

export interface StreamCount {
  /** Whether one more of this connection would be too many. */
  isFull(handler: UniversalHandler, connection: Connection): boolean;
  /** Counts one in; the result counts it out. Throws RESOURCE_EXHAUSTED when there are too many. */
  enter(handler: UniversalHandler, connection: Connection): () => void;
}

export interface StreamLimits {
  /** Of one method, of everybody together. */
  readonly streamsPerMethod: number;
  /** Of one method, of one connection. */
  readonly streamsPerMethodAndConnection: number;
}

/** How soon it is worth asking again: streams end when they like. */
export const STREAM_RETRY_MS = 5_000;

export function createStreamCount(limits: StreamLimits): StreamCount {
  const all = new Map<string, number>();
  const own = new WeakMap<Connection, Map<string, number>>();
  const isFull = ({ requestPath }: UniversalHandler, connection: Connection): boolean =>
    (all.get(requestPath) ?? 0) >= limits.streamsPerMethod ||
    (own.get(connection)?.get(requestPath) ?? 0) >= limits.streamsPerMethodAndConnection;
  return {
    isFull,
    enter(handler, connection) {
      if (isFull(handler, connection)) throw excessError('open streams', STREAM_RETRY_MS);
      const { requestPath } = handler;
      const ofConnection = own.get(connection) ?? new Map<string, number>();
      own.set(connection, ofConnection);
      count(all, requestPath, 1);
      count(ofConnection, requestPath, 1);
      return () => {
        count(all, requestPath, -1);
        count(ofConnection, requestPath, -1);
      };
    },
  };
}

function count(counts: Map<string, number>, key: string, change: number): void {
  counts.set(key, (counts.get(key) ?? 0) + change);
}
