// Bodies in pieces. The generator is declared once: one that is made in each call, as the library
// does it, leaves a map behind that only a full collection takes back.

export async function* inPieces(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}

export async function whole(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of body) all.push(piece);
  const [first] = all;
  return all.length === 1 && Buffer.isBuffer(first) ? first : Buffer.concat(all);
}
