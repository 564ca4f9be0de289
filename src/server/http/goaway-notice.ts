// Ends an HTTP/2 connection without losing a call (RFC 9113, 6.8). A GOAWAY that names the highest
// stream id tells the client to send no further calls and refuses none. When the client answers
// the ping after it, every call that it had sent before has arrived, and the last GOAWAY, which
// `close` sends, refuses none of them either.
//
// Node cannot send such a notice: nghttp2 stops reading calls after any GOAWAY that `goaway` sends,
// and has a function of its own for the notice, which Node does not offer. So the frame is written
// to the socket. It cannot come between the pieces of another frame, because Node hands whole
// frames to the socket. A TLS socket takes only one write at a time, so there the connection just
// closes, and a call that crosses with the GOAWAY is refused as not begun (REFUSED_STREAM).

import type { ServerHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Limits } from '../support/limits.js';
import type { Logger } from '../support/log.js';

const FRAME_HEAD_BYTES = 9;
const PAYLOAD_BYTES = 8;
const TYPE_GOAWAY = 7;
const HIGHEST_STREAM = 2 ** 31 - 1;

/** GOAWAY on stream 0 with NO_ERROR and the highest stream id. */
const NOTICE = (() => {
  const frame = Buffer.alloc(FRAME_HEAD_BYTES + PAYLOAD_BYTES);
  frame.writeUIntBE(PAYLOAD_BYTES, 0, 3);
  frame.writeUInt8(TYPE_GOAWAY, 3);
  frame.writeUInt32BE(HIGHEST_STREAM, FRAME_HEAD_BYTES);
  return frame;
})();

/** Closes the session once the client knows of it, or after `goawayPatienceMs`. Never throws. */
export function giveNotice(
  session: ServerHttp2Session,
  socket: Socket,
  { goawayPatienceMs }: Limits,
  log: Logger,
): void {
  if (session.destroyed || session.closed || socket instanceof TLSSocket) {
    session.close();
    return;
  }
  const timer = setTimeout(() => session.close(), goawayPatienceMs);
  const close = () => {
    clearTimeout(timer);
    session.close();
  };
  try {
    socket.write(NOTICE);
    // False: too many pings are unanswered already.
    if (!session.ping(close)) close();
  } catch (error) {
    log.debug({ err: error }, 'an HTTP/2 connection could not be told of its end');
    close();
  }
}
