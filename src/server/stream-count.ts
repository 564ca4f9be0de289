// How many streams of each kind are open: they stay for as long as their callers like, and each
// costs memory all the while.

import { Code } from '@connectrpc/connect';
import type { UniversalHandler } from '@connectrpc/connect/protocol';
import type { Connection } from './connections.js';
import type { Exchange } from './exchange.js';
import { refusalError } from './rpc-error.js';

export interface StreamCount {
  /** Counts one in; the result counts it out. Throws RESOURCE_EXHAUSTED when there are too many. */
  enter(handler: UniversalHandler, exchange: Exchange): () => void;
}

export interface StreamLimits {
  /** Of one method, of everybody together. */
  readonly streamsPerMethod: number;
  /** Of one method, of one connection. */
  readonly streamsPerMethodAndConnection: number;
}

/** How soon it is worth asking again: streams end when they like. */
const RETRY_AFTER_MS = 5_000;

export function createStreamCount(limits: StreamLimits): StreamCount {
  const all = new Map<string, number>();
  const own = new WeakMap<Connection, Map<string, number>>();
  return {
    enter({ requestPath, method }, { connection }) {
      const ofConnection = own.get(connection) ?? new Map<string, number>();
      own.set(connection, ofConnection);
      const isFull =
        (all.get(requestPath) ?? 0) >= limits.streamsPerMethod ||
        (ofConnection.get(requestPath) ?? 0) >= limits.streamsPerMethodAndConnection;
      if (isFull) throw tooManyStreams(method.name);
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

function tooManyStreams(method: string) {
  return refusalError({
    code: Code.ResourceExhausted,
    reason: 'TOO_MANY_STREAMS',
    message: `Too many ${method} streams are open; close those that are not read any more.`,
    retryAfterMs: RETRY_AFTER_MS,
  });
}
