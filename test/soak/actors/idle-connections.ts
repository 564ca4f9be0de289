// Connections that are opened by the thousand and left alone.

import type { Socket } from 'node:net';
import type { Actor, Bout } from '../bout.js';
import { Http2Peer } from '../http2-peer.js';

const CONNECTIONS = 2_000;

function idle(name: string, does: string, begin: (bout: Bout, socket: Socket) => void): Actor {
  return {
    name,
    does,
    patient: true,
    async attack(bout) {
      await bout.dialMany(bout.scaled(CONNECTIONS), (socket) => {
        socket.resume();
        begin(bout, socket);
      });
      await bout.over;
    },
  };
}

export const idleConnections: readonly Actor[] = [
  idle('silent connections', 'TCP, and not a byte', () => undefined),
  idle('idle HTTP/1.1', 'one request, then kept alive', (_, socket) => {
    socket.write('GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
  }),
  idle('idle HTTP/2', 'a preface and settings', (bout, socket) => {
    new Http2Peer(bout, socket).frame(0xfa, 0, 0);
  }),
];
