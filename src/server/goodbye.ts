// How an HTTP/2 connection is let go without a call failing for it (RFC 9113, 6.8): first it is said
// that it will end, then, once the peer has heard that, which calls were the last. Calls that were
// on their way meanwhile are served like any other.

import { constants, type ServerHttp2Session } from 'node:http2';

/** Higher than any stream's: none is refused yet. */
const LAST_STREAM = 2 ** 31 - 1;
/** For peers that do not answer pings: how long calls may be on their way. */
const MAX_WAIT_MS = 1_000;

const said = new WeakSet<ServerHttp2Session>();

/** Ends the connection gently; calls begun go on. Safe to call again, and of ended ones. */
export function sayGoodbye(session: ServerHttp2Session): void {
  if (session.closed || session.destroyed || said.has(session)) return;
  said.add(session);
  session.goaway(constants.NGHTTP2_NO_ERROR, LAST_STREAM);
  const timer = setTimeout(() => session.close(), MAX_WAIT_MS);
  session.once('close', () => clearTimeout(timer));
  session.ping(() => {
    clearTimeout(timer);
    session.close();
  });
}
