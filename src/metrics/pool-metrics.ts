// The pools of database connections: how many are lent, who waits for one, and how long each was held.
// A connection is held for one transaction, or for one statement outside a transaction.

import { Gauge, Histogram, type Registry } from 'prom-client';

/** What a pool does now. */
export interface PoolLoad {
  /** The most connections that it has. */
  readonly connections: number;
  /** Connections that are lent. */
  readonly lent: number;
  /** Callers that wait for a connection. */
  readonly waiting: number;
  /** How long the connection that was lent first has been held, in ms; 0 if none is lent. */
  readonly oldestMs: number;
}

export interface PoolMetrics {
  /** `ask` is called at each rendering. */
  watch(pool: string, ask: () => PoolLoad): void;
  /** A connection was given back. */
  held(pool: string, ms: number): void;
}

// From one statement of an idle database to the longest that a statement may take.
const HELD_BUCKETS_SECONDS = [
  0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.25, 1, 4, 16,
];

export function createPoolMetrics(registry: Registry): PoolMetrics {
  const registers = [registry];
  const pools = new Map<string, () => PoolLoad>();
  const gauge = (
    name: string,
    help: string,
    value: (load: PoolLoad) => number,
    aggregator: 'sum' | 'max' = 'sum',
  ) =>
    new Gauge({
      ...{ name, help, aggregator, registers, labelNames: ['pool'] },
      collect() {
        for (const [pool, ask] of pools) this.set({ pool }, value(ask()));
      },
    });
  gauge(
    'attendance_database_connections_limit',
    'The most connections of each pool.',
    ({ connections }) => connections,
  );
  gauge(
    'attendance_database_connections_in_use',
    'Connections that are lent to a transaction or a statement.',
    ({ lent }) => lent,
  );
  gauge(
    'attendance_database_waiting',
    'Callers that wait for a connection; when too many would, they are refused at once.',
    ({ waiting }) => waiting,
  );
  gauge(
    'attendance_database_oldest_transaction_seconds',
    'How long the transaction or statement that began first has been going on; 0 for none.',
    ({ oldestMs }) => oldestMs / 1000,
    'max',
  );
  const held = new Histogram({
    name: 'attendance_database_transaction_duration_seconds',
    help: 'Transactions, and statements outside one, by pool: how long they held a connection.',
    labelNames: ['pool'],
    buckets: HELD_BUCKETS_SECONDS,
    registers,
  });
  return {
    watch: (pool, ask) => pools.set(pool, ask),
    held: (pool, ms) => held.observe({ pool }, ms / 1000),
  };
}
