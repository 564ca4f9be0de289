// Counts the open streams of each method. They stay open as long as their callers like, and cost
// memory all that time.

import type { UniversalHandler } from '@connectrpc/connect/protocol';
import type { Connection } from '../exchange/connections.js';
import { excessError } from './excess-refusal.js';

export interface StreamCount {
  /** Whether this connection may not open another stream of the method. */
  isFull(handler: UniversalHandler, connection: Connection): boolean;
  /** Counts a stream; the result ends the count. Throws RESOURCE_EXHAUSTED if too many are open. */
  enter(handler: UniversalHandler, connection: Connection): () => void;
  /** The open streams of a method. */
  open(handler: UniversalHandler): number;
}

export interface StreamLimits {
  /** Open streams of one method, of all callers. */
  readonly streamsPerMethod: number;
  /** Open streams of one method on one connection. */
  readonly streamsPerMethodAndConnection: number;
}

/** The delay before a retry: streams end when their callers like. */
export const STREAM_RETRY_MS = 5_000;

export function createStreamCount(limits: StreamLimits): StreamCount {
  const all = new Map<string, number>();
  const own = new WeakMap<Connection, Map<string, number>>();
  const isFull = ({ requestPath }: UniversalHandler, connection: Connection): boolean =>
    (all.get(requestPath) ?? 0) >= limits.streamsPerMethod ||
    (own.get(connection)?.get(requestPath) ?? 0) >= limits.streamsPerMethodAndConnection;
  return {
    isFull,
    open: ({ requestPath }) => all.get(requestPath) ?? 0,
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
