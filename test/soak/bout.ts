// One bout of an attacker: the connections it opens, how long it may go on, and what it saw the
// service do. When the bout is over its connections are gone, however they were left.

import { connect, type Socket } from 'node:net';
import { setImmediate as breathe } from 'node:timers/promises';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { Random } from '../../bench/support/random.js';

/** The services under attack: the same port for all protocols, and another one with TLS. */
export interface Target {
  readonly port: number;
  readonly securePort: number;
  /** Whom to trust there, in PEM form. */
  readonly ca: string;
}

/** A way to misbehave. */
export interface Actor {
  readonly name: string;
  /** What it does, in a few words for the report. */
  readonly does: string;
  /** It does next to nothing, for long: it gets a place of its own, and longer bouts. */
  readonly patient?: true;
  /** Returns when it has done it; its connections stay until the bout is over. */
  readonly attack: (bout: Bout) => Promise<void>;
}

/** What all bouts of an actor came to. */
export interface ActorRecord {
  bouts: number;
  connections: number;
  /** What the service did, by kind. */
  readonly seen: Record<string, number>;
  /** Calls of well-behaved neighbours on the attacker's own connections. */
  neighbours: number;
  readonly neighboursFailed: Record<string, number>;
}

export function newRecord(): ActorRecord {
  return { bouts: 0, connections: 0, seen: {}, neighbours: 0, neighboursFailed: {} };
}

/** Kinds of what was seen that are told apart; the rest is counted together. */
const MAX_KINDS = 40;
/** Connections that are being opened at a time: more overflow the listener's queue, not its bound. */
const OPENING = 64;
const CONNECT_TIMEOUT_MS = 10_000;

export interface BoutOptions {
  readonly target: Target;
  readonly random: Random;
  readonly record: ActorRecord;
  /** Where it comes from: an address of the loopback network that no innocent has. */
  readonly address: string;
  /** Multiplies how many connections, streams and calls there are. */
  readonly scale: number;
  readonly durationMs: number;
  readonly ended: AbortSignal;
}

export class Bout {
  readonly target: Target;
  readonly random: Random;
  /** Resolves at the bout's end. */
  readonly over: Promise<void>;
  readonly #options: BoutOptions;
  readonly #sockets = new Set<Socket>();
  /** What lies below a TLS connection; only that can be reset. */
  readonly #below = new WeakMap<Socket, Socket>();
  readonly #cleanups: (() => void)[] = [];
  #end: () => void = () => undefined;
  #isOver = false;

