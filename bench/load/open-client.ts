// One client of an open loop: one connection at a time, and its own queue of calls for which the
// server has no stream. It behaves like gRPC clients: it respects the server's limits, opens a new
// connection after a GOAWAY, and cancels a call at its deadline, in any state.

import { type Answer, Connection } from './connection.js';
import type { OutgoingCalls } from './outgoing.js';
import { Queue } from './queue.js';

/** The pause between attempts to connect to a server that refuses. */
const RECONNECT_MS = 100;
/** The status for calls whose connection ended. */
const CONNECTION_LOST = 'CONNECTION_LOST';

/** A call from its arrival to its end. */
export interface OpenCall {
  readonly number: number;
  /** When it should arrive and be answered, on the clock of performance.now(). */
  readonly dueAt: number;
  readonly deadlineAt: number;
  state: 'QUEUED' | 'SENT' | 'ENDED';
}

/** The connection and stream of a sent call. */
interface Sent {
  readonly connection: Connection;
  readonly stream: number;
}

export interface ClientCounts {
  /** Connections opened after the first, and why the one before could not continue. */
  reconnects: number;
  goAways: number;
  lost: number;
}

export class OpenClient {
  readonly counts: ClientCounts = { reconnects: 0, goAways: 0, lost: 0 };
  readonly #port: number;
  readonly #calls: OutgoingCalls;
  readonly #ended: (call: OpenCall, answer: Answer) => void;
  readonly #queue = new Queue<OpenCall>();
  readonly #sent = new Map<OpenCall, Sent>();
  /** All open connections: the one for new calls, and older ones with calls in flight. */
  readonly #open = new Set<Connection>();
  #current: Connection | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  /** `ended` is called for each call that got an answer or lost its connection. */
  constructor(port: number, calls: OutgoingCalls, ended: (call: OpenCall, answer: Answer) => void) {
    this.#port = port;
    this.#calls = calls;
    this.#ended = ended;
  }

  /** Opens the connection. Throws if the server refuses it. */
  async connect(): Promise<void> {
    await Connection.open(this.#port, {
      opened: (connection) => this.#begin(connection),
      broken: (_, connection) => this.#lose(connection),
      goingAway: (connection) => this.#leave(connection),
      roomy: (connection) => this.#roomy(connection),
    });
  }

  /** A call has arrived. It is sent at once if allowed, and otherwise queued. */
  offer(call: OpenCall): void {
    this.#queue.push(call);
    this.#sendQueued();
  }

  /**
   * Cancels a call at its deadline. Returns the state that it had. An ended call stays as it is.
   */
  giveUp(call: OpenCall): 'QUEUED' | 'SENT' | 'ENDED' {
    const was = call.state;
    call.state = 'ENDED';
    const sent = this.#sent.get(call);
    if (was === 'SENT' && sent !== undefined) {
      this.#sent.delete(call);
      sent.connection.cancel(sent.stream);
    }
    // A call that is still queued is skipped there.
    return was;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    for (const connection of this.#open) connection.close();
  }

  #begin(connection: Connection): void {
    if (this.#closed) {
      connection.close();
      return;
    }
    this.#open.add(connection);
    this.#current = connection;
    this.#sendQueued();
  }

  #sendQueued(): void {
    for (;;) {
      while (this.#queue.first?.state === 'ENDED') this.#queue.shift();
      const connection = this.#current;
      if (connection === undefined || !connection.hasRoom) return;
      const call = this.#queue.shift();
      if (call === undefined) return;
      this.#send(connection, call);
    }
  }

  #send(connection: Connection, call: OpenCall): void {
    const restMs = call.deadlineAt - performance.now();
    const headers = this.#calls.headers(call.number, restMs);
    call.state = 'SENT';
    const stream = connection.call(headers, this.#calls.message(call.number), (answer) => {
      this.#sent.delete(call);
      this.#end(call, answer);
    });
    this.#sent.set(call, { connection, stream });
  }

  #end(call: OpenCall, answer: Answer): void {
    call.state = 'ENDED';
    this.#ended(call, answer);
  }

  #roomy(connection: Connection): void {
    if (connection === this.#current) this.#sendQueued();
    else if (connection.inFlight === 0) this.#close(connection);
  }

  /** The server accepts no more calls on it. Calls in flight are still answered. */
  #leave(connection: Connection): void {
    this.counts.goAways += 1;
    this.#replace(connection);
    if (connection.inFlight === 0) this.#close(connection);
  }

  #lose(connection: Connection): void {
    if (!this.#open.has(connection)) return;
    this.counts.lost += 1;
    this.#close(connection);
    for (const [call, sent] of this.#sent) {
      if (sent.connection !== connection) continue;
      this.#sent.delete(call);
      this.#end(call, { status: CONNECTION_LOST, body: Buffer.alloc(0) });
    }
    this.#replace(connection);
  }

  #close(connection: Connection): void {
    this.#open.delete(connection);
    connection.close();
  }

  #replace(connection: Connection): void {
    if (connection !== this.#current) return;
    this.#current = undefined;
    this.counts.reconnects += 1;
    this.#reconnect();
  }

  #reconnect(): void {
    if (this.#closed) return;
    this.connect().catch(() => {
      this.#timer = setTimeout(() => this.#reconnect(), RECONNECT_MS);
    });
  }
}
