// Peers that are broken rather than clever: what networks, scanners and crashed programs send.

import type { Socket } from 'node:net';
import { create, toJsonString } from '@bufbuild/protobuf';
import { AttendanceStatus } from '../../../gen/attendance/v1/attendance_pb.js';
import { MarkAttendanceRequestSchema } from '../../../gen/attendance/v1/attendance_service_pb.js';
import type { Actor, Bout } from '../bout.js';
import { Http2Peer, PREFACE } from '../http2-peer.js';
import { BATCH_MARK, MARK } from '../payloads.js';

const PEERS = 20;
const LANES = 4;
const BYTE_EVERY_MS = 15;
const SLOW_BYTE_EVERY_MS = 900;
const RECONNECT_MS = 20;
const PIPELINED = 200;
const GARBAGE_BYTES = 4_096;

const BODY = '{"employeeId":"broken","date":"2026-03-02","status":"ATTENDANCE_STATUS_PRESENT"}';
const GET_HEALTH = 'GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n';

function head(lines: readonly string[], path = MARK): string {
  return [`POST ${path} HTTP/1.1`, 'Host: 127.0.0.1', ...lines, '', ''].join('\r\n');
}

const JSON_HEAD = ['Content-Type: application/json', `Content-Length: ${BODY.length}`];
const POST_MARK = head(JSON_HEAD) + BODY;

/** Everything a client may have said when it dies, by protocol. */
function conversation(bout: Bout): Buffer {
  if (bout.random.chance(0.5)) return Buffer.from(POST_MARK + GET_HEALTH, 'latin1');
  const settings = Buffer.from('000000040000000000', 'hex');
  const ping = Buffer.from('0000080600000000000000000000000000', 'hex');
  return Buffer.concat([PREFACE, settings, ping, ping]);
}

/** One connection after the other, in some lanes, each used in a way. */
function again(
  name: string,
  does: string,
  use: (bout: Bout, socket: Socket) => Promise<void>,
): Actor {
  return {
    name,
    does,
    async attack(bout) {
      const lane = async (): Promise<void> => {
        while (!bout.isOver) {
          const socket = bout.dial();
          await bout.opened(socket);
          if (!socket.destroyed) await use(bout, socket);
          await bout.pause(RECONNECT_MS);
        }
      };
      await Promise.all(Array.from({ length: LANES }, lane));
    },
  };
}

/** The answers on this connection, by their status; resolves when the server has closed it. */
function statuses(bout: Bout, socket: Socket): Promise<void> {
  socket.on('data', (piece: Buffer) => {
    for (const [, status] of piece.toString('latin1').matchAll(/HTTP\/1\.1 (\d{3})/g)) {
      bout.saw(`HTTP ${status}`);
    }
  });
  return new Promise((resolve) => {
    socket.once('close', () => resolve());
    void bout.over.then(resolve);
  });
}

async function byteByByte(bout: Bout, socket: Socket, bytes: Buffer, everyMs: number) {
  for (const byte of bytes) {
    if (bout.isOver || socket.destroyed) return;
    await bout.write(socket, Buffer.from([byte]));
    await bout.pause(everyMs);
  }
}

/** A body in chunks as the standard allows them, and as it does not. */
const ODD_CHUNKS: readonly string[] = [
  // Extensions, upper case, leading zeros.
  `${BODY.length.toString(16)};a=b;c\r\n${BODY}\r\n0\r\n\r\n`,
  `000000000${BODY.length.toString(16).toUpperCase()}\r\n${BODY}\r\n0\r\n\r\n`,
  // No size, a negative one, one beyond all bounds, one that is no number.
  `\r\n${BODY}\r\n0\r\n\r\n`,
  `-1\r\n${BODY}\r\n0\r\n\r\n`,
  `ffffffffffffffff\r\n${BODY}\r\n0\r\n\r\n`,
  `xyz\r\n${BODY}\r\n0\r\n\r\n`,
  // More than announced, and trailers.
  `5\r\n${BODY}\r\n0\r\n\r\n`,
  `${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\nA: b\r\n${'C: d\r\n'.repeat(200)}\r\n`,
];

const UPGRADES: readonly string[] = [
  // HTTP/2 over cleartext by upgrade, which nobody here offers; a web socket; a tunnel.
  'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade, HTTP2-Settings\r\n' +
    'Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
  'CONNECT 127.0.0.1:1 HTTP/1.1\r\nHost: 127.0.0.1:1\r\n\r\n',
];

const EXPECTATIONS: readonly string[] = [
  head([...JSON_HEAD, 'Expect: 100-continue']),
  head([...JSON_HEAD, 'Expect: something-else']),
  head(['Content-Type: application/json', 'Content-Length: 99999999', 'Expect: 100-continue']),
];

/** A TLS 1.2 ClientHello's beginning, as a client sends it that was told https by mistake. */
const CLIENT_HELLO = Buffer.from('16030100a5010000a10303', 'hex');

