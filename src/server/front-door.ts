// The one port: accepts connections, finds out which version of HTTP each speaks and hands it
// over. In plaintext by the first bytes (an HTTP/2 client begins with a fixed preface), under
// TLS by ALPN. Knows every open socket, so that it can end them.

import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import type { Limits } from './limits.js';
import type { Logger } from './log.js';

export interface TlsFiles {
  /** PEM. */
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
}

export interface FrontDoorOptions {
  readonly tls: TlsFiles | undefined;
  readonly limits: Limits;
  readonly log: Logger;
  readonly onHttp1: (socket: Socket) => void;
  readonly onHttp2: (socket: Socket) => void;
}

export interface FrontDoor {
  /** Rejects when the port cannot be had. */
  listen(host: string, port: number): Promise<{ readonly host: string; readonly port: number }>;
  /** Accepts nothing more. Resolves when the last connection is closed. */
  close(): Promise<void>;
  /** Ends every connection now. */
  destroyConnections(): void;
}

/** No HTTP/1.1 method begins like this; the rest of the preface is HTTP/2's to check. */
const HTTP2_FIRST_BYTES = Buffer.from('PRI ', 'latin1');
/** The operating system's probes for a peer that vanished begin after this silence. */
const TCP_KEEPALIVE_MS = 60_000;

export function createFrontDoor(options: FrontDoorOptions): FrontDoor {
  const { limits, log } = options;
  const sockets = new Set<Socket>();
  /** Those that have not said anything yet. */
  const silent = new Set<Socket>();
  const server =
    options.tls === undefined ? plaintext(options, silent) : encrypted(options, options.tls);
  server.maxConnections = limits.connections;
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', (error) => log.debug({ err: error }, 'a connection failed'));
  });
  server.on('drop', () =>
    log.warn({ connections: limits.connections }, 'a connection was refused: too many'),
  );
  return {
    listen: (host, port) => listen(server, host, port, log),
    close() {
      for (const socket of silent) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
    destroyConnections() {
      for (const socket of sockets) socket.destroy();
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

function plaintext(options: FrontDoorOptions, silent: Set<Socket>): Server {
  return createServer(SOCKET_OPTIONS, (socket) => sniff(socket, silent, options));
}

function encrypted({ limits, log, onHttp1, onHttp2 }: FrontDoorOptions, tls: TlsFiles): Server {
  const server = createTlsServer({
    ...SOCKET_OPTIONS,
    cert: tls.cert,
    key: tls.key,
    minVersion: 'TLSv1.2',
    handshakeTimeout: limits.tlsHandshakeTimeoutMs,
    ALPNProtocols: ['h2', 'http/1.1'],
  });
  server.on('secureConnection', (socket: TLSSocket) => {
    socket.on('error', (error) => log.debug({ err: error }, 'a connection failed'));
    if (socket.alpnProtocol === 'h2') onHttp2(socket);
    else onHttp1(socket);
  });
  server.on('tlsClientError', (error) => log.debug({ err: error }, 'a TLS handshake failed'));
  return server;
}

/** Waits for the bytes that tell; they may come one by one, or never. */
function sniff(
  socket: Socket,
  silent: Set<Socket>,
  { limits, onHttp1, onHttp2 }: FrontDoorOptions,
): void {
  silent.add(socket);
  let seen: Buffer = Buffer.alloc(0);
  const timer = setTimeout(() => socket.destroy(), limits.firstBytesTimeoutMs);
  const stop = () => {
    clearTimeout(timer);
    silent.delete(socket);
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
    // Both servers begin with what is in the socket's buffer.
    socket.unshift(seen);
    if (isPreface) onHttp2(socket);
    else onHttp1(socket);
  };
  socket.on('readable', look);
  socket.once('end', leave);
  socket.once('close', stop);
}

function listen(server: Server, host: string, port: number, log: Logger) {
  return new Promise<{ host: string; port: number }>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      // Such as too many open files: the next connection may be accepted again.
      server.on('error', (error) => log.error({ err: error }, 'accepting a connection failed'));
      const address = server.address();
      const isTcp = typeof address === 'object' && address !== null;
      resolve(isTcp ? { host: address.address, port: address.port } : { host, port });
    });
  });
}