  constructor(options: BoutOptions) {
    this.#options = options;
    this.target = options.target;
    this.random = options.random;
    options.record.bouts += 1;
    this.over = new Promise((resolve) => {
      this.#end = () => {
        this.#isOver = true;
        resolve();
      };
    });
    const timer = setTimeout(this.#end, options.durationMs);
    options.ended.addEventListener('abort', this.#end, { once: true });
    this.onEnd(() => {
      clearTimeout(timer);
      options.ended.removeEventListener('abort', this.#end);
    });
    if (options.ended.aborted) this.#end();
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** So many, in the size of this run: at least one. */
  scaled(count: number): number {
    return Math.max(1, Math.round(count * this.#options.scale));
  }

  /** The service did this. */
  saw(kind: string): void {
    countIn(this.#options.record.seen, kind);
  }

  /** A well-behaved call over one of these connections came to this; undefined when it went well. */
  neighbour(failure: string | undefined): void {
    this.#options.record.neighbours += 1;
    if (failure !== undefined) countIn(this.#options.record.neighboursFailed, failure);
  }

  /** Something to let go of at the end, before the connections. */
  onEnd(cleanup: () => void): void {
    this.#cleanups.push(cleanup);
  }

  /**
   * A TCP connection that is being opened. Errors and the end are seen and go no further. One that
   * stays keeps its side open when the service ends its own: until the service cuts it.
   */
  dial({ stays = false }: { readonly stays?: boolean } = {}): Socket {
    const { port } = this.target;
    const { address: localAddress } = this.#options;
    const options = { host: '127.0.0.1', port, localAddress, noDelay: true, allowHalfOpen: stays };
    const socket = this.#adopt(connect(options));
    if (stays) socket.once('end', () => !this.isOver && this.saw('closed'));
    return socket;
  }

  /** The same under TLS, for a protocol. */
  dialSecure(alpn: string): TLSSocket {
    const { securePort: port, ca } = this.target;
    const { address: localAddress } = this.#options;
    const raw = connect({ host: '127.0.0.1', port, localAddress });
    raw.on('error', () => undefined);
    const secure = connectTls({
      socket: raw,
      servername: 'localhost',
      ca,
      ALPNProtocols: [alpn],
    });
    this.#below.set(secure, raw);
    return this.#adopt(secure);
  }

  /** Leaves it with a RST, as a process that is killed does with unread data. */
  reset(socket: Socket): void {
    const below = this.#below.get(socket);
    const lowest = below ?? socket;
    // Node resets one that is being opened once it is open, before an HTTP/2 session that waits for
    // the same: that session then aborts the process.
    if (lowest.connecting) lowest.destroy();
    else lowest.resetAndDestroy();
    if (below !== undefined) socket.destroy();
  }

  /** Opened connections that stay, as many as the service takes. */
  async dialMany(count: number, opened: (socket: Socket) => void): Promise<void> {
    for (let left = count; left > 0 && !this.isOver; left -= OPENING) {
      const batch = Array.from({ length: Math.min(left, OPENING) }, () =>
        this.dial({ stays: true }),
      );
      await Promise.all(batch.map((socket) => this.opened(socket)));
      for (const socket of batch) if (!socket.destroyed) opened(socket);
    }
  }

  /** Resolves when the connection is open, or never will be. */
  opened(socket: Socket): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, CONNECT_TIMEOUT_MS);
      const done = () => {
        clearTimeout(timer);
        resolve();
      };
      socket.once('connect', done);
      socket.once('close', done);
    });
  }

  /** Writes; resolves when there is room for more, or the connection or the bout has ended. */
  async write(socket: Socket, bytes: Buffer | string): Promise<void> {
    if (socket.destroyed || !socket.writable) return;
    if (socket.write(bytes)) return;
    await new Promise<void>((resolve) => {
      socket.once('drain', resolve);
      socket.once('close', resolve);
      void this.over.then(resolve);
    });
  }

  /** Lets the others of this process have their turn. */
  async turn(): Promise<void> {
    await breathe();
  }

  /** An attacker's own pace: so long, or until the bout is over. */
  async pause(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const passed = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms);
    });
    await Promise.race([passed, this.over]);
    clearTimeout(timer);
  }

  /** Ends it: some connections are closed, some reset, as it comes. */
  end(): void {
    this.#end();
    for (const cleanup of this.#cleanups) cleanup();
    for (const socket of this.#sockets) {
      if (this.random.chance(0.5)) this.reset(socket);
      else socket.destroy();
    }
  }

  #adopt<T extends Socket>(socket: T): T {
    this.#options.record.connections += 1;
    this.#sockets.add(socket);
    // Each writing that waits listens until the socket closes.
    socket.setMaxListeners(0);
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (!this.isOver) this.saw(error.code ?? error.message);
    });
    // A socket that this side has ended closes as well.
    let left = false;
    socket.once('finish', () => {
      left = true;
    });
    socket.once('close', (failed) => {
      this.#sockets.delete(socket);
      if (!this.isOver && !failed && !left) this.saw('closed');
    });
    return socket;
  }
}

export function countIn(counts: Record<string, number>, kind: string): void {
  const known = kind in counts || Object.keys(counts).length < MAX_KINDS;
  const name = known ? kind : 'other';
  counts[name] = (counts[name] ?? 0) + 1;
}
