// Bytes that come in pieces, put together. Copies each piece: one of Node's may be a byte long and
// keep sixty thousand others in memory.

const FIRST_BYTES = 512;

export class ByteCollector {
  #bytes = Buffer.alloc(0);
  length = 0;

  append(piece: Uint8Array): void {
    const length = this.length + piece.length;
    if (length > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(length, this.#bytes.length * 2, FIRST_BYTES));
      this.#bytes.copy(larger, 0, 0, this.length);
      this.#bytes = larger;
    }
    this.#bytes.set(piece, this.length);
    this.length = length;
  }

  /** All of them, as long as nothing is appended or taken. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.length);
  }

  /** Takes so many from the beginning. */
  take(length: number): Buffer {
    const taken = Buffer.from(this.#bytes.subarray(0, length));
    this.#bytes.copyWithin(0, length, this.length);
    this.length -= taken.length;
    return taken;
  }
}
