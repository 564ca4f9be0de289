// Finds faults in the query of a call by GET. Connect's handlers would report them as failures of
// their own, or read the query as something else.

import { isUtf8 } from 'node:buffer';
import { base64Decode } from '@bufbuild/protobuf/wire';
import { Code } from '@connectrpc/connect';
import type { UniversalServerRequest } from '@connectrpc/connect/protocol';
import type { Refusal } from '../support/rpc-error.js';

/** Undefined if the message in the query can be read, whatever it holds. */
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

/**
 * The bytes as they were sent: reading them as parameters would replace invalid UTF-8 by U+FFFD.
 */
function bytesOf(search: string): Buffer {
  // A URL is ASCII; every other byte in it is percent-encoded.
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
