// Tells other processes that something was committed, and hears it from them, by LISTEN and NOTIFY
// on one connection of its own. A bell that is lost costs a second, because every reader of the feed
// looks by itself: so nothing here is ever waited for, and nothing throws.
//
// The notice does not go with the commit that it is about. PostgreSQL commits transactions with
// notices one at a time, under one lock, so writers would wait for each other; and one notice for
// all commits of a moment is enough.

import pg from 'pg';

const CHANNEL = 'attendance_feed';

/** The shortest time between two notices of a process. */
const RING_EVERY_MS = 10;

/** The wait before the next try to connect; it doubles with each further failure. */
const FIRST_RETRY_MS = 250;
const MAX_RETRY_MS = 5000;

const CONNECT_TIMEOUT_MS = 5000;

/** After this long a notice without an answer shows a dead connection. */
const NOTICE_TIMEOUT_MS = 5000;

export interface FeedBell {
  /** Connects when `ready` resolves, and stays connected. Only the first call counts. */
  start(ready: Promise<unknown>): void;
  /** Tells the others, within RING_EVERY_MS. Does nothing while there is no connection. */
  ring(): void;
  close(): Promise<void>;
}

export interface FeedBellOptions {
  /** The URL of PostgreSQL. */
  readonly url: string;
  /** Called when another process has committed something, and after every connect. */
  readonly onRing: () => void;
  /** Called with each connection that was lost or could not be made. */
  readonly onLost: (error: Error) => void;
}

/** A notice of nothing: whoever hears it looks at the feed. */
const NOTICE = `select pg_notify('${CHANNEL}', '')`;

/** A notice that a crash of the database loses is no loss. */
const SET_UP = `set synchronous_commit = off; set statement_timeout = ${NOTICE_TIMEOUT_MS}; listen ${CHANNEL}`;

export function createFeedBell(options: FeedBellOptions): FeedBell {
  return new Bell(options);
}

class Bell implements FeedBell {
  readonly #options: FeedBellOptions;
  #client: pg.Client | undefined;
  #isStarted = false;
  #isClosed = false;
  #failures = 0;
  #retry: NodeJS.Timeout | undefined;
  #due: NodeJS.Timeout | undefined;
  #rungMs = 0;

  constructor(options: FeedBellOptions) {
    this.#options = options;
  }

  start(ready: Promise<unknown>): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    // Another waiter of `ready` reports why it rejects.
    ready.then(
      () => this.#connect(),
      () => {},
    );
  }

  ring(): void {
    if (this.#due !== undefined || this.#client === undefined) return;
    const waitMs = Math.max(0, this.#rungMs + RING_EVERY_MS - performance.now());
    this.#due = setTimeout(() => {
      this.#due = undefined;
      this.#rungMs = performance.now();
      const client = this.#client;
      client?.query(NOTICE).catch((error: unknown) => this.#lose(client, error));
    }, waitMs);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    clearTimeout(this.#due);
    const client = this.#client;
    this.#client = undefined;
    await client?.end().catch(() => {});
  }

  async #connect(): Promise<void> {
    if (this.#isClosed) return;
    const client = new pg.Client({
      connectionString: this.#options.url,
      application_name: 'attendance-feed',
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: NOTICE_TIMEOUT_MS,
      keepAlive: true,
    });
    this.#client = client;
    client.on('error', (error) => this.#lose(client, error));
    client.on('end', () => this.#lose(client, new Error('the connection ended')));
    client.on('notification', ({ processId }) => {
      if (processId !== ownPid(client)) this.#options.onRing();
    });
    try {
      await client.connect();
      await client.query(SET_UP);
      this.#failures = 0;
      this.#options.onRing();
    } catch (error) {
      this.#lose(client, error);
    }
  }

  /** Connects again, after a while. */
  #lose(client: pg.Client, error: unknown): void {
    if (this.#client !== client || this.#isClosed) return;
    this.#client = undefined;
    client.end().catch(() => {});
    this.#options.onLost(error instanceof Error ? error : new Error(String(error)));
    const waitMs = Math.min(FIRST_RETRY_MS * 2 ** Math.min(this.#failures, 16), MAX_RETRY_MS);
    this.#failures += 1;
    this.#retry = setTimeout(() => void this.#connect(), waitMs);
  }
}

/** The number of the connection's server process, which the types omit. */
function ownPid(client: pg.Client): number {
  return (client as pg.Client & { readonly processID: number }).processID;
}
