// One client of an open loop: a connection at a time, and a queue of its own for the calls that
// the server has no stream for. It does as gRPC clients do: keeps to the server's limits, follows
// a GOAWAY to a new connection, and gives a call up at its deadline, wherever it is by then.

import { type Answer, Connection } from './connection.js';
import type { OutgoingCalls } from './outgoing.js';
import { Queue } from './queue.js';

/** Between two attempts to connect to a server that takes no connection. */
const RECONNECT_MS = 100;
/** The word for calls whose connection ended under them. */
const CONNECTION_LOST = 'CONNECTION_LOST';

/** A call from its arrival to its end. */
export interface OpenCall {
  readonly number: number;
  /** When it was to arrive, and is to be answered; on the clock of performance.now(). */
  readonly dueAt: number;
  readonly deadlineAt: number;
  state: 'QUEUED' | 'SENT' | 'ENDED';
}

/** Where a call that was sent is. */
interface Sent {
  readonly connection: Connection;
  readonly stream: number;
}

export interface ClientCounts {
  /** Connections that are opened after the first, and why the one before could not go on. */
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
  /** All that are open: the one for new calls, and older ones with calls in flight. */
  readonly #open = new Set<Connection>();
  #current: Connection | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  /** `ended` hears of each call that got an answer, or lost its connection. */
  constructor(port: number, calls: OutgoingCalls, ended: (call: OpenCall, answer: Answer) => void) {
    this.#port = port;
    this.#calls = calls;
    this.#ended = ended;
  }

  /** Opens the connection. Throws when the server takes none. */
  async connect(): Promise<void> {
    await Connection.open(this.#port, {
      opened: (connection) => this.#begin(connection),
      broken: (_, connection) => this.#lose(connection),
      goingAway: (connection) => this.#leave(connection),
      roomy: (connection) => this.#roomy(connection),
    });
  }

  /** A call has arrived: it leaves at once when it may, and waits for its turn otherwise. */
  offer(call: OpenCall): void {
    this.#queue.push(call);
    this.#sendQueued();
  }

  /** The call's deadline has come. Says where it was; a call that has ended stays as it is. */
  giveUp(call: OpenCall): 'QUEUED' | 'SENT' | 'ENDED' {
    const was = call.state;
    call.state = 'ENDED';
    const sent = this.#sent.get(call);
    if (was === 'SENT' && sent !== undefined) {
      this.#sent.delete(call);
      sent.connection.cancel(sent.stream);
    }
    // One that is still in the queue is stepped over there.
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

  /** The server takes no more calls on it. What is in flight there is still answered. */
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
