// Every open connection, what it does and what it holds. Here a connection is counted, found idle,
// found to be a flood, and ended. One timer looks after all of them; it never throws.

import type { Socket } from 'node:net';
import type { Limits } from '../support/limits.js';
import type { Logger } from '../support/log.js';

/** How a connection speaks, once that is known. */
export interface Protocol {
  /** Pings, goodbyes to the idle. */
  look(nowMs: number): void;
  /** True when its own state is gone and only the socket is left. */
  readonly isDead: boolean;
}

export interface Connection {
  /** What was accepted. */
  readonly raw: Socket;
  /** What carries its bytes: with TLS the decrypted side. */
  socket: Socket;
  /** The peer's address, without its port. */
  readonly address: string;
  /** Requests that are not answered yet. */
  openRequests: number;
  /** Since when it has had none. */
  idleSinceMs: number;
  /** Bytes that belong to requests: bodies, and an allowance for each one's headers. */
  usefulBytes: number;
  /** Undefined until the first bytes told. */
  protocol: Protocol | undefined;
}

export interface Connections {
  /** Undefined when there are too many; then the socket is closed. */
  add(socket: Socket): Connection | undefined;
  /** The connection of a socket, or of what was made of it by TLS. */
  of(socket: Socket): Connection | undefined;
  readonly size: number;
  /** Ends those that have said nothing yet. */
  endSilent(): void;
  destroyAll(): void;
  /** Stops looking. */
  close(): void;
}

/** Of bytes that carry no request, what any connection may send between two looks. */
const FREE_BYTES_PER_LOOK = 256 * 1024;
/** The most that is kept of it: the windows of as many refused requests as are soon made. */
const MAX_ALLOWED_BYTES = 8 * 1024 * 1024;
/** For each byte of use, so many others: envelopes, padding, frames of one byte. */
const OVERHEAD_FACTOR = 4;
/** For each byte that was sent to it: answers ask for acknowledgements, windows and pings. */
const ACKNOWLEDGED_FACTOR = 1 / 64;

interface Watched extends Connection {
  /** As of the last look. */
  seen: { bytesRead: number; bytesWritten: number; usefulBytes: number };
  /** What it may send without use, kept from earlier looks. */
  allowedBytes: number;
  /** Since when its protocol has been found dead. */
  deadSinceMs: number | undefined;
}

export function createConnections(limits: Limits, log: Logger): Connections {
  const open = new Set<Watched>();
  /** The newest of each: a port may be used again while the socket it had is not closed yet. */
  const byKey = new Map<string, Watched>();
  const perAddress = new Map<string, Set<Watched>>();

  const remove = (key: string, connection: Watched): void => {
    open.delete(connection);
    if (byKey.get(key) === connection) byKey.delete(key);
    const neighbours = perAddress.get(connection.address);
    neighbours?.delete(connection);
    if (neighbours?.size === 0) perAddress.delete(connection.address);
  };

  /** Room for one more among these: the one that has been idle for longest gives way. */
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
      // Gone before anybody looked.
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

/** The same for a socket and for the one that TLS wraps around it. */
function keyOf({ remoteAddress, remotePort, localPort }: Socket): string | undefined {
  return remoteAddress === undefined ? undefined : `${remoteAddress} ${remotePort} ${localPort}`;
}

/** The connections of the address that has most of them. */
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
    // One that was chosen a moment ago is destroyed and not yet forgotten.
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
  // Node leaves the socket of some destroyed sessions open for as long as the peer likes, and that
  // under some destroyed TLS sockets too.
  connection.deadSinceMs ??= nowMs;
  if (nowMs - connection.deadSinceMs >= limits.deadSocketMs) destroy(connection);
}

/**
 * The longest that a connection takes to say what it speaks. Whoever reads its first bytes, or its
 * handshake, ends it by then; but a TLS socket that ends in its handshake may leave the one under it.
 */
function greetingMs({ firstBytesTimeoutMs, tlsHandshakeTimeoutMs }: Limits): number {
  return firstBytesTimeoutMs + tlsHandshakeTimeoutMs;
}

function destroy({ socket, raw }: Connection): void {
  socket.destroy();
  raw.destroy();
}

/**
 * Whether more has come than requests and answers account for. What is allowed and not used is kept,
 * up to a bound: the rest of a request that was refused may come long after the refusal.
 */
function isFlooding(connection: Watched, { sessionWindowBytes }: Limits): boolean {
  const { socket, usefulBytes, seen } = connection;
  const { bytesRead, bytesWritten } = socket;
  connection.seen = { bytesRead, bytesWritten, usefulBytes };
  const allowed =
    FREE_BYTES_PER_LOOK +
    // What flow control let in counts as a body once somebody reads it.
    sessionWindowBytes +
    (usefulBytes - seen.usefulBytes) * OVERHEAD_FACTOR +
    (bytesWritten - seen.bytesWritten) * ACKNOWLEDGED_FACTOR;
  const left = connection.allowedBytes + allowed - (bytesRead - seen.bytesRead);
  connection.allowedBytes = Math.min(left, MAX_ALLOWED_BYTES);
  return left < 0;
}
