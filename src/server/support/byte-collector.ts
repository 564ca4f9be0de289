// Collects bytes that come in pieces. Copies each piece, because a piece of one byte from Node may
// keep 64 KB in memory.

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

  /** All collected bytes; valid until the next `append` or `take`. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.length);
  }

  /** Removes `length` bytes from the beginning and returns them. */
  take(length: number): Buffer {
    const taken = Buffer.from(this.#bytes.subarray(0, length));
    this.#bytes.copyWithin(0, length, this.length);
    this.length -= taken.length;
    return taken;
  }
}
