// Base64 as gRPC-Web's text form streams it: each flushed piece is encoded separately, so padding
// may stand in the middle, and the network may cut the text anywhere. Holds back at most three
// characters.

/** A text that is not base64. */
export class Base64Error extends Error {
  override readonly name = 'Base64Error';
}

const GROUP = 4;
const WHOLE_GROUPS = /^(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)*$/;
const LAST_GROUP = /^[A-Za-z0-9+/]{2,3}$/;

/** Decodes pieces of base64 text. Line breaks are ignored, other characters refused. */
export class Base64Decoder {
  #held = '';

  /** Returns the bytes that are complete with this piece. Throws Base64Error. */
  decode(piece: Uint8Array): Uint8Array {
    const text =
      this.#held +
      Buffer.from(piece)
        .toString('latin1')
        .replace(/[\r\n]/g, '');
    const whole = text.length - (text.length % GROUP);
    this.#held = text.slice(whole);
    return decodeGroups(text.slice(0, whole));
  }

  /** Returns the bytes of an unpadded last group. Throws Base64Error if the text is cut short. */
  end(): Uint8Array {
    const held = this.#held;
    this.#held = '';
    if (held !== '' && !LAST_GROUP.test(held)) throw new Base64Error('the text is cut short');
    return Buffer.from(held, 'base64');
  }
}

/** Encodes a piece with its own padding, so that it can be decoded without waiting for more. */
export function encodeBase64(bytes: Uint8Array): Uint8Array {
  const { buffer, byteOffset, byteLength } = bytes;
  return Buffer.from(Buffer.from(buffer, byteOffset, byteLength).toString('base64'), 'latin1');
}

function decodeGroups(text: string): Uint8Array {
  if (!WHOLE_GROUPS.test(text)) throw new Base64Error('a character is not base64');
  // Buffer.from stops at padding, so the text after each padded group is decoded separately.
  const parts: Uint8Array[] = [];
  let from = 0;
  for (let pad = text.indexOf('='); pad !== -1; pad = text.indexOf('=', from)) {
    const end = pad - (pad % GROUP) + GROUP;
    parts.push(Buffer.from(text.slice(from, end), 'base64'));
    from = end;
  }
  const rest = Buffer.from(text.slice(from), 'base64');
  return parts.length === 0 ? rest : Buffer.concat([...parts, rest]);
}
