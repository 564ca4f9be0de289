// Cuts bodies into pieces and joins them. The generators are declared once: a generator created in
// each call, as in Connect's library, leaves a V8 map that only a full garbage collection frees.

/** About what one read of the network brings; gRPC-Web's text form is decoded piece by piece. */
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

/** The header of a gRPC envelope: one byte of flags, four of length. */
export const ENVELOPE_HEADER_BYTES = 5;
