// One connection to Redis, and whether it can be used. While it cannot, requests are refused at
// once: a Redis that is down, hangs or refuses costs calls nothing, because not their requests but
// a probe in the background finds out when it is back. It never fails a start, never ends the
// process, and queues nothing while disconnected.
//
// While Redis is used, the probes continue, also without traffic. A Redis that refuses writes but
// answers reads does not show in reads, and other processes' invalidations do not arrive there. So
// the first read after a quiet hour must not trust data that was not checked since.

import type { RedisOptions } from 'ioredis';
import { Redis } from 'ioredis';
import type { CacheHealth } from './block-cache.js';
import { CacheUnavailableError } from './block-cache.js';
import {
  concernsServer,
  describeFailure,
  isWrongDatabase,
  TimeoutError,
  UNKNOWN_FAILURE,
  UnexpectedReplyError,
} from './redis-failure.js';
import { SCRIPTS } from './redis-scripts.js';

/** How long one request may take: a command, or the pipeline of a whole batch. */
export const COMMAND_TIMEOUT_MS = 150;
/** The additional time for each of its keys. A batch of 1,000 took 25 to 200 ms on busy cores. */
export const KEY_TIMEOUT_MS = 0.25;
/** How long connecting may take. */
export const CONNECT_TIMEOUT_MS = 2_000;
/** How long each setup command may take: authentication, database, readiness. */
export const HANDSHAKE_TIMEOUT_MS = 1_000;
/** A connection that leaves a command unanswered for this long is closed. */
export const SILENCE_TIMEOUT_MS = 2_000;
/** The failures in a row after which Redis is left alone. */
export const MAX_FAILURES_IN_A_ROW = 3;
/** How long it is left alone before the next probe, and the interval of probes while in use. */
export const PROBE_INTERVAL_MS = 1_000;
/** Reconnect delays begin at the first, double, and stay at the second. */
export const MIN_RECONNECT_DELAY_MS = 50;
export const MAX_RECONNECT_DELAY_MS = 2_000;

export interface RedisLinkOptions {
  /** `redis://` or `rediss://`, with user, password and database as ioredis reads them. */
  readonly url: string;
  /** A key that the probe may write. */
  readonly probeKey: string;
  readonly commandTimeoutMs?: number | undefined;
  readonly probeIntervalMs?: number | undefined;
  /** Called when Redis becomes usable, or with the reason why it is not. Must not throw. */
  readonly onAvailability?: ((health: CacheHealth) => void) | undefined;
}

const UP: CacheHealth = { up: true, detail: '' };
const NOT_YET: CacheHealth = { up: false, detail: 'Redis has not answered yet.' };

export class RedisLink {
  readonly #redis: Redis;
  readonly #options: RedisLinkOptions;
  #state: CacheHealth = NOT_YET;
  #inUseSinceMs = Number.POSITIVE_INFINITY;
  #failuresInARow = 0;
  /** Runs while Redis is left alone. */
  #probeTimer: NodeJS.Timeout | undefined;
  /** Runs while Redis is in use. */
  #watchTimer: NodeJS.Timeout | undefined;
  #probing = false;
  #closed = false;

