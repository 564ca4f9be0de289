// Bodies in pieces, and whole. The generators are declared once: one that is made in each call, as
// the library does it, leaves a map behind that only a full collection takes back.

/** As the network gives it: gRPC-Web's text form is decoded piece by piece. */
const PIECE_BYTES = 64 * 1024;

export async function* inPieces(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}

export async function* cutInPieces(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    yield bytes.subarray(at, at + PIECE_BYTES);
  }
}

export async function whole(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of body) all.push(piece);
  const [first] = all;
  return all.length === 1 && Buffer.isBuffer(first) ? first : Buffer.concat(all);
}

/** Of gRPC's envelopes: a byte of flags, four of length. */
export const ENVELOPE_HEADER_BYTES = 5;
