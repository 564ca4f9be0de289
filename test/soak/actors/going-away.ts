// Connections whose HTTP/2 session is over while TCP stays open, and those that broke a rule and
// then say nothing.

import { Flag, FrameType } from '../../../bench/load/wire.js';
import type { Actor, Bout } from '../bout.js';
import { Http2Peer, PREFACE } from '../http2-peer.js';

const NO_ERROR = 0;
/** PROTOCOL_ERROR, INTERNAL_ERROR, FLOW_CONTROL_ERROR, ENHANCE_YOUR_CALM. */
const ERRORS = [1, 2, 3, 11];
const PEERS = 8;

async function peers(bout: Bout, misbehave: (peer: Http2Peer) => void): Promise<void> {
  await bout.dialMany(bout.scaled(PEERS), (socket) => misbehave(new Http2Peer(bout, socket)));
  await bout.over;
}

/** Frames after which a server has to end the connection (RFC 9113). */
const BREAKS: readonly ((peer: Http2Peer) => void)[] = [
  // DATA on stream 0, and on a stream that was never opened.
  (peer) => peer.frame(FrameType.DATA, 0, 0, Buffer.alloc(8)),
  (peer) => peer.frame(FrameType.DATA, 0, 99, Buffer.alloc(8)),
  // A stream of the server's own number.
  (peer) => peer.frame(FrameType.HEADERS, Flag.END_HEADERS, 2, Buffer.alloc(1)),
  // Headers that cannot be decoded, a PING and SETTINGS of the wrong length.
  (peer) => peer.frame(FrameType.HEADERS, Flag.END_HEADERS, 1, Buffer.alloc(32, 0xff)),
  (peer) => peer.frame(FrameType.PING, 0, 0, Buffer.alloc(7)),
  (peer) => peer.frame(FrameType.SETTINGS, 0, 0, Buffer.alloc(5)),
  // A window beyond its bound, and one that is opened by nothing.
  (peer) => peer.frame(FrameType.WINDOW_UPDATE, 0, 0, Buffer.from('7fffffff', 'hex')),
  (peer) => peer.frame(FrameType.WINDOW_UPDATE, 0, 0, Buffer.alloc(4)),
  // A CONTINUATION of nothing, and a frame larger than allowed.
  (peer) => peer.frame(FrameType.CONTINUATION, 0, 1, Buffer.alloc(8)),
  (peer) => peer.frame(FrameType.DATA, 0, 1, Buffer.alloc(100_000)),
];

export const goingAway: readonly Actor[] = [
  {
    name: 'goaway, then silence',
    does: 'GOAWAY(NO_ERROR), and TCP stays open',
    patient: true,
    attack: (bout) => peers(bout, (peer) => peer.goAway(NO_ERROR)),
  },
  {
    name: 'goaway with an error',
    does: 'GOAWAY with an error, some with a call under way',
    patient: true,
    attack: (bout) =>
      peers(bout, (peer) => {
        if (bout.random.chance(0.5)) peer.open();
        peer.goAway(bout.random.shuffled(ERRORS)[0] ?? 1);
      }),
  },
  {
    name: 'protocol error, then silence',
    does: 'one forbidden frame, and TCP stays open',
    patient: true,
    attack: (bout) =>
      peers(bout, (peer) => {
        const break_ = bout.random.shuffled(BREAKS)[0];
        break_?.(peer);
      }),
  },
  {
    name: 'half a preface',
    does: 'stops in the middle of the preface',
    patient: true,
    async attack(bout) {
      await bout.dialMany(bout.scaled(PEERS), (socket) => {
        socket.resume();
        socket.write(PREFACE.subarray(0, bout.random.between(1, PREFACE.length)));
      });
      await bout.over;
    },
  },
];