  /** Begins to connect. Throws for an invalid URL; the error never contains the URL. */
  constructor(options: RedisLinkOptions) {
    this.#options = options;
    this.#redis = connect(options.url);
    // Without a listener, an error event would be printed with its stack.
    this.#redis.on('error', (error: unknown) => this.#heard(error));
    this.#redis.on('close', () => this.#lose(undefined));
    this.#redis.on('ready', () => {
      if (this.#probeTimer === undefined) void this.#probe();
    });
  }

  get usable(): boolean {
    return this.#state.up;
  }

  /**
   * How long Redis has been in use without a break, in whole milliseconds, rounded up. Nothing that
   * this process stored since is older. 0 while it is not in use.
   */
  get inUseForMs(): number {
    return this.#state.up ? Math.ceil(performance.now() - this.#inUseSinceMs) : 0;
  }

  /**
   * Runs one request. Throws CacheUnavailableError without trying while Redis cannot be used;
   * otherwise the error of Redis or the connection. A request of many keys has more time.
   */
  async run<T>(request: (redis: Redis) => Promise<T>, keys = 1): Promise<T> {
    if (!this.#state.up) throw new CacheUnavailableError(this.#state.detail);
    try {
      const reply = await this.#inTime(request, keys);
      this.#failuresInARow = 0;
      return reply;
    } catch (error) {
      this.#failed(error);
      throw error;
    }
  }

  /** Whether Redis can do all that is needed, checked now. Never throws. */
  async health(): Promise<CacheHealth> {
    if (!this.#state.up) return this.#state;
    try {
      const answer = await this.run((redis) => redis.attendanceProbe(this.#options.probeKey));
      return answer === 'OK' ? UP : { up: false, detail: describeAnswer(answer) };
    } catch (error) {
      return this.#state.up ? { up: false, detail: describeFailure(error) } : this.#state;
    }
  }

  /** Closes the connection for good. Current requests fail. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#probeTimer);
    this.#become({ up: false, detail: 'This process has closed its connection to Redis.' });
    this.#redis.disconnect();
  }

  /**
   * Throws TimeoutError without an answer in time. After a busy period, timers of the process are
   * due before it reads its sockets, where the answer may already be. So it reads them once more
   * before it gives up. (ioredis's own timeout does not, and so takes the process's own busy period
   * for a hanging Redis.)
   */
  #inTime<T>(request: (redis: Redis) => Promise<T>, keys: number): Promise<T> {
    const baseMs = this.#options.commandTimeoutMs ?? COMMAND_TIMEOUT_MS;
    return new Promise((resolve, reject) => {
      const giveUp = () => reject(new TimeoutError('Redis did not answer in time'));
      const timer = setTimeout(
        () => setImmediate(() => setImmediate(giveUp)),
        baseMs + keys * KEY_TIMEOUT_MS,
      );
      request(this.#redis)
        .then(resolve, reject)
        .finally(() => clearTimeout(timer));
    });
  }

  /** An error outside our requests: of the connection, or of its setup. */
  #heard(error: unknown): void {
    const detail = describeFailure(error);
    // The cause of a failed connection is followed by errors of the requests that waited for it.
    this.#lose(detail === UNKNOWN_FAILURE && !this.#state.up ? undefined : detail);
    // ioredis would continue with the server's first database, which may belong to others.
    if (isWrongDatabase(error)) this.#redis.disconnect(true);
    // If the connection survived, nothing else would start a probe.
    else if (this.#redis.status === 'ready') this.#leaveAlone(error);
  }

  #failed(error: unknown): void {
    this.#failuresInARow += 1;
    if (!concernsServer(error) && this.#failuresInARow < MAX_FAILURES_IN_A_ROW) return;
    this.#lose(describeFailure(error));
    this.#leaveAlone(error);
  }

  /** Makes Redis unusable. Keeps a known reason rather than none. */
  #lose(detail: string | undefined): void {
    const lost = 'The connection to Redis was lost.';
    this.#become({ up: false, detail: detail ?? (this.#state.up ? lost : this.#state.detail) });
  }

  #become(state: CacheHealth): void {
    const { up, detail } = this.#state;
    this.#state = state;
    if (!state.up) clearTimeout(this.#watchTimer);
    // The code that closed it already knows.
    if (this.#closed) return;
    if (up !== state.up || detail !== state.detail) this.#options.onAvailability?.(state);
  }

  #leaveAlone(error: unknown): void {
    if (this.#closed || this.#probeTimer !== undefined) return;
    this.#probeTimer = this.#later(() => {
      this.#probeTimer = undefined;
      // Otherwise the connection is being made, and its readiness starts the probe.
      if (this.#redis.status === 'ready') void this.#probe();
    });
    // The name may now lead to another server: the primary after a failover.
    if (error instanceof Error && error.message.startsWith('READONLY')) {
      this.#redis.disconnect(true);
    }
  }

  /** Runs once, after the interval. Keeps no process alive. */
  #later(work: () => void): NodeJS.Timeout {
    return setTimeout(work, this.#options.probeIntervalMs ?? PROBE_INTERVAL_MS).unref();
  }

  /** Schedules the next probe while Redis is in use. */
  #watch(): void {
    clearTimeout(this.#watchTimer);
    if (this.#state.up) this.#watchTimer = this.#later(() => void this.#probe());
  }

  async #probe(): Promise<void> {
    if (this.#probing || this.#closed) return;
    this.#probing = true;
    const sentMs = performance.now();
    const wasUp = this.#state.up;
    try {
      const { probeKey } = this.#options;
      const answer = await this.#inTime((redis) => redis.attendanceProbe(probeKey), 1);
      if (answer !== 'OK' && answer !== 'OOM') throw new UnexpectedReplyError('probe');
      this.#failuresInARow = 0;
      if (this.#redis.status !== 'ready' || this.#closed) return;
      if (!this.#state.up) this.#inUseSinceMs = sentMs;
      this.#become(UP);
    } catch (error) {
      if (!this.#closed) this.#probeFailed(error, wasUp);
    } finally {
      this.#probing = false;
      this.#watch();
    }
  }

  #probeFailed(error: unknown, wasUp: boolean): void {
    // One slow answer is no refusal: it counts like that of any other request.
    if (wasUp && error instanceof TimeoutError) {
      this.#failed(error);
      return;
    }
    this.#lose(describeFailure(error));
    // A lost connection takes its probe with it. The next one that is ready is probed.
    if (!wasUp || this.#redis.status === 'ready') this.#leaveAlone(error);
  }
}

function describeAnswer(answer: unknown): string {
  return answer === 'OOM'
    ? describeFailure(new Error('OOM command not allowed'))
    : describeFailure(new UnexpectedReplyError('probe'));
}

function connect(url: string): Redis {
  const options = {
    // RESP2 is enough, on every Redis and through every proxy.
    protocol: 2,
    disableClientInfo: true,
    connectionName: 'attendance',
    connectTimeout: CONNECT_TIMEOUT_MS,
    commandTimeout: HANDSHAKE_TIMEOUT_MS,
    socketTimeout: SILENCE_TIMEOUT_MS,
    disconnectTimeout: SILENCE_TIMEOUT_MS,
    maxLoadingRetryTime: PROBE_INTERVAL_MS,
    // Nothing waits for a connection, and unanswered requests fail with a lost one.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    retryStrategy: (attempt: number) =>
      Math.min(MIN_RECONNECT_DELAY_MS * 2 ** Math.min(attempt - 1, 10), MAX_RECONNECT_DELAY_MS) *
      (0.75 + Math.random() / 2),
    scripts: SCRIPTS,
  } satisfies RedisOptions;
  try {
    if (!/^rediss?:$/.test(new URL(url).protocol)) throw new TypeError('another protocol');
    return new Redis(url, options);
  } catch {
    // The original error contains the URL, and with it the password.
    throw new Error('REDIS_URL is not a URL of the form redis://[user:password@]host:port[/db]');
  }
}
