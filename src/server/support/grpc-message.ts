// Encodes an error's text for the trailer `grpc-message`. Connect's library encodes more than gRPC
// asks for (commas, colons, quotes), and grpc-js decodes only what gRPC asks for, so its users
// would read `date%3A must be`. So the text is encoded again, as gRPC's HTTP/2 protocol specifies.

const MESSAGE = 'grpc-message';

/** Encodes the message in a trailer as gRPC does. Returns false if there is no message. */
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
