// What is wrong with the query of a call by GET, which Connect's handlers would take for a failure
// of their own, or read as something else.

import { isUtf8 } from 'node:buffer';
import { base64Decode } from '@bufbuild/protobuf/wire';
import { Code } from '@connectrpc/connect';
import type { UniversalServerRequest } from '@connectrpc/connect/protocol';
import type { Refusal } from '../support/rpc-error.js';

/** Undefined when the query's message can be read, whatever it is then. */
export function badQuery({ method, url }: UniversalServerRequest): Refusal | undefined {
  if (method !== 'GET') return undefined;
  const { search, searchParams } = new URL(url);
  if (searchParams.get('base64') === '1') {
    return isBase64(searchParams.get('message') ?? '') ? undefined : NO_BASE64;
  }
  return isUtf8(bytesOf(search)) ? undefined : NO_UTF8;
}

function isBase64(text: string): boolean {
  try {
    base64Decode(text);
    return true;
  } catch {
    return false;
  }
}

/** As they were sent: reading it as parameters puts U+FFFD in the place of what is no UTF-8. */
function bytesOf(search: string): Buffer {
  // A URL is ASCII: all else in it is percent-encoded.
  const decoded = search.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(decoded, 'latin1');
}

const NO_BASE64: Refusal = {
  code: Code.InvalidArgument,
  reason: 'MALFORMED_REQUEST',
  message: 'The query parameter message must be base64 (URL-safe or not), because base64 is 1.',
};

const NO_UTF8: Refusal = {
  code: Code.InvalidArgument,
  reason: 'MALFORMED_REQUEST',
  message:
    'The query is not percent-encoded UTF-8; send a binary message as base64, with base64=1.',
};
