// HTTP/2 frames that cost the client nothing and ask for nothing, as fast as they go.

import { Flag, FrameType, frameBytes } from '../../../bench/load/wire.js';
import type { Actor, Bout } from '../bout.js';
import { callHeaders, Http2Peer, numberPayload, PRIORITY } from '../http2-peer.js';

const FRAMES = 512;
const PEERS = 2;
const UNKNOWN_TYPE = 0xbe;
/** Flood a stream that is open, so that only the connection's bounds can end it. */
const STREAM = 1;
/** Before a flooder that was cut comes again. */
const RECONNECT_MS = 50;

type Frame = readonly [type: number, flags: number, stream: number, payload: Buffer];

function flood(name: string, does: string, frame: Frame, begin = openStream): Actor {
  const once = frameBytes(...frame);
  const frames = Buffer.concat(Array.from({ length: FRAMES }, () => once));
  return {
    name: `flood of ${name}`,
    does,
    async attack(bout) {
      await Promise.all(Array.from({ length: PEERS }, () => floodLane(bout, frames, begin)));
    },
  };
}

async function floodLane(
  bout: Bout,
  frames: Buffer,
  begin: (peer: Http2Peer) => void,
): Promise<void> {
  while (!bout.isOver) {
    const socket = bout.dial();
    await bout.opened(socket);
    const peer = new Http2Peer(bout, socket);
    begin(peer);
    while (!bout.isOver && peer.isOpen) {
      await peer.flood(frames);
      await bout.turn();
    }
    await bout.pause(RECONNECT_MS);
  }
}

function openStream(peer: Http2Peer): void {
  peer.open();
}

/** Headers that are never complete: each CONTINUATION is followed by another one. */
function openHeaders(peer: Http2Peer): void {
  peer.frame(FrameType.HEADERS, 0, STREAM, callHeaders('/a/b'));
}

const NO_BYTES = Buffer.alloc(0);
const PADDING = Buffer.alloc(256);
PADDING.writeUInt8(PADDING.length - 1, 0);

export const frameFloods: readonly Actor[] = [
  flood('WINDOW_UPDATE', 'of a byte each', [FrameType.WINDOW_UPDATE, 0, 0, numberPayload(1)]),
  flood('padded DATA', 'nothing but padding', [FrameType.DATA, Flag.PADDED, STREAM, PADDING]),
  flood('empty DATA', 'no bytes, no end', [FrameType.DATA, 0, STREAM, NO_BYTES]),
  flood('unknown frames', 'of a type nobody knows', [UNKNOWN_TYPE, 0, 0, Buffer.alloc(16)]),
  flood('PING', 'each wants an answer', [FrameType.PING, 0, 0, Buffer.alloc(8)]),
  flood('SETTINGS', 'each wants an acknowledgement', [FrameType.SETTINGS, 0, 0, NO_BYTES]),
  flood('PRIORITY', 'of a stream on another', [
    PRIORITY,
    0,
    STREAM,
    Buffer.from('0000000300', 'hex'),
  ]),
  flood(
    'CONTINUATION',
    'headers without an end',
    [FrameType.CONTINUATION, 0, STREAM, callHeaders('/a/b')],
    openHeaders,
  ),
  flood('RST_STREAM', 'of a stream that is gone', [
    FrameType.RST_STREAM,
    0,
    STREAM,
    numberPayload(8),
  ]),
];
