// Answers HTTP/2 streams in one header block before their request has arrived. Most of these
// requests end in the bytes that were read with them, and so do their streams. A reset for each
// stream would cost more than the rest of a refusal, so streams that go on are reset together.

import type { OutgoingHttpHeaders } from 'node:http';
import { constants, type ServerHttp2Stream } from 'node:http2';
import type { Connection } from '../exchange/connections.js';
import { REQUEST_BYTES, REST_BYTES } from '../exchange/request-count.js';

export interface RefusedStreams {
  answer(stream: ServerHttp2Stream, headers: OutgoingHttpHeaders, connection: Connection): void;
}

/** How long the rest of a refused request may take before its stream is closed. */
const REST_MS = 20;

export function createRefusedStreams(): RefusedStreams {
  let open: ServerHttp2Stream[] = [];
  const closeAll = () => {
    const late = open.filter((stream) => !stream.closed && !stream.destroyed);
    open = [];
    for (const stream of late) stream.close(constants.NGHTTP2_NO_ERROR);
  };
  return {
    answer(stream, headers, connection) {
      connection.usefulBytes += REQUEST_BYTES + REST_BYTES;
      stream.respond(headers, { endStream: true });
      stream.resume();
      if (open.length === 0) setTimeout(closeAll, REST_MS);
      open.push(stream);
    },
  };
}
