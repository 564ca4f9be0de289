// The one port: accepts connections, finds out which version of HTTP each speaks, and hands it
// over. In plaintext the first bytes decide (an HTTP/2 client begins with a fixed preface), under
// TLS the ALPN.

import { createServer, type Server } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import type { Connection, Connections } from '../exchange/connections.js';
import type { Limits } from '../support/limits.js';
import type { Logger } from '../support/log.js';
import { peerOf } from './client-certificate.js';

export interface TlsFiles {
  /** PEM. */
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
  /** The authorities whose client certificates count, in PEM; undefined: clients are asked for none. */
  readonly clientCa?: string | Buffer | undefined;
}

export interface FrontDoorOptions {
  readonly tls: TlsFiles | undefined;
  readonly limits: Limits;
  readonly connections: Connections;
  readonly log: Logger;
  readonly onHttp1: (connection: Connection) => void;
  readonly onHttp2: (connection: Connection) => void;
}

export interface FrontDoor {
  /** Rejects if the port cannot be taken. */
  listen(host: string, port: number): Promise<{ readonly host: string; readonly port: number }>;
  /** New connections get this certificate. Without effect in plaintext; throws for one that is none. */
  useCertificate(files: TlsFiles): void;
  /** Accepts nothing more; who was accepted may still speak. Resolves when the last connection is closed. */
  close(): Promise<void>;
}

/** No HTTP/1.1 method begins like this; HTTP/2 checks the rest of the preface. */
const HTTP2_FIRST_BYTES = Buffer.from('PRI ', 'latin1');
/**
 * Connections that wait to be accepted; Node accepts one in each event-loop turn. The operating
 * system drops further ones, and their clients try again after a second. So when thousands of idle
 * connections come at once, a probe gets in sooner than at the end of a long queue.
 */
const BACKLOG = 128;
/** The operating system probes for a vanished peer after this silence. */
const TCP_KEEPALIVE_MS = 60_000;

export function createFrontDoor(options: FrontDoorOptions): FrontDoor {
  const { connections, log } = options;
  const encrypted = options.tls === undefined ? undefined : createEncrypted(options, options.tls);
  const enter = encrypted?.enter ?? plaintext(options);
  const server = createServer(SOCKET_OPTIONS, (socket) => {
    socket.on('error', (error) => log.debug({ err: error }, 'a connection failed'));
    const connection = connections.add(socket);
    if (connection !== undefined) return enter(connection);
    const isGone = socket.remoteAddress === undefined;
    socket.destroy();
    if (!isGone) log.warn({ open: connections.size }, 'a connection was refused: too many');
  });
  return {
    listen: (host, port) => listen(server, host, port, log),
    useCertificate: (files) => encrypted?.useCertificate(files),
    close() {
      const silence = setTimeout(() => connections.endSilent(), options.limits.drainGreetingMs);
      return new Promise((resolve) => {
        server.close(() => {
          clearTimeout(silence);
          resolve();
        });
      });
    },
  };
}

// Half-open: a client may end its side and still wait for its answer.
const SOCKET_OPTIONS = {
  allowHalfOpen: true,
  noDelay: true,
  keepAlive: true,
  keepAliveInitialDelay: TCP_KEEPALIVE_MS,
};

type Enter = (connection: Connection) => void;

function plaintext(options: FrontDoorOptions): Enter {
  return (connection) => sniff(connection, options);
}

interface Encrypted {
  readonly enter: Enter;
  useCertificate(files: TlsFiles): void;
}

const MIN_TLS_VERSION = 'TLSv1.2' as const;

/** A server that never listens: it adds TLS to the sockets that it is given. */
function createEncrypted(options: FrontDoorOptions, tls: TlsFiles): Encrypted {
  const { limits, log, connections, onHttp1, onHttp2 } = options;
  const server = createTlsServer({
    ...SOCKET_OPTIONS,
    ...contextOf(tls),
    requestCert: tls.clientCa !== undefined,
    // Probes have no certificate; calls without one need a token.
    rejectUnauthorized: false,
    handshakeTimeout: limits.tlsHandshakeTimeoutMs,
    ALPNProtocols: ['h2', 'http/1.1'],
  });
  server.on('secureConnection', (socket: TLSSocket) => {
    socket.on('error', (error) => log.debug({ err: error }, 'a connection failed'));
    const connection = connections.of(socket);
    // The connection was closed during its handshake.
    if (connection === undefined) {
      socket.destroy();
      return;
    }
    connection.socket = socket;
    connection.peer = peerOf(socket);
    if (socket.alpnProtocol === 'h2') onHttp2(connection);
    else onHttp1(connection);
  });
  server.on('tlsClientError', (error, socket) => {
    log.debug({ err: error }, 'a TLS handshake failed');
    // Node only reports a handshake that took too long; it does not close the socket.
    socket.destroy();
  });
  return {
    enter: ({ socket }) => server.emit('connection', socket),
    useCertificate: (files) => server.setSecureContext(contextOf(files)),
  };
}

function contextOf({ cert, key, clientCa }: TlsFiles) {
  return { cert, key, ca: clientCa, minVersion: MIN_TLS_VERSION };
}

/** Waits for the bytes that decide; they may come one by one, or never. */
function sniff(connection: Connection, { limits, onHttp1, onHttp2 }: FrontDoorOptions): void {
  const { socket } = connection;
  let seen: Buffer = Buffer.alloc(0);
  const timer = setTimeout(() => socket.destroy(), limits.firstBytesTimeoutMs);
  const stop = () => {
    clearTimeout(timer);
    socket.off('readable', look);
    socket.off('end', leave);
    socket.off('close', stop);
  };
  const leave = () => {
    stop();
    socket.destroy();
  };
  const look = () => {
    for (let piece = socket.read(); piece !== null; piece = socket.read()) {
      seen = Buffer.concat([seen, piece]);
    }
    const length = Math.min(seen.length, HTTP2_FIRST_BYTES.length);
    if (length === 0) return;
    const isPreface = seen.subarray(0, length).equals(HTTP2_FIRST_BYTES.subarray(0, length));
    if (isPreface && length < HTTP2_FIRST_BYTES.length) return;
    stop();
    // Both servers begin with the bytes in the socket's buffer.
    socket.unshift(seen);
    if (isPreface) onHttp2(connection);
    else onHttp1(connection);
  };
  socket.on('readable', look);
  socket.once('end', leave);
  socket.once('close', stop);
}

function listen(server: Server, host: string, port: number, log: Logger) {
  return new Promise<{ host: string; port: number }>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, backlog: BACKLOG }, () => {
      server.off('error', reject);
      // An error such as too many open files; the next connection may be accepted again.
      server.on('error', (error) => log.error({ err: error }, 'accepting a connection failed'));
      const address = server.address();
      const isTcp = typeof address === 'object' && address !== null;
      resolve(isTcp ? { host: address.address, port: address.port } : { host, port });
    });
  });
}
