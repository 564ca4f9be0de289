// Every open connection, with what it does and holds. This file counts connections, and ends those
// that flood or are dead, and idle ones to make room. One timer checks all of them; it never
// throws.

import type { Socket } from 'node:net';
import type { Peer } from '../../rpc/edge/peer.js';
import type { Limits } from '../support/limits.js';
import type { Logger } from '../support/log.js';

/** The HTTP side of a connection, once its version is known. */
export interface Protocol {
  /** Sends pings, and ends an idle connection. */
  look(nowMs: number): void;
  /** True if its own state is gone and only the socket is left. */
  readonly isDead: boolean;
}

export interface Connection {
  /** The accepted socket. */
  readonly raw: Socket;
  /** The socket that carries the bytes: with TLS, the decrypted side. */
  socket: Socket;
  /** The peer's address, without its port. */
  readonly address: string;
  /** Who the peer is by its client certificate; undefined without one. */
  peer: Peer | undefined;
  /** From when on its client is asked to make a new one; on the clock of `performance.now`. */
  readonly oldAtMs: number;
  /** Requests that are not over. */
  openRequests: number;
  /** When the last request ended, or the connection began. */
  idleSinceMs: number;
  /** Bytes that belong to requests: bodies, and an allowance for the headers of each request. */
  usefulBytes: number;
  /** Undefined until the version of HTTP is known. */
  protocol: Protocol | undefined;
}

export interface Connections {
  /** Undefined if there are too many connections; the caller then closes the socket. */
  add(socket: Socket): Connection | undefined;
  /** The connection of a socket, or of the TLS socket around it. */
  of(socket: Socket): Connection | undefined;
  readonly size: number;
  /** Ends the connections whose version of HTTP is not known yet. */
  endSilent(): void;
  destroyAll(): void;
  /** Stops the timer. */
  close(): void;
}

/** Bytes beyond requests that any connection may send between two looks. */
const FREE_BYTES_PER_LOOK = 256 * 1024;
/** The most unused allowance that is kept: the windows of as many refused requests as soon come. */
const MAX_ALLOWED_BYTES = 8 * 1024 * 1024;
/** Allowed bytes per useful byte, for envelopes, padding and frames of one byte. */
const OVERHEAD_FACTOR = 4;
/** Allowed bytes per byte sent to the peer: it answers with acknowledgements, windows and pings. */
const ACKNOWLEDGED_FACTOR = 1 / 64;

/** The share of its age by which a connection may end sooner, so that not all end together. */
const AGE_JITTER = 0.2;

interface Watched extends Connection {
  /** The counters at the last look. */
  seen: { bytesRead: number; bytesWritten: number; usefulBytes: number };
  /** The unused allowance from earlier looks. */
  allowedBytes: number;
  /** When it was first found dead. */
  deadSinceMs: number | undefined;
}

export function createConnections(limits: Limits, log: Logger): Connections {
  const open = new Set<Watched>();
  /**
   * The newest connection of each key: a port may be used again before its old socket is closed.
   */
  const byKey = new Map<string, Watched>();
  const perAddress = new Map<string, Set<Watched>>();

  const remove = (key: string, connection: Watched): void => {
    open.delete(connection);
    if (byKey.get(key) === connection) byKey.delete(key);
    const neighbours = perAddress.get(connection.address);
    neighbours?.delete(connection);
    if (neighbours?.size === 0) perAddress.delete(connection.address);
  };

  /** Makes room for one more of these connections by ending the one that has been idle longest. */
  const makeRoom = (candidates: Iterable<Watched>): boolean => {
    const idlest = longestIdle(candidates);
    if (idlest === undefined) return false;
    destroy(idlest);
    return true;
  };

  const timer = setInterval(() => {
    const nowMs = performance.now();
    for (const connection of open) {
      try {
        look(connection, nowMs, limits, log);
      } catch (error) {
        log.error({ err: error }, 'a connection could not be looked after and is ended');
        destroy(connection);
      }
    }
  }, limits.lookIntervalMs).unref();

  return {
    add(socket) {
      const key = keyOf(socket);
      const { remoteAddress } = socket;
      // The peer is gone already.
      if (key === undefined || remoteAddress === undefined) return undefined;
      const neighbours = perAddress.get(remoteAddress) ?? new Set();
      const isFull =
        (neighbours.size >= limits.connectionsPerAddress && !makeRoom(neighbours)) ||
        (open.size >= limits.connections && !makeRoom(largest(perAddress)));
      if (isFull) return undefined;
      const connection: Watched = {
        raw: socket,
        socket,
        address: remoteAddress,
        peer: undefined,
        oldAtMs: performance.now() + limits.connectionAgeMs * (1 - Math.random() * AGE_JITTER),
        openRequests: 0,
        idleSinceMs: performance.now(),
        usefulBytes: 0,
        protocol: undefined,
        seen: { bytesRead: 0, bytesWritten: 0, usefulBytes: 0 },
        allowedBytes: 0,
        deadSinceMs: undefined,
      };
      open.add(connection);
      byKey.set(key, connection);
      perAddress.set(remoteAddress, neighbours.add(connection));
      socket.once('close', () => remove(key, connection));
      return connection;
    },
    of(socket) {
      const key = keyOf(socket);
      return key === undefined ? undefined : byKey.get(key);
    },
    get size() {
      return open.size;
    },
    endSilent() {
      for (const { protocol, socket } of open) if (protocol === undefined) socket.destroy();
    },
    destroyAll() {
      for (const connection of open) destroy(connection);
    },
    close: () => clearInterval(timer),
  };
}

