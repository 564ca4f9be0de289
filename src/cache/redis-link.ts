// One connection to Redis, and whether it can be used. Whoever wants something of Redis is refused
// at once while it cannot be: a Redis that is down, hangs or refuses costs calls nothing, because
// it is not their requests but a probe in the background that finds out when it is back.
// It never fails a start, never ends the process, and queues nothing while disconnected.
//
// While Redis is used, the probe goes on, also without traffic: a Redis that refuses writes but
// answers reads cannot be told by the reads, and the first one after a quiet hour must not trust
// what nobody has looked at since. Other processes' invalidations do not arrive there.

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
/** And how much longer for each of its keys. A batch of 1,000 took 25 to 200 ms on busy cores. */
export const KEY_TIMEOUT_MS = 0.25;
/** How long a connection may take to be made. */
export const CONNECT_TIMEOUT_MS = 2_000;
/** How long each command that sets it up may take: authentication, database, readiness. */
export const HANDSHAKE_TIMEOUT_MS = 1_000;
/** A connection that leaves a command without an answer for so long is given up. */
export const SILENCE_TIMEOUT_MS = 2_000;
/** Failures in a row after which Redis is left alone. */
export const MAX_FAILURES_IN_A_ROW = 3;
/** How long it is left alone before it is probed again, and from probe to probe while in use. */
export const PROBE_INTERVAL_MS = 1_000;
/** Reconnecting begins here, doubles, and stays at the second. */
export const MIN_RECONNECT_DELAY_MS = 50;
export const MAX_RECONNECT_DELAY_MS = 2_000;

export interface RedisLinkOptions {
  /** `redis://` or `rediss://`, with user, password and database as ioredis reads them. */
  readonly url: string;
  /** A key that the probe may write. */
  readonly probeKey: string;
  readonly commandTimeoutMs?: number | undefined;
  readonly probeIntervalMs?: number | undefined;
  /** Told when Redis becomes usable, or why it is not. Must not throw. */
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

  /** Begins to connect. Throws for a URL that is none; what it says never contains the URL. */
  constructor(options: RedisLinkOptions) {
    this.#options = options;
    this.#redis = connect(options.url);
    // An error event without a listener would be printed, stack and all.
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
   * For how long Redis has been in use without a break, in whole milliseconds, rounded up: what
   * it was given by this process is never older. 0 while it is not in use.
   */
  get inUseForMs(): number {
    return this.#state.up ? Math.ceil(performance.now() - this.#inUseSinceMs) : 0;
  }

  /**
   * Runs one request. Throws CacheUnavailableError without trying while Redis cannot be used,
   * and what Redis or the connection failed with otherwise. One of many keys has longer.
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

  /** Whether Redis does all that is needed of it, asked now. Never throws. */
  async health(): Promise<CacheHealth> {
    if (!this.#state.up) return this.#state;
    try {
      const answer = await this.run((redis) => redis.attendanceProbe(this.#options.probeKey));
      return answer === 'OK' ? UP : { up: false, detail: describeAnswer(answer) };
    } catch (error) {
      return this.#state.up ? { up: false, detail: describeFailure(error) } : this.#state;
    }
  }

  /** Closes the connection, for good. What is under way fails. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#probeTimer);
    this.#become({ up: false, detail: 'This process has closed its connection to Redis.' });
    this.#redis.disconnect();
  }

  /**
   * Throws TimeoutError when there is no answer in time. A process that was busy for that long
   * finds its timers due before it looks at its sockets, where the answer may be lying: it looks
   * there once more before it gives up. (ioredis's own timeout does not, and so takes one's own
   * busy moment for a hanging Redis.)
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

  /** An error that belongs to no request of ours: of the connection, or of setting it up. */
  #heard(error: unknown): void {
    const detail = describeFailure(error);
    // What made a connection fail is followed by errors of what was waiting for it.
    this.#lose(detail === UNKNOWN_FAILURE && !this.#state.up ? undefined : detail);
    // ioredis would go on with the server's first database, which may be somebody else's.
    if (isWrongDatabase(error)) this.#redis.disconnect(true);
    // The connection may have survived, and then nothing else would have it probed again.
    else if (this.#redis.status === 'ready') this.#leaveAlone(error);
  }

  #failed(error: unknown): void {
    this.#failuresInARow += 1;
    if (!concernsServer(error) && this.#failuresInARow < MAX_FAILURES_IN_A_ROW) return;
    this.#lose(describeFailure(error));
    this.#leaveAlone(error);
  }

  /** Not usable from now on; a reason already known is better than none. */
  #lose(detail: string | undefined): void {
    const lost = 'The connection to Redis was lost.';
    this.#become({ up: false, detail: detail ?? (this.#state.up ? lost : this.#state.detail) });
  }

  #become(state: CacheHealth): void {
    const { up, detail } = this.#state;
    this.#state = state;
    if (!state.up) clearTimeout(this.#watchTimer);
    // That it was closed is known to whoever closed it.
    if (this.#closed) return;
    if (up !== state.up || detail !== state.detail) this.#options.onAvailability?.(state);
  }

  #leaveAlone(error: unknown): void {
    if (this.#closed || this.#probeTimer !== undefined) return;
    this.#probeTimer = this.#later(() => {
      this.#probeTimer = undefined;
      // Otherwise the connection is coming up, and being ready starts the probe.
      if (this.#redis.status === 'ready') void this.#probe();
    });
    // The name may lead to another server by now: the primary after a failover.
    if (error instanceof Error && error.message.startsWith('READONLY')) {
      this.#redis.disconnect(true);
    }
  }

  /** Once, after the interval; keeps no process alive. */
  #later(work: () => void): NodeJS.Timeout {
    return setTimeout(work, this.#options.probeIntervalMs ?? PROBE_INTERVAL_MS).unref();
  }

  /** The next probe while Redis is in use. */
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
    // One slow answer is no refusal: it counts as that of any other request does.
    if (wasUp && error instanceof TimeoutError) {
      this.#failed(error);
      return;
    }
    this.#lose(describeFailure(error));
    // A connection that has gone takes its probe along; the next one to be ready is probed.
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
    // RESP2 does all we need, on every Redis and through every proxy.
    protocol: 2,
    disableClientInfo: true,
    connectionName: 'attendance',
    connectTimeout: CONNECT_TIMEOUT_MS,
    commandTimeout: HANDSHAKE_TIMEOUT_MS,
    socketTimeout: SILENCE_TIMEOUT_MS,
    disconnectTimeout: SILENCE_TIMEOUT_MS,
    maxLoadingRetryTime: PROBE_INTERVAL_MS,
    // Nothing waits for a connection, and what a lost one left unanswered fails with it.
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
    // The original error carries the URL, and with it the password.
    throw new Error('REDIS_URL is not a URL of the form redis://[user:password@]host:port[/db]');
  }
}
