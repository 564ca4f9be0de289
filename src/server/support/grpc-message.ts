// How an error's text is spelt in the trailer `grpc-message`. Connect's library encodes more than gRPC
// asks for (commas, colons, quotes), and grpc-js decodes only what gRPC asks for: its users
// would read `date%3A must be`. So the text is spelt again, as gRPC's HTTP/2 protocol has it.

const MESSAGE = 'grpc-message';

/** Spells the message of a trailer as gRPC does; false when there is none. */
export function respellMessage(trailer: Headers): boolean {
  const sent = trailer.get(MESSAGE);
  if (sent === null) return false;
  trailer.set(MESSAGE, percentEncode(decodeURIComponent(sent)));
  return true;
}

/** Percent-encodes the bytes that are not printable ASCII, and the percent sign itself. */
function percentEncode(text: string): string {
  let encoded = '';
  for (const byte of new TextEncoder().encode(text)) {
    const plain = byte >= 0x20 && byte <= 0x7e && byte !== 0x25;
    encoded += plain
      ? String.fromCharCode(byte)
      : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return encoded;
}
