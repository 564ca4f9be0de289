// The names in a client's certificate. They decide who calls, so what is unusual is not a name.

import type { TLSSocket } from 'node:tls';
import type { Peer } from '../../rpc/edge/peer.js';

/** One entry of a subject's alternative names, as Node writes them. */
const ALTERNATIVE_NAME = /(\w[\w ]*):("(?:[^"\\]|\\.)*"|[^",]*)(?:, |$)/y;
const KINDS = ['URI', 'DNS'];
/** More names than a certificate for one caller has. */
const MAX_NAMES = 20;

/** Undefined without a certificate that a trusted authority has signed. */
export function peerOf(socket: TLSSocket): Peer | undefined {
  if (!socket.authorized) return undefined;
  const { subject, subjectaltname = '', valid_to: validTo } = socket.getPeerCertificate();
  const names = alternativeNames(subjectaltname);
  // A subject may have several common names; then none of them counts.
  if (typeof subject.CN === 'string') names.push(`CN:${subject.CN}`);
  return { names, expiresAtMs: Date.parse(validTo) };
}

/** `URI:...` and `DNS:...`. Values in quotes have characters that no usual name has, and are left out. */
export function alternativeNames(text: string): string[] {
  const names: string[] = [];
  ALTERNATIVE_NAME.lastIndex = 0;
  while (ALTERNATIVE_NAME.lastIndex < text.length && names.length < MAX_NAMES) {
    const found = ALTERNATIVE_NAME.exec(text);
    if (found === null) return [];
    const [, kind = '', value = ''] = found;
    if (KINDS.includes(kind) && value !== '' && !value.startsWith('"'))
      names.push(`${kind}:${value}`);
  }
  return names;
}
