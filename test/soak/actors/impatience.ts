// Calls that are given up: by impatient clients, whose next call must still be served, and by
// attackers who give up as fast as they can.

import { create, toBinary } from '@bufbuild/protobuf';
import { Client, credentials, Metadata, status } from '@grpc/grpc-js';
import { FrameType } from '../../../bench/load/wire.js';
import { GetAttendanceRequestSchema } from '../../../gen/attendance/v1/attendance_service_pb.js';
import type { Actor, Bout } from '../bout.js';
import { Http2Peer, numberPayload } from '../http2-peer.js';
import { GET, MESSAGE_BYTES, RECORD_PUNCHES } from '../payloads.js';

/** Two waves are more resets than nghttp2 forgives (1,000, and then 33 a second). */
const WAVE = 600;
const LONGEST_WAIT_MS = 100;
const NEIGHBOUR_DEADLINE_MS = 10_000;
/** At a time. Each stream that the server keeps is one that the connection lacks. */
const OVERSIZED = 20;
const RESETS_AT_ONCE = 64;
const FLOODING_PEERS = 4;

const GET_REQUEST = Buffer.from(
  toBinary(
    GetAttendanceRequestSchema,
    create(GetAttendanceRequestSchema, { employeeId: 'neighbour', date: '2026-03-02' }),
  ),
);

/** A client of grpc-js with a connection of its own; the bytes are messages already. */
function openClient(bout: Bout): Client {
  const client = new Client(`127.0.0.1:${bout.target.port}`, credentials.createInsecure(), {
    'grpc.use_local_subchannel_pool': 1,
    'grpc.max_send_message_length': -1,
  });
  bout.onEnd(() => client.close());
  return client;
}

/** gRPC's code of a call. */
function call(client: Client, path: string, message: Buffer, deadlineMs: number) {
  const asIs = (bytes: Buffer) => bytes;
  return new Promise<{ code: number; details: string }>((resolve) => {
    const options = { deadline: Date.now() + deadlineMs };
    client.makeUnaryRequest(path, asIs, asIs, message, new Metadata(), options, (error) => {
      resolve({ code: error?.code ?? status.OK, details: error?.details ?? '' });
    });
  });
}

/** A call like anybody's; the employee is not known, which is an answer. */
async function neighbourCall(bout: Bout, client: Client): Promise<void> {
  const { code, details } = await call(client, GET, GET_REQUEST, NEIGHBOUR_DEADLINE_MS);
  if (bout.isOver) return;
  const isAnswered = code === status.OK || code === status.NOT_FOUND;
  bout.neighbour(isAnswered ? undefined : `${status[code]}: ${details}`);
}

async function wave(bout: Bout, client: Client): Promise<void> {
  const calls = Array.from({ length: WAVE }, async () => {
    const { code } = await call(client, GET, GET_REQUEST, bout.random.between(1, LONGEST_WAIT_MS));
    if (!bout.isOver) bout.saw(`gRPC ${code}`);
  });
  await Promise.all(calls);
}

/** Frames of streams that open and are reset at once. */
async function floodResets(bout: Bout, peer: Http2Peer): Promise<void> {
  while (!bout.isOver && peer.isOpen) {
    peer.socket.cork();
    for (let count = 0; count < RESETS_AT_ONCE; count += 1) peer.reset(peer.call());
    peer.socket.uncork();
    await bout.write(peer.socket, Buffer.alloc(0));
    await bout.turn();
  }
}

/** Lets the server reset streams: a stream's window is opened by nothing (RFC 9113, 6.9). */
async function provokeResets(bout: Bout, peer: Http2Peer): Promise<void> {
  while (!bout.isOver && peer.isOpen) {
    peer.socket.cork();
    for (let count = 0; count < RESETS_AT_ONCE; count += 1) {
      peer.frame(FrameType.WINDOW_UPDATE, 0, peer.open(), numberPayload(0));
    }
    peer.socket.uncork();
    await bout.write(peer.socket, Buffer.alloc(0));
    await bout.turn();
  }
}

/** Peers that come again when they are cut. */
function flooding(name: string, does: string, flood: typeof floodResets): Actor {
  return {
    name,
    does,
    async attack(bout) {
      const lane = async (): Promise<void> => {
        while (!bout.isOver) {
          const socket = bout.dial();
          await bout.opened(socket);
          await flood(bout, new Http2Peer(bout, socket));
          await bout.pause(20);
        }
      };
      await Promise.all(Array.from({ length: FLOODING_PEERS }, lane));
    },
  };
}

export const impatience: readonly Actor[] = [
  {
    name: 'waves of cancelled calls',
    does: 'deadlines of 1 to 100 ms on one channel, then a call that must be answered',
    async attack(bout) {
      const client = openClient(bout);
      while (!bout.isOver) {
        await wave(bout, client);
        await neighbourCall(bout, client);
      }
    },
  },
  {
    name: 'messages above the limit',
    does: 'many on one channel, with a call beside them that must be answered',
    async attack(bout) {
      const client = openClient(bout);
      const message = Buffer.alloc(MESSAGE_BYTES + 1);
      while (!bout.isOver) {
        const calls = Array.from({ length: OVERSIZED }, async () => {
          const { code } = await call(client, RECORD_PUNCHES, message, NEIGHBOUR_DEADLINE_MS);
          if (!bout.isOver) bout.saw(`gRPC ${code}`);
        });
        await Promise.all([...calls, neighbourCall(bout, client), neighbourCall(bout, client)]);
      }
    },
  },
  flooding('rapid resets', 'streams opened and reset at once', floodResets),
  flooding('provoked resets', 'streams that the server has to reset', provokeResets),
];