/** The key is the same for a socket and for the TLS socket around it. */
function keyOf({ remoteAddress, remotePort, localPort }: Socket): string | undefined {
  return remoteAddress === undefined ? undefined : `${remoteAddress} ${remotePort} ${localPort}`;
}

/** The connections of the address with the most connections. */
function largest(perAddress: ReadonlyMap<string, Set<Watched>>): Iterable<Watched> {
  let most: Set<Watched> = new Set();
  for (const connections of perAddress.values()) {
    if (connections.size > most.size) most = connections;
  }
  return most;
}

function longestIdle(candidates: Iterable<Watched>): Watched | undefined {
  let found: Watched | undefined;
  for (const connection of candidates) {
    // A connection that was just chosen is destroyed, but not yet removed.
    if (connection.openRequests > 0 || connection.socket.destroyed) continue;
    if (found === undefined || connection.idleSinceMs < found.idleSinceMs) found = connection;
  }
  return found;
}

function look(connection: Watched, nowMs: number, limits: Limits, log: Logger): void {
  const { socket, protocol } = connection;
  if (isFlooding(connection, limits)) {
    log.warn(
      { address: connection.address },
      'a connection that sends much and asks little is cut',
    );
    socket.destroy();
    return;
  }
  const isLost = protocol === undefined && nowMs - connection.idleSinceMs >= greetingMs(limits);
  if (!socket.destroyed && !isLost && protocol?.isDead !== true) {
    protocol?.look(nowMs);
    return;
  }
  // Node leaves the socket of some destroyed sessions open as long as the peer likes, and also the
  // socket under some destroyed TLS sockets.
  connection.deadSinceMs ??= nowMs;
  if (nowMs - connection.deadSinceMs >= limits.deadSocketMs) destroy(connection);
}

/**
 * The longest time until a connection's version of HTTP is known, in ms. The reader of its first
 * bytes, or the handshake, ends it by then. But a TLS socket that ends during its handshake may
 * leave the socket under it open.
 */
function greetingMs({ firstBytesTimeoutMs, tlsHandshakeTimeoutMs }: Limits): number {
  return firstBytesTimeoutMs + tlsHandshakeTimeoutMs;
}

function destroy({ socket, raw }: Connection): void {
  socket.destroy();
  raw.destroy();
}

/**
 * Whether more bytes arrived than requests and answers account for. Unused allowance is kept up to
 * a bound, because the rest of a refused request may come long after the refusal.
 */
function isFlooding(connection: Watched, { sessionWindowBytes }: Limits): boolean {
  const { socket, usefulBytes, seen } = connection;
  const { bytesRead, bytesWritten } = socket;
  connection.seen = { bytesRead, bytesWritten, usefulBytes };
  const allowed =
    FREE_BYTES_PER_LOOK +
    // Bytes within the flow-control window count as a body only once they are read.
    sessionWindowBytes +
    (usefulBytes - seen.usefulBytes) * OVERHEAD_FACTOR +
    (bytesWritten - seen.bytesWritten) * ACKNOWLEDGED_FACTOR;
  const left = connection.allowedBytes + allowed - (bytesRead - seen.bytesRead);
  connection.allowedBytes = Math.min(left, MAX_ALLOWED_BYTES);
  return left < 0;
}