export const brokenPeers: readonly Actor[] = [
  again('half-open sockets', 'end their side in the middle of a request', async (bout, socket) => {
    const said = conversation(bout);
    const ended = statuses(bout, socket);
    socket.end(said.subarray(0, bout.random.between(0, said.length)));
    await Promise.race([ended, bout.pause(500)]);
  }),
  again('resets in the middle', 'RST after any number of bytes', async (bout, socket) => {
    const said = conversation(bout);
    socket.resume();
    await bout.write(socket, said.subarray(0, bout.random.between(0, said.length)));
    await bout.pause(bout.random.between(0, 10));
    bout.reset(socket);
  }),
  again('byte by byte', 'whole requests, a byte at a time', async (bout, socket) => {
    void statuses(bout, socket);
    await byteByByte(bout, socket, conversation(bout), BYTE_EVERY_MS);
    socket.destroy();
  }),
  again('garbage', 'random bytes, some behind a preface', async (bout, socket) => {
    const ended = statuses(bout, socket);
    const noise = Buffer.from(
      Array.from({ length: GARBAGE_BYTES }, () => bout.random.between(0, 255)),
    );
    const begin = bout.random.chance(0.5) ? PREFACE : Buffer.alloc(0);
    await bout.write(socket, Buffer.concat([begin, noise]));
    await Promise.race([ended, bout.pause(200)]);
    socket.destroy();
  }),
  again('TLS to plaintext', 'a TLS greeting on the plain port', async (bout, socket) => {
    const ended = statuses(bout, socket);
    await bout.write(socket, Buffer.concat([CLIENT_HELLO, Buffer.alloc(160, 7)]));
    await Promise.race([ended, bout.pause(200)]);
    socket.destroy();
  }),
  again('pipelined reads', 'two hundred requests in one write', async (bout, socket) => {
    void statuses(bout, socket);
    await bout.write(socket, GET_HEALTH.repeat(PIPELINED));
    await bout.pause(100);
    socket.destroy();
  }),
  again('pipelined writes', 'marks by the hundred on one connection', async (bout, socket) => {
    void statuses(bout, socket);
    await bout.write(socket, Array.from({ length: PIPELINED }, () => mark(bout)).join(''));
    await bout.pause(1_000);
    socket.destroy();
  }),
  again('odd chunks', 'chunk sizes as nobody sends them', async (bout, socket) => {
    const ended = statuses(bout, socket);
    const chunks = bout.random.shuffled(ODD_CHUNKS)[0] ?? '';
    const lines = ['Content-Type: application/json', 'Transfer-Encoding: chunked'];
    await bout.write(socket, head(lines) + chunks);
    await Promise.race([ended, bout.pause(100)]);
    socket.destroy();
  }),
  again('expectations', 'Expect: 100-continue, and no body', async (bout, socket) => {
    const ended = statuses(bout, socket);
    await bout.write(socket, bout.random.shuffled(EXPECTATIONS)[0] ?? '');
    await Promise.race([ended, bout.pause(300)]);
    if (bout.random.chance(0.5)) await bout.write(socket, BODY);
    socket.destroy();
  }),
  again('upgrades', 'h2c, web sockets, CONNECT', async (bout, socket) => {
    const ended = statuses(bout, socket);
    await bout.write(socket, bout.random.shuffled(UPGRADES)[0] ?? '');
    await Promise.race([ended, bout.pause(100)]);
    socket.destroy();
  }),
  {
    name: 'slow headers',
    does: 'a byte of the headers a second',
    patient: true,
    async attack(bout) {
      await bout.dialMany(bout.scaled(PEERS), (socket) => {
        void statuses(bout, socket);
        const bytes = Buffer.from(head(['X-Slow: and so on', ...JSON_HEAD], BATCH_MARK), 'latin1');
        void byteByByte(bout, socket, bytes, SLOW_BYTE_EVERY_MS);
      });
      await bout.over;
    },
  },
  {
    name: 'calls of the dying',
    does: 'HTTP/2 calls whose client resets TCP while it is answered',
    async attack(bout) {
      while (!bout.isOver) {
        await bout.dialMany(PEERS, (socket) => {
          const peer = new Http2Peer(bout, socket);
          for (let count = 0; count < 8; count += 1) peer.call();
          const timer = setTimeout(() => bout.reset(socket), bout.random.between(0, 20));
          bout.onEnd(() => clearTimeout(timer));
        });
        await bout.pause(RECONNECT_MS);
      }
    },
  },
];

function mark(bout: Bout): string {
  const body = toJsonString(
    MarkAttendanceRequestSchema,
    create(MarkAttendanceRequestSchema, {
      employeeId: `pipelined-${bout.random.between(0, 99)}`,
      date: `2026-03-${String(bout.random.between(1, 28)).padStart(2, '0')}`,
      status: AttendanceStatus.PRESENT,
    }),
  );
  return head(['Content-Type: application/json', `Content-Length: ${body.length}`]) + body;
}
