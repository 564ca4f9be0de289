// Reads the two headers of an answer that a load generator needs, :status and grpc-status, from an
// HPACK block (RFC 7541), and skips all others. The loader allows no dynamic table, so a block can
// be read alone.

/** The names in the static table. The values of entries 8 to 14 are these statuses. */
const STATIC_STATUS_FIRST = 8;
const STATIC_STATUSES = ['200', '204', '206', '304', '400', '404', '500'];
const STATIC_ENTRIES = 61;

/** `grpc-status`, plain and in the Huffman code of RFC 7541, appendix B. */
const GRPC_STATUS = Buffer.from('grpc-status', 'latin1');
const GRPC_STATUS_CODED = Buffer.from('9acac8b21234da8f', 'hex');

/** The digits in that code: 0 to 2 take five bits, 3 to 9 take six. */
const SHORT_DIGITS = 3;
const SHORT_BITS = 5;
const LONG_BITS = 6;
const LONG_FIRST_CODE = 0b011001;

/** The content of an answer's headers or trailers; undefined if absent. */
export interface Outcome {
  readonly httpStatus: string | undefined;
  readonly grpcStatus: string | undefined;
}

/** Throws for a block that refers to the dynamic table or is incomplete. */
export function readOutcome(block: Buffer): Outcome {
  const reader = new Reader(block);
  let httpStatus: string | undefined;
  let grpcStatus: string | undefined;
  while (!reader.ended) {
    const field = reader.field();
    if (field === undefined) continue;
    if (field.name === ':status') httpStatus = field.value;
    else grpcStatus = field.value;
  }
  return { httpStatus, grpcStatus };
}

interface Text {
  readonly bytes: Buffer;
  readonly coded: boolean;
}

class Reader {
  readonly #block: Buffer;
  #at = 0;

  constructor(block: Buffer) {
    this.#block = block;
  }

  get ended(): boolean {
    return this.#at >= this.#block.length;
  }

  /** The next header, if it is one of the two. */
  field(): { name: ':status' | 'grpc-status'; value: string } | undefined {
    const first = this.#byte(this.#at);
    if ((first & 0x80) !== 0) {
      const index = this.#integer(7);
      requireStatic(index);
      const value = STATIC_STATUSES[index - STATIC_STATUS_FIRST];
      return value === undefined ? undefined : { name: ':status', value };
    }
    if ((first & 0xe0) === 0x20) {
      this.#integer(5); // The size of the table, which is not used.
      return undefined;
    }
    const index = this.#integer((first & 0xc0) === 0x40 ? 6 : 4);
    requireStatic(index);
    const name = index === 0 ? this.#text() : undefined;
    const value = this.#text();
    if (name !== undefined) {
      const isStatus = name.bytes.equals(name.coded ? GRPC_STATUS_CODED : GRPC_STATUS);
      return isStatus ? { name: 'grpc-status', value: digits(value) } : undefined;
    }
    const isHttp = STATIC_STATUSES[index - STATIC_STATUS_FIRST] !== undefined;
    return isHttp ? { name: ':status', value: digits(value) } : undefined;
  }

  #text(): Text {
    const coded = (this.#byte(this.#at) & 0x80) !== 0;
    const length = this.#integer(7);
    const end = this.#at + length;
    if (end > this.#block.length) throw new Error('a header block ends in a text');
    const bytes = this.#block.subarray(this.#at, end);
    this.#at = end;
    return { bytes, coded };
  }

  /** RFC 7541, 5.1: a number that does not fit the prefix continues in groups of seven bits. */
  #integer(prefixBits: number): number {
    const mask = 2 ** prefixBits - 1;
    let value = this.#byte(this.#at) & mask;
    this.#at += 1;
    if (value < mask) return value;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#byte(this.#at);
      this.#at += 1;
      value += (byte & 0x7f) * scale;
      if ((byte & 0x80) === 0) return value;
      if (scale > 2 ** 21) throw new Error('a header block holds an unreasonable number');
    }
  }

  #byte(at: number): number {
    const byte = this.#block[at];
    if (byte === undefined) throw new Error('a header block ends in a number');
    return byte;
  }
}

function requireStatic(index: number): void {
  if (index > STATIC_ENTRIES) throw new Error('a header block refers to a dynamic table');
}

/** A text of digits; `?` if it has anything else. */
function digits({ bytes, coded }: Text): string {
  if (!coded) {
    const plain = bytes.toString('latin1');
    return /^\d+$/.test(plain) ? plain : '?';
  }
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  let text = '';
  let at = 0;
  // The last byte is padded with ones, fewer than eight.
  while (bits.length - at >= 8 || /0/.test(bits.slice(at))) {
    const short = Number.parseInt(bits.slice(at, at + SHORT_BITS), 2);
    if (short < SHORT_DIGITS) {
      text += short;
      at += SHORT_BITS;
      continue;
    }
    const digit = Number.parseInt(bits.slice(at, at + LONG_BITS), 2) - LONG_FIRST_CODE;
    if (!(digit >= 0 && digit <= 9 - SHORT_DIGITS)) return '?';
    text += digit + SHORT_DIGITS;
    at += LONG_BITS;
  }
  return text;
}
