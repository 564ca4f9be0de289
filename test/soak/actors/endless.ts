// What never ends: bodies, answers nobody reads, streams that are only held.

import { once } from 'node:events';
import { create, toBinary } from '@bufbuild/protobuf';
import { Flag, FrameType } from '../../../bench/load/wire.js';
import {
  ListAttendanceRequestSchema,
  StreamAttendanceRequestSchema,
} from '../../../gen/attendance/v1/attendance_service_pb.js';
import type { Actor, Bout } from '../bout.js';
import { openCall, openSession } from '../http-calls.js';
import { EMPTY_MESSAGE, Http2Peer } from '../http2-peer.js';
import { LARGE_EMPLOYEE, LARGE_FIRST_DATE, LARGE_LAST_DATE } from '../large-employee.js';
import { BATCH_MARK, framed, IMPORT, LIST, MESSAGE_BYTES, STREAM } from '../payloads.js';

const WATCH = '/grpc.health.v1.Health/Watch';
const REFLECTION = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';
const BODY_CONNECTIONS = 6;
const BODIES = 40;
const DRIP_MS = 1_000;
const READERLESS_CONNECTIONS = 8;
const UNREAD_ANSWERS = 50;
const STREAM_CONNECTIONS = 20;
const STREAMS = 250;

const range = {
  employeeId: LARGE_EMPLOYEE,
  startDate: LARGE_FIRST_DATE,
  endDate: LARGE_LAST_DATE,
};
const LIST_MESSAGE = framed(
  Buffer.from(toBinary(ListAttendanceRequestSchema, create(ListAttendanceRequestSchema, range))),
);
const STREAM_MESSAGE = framed(
  Buffer.from(
    toBinary(StreamAttendanceRequestSchema, create(StreamAttendanceRequestSchema, range)),
  ),
);

/** Bodies one byte short, on as many streams as there are. */
async function bodiesWithoutEnd(bout: Bout): Promise<void> {
  const body = framed(Buffer.alloc(MESSAGE_BYTES - 5)).subarray(0, -1);
  for (let connection = 0; connection < BODY_CONNECTIONS && !bout.isOver; connection += 1) {
    const socket = bout.dial();
    await bout.opened(socket);
    const session = openSession(bout, { socket });
    for (let count = 0; count < bout.scaled(BODIES); count += 1) {
      const path = bout.random.chance(0.5) ? BATCH_MARK : IMPORT;
      const stream = openCall(bout, session, path);
      if (stream === undefined) break;
      stream.once('close', () => {
        if (!bout.isOver) bout.saw(`RST_STREAM ${stream.rstCode}`);
      });
      stream.resume();
      stream.write(body);
      await bout.turn();
    }
  }
  await bout.over;
}

/** Chunks of a byte, for ever. */
async function drippingBodies(bout: Bout): Promise<void> {
  const head =
    `POST ${BATCH_MARK} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n` +
    'Transfer-Encoding: chunked\r\n\r\n';
  await bout.dialMany(bout.scaled(BODIES), (socket) => {
    socket.resume();
    socket.write(head);
    const timer = setInterval(() => {
      if (socket.writable) socket.write('1\r\n \r\n');
    }, DRIP_MS);
    bout.onEnd(() => clearInterval(timer));
    socket.once('close', () => clearInterval(timer));
  });
  await bout.over;
}

/** Asks for large answers with windows that stay shut. */
async function unreadAnswers(bout: Bout): Promise<void> {
  await bout.dialMany(READERLESS_CONNECTIONS, (socket) => {
    const peer = new Http2Peer(bout, socket, { initialWindow: 0 });
    for (let count = 0; count < bout.scaled(UNREAD_ANSWERS); count += 1) {
      const isList = bout.random.chance(0.7);
      const stream = peer.open(isList ? LIST : STREAM);
      const message = isList ? LIST_MESSAGE : STREAM_MESSAGE;
      peer.frame(FrameType.DATA, Flag.END_STREAM, stream, message);
    }
  });
  await bout.over;
}

/** The same over HTTP/1.1: pipelined requests, and a socket that is never read. */
async function unreadPages(bout: Bout): Promise<void> {
  const request = 'GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n';
  await bout.dialMany(READERLESS_CONNECTIONS, (socket) => {
    socket.pause();
    socket.write(request.repeat(bout.scaled(UNREAD_ANSWERS)));
  });
  await bout.over;
}

/** Streams that a server keeps for as long as the client likes. */
function heldStreams(name: string, does: string, path: string, end: number): Actor {
  return {
    name,
    does,
    patient: true,
    async attack(bout) {
      await bout.dialMany(bout.scaled(STREAM_CONNECTIONS), (socket) => {
        const peer = new Http2Peer(bout, socket);
        socket.cork();
        for (let count = 0; count < STREAMS; count += 1) {
          const stream = peer.open(path);
          peer.frame(FrameType.DATA, end, stream, EMPTY_MESSAGE);
        }
        socket.uncork();
      });
      await bout.over;
    },
  };
}

export const endless: readonly Actor[] = [
  {
    name: 'bodies without an end',
    does: '4 MiB less a byte on many streams, never finished',
    attack: bodiesWithoutEnd,
  },
  {
    name: 'dripping bodies',
    does: 'HTTP/1.1: chunks of a byte, one a second',
    patient: true,
    attack: drippingBodies,
  },
  { name: 'unread answers', does: 'large answers, windows shut', attack: unreadAnswers },
  { name: 'unread pages', does: 'HTTP/1.1: pipelined, never read', attack: unreadPages },
  heldStreams('health watches', 'streams of Health.Watch by the thousand', WATCH, Flag.END_STREAM),
  heldStreams('reflection streams', 'streams of reflection by the thousand', REFLECTION, 0),
  {
    name: 'streams without a message',
    does: 'calls opened and left',
    patient: true,
    async attack(bout) {
      const socket = bout.dial();
      await once(socket, 'connect').catch(() => undefined);
      const peer = new Http2Peer(bout, socket);
      for (let count = 0; count < STREAMS; count += 1) peer.open();
      await bout.over;
    },
  },
];
